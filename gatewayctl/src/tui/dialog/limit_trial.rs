//! The trial of a limit's rule: what it would have done with the requests of late.

use std::time::Duration;

use super::{canvas::Row, trial::Trial};
use crate::{
    duration,
    model::{RuleEdit, Simulation},
    tui::{
        figures,
        look::Look,
        lore::{Finding, Found, Inquiry},
        moment::Moment,
        theme::Role,
    },
};

/// Clients named.
const NAMED: usize = 3;

/// A rule as it is typed, and what the gateway says of it.
pub(super) type RuleTrial = Trial<RuleEdit, Simulation>;

/// The question about `rule` of `limit`, once its operator paused typing.
pub(super) fn ask(
    trial: &mut RuleTrial,
    limit: &str,
    rule: Option<RuleEdit>,
    now: Moment,
) -> Option<Inquiry> {
    let rule = trial.ask(rule.filter(can_be_tried), now)?;
    Some(Inquiry::Simulation { limit: limit.to_owned(), rule })
}

/// Takes an answer about `limit`.
pub(super) fn learn(trial: &mut RuleTrial, limit: &str, found: &Found) {
    let Inquiry::Simulation { limit: asked, rule } = &found.inquiry else { return };
    if asked != limit {
        return;
    }
    match &found.result {
        Ok(Finding::Simulation(found)) => trial.learn(rule, Ok((**found).clone())),
        Err(error) => trial.learn(rule, Err(error.clone())),
        Ok(_) => {}
    }
}

/// What is known of `rule` in a few words; none while it is not.
pub(super) fn words(trial: &RuleTrial, rule: &RuleEdit) -> Option<String> {
    let Ok(it) = trial.answer(rule)? else { return None };
    Some(format!("{}: refused {}", last(it), rates(it, ">")))
}

/// What is known of `rule`, in rows.
pub(super) fn rows<'a>(
    trial: &RuleTrial,
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
    match trial.answer(rule) {
        Some(Ok(it)) => told(it, look, width),
        Some(Err(error)) => say(Role::Bad, &format!("preview  {}", error.message)),
        None => say(Role::Muted, "preview  asking the gateway"),
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
    // Who is newly refused was not refused before.
    let kept = it.keys_would_refuse.saturating_sub(it.keys_newly_refused);
    let freed = match it.keys_were_refused.saturating_sub(kept) {
        0 => String::new(),
        freed => format!(", {freed} freed"),
    };
    let clients = format!(
        "clients  {} {arrow} {} of {} refused{freed}; {news}",
        it.keys_were_refused, it.keys_would_refuse, it.keys
    );
    rows.extend(row(1, role, clients));
    if !it.top.is_empty() {
        let named =
            it.top.iter().take(NAMED).map(|(client, refused)| format!("{client} {refused}"));
        let named: Vec<String> = named.collect();
        rows.extend(row(3, Role::Muted, format!("still    {}", named.join(", "))));
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
    fn what_is_incomplete_or_not_remembered_is_not_asked_about() {
        let mut trial = RuleTrial::default();
        for text in ["80/", "20 at once"] {
            assert_eq!(ask(&mut trial, "login", rule(text), at(0)), None, "{text}");
            assert_eq!(ask(&mut trial, "login", rule(text), at(9_000)), None, "{text}");
        }
        assert_eq!(ask(&mut trial, "login", rule("80/minute"), at(10_000)), None);
        let expected =
            Inquiry::Simulation { limit: "login".into(), rule: rule("80/minute").unwrap() };
        assert_eq!(ask(&mut trial, "login", rule("80/minute"), at(10_300)), Some(expected));
    }

    #[test]
    fn an_answer_about_another_rule_or_limit_is_not_shown() {
        let mut trial = RuleTrial::default();
        let simulation = Simulation { arrived: 9, covered_s: 300.0, ..Simulation::default() };
        for (limit, text) in [("other", "5/minute"), ("login", "9/minute")] {
            let inquiry = Inquiry::Simulation { limit: limit.into(), rule: rule(text).unwrap() };
            let result = Ok(Finding::Simulation(Box::new(simulation.clone())));
            learn(&mut trial, "login", &Found { inquiry, result });
        }
        assert_eq!(words(&trial, &rule("5/minute").unwrap()), None);
        let told = words(&trial, &rule("9/minute").unwrap());
        assert_eq!(told.as_deref(), Some("last 5m00s: refused 0/s > 0/s"));
    }
}
