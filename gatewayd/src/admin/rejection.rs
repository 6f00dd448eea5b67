//! A rejection becomes a gRPC status: the one place that maps them.

use std::collections::HashMap;
use std::time::Duration;

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use crate::model::Rejection;

/// Who says so in error details.
const DOMAIN: &str = "gatewayd";

/// The status of a rejected change; its details hold the reason as a word and the next step.
pub(super) fn rejected(rejection: &Rejection) -> Status {
    let (code, reason) = words(rejection);
    status(code, reason, &rejection.to_string(), rejection.hint())
}

/// The code of a rejection, and its reason as a word.
fn words(rejection: &Rejection) -> (Code, &'static str) {
    match rejection {
        Rejection::OneOfAll { rejection, .. } => words(rejection),
        Rejection::Unknown { .. } | Rejection::Revision { .. } => (Code::NotFound, "NOT_FOUND"),
        Rejection::Taken { .. } => (Code::AlreadyExists, "EXISTS"),
        Rejection::Invalid { .. } => (Code::InvalidArgument, "INVALID"),
        Rejection::ForceWithoutReason => (Code::InvalidArgument, "REASON_MISSING"),
        Rejection::Stale { .. } => (Code::Aborted, "REVISION"),
        Rejection::Conflict { .. } => (Code::Aborted, "CONFLICT"),
        Rejection::Role { .. } => (Code::PermissionDenied, "ROLE"),
        Rejection::Guard { .. } => (Code::FailedPrecondition, "GUARD"),
        Rejection::HandingOver => (Code::Unavailable, "HANDING_OVER"),
        Rejection::NotJournaled(_) => (Code::Internal, "NOT_JOURNALED"),
        Rejection::NotAudited(_) => (Code::Internal, "NOT_AUDITED"),
    }
}

/// The most characters of what is wrong that are told: a status travels in header fields, and what
/// it quotes of the request may be as long as a message.
const LONGEST_TOLD: usize = 300;

/// The status of a request whose `field` makes no sense.
pub(super) fn invalid(field: &str, what: impl std::fmt::Display) -> Status {
    let what: String = what.to_string().chars().take(LONGEST_TOLD).collect();
    let mut details = details("INVALID", None);
    details.add_bad_request_violation(field, what.as_str());
    Status::with_error_details(Code::InvalidArgument, format!("{field}: {what}"), details)
}

/// The status of a caller who calls too often.
pub(super) fn too_often(wait: Duration) -> Status {
    let mut details =
        details("TOO_OFTEN", Some("call less often; one call can name many backends"));
    details.set_retry_info(Some(wait));
    Status::with_error_details(Code::ResourceExhausted, "this user calls too often", details)
}

/// A status with a reason and a next step.
pub(super) fn status(code: Code, reason: &str, message: &str, hint: Option<&str>) -> Status {
    Status::with_error_details(code, message, details(reason, hint))
}

fn details(reason: &str, hint: Option<&str>) -> ErrorDetails {
    let hint = hint.map(|hint| ("hint".to_owned(), hint.to_owned()));
    ErrorDetails::with_error_info(reason, DOMAIN, hint.into_iter().collect::<HashMap<_, _>>())
}
