//! What is not as the file says, and who said otherwise.

use ratatui::{buffer::Buffer, layout::Rect, text::Span};

use crate::{
    duration,
    model::{Backend, Limit, Snapshot, Standing},
    tui::{screens::Scene, theme::Role, widgets::panel},
};

/// One thing that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Override {
    target: String,
    is: String,
    file: String,
    note: String,
}

/// Everything that differs, limits before backends.
pub(super) fn all(snapshot: &Snapshot) -> Vec<Override> {
    let now_ms = snapshot.time_ms;
    let limits = snapshot.limits.iter().filter_map(|it| limit(it, now_ms));
    limits.chain(snapshot.backends.iter().filter_map(backend)).collect()
}

fn limit(it: &Limit, now_ms: i64) -> Option<Override> {
    let note = it.expires_ms.map_or(String::new(), |at| {
        format!("goes back in {}", duration::short(duration::age(at, now_ms)))
    });
    (it.configured != it.rule).then(|| Override {
        target: format!("limit/{}", it.name),
        is: it.rule.clone(),
        file: if it.configured.is_empty() { "not in it".into() } else { it.configured.clone() },
        note,
    })
}

/// Servers that an autoscaler started are not expected in the file.
fn backend(it: &Backend) -> Option<Override> {
    let stands = it.standing != Standing::Active;
    let weighs = it.configured_weight.is_some_and(|weight| weight != it.weight);
    let added = it.configured_weight.is_none() && it.source == "operator";
    if !stands && !weighs && !added {
        return None;
    }
    let file = match it.configured_weight {
        Some(weight) => format!("active weight {weight}"),
        None => "not in it".to_owned(),
    };
    let why = if it.standing_reason.is_empty() { "" } else { ": " };
    Some(Override {
        target: format!("backend/{}", it.name),
        is: format!("{} weight {}", it.standing, it.weight),
        file,
        note: format!("{}{why}{}", it.standing_owner, it.standing_reason),
    })
}

/// Draws them.
pub(super) fn draw(all: &[Override], scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    let look = scene.look;
    let room = panel::panel(look, buffer, area, &format!("Not as in the file: {}", all.len()));
    let cells = all.iter().map(|it| it.target.chars().count()).max().unwrap_or(0).min(28);
    for (line, it) in (0..room.height).zip(all) {
        let target = look.cut_middle(&it.target, cells);
        let note = if it.note.is_empty() { String::new() } else { format!("   {}", it.note) };
        let row = vec![
            look.text(Role::Title, format!(" {target:<cells$}  ")),
            look.text(Role::Warn, it.is.as_str()),
            Span::styled("   file ", look.style(Role::Muted)),
            look.text(Role::Plain, it.file.as_str()),
            look.text(Role::Muted, note),
        ];
        look.row(buffer, room, line, row);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_told_and_servers_of_the_autoscaler_are_not() {
        let limit = |name: &str, rule: &str, configured: &str| Limit {
            name: name.into(),
            rule: rule.into(),
            configured: configured.into(),
            ..Limit::default()
        };
        let backend = |name: &str, weight, configured_weight, source: &str| Backend {
            name: name.into(),
            weight,
            configured_weight,
            source: source.into(),
            ..Backend::default()
        };
        let snapshot = Snapshot {
            limits: vec![limit("same", "5/s", "5/s"), limit("other", "9/s", "5/s")],
            backends: vec![
                backend("same", 100, Some(100), "file"),
                backend("heavy", 200, Some(100), "file"),
                backend("new", 100, None, "operator"),
                backend("scaled", 100, None, "autoscaler"),
                Backend {
                    standing: Standing::Draining,
                    ..backend("drained", 100, Some(100), "file")
                },
            ],
            ..Snapshot::default()
        };
        let targets: Vec<String> = all(&snapshot).into_iter().map(|it| it.target).collect();
        assert_eq!(targets, ["limit/other", "backend/heavy", "backend/new", "backend/drained"]);
    }
}
