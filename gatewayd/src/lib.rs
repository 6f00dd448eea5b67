//! A gateway that spreads requests over a fleet of app servers.

pub mod demo;
