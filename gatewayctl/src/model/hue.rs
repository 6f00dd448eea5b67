//! A hue: the colour that tells one gateway from another at a glance.

use std::{fmt, str::FromStr};

/// One of the six colours that every terminal has beside black and white.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hue {
    /// Red.
    Red,
    /// Green.
    Green,
    /// Yellow.
    Yellow,
    /// Blue.
    Blue,
    /// Magenta.
    Magenta,
    /// Cyan.
    Cyan,
}

/// Why a text is no hue.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected red, green, yellow, blue, magenta or cyan, found `{0}`")]
pub struct HueError(String);

impl Hue {
    /// Every value.
    pub const ALL: [Self; 6] =
        [Self::Red, Self::Green, Self::Yellow, Self::Blue, Self::Magenta, Self::Cyan];

    /// Its word in every tool.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Red => "red",
            Self::Green => "green",
            Self::Yellow => "yellow",
            Self::Blue => "blue",
            Self::Magenta => "magenta",
            Self::Cyan => "cyan",
        }
    }
}

impl fmt::Display for Hue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl FromStr for Hue {
    type Err = HueError;

    fn from_str(text: &str) -> Result<Self, HueError> {
        let found = Self::ALL.into_iter().find(|hue| hue.word() == text);
        found.ok_or_else(|| HueError(text.to_owned()))
    }
}
