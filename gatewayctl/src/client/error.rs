//! Why did a call to the gateway fail, and what is the next step?

use tonic::{Code, Status};
use tonic_types::StatusExt as _;

/// What kind of failure a call met. Each has one exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorCode {
    /// The gateway failed, or refused for a reason without a code of its own.
    Failed,
    /// The request itself is wrong.
    Invalid,
    /// The caller is not known or not allowed.
    Denied,
    /// Something named does not exist.
    NotFound,
    /// The gateway's revision moved on.
    Conflict,
    /// A safety guard refused.
    Guard,
    /// No answer in time.
    Timeout,
    /// No gateway there, or it went away.
    Unreachable,
}

/// A failed call: what happened and what to do next. The texts may come from the gateway.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// What kind of failure.
    pub code: ErrorCode,
    /// What happened.
    pub message: String,
    /// The next step, when there is one.
    pub hint: Option<String>,
}

impl ErrorCode {
    /// Its word in the JSON error object.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Invalid => "invalid_argument",
            Self::Denied => "permission_denied",
            Self::NotFound => "not_found",
            Self::Conflict => "precondition_failed",
            Self::Guard => "refused",
            Self::Timeout => "deadline_exceeded",
            Self::Unreachable => "unavailable",
        }
    }
}

impl Error {
    /// A failure of this kind without a next step.
    #[must_use]
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: None }
    }

    /// The same failure with a next step.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Whether the same call may succeed later without anyone changing it.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        matches!(self.code, ErrorCode::Unreachable | ErrorCode::Timeout)
    }
}

impl From<Status> for Error {
    fn from(status: Status) -> Self {
        let details = status.get_error_details();
        let reason = details.error_info().map_or("", |info| info.reason.as_str());
        let hint = details.error_info().and_then(|info| info.metadata.get("hint").cloned());
        // A status that the gateway sent has no cause on this side; one with a cause is a broken
        // connection, whatever code the transport chose for it.
        let broken = std::error::Error::source(&status).is_some();
        let code = if broken { ErrorCode::Unreachable } else { code(status.code(), reason) };
        let message = match (code, root_cause(&status)) {
            (ErrorCode::Unreachable, Some(cause)) => format!("the gateway went away: {cause}"),
            _ if status.message().is_empty() => format!("the gateway answered {}", status.code()),
            _ => status.message().to_owned(),
        };
        Self { code, message, hint }
    }
}

fn code(code: Code, reason: &str) -> ErrorCode {
    match code {
        Code::InvalidArgument => ErrorCode::Invalid,
        Code::NotFound => ErrorCode::NotFound,
        Code::Aborted => ErrorCode::Conflict,
        Code::FailedPrecondition if reason == "GUARD" => ErrorCode::Guard,
        Code::PermissionDenied | Code::Unauthenticated => ErrorCode::Denied,
        Code::DeadlineExceeded => ErrorCode::Timeout,
        Code::Unavailable => ErrorCode::Unreachable,
        _ => ErrorCode::Failed,
    }
}

/// The innermost cause of an error, which for lost connections is the system's own word.
pub(super) fn root_cause(error: &dyn std::error::Error) -> Option<String> {
    let mut cause = error.source()?;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    Some(cause.to_string())
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use tonic_types::ErrorDetails;

    use super::*;

    fn refused(code: Code, reason: &str) -> Error {
        let hint = HashMap::from([("hint".to_owned(), "do this".to_owned())]);
        let details = ErrorDetails::with_error_info(reason, "gatewayd", hint);
        Status::with_error_details(code, "no", details).into()
    }

    #[test]
    fn each_status_has_its_code() {
        for (status, reason, expected) in [
            (Code::InvalidArgument, "INVALID", ErrorCode::Invalid),
            (Code::NotFound, "NOT_FOUND", ErrorCode::NotFound),
            (Code::AlreadyExists, "EXISTS", ErrorCode::Failed),
            (Code::Aborted, "REVISION", ErrorCode::Conflict),
            (Code::FailedPrecondition, "GUARD", ErrorCode::Guard),
            (Code::FailedPrecondition, "", ErrorCode::Failed),
            (Code::Unauthenticated, "", ErrorCode::Denied),
            (Code::DeadlineExceeded, "", ErrorCode::Timeout),
            (Code::Unavailable, "", ErrorCode::Unreachable),
            (Code::Internal, "", ErrorCode::Failed),
        ] {
            assert_eq!(refused(status, reason).code, expected, "{status:?} {reason}");
        }
    }

    #[test]
    fn a_broken_connection_is_no_answer_of_the_gateway() {
        let mut status = Status::internal("h2 protocol error");
        status.set_source(std::sync::Arc::new(std::io::Error::other("connection reset")));
        let error = Error::from(status);
        assert_eq!(error.code, ErrorCode::Unreachable);
        assert!(error.is_retryable());
    }

    #[test]
    fn the_gateways_hint_is_the_next_step() {
        let error = refused(Code::FailedPrecondition, "GUARD");
        assert_eq!((error.message.as_str(), error.hint.as_deref()), ("no", Some("do this")));
    }
}
