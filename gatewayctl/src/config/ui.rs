//! How the dashboard begins.

use std::time::Duration;

/// How the dashboard begins. What is absent is as its flags say by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ui {
    /// Whether the terminal's own colours are used; `theme = "mono"` uses none.
    pub mono: bool,
    /// How often it draws.
    pub refresh: Option<Duration>,
    /// Whether only ASCII is shown.
    pub ascii: Ascii,
}

/// Whether only ASCII is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Ascii {
    /// Where the locale has no more.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}
