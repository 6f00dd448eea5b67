//! A failure: why a command did not do what it was asked, and what to do next.

use std::io;

use crate::{
    client,
    config::{ConfigError, EditError, Mistake},
    output::{SelectionError, TemplateError},
};

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// What kind of failure; decides the exit code.
    pub kind: Kind,
    /// What happened; empty when there is nothing to tell.
    pub message: String,
    /// The next steps.
    pub hints: Vec<String>,
    /// The operation concerned, which may go on.
    pub op: Option<String>,
    /// What it is made of: each mistake of a file, each target that failed.
    pub details: Vec<Detail>,
}

/// One part of a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detail {
    /// Where, or with what: `config.toml:3:1`, `backend/api-3`.
    pub place: String,
    /// What happened there.
    pub message: String,
    /// The next step.
    pub hint: Option<String>,
    /// What stands there, with a mark under what is meant; for people.
    pub quote: Vec<String>,
}

/// What kind of failure. Each has one exit code and one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The gateway refused, failed, or was not reached.
    Call(client::ErrorCode),
    /// The command line is wrong.
    Usage,
    /// A question would be needed, and nobody can be asked.
    WouldAsk,
    /// The answer was no.
    Declined,
    /// What was waited for cannot happen any more.
    Impossible,
    /// Waited long enough.
    TimedOut,
    /// Some targets were changed, some were not; the details list those.
    Partly,
    /// Somebody pressed ^C.
    Interrupted,
    /// The reader of our answer went away.
    BrokenPipe,
    /// This machine failed: a terminal, a file.
    Local,
}

impl Failure {
    /// A failure of this kind.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hints: Vec::new(), op: None, details: Vec::new() }
    }

    /// A wrong command line.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// Something named that does not exist; `known` are the names that do.
    pub fn not_found<'a>(
        noun: &str,
        name: &str,
        known: impl IntoIterator<Item = &'a str>,
        list: &str,
    ) -> Self {
        let failure = Self::new(
            Kind::Call(client::ErrorCode::NotFound),
            format!("there is no {noun} `{name}`"),
        );
        let near = known
            .into_iter()
            .map(|known| (strsim::jaro_winkler(name, known), known))
            .filter(|(likeness, _)| *likeness > 0.8)
            .max_by(|one, other| one.0.total_cmp(&other.0));
        match near {
            Some((_, near)) => failure.hint(format!("did you mean `{near}`? `{list}` shows all")),
            None => failure.hint(format!("`{list}` shows all")),
        }
    }

    /// The same failure with one more next step.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The same failure, about this operation.
    #[must_use]
    pub fn op(mut self, op: &str) -> Self {
        self.op = (!op.is_empty()).then(|| op.to_owned());
        self
    }
}

impl From<client::Error> for Failure {
    fn from(error: client::Error) -> Self {
        let hints = error.hint.into_iter().collect();
        Self { hints, ..Self::new(Kind::Call(error.code), error.message) }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if let Some(error) = error.get_ref().and_then(|it| it.downcast_ref::<TemplateError>()) {
            return error.clone().into();
        }
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::new(Kind::BrokenPipe, ""),
            _ => Self::new(Kind::Local, format!("writing the answer: {error}")),
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        let kind = match &error {
            ConfigError::Edit(EditError::NoSuch(_)) => Kind::Call(client::ErrorCode::NotFound),
            _ => Kind::Usage,
        };
        let failure = Self::new(kind, error.to_string()).hint(error.remedy());
        let details = match &error {
            ConfigError::Mistakes { path, mistakes } => mistakes
                .iter()
                .map(|mistake| detail(&path.display().to_string(), mistake))
                .collect(),
            _ => Vec::new(),
        };
        Self { details, ..failure }
    }
}

fn detail(path: &str, mistake: &Mistake) -> Detail {
    let place = match &mistake.place {
        Some(place) => format!("{path}:{}:{}", place.line, place.column),
        None => path.to_owned(),
    };
    let (message, hint) = (mistake.message.clone(), Some(mistake.remedy.clone()));
    Detail { place, message, hint, quote: mistake.quote() }
}

impl From<SelectionError> for Failure {
    fn from(error: SelectionError) -> Self {
        let failure = Self::usage(error.to_string());
        match error {
            SelectionError::Filter(_) => failure.hint("`gatewayctl help filters` explains them"),
            SelectionError::Column { .. } => failure.hint("name a column as in `-o json`"),
        }
    }
}

impl From<TemplateError> for Failure {
    fn from(error: TemplateError) -> Self {
        let message = error.to_string();
        match error {
            TemplateError::Malformed { .. } => {
                Self::usage(message).hint("`gatewayctl help output` tells what a template may say")
            }
            TemplateError::Field { .. } => Self::usage(message)
                .hint("name a field as in `-o json`; see `gatewayctl help output`"),
            TemplateError::Item { .. } => Self::new(Kind::Local, message).hint(
                "what is not known is `none`: (error_ratio or 0) * 100, {% if p99_ms is number %}",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_not_there_names_its_neighbour() {
        let hint = |name| {
            let failure =
                Failure::not_found("backend", name, ["api-1", "web-1"], "gatewayctl backend list");
            failure.hints.concat()
        };
        assert_eq!(hint("apl-1"), "did you mean `api-1`? `gatewayctl backend list` shows all");
        assert_eq!(hint("x"), "`gatewayctl backend list` shows all");
    }
}
