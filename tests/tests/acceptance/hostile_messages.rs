//! Bytes around a request that must not become one, and answers that must not be taken for more:
//! upgrades, expectations, unread bodies, pipelines.
