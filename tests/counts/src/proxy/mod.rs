//! The place of the codec in gatewayd's tree, and its cases.

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
#[allow(dead_code, reason = "borrowed for the codec alone")]
#[path = "../../../../gatewayd/src/proxy/quota.rs"]
mod quota;

pub(crate) use heads::{
    chunked_body, request_head, request_head_of_a_browser, request_written, response_head,
    response_written,
};
