//! Progress of a long wait: one living line on a terminal, else a line per change and every 5 s.

use std::{
    io::{self, IsTerminal as _, Write as _},
    time::Duration,
};

use crossterm::{
    cursor::MoveToColumn,
    queue,
    terminal::{Clear, ClearType},
};
use tokio::time::Instant;

use super::session::Session;
use crate::{duration, safe_text::safe_text};

/// Off a terminal an unchanged state is told again after this long, so that a log shows life.
pub(super) const REPEAT: Duration = Duration::from_secs(5);

/// What is told while waiting.
#[derive(Debug)]
pub(super) struct Progress {
    way: Way,
    began: Instant,
    last: Option<(String, Instant)>,
    width: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Quiet,
    LivingLine,
    Lines,
}

impl Progress {
    pub(super) fn new(session: &Session) -> Self {
        let way = match (session.global.quiet, io::stderr().is_terminal()) {
            (true, _) => Way::Quiet,
            (false, true) => Way::LivingLine,
            (false, false) => Way::Lines,
        };
        let width = session.message_style().width.unwrap_or(80);
        Self { way, began: Instant::now(), last: None, width }
    }

    /// How long it has been waiting.
    pub(super) fn waited(&self) -> Duration {
        self.began.elapsed()
    }

    /// Tells the state; `help` fits on a living line only.
    pub(super) fn tell(&mut self, state: &str, help: &str) {
        let state = safe_text(state).into_owned();
        let waited = duration::short(Duration::from_secs(self.waited().as_secs()));
        match self.way {
            Way::Quiet => {}
            Way::LivingLine => self.paint(&format!("{state}  {waited}  {help}")),
            Way::Lines if self.is_news(&state) => {
                // Progress on a closed standard error is progress nobody reads.
                let _ = writeln!(io::stderr(), "{state} ({waited})");
            }
            Way::Lines => return,
        }
        self.last = Some((state, Instant::now()));
    }

    fn is_news(&self, state: &str) -> bool {
        self.last.as_ref().is_none_or(|(last, at)| last != state || at.elapsed() >= REPEAT)
    }

    /// Takes the living line away.
    pub(super) fn end(&mut self) {
        if self.way == Way::LivingLine && self.last.take().is_some() {
            self.paint("");
        }
    }

    fn paint(&self, line: &str) {
        let line: String = line.chars().take(self.width.saturating_sub(1)).collect();
        let mut text = Vec::new();
        let painted = queue!(text, MoveToColumn(0), Clear(ClearType::CurrentLine))
            .and_then(|()| text.write_all(line.as_bytes()))
            .and_then(|()| io::stderr().write_all(&text));
        // As above.
        let _ = painted;
    }
}
