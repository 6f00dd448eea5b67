//! Why was that decided? The chosen decision stage by stage, with the servers it saw.

use ratatui::{buffer::Buffer, layout::Rect, text::Span};

use super::{State, decisions};
use crate::{
    duration,
    model::{Decision, ScaledServer},
    tui::{figures, look::Look, screens::Scene, theme::Role, widgets::panel},
};

/// Draws it.
pub(super) fn draw(state: &State, scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    let look = scene.look;
    let rows = decisions::rows(state, scene.picture);
    let Some(told) = rows.iter().find(|told| state.decisions.selected() == Some(&told.id)) else {
        panel::panel(look, buffer, area, "Why");
        return;
    };
    // What it was made from is asked for; what it says is known.
    let explained = scene.picture.lore.explanation.as_ref().filter(|it| it.id == told.decision.id);
    let decision = explained.unwrap_or(&told.decision);
    let size = match decision.from == decision.to {
        true => format!("{}", decision.to),
        false => format!("{}{}{}", decision.from, look.glyphs.arrow, decision.to),
    };
    let time = figures::time_of_day(decision.since_ms);
    let title = format!("Why {time} {} {size}", decision.what);
    let room = panel::panel(look, buffer, area, &title);
    let width = usize::from(room.width).saturating_sub(11);
    for (line, row) in (0..).zip(told_rows(decision, explained.is_some(), look, width)) {
        look.row(buffer, room, line, row);
    }
}

fn told_rows<'a>(
    it: &'a Decision,
    is_explained: bool,
    look: Look,
    width: usize,
) -> Vec<Vec<Span<'a>>> {
    let labelled = |label: &'static str, role, text: &str| {
        let wrapped = panel::wrapped(text, width).into_iter().enumerate();
        let rows = wrapped.map(|(at, text)| {
            let label = if at == 0 { label } else { "" };
            let label = Span::styled(format!(" {label:<9} "), look.style(Role::Muted));
            vec![label, look.text(role, text)]
        });
        rows.collect::<Vec<_>>()
    };
    let mut rows = labelled("because", Role::Plain, decisions::why(it));
    // Most reasons are in the sentence already.
    let told = |reason: &str| reason.is_empty() || it.sentence.contains(reason);
    for stage in it.stages.iter().filter(|stage| !told(&stage.reason)) {
        let arrow = look.glyphs.arrow;
        let (before, after) = (figure(stage.before), figure(stage.after));
        let text = format!("{before} {arrow} {after}: {}", stage.reason);
        rows.extend(labelled(short(&stage.name), Role::Plain, &text));
    }
    let actions = if it.actions.is_empty() { "none".to_owned() } else { it.actions.join("; ") };
    rows.extend(labelled("action", Role::Title, &actions));
    if !it.outcome.is_empty() && it.outcome != "nothing to do" {
        rows.extend(labelled("outcome", Role::Plain, &it.outcome));
    }
    if it.time_ms > it.since_ms {
        let length = duration::short(duration::age(it.time_ms, it.since_ms));
        rows.extend(labelled("again", Role::Muted, &format!("the same for {length} since")));
    }
    match (is_explained, it.servers.is_empty()) {
        (false, _) => rows.extend(labelled("servers", Role::Muted, "asking the gateway")),
        (true, true) => rows.extend(labelled("servers", Role::Muted, "there were none")),
        (true, false) => rows.extend(it.servers.iter().map(|it| server(it, look))),
    }
    rows
}

/// One word for a stage that has two.
fn short(stage: &str) -> &'static str {
    match stage {
        "required" => "needed",
        "panic" => "panic",
        "tolerance" => "tolerance",
        "missing-metrics" => "missing",
        "stabilization" => "stable",
        "rate" => "rate",
        "interlocks" => "locked",
        "bounds" => "bounds",
        "starts" => "starts",
        "victims" => "victims",
        "order" => "order",
        "lost" => "lost",
        "replaced" => "replaced",
        _ => "stage",
    }
}

fn server<'a>(it: &'a ScaledServer, look: Look) -> Vec<Span<'a>> {
    let rest = match it.warm || it.cpu_ratio.is_none() {
        true => format!("  rps {:>6}  infl {}", figures::rate(it.rps, 6), it.in_flight),
        false => "  not counted yet".to_owned(),
    };
    let name = look.cut_middle(&it.name, 10);
    vec![
        look.text(Role::Muted, format!(" {name:<10} ")),
        look.text(Role::Plain, format!("{:<10}", it.phase)),
        look.label(" cpu "),
        look.text(Role::Plain, format!("{:>4}", figures::load(it.cpu_ratio))),
        look.text(Role::Plain, rest),
    ]
}

/// Whole numbers whole, others with one digit.
fn figure(number: f64) -> String {
    if number.fract() == 0.0 { format!("{number:.0}") } else { format!("{number:.1}") }
}
