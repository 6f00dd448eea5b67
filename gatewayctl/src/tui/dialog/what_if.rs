//! The what-if of a scaler: other rules, or more load, tried on the load of the last hour.

use std::time::Duration;

use super::{
    Around, Step,
    canvas::Row,
    form::{Field, Form, Purpose, Verdict},
    scale,
    trial::Trial,
};
use crate::{
    duration,
    model::{Scaler, ScalingRun, WhatIf, WhatIfRules},
    tui::{
        key::Key,
        look::Look,
        lore::{Finding, Found, Inquiry, Tried},
        moment::Moment,
        theme::Role,
    },
};

/// The field of what is only tried.
const LOAD: &str = "load";
/// Cells of a figure.
const CELLS: usize = 12;

/// Rules as they are typed, and what the gateway says of them.
pub(super) type RulesTrial = Trial<Tried, WhatIf>;

/// Asks for rules to try.
pub(crate) fn what_if(scaler: &Scaler) -> Form {
    let mut fields = scale::numbers(scaler);
    fields.push(Field::suggestion(LOAD, "1", "times the load there was"));
    let title = format!("What if? Pool {}, changes nothing", scaler.pool);
    Form::new(Purpose::WhatIf(Box::new(scaler.clone()), Box::default()), title, fields)
}

/// The rules as typed; none while they are incomplete.
pub(super) fn tried(form: &Form, scaler: &Scaler) -> Option<Tried> {
    if form.fields.iter().any(|field| matches!(verdict(field, scaler), Verdict::Bad(_))) {
        return None;
    }
    // How they go together is judged by the gateway.
    let number = |label: &str| form.value(label).parse::<u32>().ok();
    let rules = WhatIfRules {
        min: number("min"),
        max: number("max"),
        target_cpu: number("cpu"),
        target_rps: number("rps"),
        ..WhatIfRules::default()
    };
    Some(Tried { pool: scaler.pool.clone(), rules, load_percent: percent(form.value(LOAD))? })
}

/// What is thought of a field.
pub(super) fn verdict(field: &Field, scaler: &Scaler) -> Verdict {
    match field.label {
        LOAD => match percent(field.value()) {
            Some(_) => Verdict::Good(String::new()),
            None => Verdict::Bad("0.01 to 100 times".to_owned()),
        },
        _ => scale::verdict(field, scaler),
    }
}

/// A factor of 0.01 to 100 in hundredths.
fn percent(text: &str) -> Option<u32> {
    let factor: f64 = text.trim_start_matches('x').parse().ok()?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is in range")]
    (0.01..=100.0).contains(&factor).then(|| (factor * 100.0).round() as u32)
}

/// The question about what is typed, once its operator paused typing.
pub(super) fn ask(trial: &mut RulesTrial, tried: Option<Tried>, now: Moment) -> Option<Inquiry> {
    trial.ask(tried, now).map(Inquiry::WhatIf)
}

/// Takes an answer.
pub(super) fn learn(trial: &mut RulesTrial, found: &Found) {
    let Inquiry::WhatIf(tried) = &found.inquiry else { return };
    match &found.result {
        Ok(Finding::WhatIf(found)) => trial.learn(tried, Ok((**found).clone())),
        Err(error) => trial.learn(tried, Err(error.clone())),
        Ok(_) => {}
    }
}

/// The question that leads to the rules that are tried.
pub(super) fn submit(
    form: &Form,
    scaler: &Scaler,
    trial: &RulesTrial,
    key: Key,
    around: &Around<'_>,
) -> Step {
    let (numbers, mut notes) = scale::changes(form, scaler);
    if notes.is_empty() {
        let words = "these are the rules there are: nothing to apply, the load is only tried";
        return Step::Refuse(words.to_owned());
    }
    if let Some(Some(Ok(it))) = tried(form, scaler).map(|tried| trial.answer(&tried)) {
        notes.push(format!("tried: {}", words(it)));
    }
    scale::ask(form, scaler, scale::edit(numbers, None), notes, (key, around))
}

/// `peak 8 > 12, 6.1 > 8.4 server-hours, with x1.5 the load`.
fn words(it: &WhatIf) -> String {
    let (now, other) = (&it.now, &it.what_if);
    let load = match times(other.load) {
        load if load == times(1.0) => String::new(),
        load => format!(", with {load} the load"),
    };
    let (peak, more) = (now.peak_servers, other.peak_servers);
    let (used, would) = (hours(now), hours(other));
    format!("peak {peak} > {more}, {used} > {would} server-hours{load}")
}

/// What is known of the rules that are tried, in rows.
pub(super) fn rows<'a>(
    form: &Form,
    scaler: &Scaler,
    trial: &RulesTrial,
    look: Look,
    width: usize,
) -> Vec<Row<'a>> {
    let say = |role, text: &str| Row::words(look, 1, role, text, width);
    let Some(tried) = tried(form, scaler) else {
        return say(Role::Muted, "when the rules are complete they are tried");
    };
    match trial.answer(&tried) {
        Some(Ok(it)) => told(it, look, width),
        Some(Err(error)) => {
            let hint = error.hint.as_ref().map_or(String::new(), |hint| format!(" ({hint})"));
            say(Role::Bad, &format!("{}{hint}", error.message))
        }
        None => say(Role::Muted, "asking the gateway"),
    }
}

fn told<'a>(it: &WhatIf, look: Look, width: usize) -> Vec<Row<'a>> {
    let (now, other) = (&it.now, &it.what_if);
    let head = format!(" {:<12}{:>CELLS$}{:>CELLS$}", "", "now", "what if");
    let mut rows = vec![Row::new(3, vec![look.text(Role::Title, head)])];
    type Figure = (&'static str, u8, fn(&ScalingRun) -> String, fn(&ScalingRun) -> f64);
    let figures: [Figure; 7] = [
        ("load", 4, |it| times(it.load), |_| 0.0),
        ("peak", 1, |it| it.peak_servers.to_string(), |_| 0.0),
        ("server-hours", 2, |it| hours(it), |_| 0.0),
        ("busy", 1, |it| seconds(it.busy_s), |it| it.busy_s),
        ("lost", 2, |it| lost(it.lost), |it| it.lost),
        ("moves", 3, |it| format!("{} out {} in", it.scale_outs, it.scale_ins), |_| 0.0),
        ("at max", 2, |it| seconds(it.at_max_s), |it| it.at_max_s),
    ];
    for (label, rank, figure, pain) in figures {
        let role = if pain(other) > pain(now) { Role::Warn } else { Role::Plain };
        rows.push(Row::new(
            rank,
            vec![
                look.text(Role::Muted, format!(" {label:<12}")),
                look.text(Role::Plain, format!("{:>CELLS$}", figure(now))),
                look.text(role, format!("{:>CELLS$}", figure(other))),
            ],
        ));
    }
    let replayed = duration::short(Duration::try_from_secs_f64(now.replayed_s).unwrap_or_default());
    let start = if now.start_seen { "as seen" } else { "a guess" };
    let rests = format!(
        "replayed {replayed}; a start takes {:.0} s ({start}), a request costs what it did; busy \
         is above 85 % of CPU",
        now.start_s
    );
    rows.extend(Row::words(look, 5, Role::Muted, &rests, width));
    rows
}

fn hours(it: &ScalingRun) -> String {
    let digits = if it.server_hours < 10.0 { 2 } else { 1 };
    format!("{:.digits$}", it.server_hours)
}

fn times(load: f64) -> String {
    format!("x{load}")
}

fn seconds(length_s: f64) -> String {
    duration::short(Duration::try_from_secs_f64(length_s.round()).unwrap_or_default())
}

fn lost(ratio: f64) -> String {
    if ratio > 0.0 { format!("{:.2}%", ratio * 100.0) } else { "none".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_load_is_a_factor_within_bounds() {
        let known = ["1", "1.5", "x4", "0.01", "100"].map(percent);
        assert_eq!(known, [Some(100), Some(150), Some(400), Some(1), Some(10_000)]);
        for text in ["", "0", "-1", "101", "nan", "much"] {
            assert_eq!(percent(text), None, "{text}");
        }
    }

    #[test]
    fn nothing_is_tried_while_a_field_is_wrong() {
        let scaler = Scaler { min: 2, max: 9, target_cpu: Some(70), ..Scaler::default() };
        let mut form = what_if(&scaler);
        let rules = WhatIfRules {
            min: Some(2),
            max: Some(9),
            target_cpu: Some(70),
            ..WhatIfRules::default()
        };
        let expected = Tried { pool: String::new(), rules, load_percent: 100 };
        assert_eq!(tried(&form, &scaler), Some(expected));
        form.fields[4] = Field::text(LOAD, "many", "");
        assert_eq!(tried(&form, &scaler), None);
    }
}
