//! A depth: how many colours a terminal shows, and the nearest of them to the one that is wanted.

use ratatui::style::{Color, Modifier, Style};

use crate::model::{Paint, Tint};

/// How many colours a terminal shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// Its own sixteen.
    #[default]
    Sixteen,
    /// 256.
    Indexed,
    /// Each one of red, green and blue.
    Full,
}

/// The steps of red, green and blue in the cube of 216 colours that begins at 16.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
/// The sixteen as xterm has them; every terminal differs a little.
const SIXTEEN: [(u8, u8, u8); 16] = [
    (0, 0, 0),
    (205, 0, 0),
    (0, 205, 0),
    (205, 205, 0),
    (0, 0, 238),
    (205, 0, 205),
    (0, 205, 205),
    (229, 229, 229),
    (127, 127, 127),
    (255, 0, 0),
    (0, 255, 0),
    (255, 255, 0),
    (92, 92, 255),
    (255, 0, 255),
    (0, 255, 255),
    (255, 255, 255),
];

impl Depth {
    /// What a terminal says of itself in `COLORTERM` and `TERM`.
    #[must_use]
    pub fn of(colorterm: &str, term: &str) -> Self {
        match colorterm {
            "truecolor" | "24bit" => Self::Full,
            _ if term.ends_with("-direct") => Self::Full,
            _ if term.contains("256color") => Self::Indexed,
            _ => Self::Sixteen,
        }
    }

    /// The paint in the colours of such a terminal.
    pub(super) fn style(self, paint: Paint) -> Style {
        let mut style = Style { fg: paint.text.map(|it| self.color(it)), ..Style::new() };
        let mut reverse = paint.reverse;
        match paint.ground {
            // The nearest of sixteen may be that of the text: what is behind it is told otherwise.
            Some(Tint::Rgb(..) | Tint::Indexed(16..)) if self == Self::Sixteen => {
                style.fg = None;
                reverse = true;
            }
            ground => style.bg = ground.map(|it| self.color(it)),
        }
        for (wanted, modifier) in [
            (paint.bold, Modifier::BOLD),
            (paint.dim, Modifier::DIM),
            (reverse, Modifier::REVERSED),
            (paint.underline, Modifier::UNDERLINED),
        ] {
            if wanted {
                style = style.add_modifier(modifier);
            }
        }
        style
    }

    fn color(self, tint: Tint) -> Color {
        match (tint, self) {
            (Tint::Own(at), _) => Color::Indexed(at),
            (Tint::Indexed(at), Self::Indexed | Self::Full) => Color::Indexed(at),
            (Tint::Indexed(at), Self::Sixteen) => Color::Indexed(nearest_own(spread(at))),
            (Tint::Rgb(red, green, blue), Self::Full) => Color::Rgb(red, green, blue),
            (Tint::Rgb(red, green, blue), Self::Indexed) => {
                Color::Indexed(nearest_indexed((red, green, blue)))
            }
            (Tint::Rgb(red, green, blue), Self::Sixteen) => {
                Color::Indexed(nearest_own((red, green, blue)))
            }
        }
    }
}

/// Red, green and blue of one of 256.
fn spread(at: u8) -> (u8, u8, u8) {
    match at {
        0..16 => SIXTEEN[usize::from(at)],
        16..232 => {
            let at = usize::from(at - 16);
            (STEPS[at / 36], STEPS[at / 6 % 6], STEPS[at % 6])
        }
        232.. => {
            let gray = 8 + (at - 232) * 10;
            (gray, gray, gray)
        }
    }
}

fn nearest_indexed(wanted: (u8, u8, u8)) -> u8 {
    // Not the first sixteen, which every terminal has otherwise.
    (16..=u8::MAX).min_by_key(|at| distance(spread(*at), wanted)).unwrap_or(16)
}

fn nearest_own(wanted: (u8, u8, u8)) -> u8 {
    (0..16).min_by_key(|at| distance(spread(*at), wanted)).unwrap_or(7)
}

fn distance(one: (u8, u8, u8), other: (u8, u8, u8)) -> u32 {
    let square = |one: u8, other: u8| u32::from(one.abs_diff(other)).pow(2);
    square(one.0, other.0) + square(one.1, other.1) + square(one.2, other.2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_says_how_many_colours_it_shows() {
        for (colorterm, term, depth) in [
            ("truecolor", "xterm", Depth::Full),
            ("24bit", "", Depth::Full),
            ("", "xterm-direct", Depth::Full),
            ("", "tmux-256color", Depth::Indexed),
            ("yes", "linux", Depth::Sixteen),
            ("", "", Depth::Sixteen),
        ] {
            assert_eq!(Depth::of(colorterm, term), depth, "{colorterm} {term}");
        }
    }

    #[test]
    fn a_colour_that_is_not_there_becomes_the_nearest() {
        let style = |depth: Depth, text: &str| depth.style(text.parse().unwrap());
        assert_eq!(style(Depth::Full, "#d55e00").fg, Some(Color::Rgb(0xd5, 0x5e, 0)));
        assert_eq!(style(Depth::Indexed, "#d55e00").fg, Some(Color::Indexed(166)));
        assert_eq!(style(Depth::Sixteen, "#ff1010").fg, Some(Color::Indexed(9)));
        assert_eq!(style(Depth::Sixteen, "196").fg, Some(Color::Indexed(9)));
        assert_eq!(style(Depth::Full, "red").fg, Some(Color::Indexed(1)));
        for at in 16..=u8::MAX {
            let (red, green, blue) = spread(at);
            assert_eq!(spread(nearest_indexed((red, green, blue))), (red, green, blue));
        }
    }

    #[test]
    fn a_ground_of_sixteen_colours_is_told_by_reversing() {
        let style = Depth::Sixteen.style("bold red on #303030".parse().unwrap());
        assert_eq!((style.fg, style.bg), (None, None));
        assert!(style.add_modifier.contains(Modifier::REVERSED | Modifier::BOLD));
    }
}
