//! A theme: how each role looks. A role is what a text means, never a colour.

use ratatui::style::{Color, Modifier, Style};

use crate::model::Hue;

/// What a text means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Role {
    /// Nothing in particular.
    #[default]
    Plain,
    /// As it should be.
    Ok,
    /// Somebody should look.
    Warn,
    /// Users are hurt.
    Bad,
    /// Of little weight: labels, rules, what is not known.
    Muted,
    /// Where the eye should go first: keys, the open tab.
    Accent,
    /// A panel's title, a column's title.
    Title,
    /// The row that keys act on.
    Selected,
    /// What must be seen from across the room: lost link, guard.
    Alarm,
}

/// How each role looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Theme {
    /// The terminal's own sixteen colours on its own background.
    Ansi16,
    /// No colour at all: bold, dim and reverse.
    Mono,
}

impl Theme {
    /// The theme for a terminal that shows colours, or does not.
    pub(crate) const fn for_color(color: bool) -> Self {
        if color { Self::Ansi16 } else { Self::Mono }
    }

    /// How `role` looks.
    pub(crate) const fn style(self, role: Role) -> Style {
        let plain = Style::new();
        match (self, role) {
            (_, Role::Plain) => plain,
            (_, Role::Title) => plain.add_modifier(Modifier::BOLD),
            (_, Role::Selected) => plain.add_modifier(Modifier::REVERSED),
            (_, Role::Muted) => plain.add_modifier(Modifier::DIM),
            (Self::Ansi16, Role::Ok) => plain.fg(Color::Green),
            (Self::Ansi16, Role::Warn) => plain.fg(Color::Yellow),
            (Self::Ansi16, Role::Bad) => plain.fg(Color::Red).add_modifier(Modifier::BOLD),
            (Self::Ansi16, Role::Accent) => plain.fg(Color::Cyan),
            (Self::Ansi16, Role::Alarm) => {
                plain.fg(Color::Red).add_modifier(Modifier::BOLD).add_modifier(Modifier::REVERSED)
            }
            (Self::Mono, Role::Ok) => plain,
            (Self::Mono, Role::Warn | Role::Bad | Role::Accent) => {
                plain.add_modifier(Modifier::BOLD)
            }
            (Self::Mono, Role::Alarm) => {
                plain.add_modifier(Modifier::BOLD).add_modifier(Modifier::REVERSED)
            }
        }
    }
}

impl Theme {
    /// How a gateway's name looks, that must not be taken for another.
    pub(crate) const fn badge(self, hue: Option<Hue>) -> Style {
        let title = self.style(Role::Title);
        let color = match (self, hue) {
            (Self::Mono, _) | (_, None) => return title,
            (Self::Ansi16, Some(Hue::Red)) => Color::Red,
            (Self::Ansi16, Some(Hue::Green)) => Color::Green,
            (Self::Ansi16, Some(Hue::Yellow)) => Color::Yellow,
            (Self::Ansi16, Some(Hue::Blue)) => Color::Blue,
            (Self::Ansi16, Some(Hue::Magenta)) => Color::Magenta,
            (Self::Ansi16, Some(Hue::Cyan)) => Color::Cyan,
        };
        title.fg(color).add_modifier(Modifier::REVERSED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_colour_no_role_has_a_colour() {
        for role in [
            Role::Plain,
            Role::Ok,
            Role::Warn,
            Role::Bad,
            Role::Muted,
            Role::Accent,
            Role::Title,
            Role::Selected,
            Role::Alarm,
        ] {
            let style = Theme::Mono.style(role);
            assert_eq!((style.fg, style.bg), (None, None), "{role:?}");
        }
    }
}
