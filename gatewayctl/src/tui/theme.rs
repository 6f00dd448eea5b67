//! A theme: how each role looks. A role is what a text means, never a colour.

use ratatui::style::{Color, Modifier, Style};

use super::{depth::Depth, scheme};
use crate::model::{self, Hue, Part, Scheme};

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

impl Role {
    /// Every value.
    pub(crate) const ALL: [Self; 9] = [
        Self::Plain,
        Self::Ok,
        Self::Warn,
        Self::Bad,
        Self::Muted,
        Self::Accent,
        Self::Title,
        Self::Selected,
        Self::Alarm,
    ];

    /// What it is called in a theme of one's own.
    const fn part(self) -> Option<Part> {
        Some(match self {
            Self::Ok => Part::Ok,
            Self::Warn => Part::Warn,
            Self::Bad => Part::Bad,
            Self::Muted => Part::Muted,
            Self::Accent => Part::Accent,
            Self::Selected => Part::Sel,
            Self::Plain | Self::Title | Self::Alarm => return None,
        })
    }
}

/// How each role looks on one terminal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Theme {
    scheme: Scheme,
    styles: [Style; Role::ALL.len()],
}

impl Theme {
    /// `theme` on a terminal of this depth.
    pub(crate) fn new(theme: &model::Theme, depth: Depth) -> Self {
        let styles = Role::ALL.map(|role| {
            let own = theme.own.iter().find(|(part, _)| Some(*part) == role.part());
            let built_in = || scheme::paint(theme.base, role, depth > Depth::Sixteen);
            depth.style(own.map_or_else(built_in, |(_, paint)| *paint))
        });
        Self { scheme: theme.base, styles }
    }

    /// The theme for a terminal that shows colours, or does not.
    pub(crate) fn for_color(color: bool) -> Self {
        let scheme = if color { Scheme::Ansi16 } else { Scheme::Mono };
        Self::new(&scheme.into(), Depth::Sixteen)
    }

    /// How `role` looks.
    pub(crate) const fn style(self, role: Role) -> Style {
        self.styles[role as usize]
    }

    /// How a gateway's name looks, that must not be taken for another.
    pub(crate) fn badge(self, hue: Option<Hue>) -> Style {
        let title = self.style(Role::Title);
        let color = match (self.scheme, hue) {
            (Scheme::Mono, _) | (_, None) => return title,
            (_, Some(Hue::Red)) => Color::Red,
            (_, Some(Hue::Green)) => Color::Green,
            (_, Some(Hue::Yellow)) => Color::Yellow,
            (_, Some(Hue::Blue)) => Color::Blue,
            (_, Some(Hue::Magenta)) => Color::Magenta,
            (_, Some(Hue::Cyan)) => Color::Cyan,
        };
        title.fg(color).add_modifier(Modifier::REVERSED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_colour_no_role_has_a_colour() {
        for (at, role) in Role::ALL.into_iter().enumerate() {
            assert_eq!(role as usize, at, "each has its own style");
            let style = Theme::for_color(false).style(role);
            assert_eq!((style.fg, style.bg), (None, None), "{role:?}");
        }
    }

    #[test]
    fn a_theme_of_ones_own_goes_before_the_one_below_it() {
        let own = vec![(Part::Ok, "magenta".parse().unwrap())];
        let theme = model::Theme { name: "mine".to_owned(), base: Scheme::Dark, own };
        let theme = Theme::new(&theme, Depth::Full);
        assert_eq!(theme.style(Role::Ok).fg, Some(Color::Indexed(5)));
        assert_eq!(theme.style(Role::Warn).fg, Some(Color::Rgb(0xff, 0xd7, 0x5f)));
    }
}
