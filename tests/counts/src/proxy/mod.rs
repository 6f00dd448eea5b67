//! The place of the codec and of stories in gatewayd's tree, and their cases.

#[allow(dead_code, reason = "borrowed")]
#[path = "../../../../gatewayd/src/proxy/field_name.rs"]
mod field_name;
#[allow(dead_code, reason = "borrowed")]
#[path = "../../../../gatewayd/src/proxy/fields.rs"]
mod fields;
mod heads;
#[allow(dead_code, unused_imports, reason = "borrowed")]
#[path = "../../../../gatewayd/src/proxy/http1/mod.rs"]
mod http1;
#[allow(dead_code, missing_docs, unreachable_pub, reason = "borrowed")]
#[path = "../../../../gatewayd/src/proxy/log.rs"]
mod log;
#[allow(dead_code, reason = "borrowed")]
#[path = "../../../../gatewayd/src/proxy/peer.rs"]
mod peer;
#[allow(dead_code, reason = "borrowed for the codec alone")]
#[path = "../../../../gatewayd/src/proxy/quota.rs"]
mod quota;
mod stories;
#[allow(dead_code, reason = "borrowed")]
#[path = "../../../../gatewayd/src/proxy/story.rs"]
mod story;

pub(crate) use heads::{
    chunked_body, request_head, request_head_of_a_browser, request_written, response_head,
    response_written,
};
pub(crate) use stories::{watched_by_nobody, watched_by_ten, watched_for_failures_by_ten};
