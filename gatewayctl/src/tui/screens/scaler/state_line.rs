//! How a scaler stands: sizes, signals beside their targets, guards, and what is next.

use ratatui::text::Span;

use super::decisions;
use crate::{
    duration,
    model::{Condition, Decision, Pool, Scaler},
    tui::{figures, look::Look, screens::Scene, theme::Role, widgets::panel},
};

/// The panel's title: the pool, its mode and its sizes.
pub(super) fn title(scaler: &Scaler, at: usize, of: usize) -> String {
    let Scaler { pool, mode, min, max, desired, ready, starting, draining, .. } = scaler;
    let place = if of > 1 { format!(" ({at} of {of})") } else { String::new() };
    let mode = if scaler.order_owner.is_empty() { mode.to_uppercase() } else { "HELD".to_owned() };
    let mut title =
        format!("{pool}{place}  {mode}  {desired} wanted of {min}..{max}  ready {ready}");
    for (word, count) in [("starting", starting), ("draining", draining)] {
        if *count > 0 {
            title += &format!("  {word} {count}");
        }
    }
    title + &format!("  {}", scaler.driver)
}

/// The signals, each with what is aimed at and what follows.
pub(super) fn signals<'a>(
    scaler: &Scaler,
    newest: Option<&Decision>,
    scene: &Scene<'_>,
) -> Vec<Vec<Span<'a>>> {
    let look = scene.look;
    let pool = scene.snapshot.pools.iter().find(|pool| pool.name == scaler.pool);
    let mut rows = vec![vec![Span::styled(
        format!(" {:<10} {:>7} {:>7}  {}", "signal", "now", "target", "verdict"),
        look.style(Role::Title),
    )]];
    let Some(pool) = pool else { return rows };
    let cpu = pool.headroom_ratio.map(|free| 1.0 - free);
    let per_server = (pool.ready > 0).then(|| pool.rps / f64::from(pool.ready));
    let aims = [
        ("cpu", cpu.map(|it| it * 100.0), scaler.target_cpu, "%"),
        ("rps/server", per_server, scaler.target_rps, ""),
    ];
    for (name, now, target, unit) in aims {
        let shown = now.map_or(figures::UNKNOWN.to_owned(), |it| figures::rate(it, 6) + unit);
        let aim = target.map_or(figures::UNKNOWN.to_owned(), |it| format!("{it}{unit}"));
        let (role, verdict) = verdict(now, target);
        rows.push(row(look, name, &shown, &aim, (role, verdict.to_owned())));
    }
    rows.push(need(newest, look));
    rows.push(latency(pool, look));
    rows
}

/// A figure beside what is aimed at.
fn verdict(now: Option<f64>, target: Option<u32>) -> (Role, &'static str) {
    match (now, target.map(f64::from)) {
        (_, None) => (Role::Muted, ""),
        (None, Some(_)) => (Role::Muted, "not reported"),
        (Some(now), Some(target)) if now > target => (Role::Warn, "above"),
        (Some(_), Some(_)) => (Role::Ok, "within"),
    }
}

/// How many servers the load needs, as the newest decision has it.
fn need<'a>(newest: Option<&Decision>, look: Look) -> Vec<Span<'a>> {
    let stage = newest.and_then(|it| it.stages.iter().find(|stage| stage.name == "required"));
    let (Some(newest), Some(stage)) = (newest, stage) else {
        return row(
            look,
            "servers",
            figures::UNKNOWN,
            "",
            (Role::Muted, "nothing measured".into()),
        );
    };
    let verdict = match stage.after > f64::from(newest.from) {
        true => (Role::Warn, format!("needed, there are {}", newest.from)),
        false => (Role::Ok, format!("needed, there are {}", newest.from)),
    };
    row(look, "servers", &format!("{:.1}", stage.after), "", verdict)
}

fn latency<'a>(pool: &Pool, look: Look) -> Vec<Span<'a>> {
    let words = format!("in flight {}", figures::whole(pool.in_flight, 7));
    let role = if pool.p99_ms.is_some() { Role::Plain } else { Role::Muted };
    row(look, "p99", &figures::latency(pool.p99_ms), figures::UNKNOWN, (role, words))
}

fn row<'a>(
    look: Look,
    name: &'static str,
    now: &str,
    target: &str,
    (role, verdict): (Role, String),
) -> Vec<Span<'a>> {
    let mark = if look.stale && now != figures::UNKNOWN { "~" } else { "" };
    vec![
        Span::raw(format!(" {name:<10} {:>7} {target:>7}  ", format!("{mark}{now}"))),
        look.text(role, verdict),
    ]
}

/// What stands in the way, or does not.
pub(super) fn guards<'a>(scaler: &'a Scaler, look: Look, width: usize) -> Vec<Vec<Span<'a>>> {
    let mut rows = order(scaler, look);
    for condition in &scaler.conditions {
        let (role, words) = guard(condition);
        let name = condition.kind.strip_prefix("Scaling").unwrap_or(&condition.kind);
        let name = name.strip_suffix("ToScale").unwrap_or(name).to_lowercase();
        let words = look.cut_end(&words, width.saturating_sub(11));
        rows.push(vec![look.text(Role::Muted, format!(" {name:<8} ")), look.text(role, words)]);
    }
    rows
}

/// What an operator ordered, and until when.
fn order<'a>(scaler: &Scaler, look: Look) -> Vec<Vec<Span<'a>>> {
    if scaler.order_owner.is_empty() {
        return Vec::new();
    }
    let size = scaler.order_desired.map_or("held".to_owned(), |it| format!("{it} servers"));
    let why = match scaler.order_reason.as_str() {
        "" => String::new(),
        why => format!(": {why}"),
    };
    let words = format!("{size} by {}{why}", scaler.order_owner);
    vec![vec![look.text(Role::Muted, " order    "), look.text(Role::Warn, words)]]
}

/// A condition in words: its message says more than its reason, where it has one.
fn guard(it: &Condition) -> (Role, String) {
    let stands = match it.kind.as_str() {
        "ScalingLimited" => !it.status,
        _ => it.status,
    };
    let role = if stands { Role::Ok } else { Role::Warn };
    match it.message.as_str() {
        "" => (role, it.reason.clone()),
        message => (if stands { Role::Plain } else { role }, message.to_owned()),
    }
}

/// What is next, and why not now, in rows of at most `width` cells.
pub(super) fn next<'a>(
    scaler: &Scaler,
    newest: Option<&Decision>,
    scene: &Scene<'_>,
    width: usize,
) -> Vec<Vec<Span<'a>>> {
    let look = scene.look;
    let (hold, rules) = (scene.keymap.label("scaler.hold"), scene.keymap.label("scaler.rules"));
    let (label, words) = match (scaler.order_expires_ms, newest) {
        _ if scaler.mode == "off" => ("OFF", format!("nothing is decided; {rules} turns it on")),
        (Some(at), _) => {
            let left = duration::short(duration::age(at, scene.snapshot.time_ms));
            ("HELD", format!("the rules decide again in {left}; {hold} resumes now"))
        }
        (None, _) if !scaler.order_owner.is_empty() => {
            ("HELD", format!("until somebody resumes it: {hold}"))
        }
        (None, Some(it)) if it.from != it.to => ("NOW", scaler.next.clone()),
        (None, Some(it)) if it.what == "refused" => ("NOT NOW", decisions::why(it).to_owned()),
        (None, _) => ("HOLD", scaler.next.clone()),
    };
    let wrapped = panel::wrapped(&words, width.saturating_sub(10)).into_iter().enumerate();
    let rows = wrapped.map(|(at, text)| {
        let label = if at == 0 { label } else { "" };
        let label = Span::styled(format!(" {label:<8} "), look.style(Role::Title));
        vec![label, look.text(Role::Plain, text)]
    });
    rows.collect()
}
