//! A trial: what a rule would have done with the requests of late, asked while it is typed.

use std::time::Duration;

use super::canvas::Row;
use crate::{
    client, duration,
    model::{RuleEdit, Simulation},
    tui::{
        figures,
        look::Look,
        lore::{Finding, Found, Inquiry},
        moment::Moment,
        theme::Role,
    },
};

/// So long nothing more was typed before the gateway is asked.
const SETTLED: Duration = Duration::from_millis(300);
/// Clients named.
const NAMED: usize = 3;

/// A rule as it is typed, and what the gateway says of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Trial {
    /// The rule as typed last, and since when.
    typed: Option<(RuleEdit, Moment)>,
    /// What was answered last, and of which rule.
    found: Option<(RuleEdit, Result<Simulation, client::Error>)>,
}

impl Trial {
    /// The question about `rule` of `limit`, once its operator paused typing.
    pub(super) fn ask(
        &mut self,
        limit: &str,
        rule: Option<RuleEdit>,
        now: Moment,
    ) -> Option<Inquiry> {
        let Some(rule) = rule.filter(can_be_tried) else {
            self.typed = None;
            return None;
        };
        match &self.typed {
            Some((typed, since)) if *typed == rule => {
                let settled = now.since(*since) >= SETTLED;
                settled.then(|| Inquiry::Simulation { limit: limit.to_owned(), rule })
            }
            _ => {
                self.typed = Some((rule, now));
                None
            }
        }
    }

    /// Takes an answer about `limit`.
    pub(super) fn learn(&mut self, limit: &str, found: &Found) {
        let Inquiry::Simulation { limit: asked, rule } = &found.inquiry else { return };
        if asked != limit {
            return;
        }
        let result = match &found.result {
            Ok(Finding::Simulation(found)) => Ok((**found).clone()),
            Err(error) => Err(error.clone()),
            Ok(_) => return,
        };
        self.found = Some((rule.clone(), result));
    }

    /// When the gateway is to be asked.
    pub(super) fn next_change(&self, now: Moment) -> Option<Moment> {
        let (typed, since) = self.typed.as_ref()?;
        let known = self.found.as_ref().is_some_and(|(rule, _)| rule == typed);
        let settled = since.after(SETTLED);
        // The answer grows old as well.
        Some(if known {
            now.after(Duration::from_secs(5))
        } else {
            settled.max(now.after(SETTLED))
        })
    }

    /// What is known of `rule` in a few words; none while it is not.
    pub(super) fn words(&self, rule: &RuleEdit) -> Option<String> {
        let (of, Ok(it)) = self.found.as_ref()? else { return None };
        (of == rule).then(|| format!("{}: refused {}", last(it), rates(it, ">")))
    }

    /// What is known of `rule`, in rows.
    pub(super) fn rows<'a>(
        &self,
        rule: Option<&RuleEdit>,
        look: Look,
        width: usize,
    ) -> Vec<Row<'a>> {
        let say = |role, text: &str| Row::words(look, 1, role, text, width);
        let Some(rule) = rule else {
            return say(Role::Muted, "preview  when the rule is complete");
        };
        if !can_be_tried(rule) {
            let words = "preview  what is under way at once is not remembered: none";
            return say(Role::Muted, words);
        }
        match &self.found {
            Some((of, Ok(it))) if of == rule => told(it, look, width),
            Some((of, Err(error))) if of == rule => {
                say(Role::Bad, &format!("preview  {}", error.message))
            }
            _ => say(Role::Muted, "preview  asking the gateway"),
        }
    }
}

/// What is under way at once is not remembered.
fn can_be_tried(rule: &RuleEdit) -> bool {
    rule.concurrent.is_none()
}

fn told<'a>(it: &Simulation, look: Look, width: usize) -> Vec<Row<'a>> {
    let row = |rank, role, text: String| Row::words(look, rank, role, &text, width);
    if it.arrived == 0 {
        let words = format!("preview  {}: no request came to this limit", last(it));
        return row(1, Role::Muted, words);
    }
    let arrow = look.glyphs.arrow;
    let mut rows = row(
        2,
        Role::Title,
        format!("preview  {}, {} requests replayed", last(it), figures::whole(it.arrived, 9)),
    );
    rows.extend(row(1, Role::Plain, format!("refused  {}", rates(it, arrow))));
    let (role, news) = match it.keys_newly_refused {
        0 => (Role::Plain, "nobody is newly refused".to_owned()),
        new => (Role::Bad, format!("{new} refused nothing now would be")),
    };
    let clients = format!(
        "clients  {} {arrow} {} of {} refused; {news}",
        it.keys_were_refused, it.keys_would_refuse, it.keys
    );
    rows.extend(row(1, role, clients));
    if !it.top.is_empty() {
        let named =
            it.top.iter().take(NAMED).map(|(client, refused)| format!("{client} {refused}"));
        let named: Vec<String> = named.collect();
        rows.extend(row(3, Role::Muted, format!("most     {}", named.join(", "))));
    }
    rows
}

fn last(it: &Simulation) -> String {
    let covered = Duration::try_from_secs_f64(it.covered_s).unwrap_or_default();
    format!("last {}", duration::short(covered))
}

/// `184/s -> 61/s`.
fn rates(it: &Simulation, arrow: &str) -> String {
    #[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
    let per_s = |count: u64| figures::rate(count as f64 / it.covered_s.max(1.0), 7);
    format!("{}/s {arrow} {}/s", per_s(it.were_refused), per_s(it.would_refuse))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Moment {
        Moment(Duration::from_millis(ms))
    }

    fn rule(text: &str) -> Option<RuleEdit> {
        text.parse().ok()
    }

    #[test]
    fn the_gateway_is_asked_when_typing_paused_and_not_before() {
        let mut trial = Trial::default();
        assert_eq!(trial.ask("login", rule("8/minute"), at(0)), None);
        assert_eq!(trial.ask("login", rule("80/minute"), at(290)), None);
        assert_eq!(trial.next_change(at(290)), Some(at(590)));
        assert_eq!(trial.ask("login", rule("80/minute"), at(580)), None);
        let asked = trial.ask("login", rule("80/minute"), at(590));
        let expected =
            Inquiry::Simulation { limit: "login".into(), rule: rule("80/minute").unwrap() };
        assert_eq!(asked, Some(expected));
        for text in ["80/", "20 at once"] {
            assert_eq!(trial.ask("login", rule(text), at(9_000)), None, "{text}");
            assert_eq!(trial.next_change(at(9_000)), None);
        }
    }

    #[test]
    fn an_answer_about_another_rule_or_limit_is_not_shown() {
        let mut trial = Trial::default();
        let simulation = Simulation { arrived: 9, covered_s: 300.0, ..Simulation::default() };
        for (limit, text) in [("other", "5/minute"), ("login", "9/minute")] {
            trial.learn(
                "login",
                &Found {
                    inquiry: Inquiry::Simulation { limit: limit.into(), rule: rule(text).unwrap() },
                    result: Ok(Finding::Simulation(Box::new(simulation.clone()))),
                },
            );
        }
        assert_eq!(trial.words(&rule("5/minute").unwrap()), None);
        let words = trial.words(&rule("9/minute").unwrap());
        assert_eq!(words.as_deref(), Some("last 5m00s: refused 0/s > 0/s"));
    }
}
