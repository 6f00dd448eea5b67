//! A diagnostic: one mistake in a file, its place and its remedy.

use super::source::Span;

/// One mistake in a file.
#[derive(Clone, Debug)]
pub(super) struct Diagnostic {
    /// Where it is; the whole file when absent.
    pub(super) span: Option<Span>,
    /// What was found, and what was expected.
    pub(super) message: String,
    /// Another place that belongs to it, and what is there.
    pub(super) other: Option<(Span, &'static str)>,
    /// What to do next.
    pub(super) remedy: Option<String>,
    /// What made it a mistake.
    pub(super) cause: Cause,
}

/// What made something a mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// What stands there.
    Presence,
    /// What stands nowhere, or stands where it could not be read.
    Absence,
}

impl Diagnostic {
    /// Something wrong at `span`.
    pub(super) fn at(span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic { span: Some(span), ..Diagnostic::of_file(message) }
    }

    /// Something wrong with the whole file.
    pub(super) fn of_file(message: impl Into<String>) -> Diagnostic {
        let cause = Cause::Presence;
        Diagnostic { span: None, message: message.into(), other: None, remedy: None, cause }
    }

    /// With what to do next.
    pub(super) fn remedy(self, remedy: impl Into<String>) -> Diagnostic {
        Diagnostic { remedy: Some(remedy.into()), ..self }
    }

    /// With another place that belongs to it.
    pub(super) fn other(self, span: Span, what: &'static str) -> Diagnostic {
        Diagnostic { other: Some((span, what)), ..self }
    }

    /// A mistake only because something is missing.
    pub(super) fn by_absence(self) -> Diagnostic {
        Diagnostic { cause: Cause::Absence, ..self }
    }
}
