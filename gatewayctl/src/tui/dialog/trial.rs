//! A trial: a question that is asked of the gateway while it is typed, and its answer.

use std::time::Duration;

use crate::{client, tui::moment::Moment};

/// So long nothing more was typed before the gateway is asked.
const SETTLED: Duration = Duration::from_millis(300);
/// So long an answer is taken for the present one.
const STAYS: Duration = Duration::from_secs(5);

/// A question as it is typed, and what the gateway says.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Trial<Q, A> {
    /// The question as typed last, and since when.
    typed: Option<(Q, Moment)>,
    /// What was answered last, and to which question.
    found: Option<(Q, Result<A, client::Error>)>,
}

impl<Q, A> Default for Trial<Q, A> {
    fn default() -> Self {
        Self { typed: None, found: None }
    }
}

impl<Q: Clone + PartialEq, A> Trial<Q, A> {
    /// The question to be asked once its operator paused typing; none while there is none.
    pub(super) fn ask(&mut self, typed: Option<Q>, now: Moment) -> Option<Q> {
        let Some(question) = typed else {
            self.typed = None;
            return None;
        };
        match &self.typed {
            Some((typed, since)) if *typed == question => {
                (now.since(*since) >= SETTLED).then_some(question)
            }
            _ => {
                self.typed = Some((question, now));
                None
            }
        }
    }

    /// Takes the answer to a question.
    pub(super) fn learn(&mut self, question: &Q, result: Result<A, client::Error>) {
        self.found = Some((question.clone(), result));
    }

    /// When the gateway is to be asked.
    pub(super) fn next_change(&self, now: Moment) -> Option<Moment> {
        let (typed, since) = self.typed.as_ref()?;
        // The answer grows old as well.
        Some(match self.answer(typed) {
            Some(_) => now.after(STAYS),
            None => since.after(SETTLED).max(now.after(SETTLED)),
        })
    }

    /// The answer to this question, if it is the last that came.
    pub(super) fn answer(&self, question: &Q) -> Option<&Result<A, client::Error>> {
        self.found.as_ref().filter(|(of, _)| of == question).map(|(_, answer)| answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Moment {
        Moment(Duration::from_millis(ms))
    }

    #[test]
    fn the_gateway_is_asked_when_typing_paused_and_not_before() {
        let mut trial: Trial<&str, u32> = Trial::default();
        assert_eq!(trial.ask(Some("8"), at(0)), None);
        assert_eq!(trial.ask(Some("80"), at(290)), None);
        assert_eq!(trial.next_change(at(290)), Some(at(590)));
        assert_eq!(trial.ask(Some("80"), at(580)), None);
        assert_eq!(trial.ask(Some("80"), at(590)), Some("80"));
        assert_eq!(trial.ask(None, at(9_000)), None);
        assert_eq!(trial.next_change(at(9_000)), None);
    }

    #[test]
    fn only_the_answer_to_what_is_asked_is_one() {
        let mut trial = Trial::default();
        trial.learn(&"80", Ok(7));
        assert_eq!((trial.answer(&"80"), trial.answer(&"8")), (Some(&Ok(7)), None));
    }
}
