//! What did a change do, or what would it do, in words?

use std::io::{self, Write};

use super::{
    Rank, Style, Tone, Unit, cell,
    grid::{Grid, Head},
};
use crate::{
    model::{Headroom, Operation, Share, Value},
    safe_text::safe_text,
};

/// A change of share below this is not worth a line.
const NEGLIGIBLE: f64 = 0.0005;

/// What a change did, in one line for each target: `backend/api-3 draining (op 8f31)`.
#[must_use]
pub fn sentence(operation: &Operation, style: &Style) -> String {
    let lines = parts(operation).into_iter().map(|(target, before, after)| {
        let effect = effect(&operation.what, before, after, style);
        let sentence = match (operation.unchanged, operation.id.as_str()) {
            (true, _) => format!("{target} is already {after}, nothing changed"),
            (false, "") => format!("{target} {effect} (not applied)"),
            (false, id) => format!("{target} {effect} (op {id})"),
        };
        safe_text(&sentence).into_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Each target with its state before and after. Where they do not go together, all in one.
fn parts(operation: &Operation) -> Vec<(&str, &str, &str)> {
    let targets: Vec<_> = operation.target.split(',').map(str::trim).collect();
    let before: Vec<_> = operation.before.split("; ").collect();
    let after: Vec<_> = operation.after.split("; ").collect();
    if targets.len() == before.len() && targets.len() == after.len() {
        let states = before.into_iter().zip(after);
        return targets.into_iter().zip(states).map(|(it, (old, new))| (it, old, new)).collect();
    }
    vec![(&operation.target, &operation.before, &operation.after)]
}

/// The effect, said of the target.
fn effect(what: &str, before: &str, after: &str, style: &Style) -> String {
    match what {
        "drain" => "draining".to_owned(),
        "enable" => "active".to_owned(),
        "maintenance" => "in maintenance".to_owned(),
        "add" => "added".to_owned(),
        "remove" => "removed".to_owned(),
        _ if before.is_empty() => after.to_owned(),
        _ => format!("{before} {} {after}", style.arrow()),
    }
}

/// Writes what a change would do: before and after, the shares that move, the warnings.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_plan(out: &mut impl Write, plan: &Operation, style: &Style) -> io::Result<()> {
    let what = style.paint(&safe_text(&plan.what), Tone::Strong);
    for (target, before, after) in parts(plan) {
        let target = safe_text(target);
        let (before, after) = (safe_text(or_nothing(before)), safe_text(or_nothing(after)));
        if plan.unchanged {
            writeln!(out, "{what} {target}: already {after}, nothing would change")?;
        } else {
            writeln!(out, "{what} {target}: {before} {} {after}", style.arrow())?;
        }
    }
    write_shares(out, &plan.shares, style)?;
    for line in plan.headrooms.iter().filter_map(Headroom::told) {
        writeln!(out, "{}", safe_text(&line))?;
    }
    for conflict in &plan.conflicts {
        let words = conflict.to_string();
        writeln!(out, "{} {}", style.paint("conflict:", Tone::Bad), safe_text(&words))?;
    }
    for warning in &plan.warnings {
        writeln!(out, "{} {}", style.paint("warning:", Tone::Warn), safe_text(warning))?;
    }
    Ok(())
}

fn or_nothing(state: &str) -> &str {
    if state.is_empty() { "nothing" } else { state }
}

fn write_shares(out: &mut impl Write, shares: &[Share], style: &Style) -> io::Result<()> {
    let moves = |share: &&Share| (share.after - share.before).abs() > NEGLIGIBLE;
    let moving: Vec<_> = shares.iter().filter(moves).collect();
    if moving.is_empty() {
        return Ok(());
    }
    let head = |title, figure| Head { title, rank: Rank::Key, figure, text: !figure };
    let heads = vec![
        head("BACKEND", false),
        head("POOL", false),
        head("SHARE NOW", true),
        head("SHARE AFTER", true),
        head("RPS NOW", true),
        head("RPS AFTER", true),
    ];
    let knows_cpu = moving.iter().any(|share| share.cpu_now.is_some());
    let mut heads = heads;
    if knows_cpu {
        heads.extend([head("CPU NOW", true), head("CPU AFTER", true)]);
    }
    let rows = moving.iter().map(|share| row(share, knows_cpu, style)).collect();
    Grid::new(heads, rows).write(out, style)?;
    match shares.len() - moving.len() {
        0 => Ok(()),
        1 => writeln!(out, "1 other keeps its share"),
        others => writeln!(out, "{others} others keep their share"),
    }
}

fn row(share: &Share, knows_cpu: bool, style: &Style) -> Vec<(String, Tone)> {
    let percent = |part: f64| format!("{:.1}%", part * 100.0);
    let rate = |rps: Option<f64>| cell(&Value::from(rps), Unit::Rate, style, 0);
    let mut cells = vec![
        (share.backend.clone(), Tone::Plain),
        (share.pool.clone(), Tone::Plain),
        (percent(share.before), Tone::Plain),
        (percent(share.after), if share.after > share.before { Tone::Warn } else { Tone::Plain }),
        (rate(share.rps_now), Tone::Plain),
        (rate(share.rps_after), Tone::Plain),
    ];
    if knows_cpu {
        let cpu = |ratio: Option<f64>| ratio.map_or_else(|| "-".to_owned(), percent);
        let is_too_much = share.cpu_after.is_some_and(|cpu| cpu > 1.0);
        cells.push((cpu(share.cpu_now), Tone::Plain));
        cells.push((cpu(share.cpu_after), if is_too_much { Tone::Bad } else { Tone::Plain }));
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drain() -> Operation {
        let share = |backend: &str, before, after| Share {
            backend: backend.to_owned(),
            pool: "api".to_owned(),
            before,
            after,
            rps_now: Some(before * 900.0),
            rps_after: None,
            ..Share::default()
        };
        Operation {
            id: "8f31".to_owned(),
            what: "drain".to_owned(),
            target: "backend/api-3".to_owned(),
            before: "active weight 100".to_owned(),
            after: "draining weight 100".to_owned(),
            warnings: vec!["2 of 3 backends\nremain".to_owned()],
            shares: vec![
                share("api-1", 1.0 / 3.0, 0.5),
                share("api-2", 1.0 / 3.0, 0.5),
                share("api-3", 1.0 / 3.0, 0.0),
                share("api-4", 0.0, 0.0),
            ],
            ..Operation::default()
        }
    }

    #[test]
    fn each_kind_of_change_has_its_sentence() {
        let said = |change: fn(&mut Operation)| {
            let mut operation = drain();
            change(&mut operation);
            sentence(&operation, &Style::plain())
        };
        assert_eq!(said(|_| ()), "backend/api-3 draining (op 8f31)");
        assert_eq!(
            said(|it| it.unchanged = true),
            "backend/api-3 is already draining weight 100, nothing changed"
        );
        assert_eq!(said(|it| it.id.clear()), "backend/api-3 draining (not applied)");
        assert_eq!(
            said(|it| {
                it.what = "weight".to_owned();
                it.before = "weight 100".to_owned();
                it.after = "weight 50".to_owned();
            }),
            "backend/api-3 weight 100 -> weight 50 (op 8f31)"
        );
    }

    #[test]
    fn each_target_of_a_change_has_its_line() {
        let several = Operation {
            what: "weight".to_owned(),
            target: "backend/a,backend/b".to_owned(),
            before: "active weight 100; draining weight 50".to_owned(),
            after: "active weight 10; draining weight 60".to_owned(),
            ..drain()
        };
        assert_eq!(
            sentence(&several, &Style::plain()),
            "backend/a active weight 100 -> active weight 10 (op 8f31)\n\
             backend/b draining weight 50 -> draining weight 60 (op 8f31)"
        );
        let odd = Operation { after: "all gone".to_owned(), ..several };
        assert_eq!(
            sentence(&odd, &Style::plain()),
            "backend/a,backend/b active weight 100; draining weight 50 -> all gone (op 8f31)"
        );
    }

    #[test]
    fn a_plan_shows_the_shares_that_move_and_every_warning() {
        let mut out = Vec::new();
        write_plan(&mut out, &drain(), &Style { width: Some(80), ..Style::plain() }).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "drain backend/api-3: active weight 100 -> draining weight 100\n\
             BACKEND  POOL  SHARE NOW  SHARE AFTER  RPS NOW  RPS AFTER\n\
             api-1    api       33.3%        50.0%      300          -\n\
             api-2    api       33.3%        50.0%      300          -\n\
             api-3    api       33.3%         0.0%      300          -\n\
             1 other keeps its share\n\
             warning: 2 of 3 backends\\nremain\n"
        );
    }
}
