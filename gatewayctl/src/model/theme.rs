//! A theme: how what texts mean looks. Built in, or of the operator's own.

use std::{fmt, str::FromStr};

use super::Paint;

/// A theme that is built in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Scheme {
    /// The terminal's own sixteen colours.
    #[default]
    Ansi16,
    /// Colours for a dark ground.
    Dark,
    /// Colours for a light ground.
    Light,
    /// No colour at all: bold, dim and reverse.
    Mono,
    /// Colours that everybody tells apart, after Okabe and Ito.
    CbSafe,
}

/// What texts mean, as a theme of one's own calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// As it should be.
    Ok,
    /// Somebody should look.
    Warn,
    /// Users are hurt.
    Bad,
    /// Of little weight.
    Muted,
    /// Where the eye should go first.
    Accent,
    /// The row that keys act on.
    Sel,
}

/// A theme.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Theme {
    /// What it is called.
    pub name: String,
    /// What holds where it says nothing.
    pub base: Scheme,
    /// What it says.
    pub own: Vec<(Part, Paint)>,
}

/// No theme is called so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected ansi16, dark, light, mono or cb-safe, found `{0}`")]
pub struct SchemeError(String);

impl Scheme {
    /// Every value.
    pub const ALL: [Self; 5] = [Self::Ansi16, Self::Dark, Self::Light, Self::Mono, Self::CbSafe];

    /// Its word in every tool.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ansi16 => "ansi16",
            Self::Dark => "dark",
            Self::Light => "light",
            Self::Mono => "mono",
            Self::CbSafe => "cb-safe",
        }
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl FromStr for Scheme {
    type Err = SchemeError;

    fn from_str(text: &str) -> Result<Self, SchemeError> {
        let found = Self::ALL.into_iter().find(|scheme| scheme.word() == text);
        found.ok_or_else(|| SchemeError(text.chars().take(40).collect()))
    }
}

impl Part {
    /// Every value with its key in a file.
    pub const ALL: [(&'static str, Self); 6] = [
        ("ok", Self::Ok),
        ("warn", Self::Warn),
        ("bad", Self::Bad),
        ("muted", Self::Muted),
        ("accent", Self::Accent),
        ("sel", Self::Sel),
    ];
}

impl From<Scheme> for Theme {
    fn from(base: Scheme) -> Self {
        Self { name: base.word().to_owned(), base, own: Vec::new() }
    }
}
