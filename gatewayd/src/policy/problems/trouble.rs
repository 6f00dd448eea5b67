//! Does something that cannot be kept on disk need attention? Always: changes are refused until then.

use crate::model::{Problem, Severity, Trouble};

/// What cannot be written, what that means, and where room is to be made.
pub(super) fn trouble(trouble: &Trouble) -> Problem {
    let Trouble { store, place, error, since_ms, .. } = trouble;
    Problem {
        severity: Severity::Error,
        target: "gateway".to_owned(),
        what: format!(
            "the {} cannot be written, so changes are refused and traffic goes on: {error}; look after \
             the disk (df -h {place}), it is tried again by itself",
            store.word()
        ),
        since_ms: Some(*since_ms),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Store;

    #[test]
    fn it_is_told_with_what_it_means_and_where_to_look() {
        let it = Trouble {
            store: Store::Audit,
            place: "/var/lib/gatewayd".to_owned(),
            error: "No space left on device".to_owned(),
            since_ms: 7,
            failures: 3,
        };
        let problem = trouble(&it);
        assert_eq!((problem.severity, problem.since_ms), (Severity::Error, Some(7)));
        assert_eq!(
            problem.what,
            "the audit log cannot be written, so changes are refused and traffic goes on: No space \
             left on device; look after the disk (df -h /var/lib/gatewayd), it is tried again by itself"
        );
    }
}
