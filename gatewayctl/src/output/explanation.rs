//! Why has a pool as many servers as it has? One decision, stage by stage, for people.

use std::io::{self, Write};

use super::{Style, Tone};
use crate::{model::Decision, safe_text::safe_text};

/// Writes a decision with its stages, conditions, actions and the servers it saw.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_explanation(
    out: &mut impl Write,
    decision: &Decision,
    style: &Style,
) -> io::Result<()> {
    let Decision { id, pool, what, outcome, .. } = decision;
    let line = |out: &mut dyn Write, text: &str| writeln!(out, "{}", safe_text(text));
    line(out, &format!("pool {pool}, decision {id}: {what}, {outcome}"))?;
    line(out, &format!("  {}", decision.sentence))?;
    title(out, style, "stages")?;
    for stage in &decision.stages {
        let (before, after) = (figure(stage.before), figure(stage.after));
        let text = format!("  {:<16} {before:>7} {:>7}  {}", stage.name, after, stage.reason);
        line(out, text.trim_end())?;
    }
    title(out, style, "conditions")?;
    for it in &decision.conditions {
        let status = if it.status { "yes" } else { "no" };
        let text = format!("  {:<16} {status:<3} {}  {}", it.kind, it.reason, it.message);
        line(out, text.trim_end())?;
    }
    if !decision.actions.is_empty() {
        title(out, style, "actions")?;
        for action in &decision.actions {
            line(out, &format!("  {action}"))?;
        }
    }
    title(out, style, "servers")?;
    for it in &decision.servers {
        let cpu = it.cpu_ratio.map_or_else(|| "-".to_owned(), |cpu| format!("{:.0}%", cpu * 100.0));
        let cold = if it.warm || it.cpu_ratio.is_none() { "" } else { "  not counted yet" };
        let text = format!(
            "  {:<16} {:<11} cpu {cpu:>4}  {:>8.0} rps  {:>4} in flight{cold}",
            it.name, it.phase, it.rps, it.in_flight
        );
        line(out, &text)?;
    }
    Ok(())
}

fn title(out: &mut impl Write, style: &Style, text: &str) -> io::Result<()> {
    writeln!(out, "{}", style.paint(text, Tone::Muted))
}

/// Whole numbers whole, others with one digit.
fn figure(number: f64) -> String {
    if number.fract() == 0.0 { format!("{number:.0}") } else { format!("{number:.1}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Condition, ScaledServer, Stage};

    #[test]
    fn a_decision_is_told_stage_by_stage_and_safely() {
        let decision = Decision {
            id: 7,
            pool: "app\u{1b}[2J".into(),
            what: "out".into(),
            sentence: "3→6: offered".into(),
            stages: vec![Stage {
                name: "rate".into(),
                before: 9.0,
                after: 6.5,
                ..Stage::default()
            }],
            conditions: vec![Condition { kind: "AbleToScale".into(), ..Condition::default() }],
            actions: vec!["start 3".into()],
            outcome: "done".into(),
            servers: vec![ScaledServer { name: "app-1".into(), ..ScaledServer::default() }],
            ..Decision::default()
        };
        let mut out = Vec::new();
        write_explanation(&mut out, &decision, &Style::plain()).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(!text.contains('\u{1b}'), "{text}");
        for word in
            ["decision 7: out, done", "rate", "9     6.5", "AbleToScale", "start 3", "app-1"]
        {
            assert!(text.contains(word), "{word}: {text}");
        }
    }
}
