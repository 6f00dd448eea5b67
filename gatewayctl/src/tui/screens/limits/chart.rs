//! What each rule refuses over time: a line for each that refused most.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    model::Limit,
    tui::{
        screens::Scene,
        theme::Role,
        widgets::{
            lines::{Line, Lines},
            panel,
        },
    },
};

/// Rules drawn; more would hide each other.
const MOST: usize = 4;
/// How their lines look.
const ROLES: [Role; MOST] = [Role::Accent, Role::Warn, Role::Bad, Role::Ok];

/// Draws the chart below its title.
pub(super) fn draw(scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    let lines = lines(scene, usize::from(area.width));
    let legend: Vec<String> =
        lines.iter().map(|(name, line)| format!("{} {name}", line.letter)).collect();
    let title =
        format!("rejections/s by rule ({})  {}", scene.timeline.window.word(), legend.join("  "));
    let room = panel::panel(scene.look, buffer, area, &title);
    let lines = Lines {
        lines: lines.into_iter().map(|(_, line)| line).collect(),
        timeline: scene.timeline,
        top: scene.scales.top("rejections"),
        marks: scene.marks(|target| target.starts_with("limit/") || target.starts_with("block/")),
    };
    lines.draw(scene.look, buffer, room);
}

/// The rules that refused most in the window, in the gateway's order, each with a letter of its own.
fn lines<'a>(scene: &Scene<'a>, columns: usize) -> Vec<(&'a str, Line<'a>)> {
    let most = |limit: &Limit| {
        let seen = scene.picture.history.limit(&limit.name)?;
        let columns = seen.rejected.columns(scene.timeline.end_ms, scene.timeline.window, columns);
        columns.into_iter().flatten().reduce(f64::max)
    };
    let mut limits: Vec<(&Limit, f64)> =
        scene.snapshot.limits.iter().filter_map(|it| Some((it, most(it)?))).collect();
    limits.sort_by(|one, other| other.1.total_cmp(&one.1));
    limits.truncate(MOST);
    let mut chosen: Vec<&Limit> = limits.into_iter().map(|(limit, _)| limit).collect();
    chosen.sort_by(|one, other| one.name.cmp(&other.name));
    let mut letters: Vec<char> = Vec::new();
    let mut lines = Vec::new();
    for (limit, role) in chosen.into_iter().zip(ROLES) {
        let Some(seen) = scene.picture.history.limit(&limit.name) else { continue };
        let letter = letter(&limit.name, &letters);
        letters.push(letter);
        lines.push((limit.name.as_str(), Line { series: &seen.rejected, letter, role }));
    }
    lines
}

/// The first letter of the name that no other line has.
fn letter(name: &str, taken: &[char]) -> char {
    let own = name.chars().filter(char::is_ascii_alphanumeric);
    own.chain('a'..='z').find(|letter| !taken.contains(letter)).unwrap_or('x')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_a_letter_of_its_own() {
        assert_eq!(letter("create-per-ip", &[]), 'c');
        assert_eq!(letter("create-per-key", &['c']), 'r');
        assert_eq!(letter("cc", &['c']), 'a');
    }
}
