//! The place of the codec in gatewayd's tree, and what is held against it.

mod chunked_body;
mod cuts;
#[allow(dead_code, reason = "borrowed for the codec alone")]
#[path = "../../../../gatewayd/src/proxy/field_name.rs"]
mod field_name;
#[allow(dead_code, reason = "borrowed for the codec alone")]
#[path = "../../../../gatewayd/src/proxy/fields.rs"]
mod fields;
#[allow(dead_code, unused_imports, reason = "borrowed for the codec alone")]
#[path = "../../../../gatewayd/src/proxy/http1/mod.rs"]
mod http1;
mod plain_chunks;
mod plain_head;
#[allow(dead_code, reason = "borrowed for the codec alone")]
#[path = "../../../../gatewayd/src/proxy/quota.rs"]
mod quota;
mod request_head;
mod response_head;

pub use chunked_body::chunked_body;
pub use request_head::request_head;
pub use response_head::response_head;

use http1::Parsed;

/// What the gateway makes of some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Sound, to its end.
    Accepted,
    /// A beginning that waits for more.
    Incomplete,
    /// Broken, whatever may follow.
    Refused,
}

impl Verdict {
    fn of<Head, Fault>(parsed: &Parsed<Head, Fault>) -> Verdict {
        match parsed {
            Parsed::Complete { .. } => Verdict::Accepted,
            Parsed::Incomplete => Verdict::Incomplete,
            Parsed::Refused(_) => Verdict::Refused,
        }
    }
}
