//! A style: what this reader's terminal can show.

/// What the reader of an answer can see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Style {
    /// Columns of the terminal; absent when the answer goes to a file or a pipe, and is not cut.
    pub width: Option<usize>,
    /// Colours are wanted.
    pub color: bool,
    /// Only ASCII is wanted.
    pub ascii: bool,
    /// Times are shown in UTC, not in the reader's zone.
    pub utc: bool,
    /// Tables have a line of titles.
    pub headers: bool,
    /// Tables have every column, whether they fit or not.
    pub wide: bool,
    /// Figures are shown as CSV has them, whole and without signs.
    pub raw: bool,
}

/// What a cell says beyond its words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tone {
    /// Nothing.
    #[default]
    Plain,
    /// All is well.
    Good,
    /// Look here.
    Warn,
    /// Users are hurt.
    Bad,
    /// Less important.
    Muted,
    /// A title.
    Strong,
}

impl Style {
    /// For files and pipes: everything, and nothing but text.
    #[must_use]
    pub const fn plain() -> Self {
        Self {
            width: None,
            color: false,
            ascii: true,
            utc: true,
            headers: true,
            raw: false,
            wide: false,
        }
    }

    /// `text` in this tone, or as it is without colours. The text must be safe already.
    #[must_use]
    pub fn paint(&self, text: &str, tone: Tone) -> String {
        let code = match tone {
            _ if !self.color => return text.to_owned(),
            Tone::Plain => return text.to_owned(),
            Tone::Good => "32",
            Tone::Warn => "33",
            Tone::Bad => "31",
            Tone::Muted => "2",
            Tone::Strong => "1",
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }

    /// The sign for "becomes".
    #[must_use]
    pub const fn arrow(&self) -> &'static str {
        if self.ascii { "->" } else { "→" }
    }
}
