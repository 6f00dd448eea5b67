//! How the dashboard begins.

use std::time::Duration;

use super::{Layout, ThemeName};

/// How the dashboard begins. What is absent is as its flags say by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ui {
    /// Which colours it has.
    pub theme: Option<ThemeName>,
    /// How often it draws.
    pub refresh: Option<Duration>,
    /// Whether only ASCII is shown.
    pub ascii: Ascii,
    /// Whether the mouse is listened to.
    pub mouse: bool,
    /// Which columns are wanted in which tables.
    pub columns: Vec<Layout>,
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
