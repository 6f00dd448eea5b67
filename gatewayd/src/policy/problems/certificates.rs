//! Which certificates need attention? Those that end soon, are not valid yet, or whose new files are
//! of no use.

use crate::model::{CertificateView, Problem, ReadingResult, Severity};

use super::{DAY_MS, HOUR_MS};

/// A certificate that expires sooner than this is worth telling.
const EXPIRES_SOON_MS: i64 = 14 * DAY_MS;
const TWO_DAYS_MS: i64 = 2 * DAY_MS;

/// What is wrong with a certificate at `now_ms`; one row for each, the worst that is.
pub(super) fn certificate(it: &CertificateView, now_ms: i64) -> Option<Problem> {
    let (severity, what, since_ms) = time(it, now_ms).or_else(|| refused(it))?;
    let target = format!("certificate/{}", it.name());
    let what = format!("{what} ({})", it.served_by);
    Some(Problem { severity, target, what, since_ms })
}

type Told = (Severity, String, Option<i64>);

fn time(it: &CertificateView, now_ms: i64) -> Option<Told> {
    let facts = &it.facts;
    if facts.not_before_ms > now_ms {
        let what = "it is not valid yet: clients refuse it".to_owned();
        return Some((Severity::Error, what, None));
    }
    let left_ms = facts.expires_ms - now_ms;
    let told = match left_ms {
        ..=0 => {
            let since_ms = Some(facts.expires_ms);
            return Some((Severity::Error, "it has expired".to_owned(), since_ms));
        }
        1..TWO_DAYS_MS => format!("it expires within {} h", left_ms / HOUR_MS + 1),
        TWO_DAYS_MS..EXPIRES_SOON_MS => format!("it expires in {} days", left_ms / DAY_MS),
        _ => return None,
    };
    let why = match &it.reading.result {
        ReadingResult::Refused(why) => format!("; its new files are not served: {why}"),
        ReadingResult::Read | ReadingResult::Renewed => String::new(),
    };
    Some((Severity::Warn, told + &why, None))
}

fn refused(it: &CertificateView) -> Option<Told> {
    match &it.reading.result {
        ReadingResult::Refused(why) => {
            let what = format!("its new files are not served: {why}");
            Some((Severity::Warn, what, Some(it.reading.at_ms)))
        }
        ReadingResult::Read | ReadingResult::Renewed => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{CertificateFacts, Reading};

    const NOW_MS: i64 = 1_800_000_000_000;

    fn view(left_ms: i64, result: ReadingResult) -> CertificateView {
        let expires_ms = NOW_MS + left_ms;
        let names = vec!["a.example".to_owned(), "b.example".to_owned()];
        CertificateView {
            served_by: "https".to_owned(),
            facts: CertificateFacts { names, expires_ms, ..CertificateFacts::default() },
            self_signed: false,
            reading: Reading { at_ms: 7, result },
        }
    }

    fn told(view: &CertificateView) -> Option<(Severity, String)> {
        certificate(view, NOW_MS).map(|it| (it.severity, it.what))
    }

    #[test]
    fn a_certificate_is_told_two_weeks_before_its_end_and_is_an_error_after() {
        let at = |left_ms| told(&view(left_ms, ReadingResult::Renewed));
        let expires = |when: &str| Some((Severity::Warn, format!("it expires {when} (https)")));
        assert_eq!(at(14 * DAY_MS), None);
        assert_eq!(at(14 * DAY_MS - 1), expires("in 13 days"));
        assert_eq!(at(2 * DAY_MS), expires("in 2 days"));
        assert_eq!(at(2 * DAY_MS - 1), expires("within 48 h"));
        assert_eq!(at(1), expires("within 1 h"));
        assert_eq!(at(0), Some((Severity::Error, "it has expired (https)".to_owned())));
        let problem = certificate(&view(0, ReadingResult::Read), NOW_MS).unwrap();
        assert_eq!(problem.target, "certificate/a.example");
    }

    #[test]
    fn new_files_that_are_of_no_use_are_told_until_they_are() {
        let refused = ReadingResult::Refused("the key is of another".to_owned());
        let (severity, what) = told(&view(90 * DAY_MS, refused.clone())).unwrap();
        assert_eq!(severity, Severity::Warn);
        assert!(what.contains("not served: the key is of another"), "{what}");
        let (_, what) = told(&view(3 * DAY_MS, refused)).unwrap();
        assert!(what.contains("in 3 days") && what.contains("the key is of another"), "{what}");
        assert_eq!(told(&view(90 * DAY_MS, ReadingResult::Renewed)), None);
    }

    #[test]
    fn one_whose_time_has_not_begun_is_an_error() {
        let mut early = view(90 * DAY_MS, ReadingResult::Read);
        early.facts.not_before_ms = NOW_MS + 1;
        assert_eq!(told(&early).unwrap().0, Severity::Error);
        early.facts.not_before_ms = NOW_MS;
        assert_eq!(told(&early), None);
    }
}
