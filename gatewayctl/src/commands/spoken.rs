//! Spoken: what happens in lines for the ear and for logs. Nothing is ever painted over.

use std::{future, time::Duration};

use tokio::time::{self, Interval};

use super::{Failure, paint::emit};
use crate::{
    model::Snapshot,
    output::{Style, write_summary},
};

/// Lines that are told, at once or every now and then.
#[derive(Debug)]
pub(super) struct Spoken {
    /// When what was gathered is told, with how the gateway is; none tells everything at once.
    clock: Option<Interval>,
    gathered: Vec<String>,
}

impl Spoken {
    pub(super) fn new(every: Option<Duration>) -> Self {
        // A clock cannot stand still.
        let clock = every
            .filter(|every| !every.is_zero())
            .map(|every| time::interval_at(time::Instant::now() + every, every));
        Self { clock, gathered: Vec::new() }
    }

    /// Tells how the gateway is before anything happens.
    pub(super) fn begin(&mut self, picture: &Snapshot, style: &Style) -> Result<(), Failure> {
        let mut text = Vec::new();
        write_summary(&mut text, picture, style)?;
        emit(&text)
    }

    /// Takes a line: it is told at once, or when its time comes.
    pub(super) fn take(&mut self, line: String) -> Result<(), Failure> {
        if self.clock.is_some() {
            self.gathered.push(line);
            return Ok(());
        }
        self.now(&line)
    }

    /// Tells what was gathered, and this line after it.
    pub(super) fn now(&mut self, line: &str) -> Result<(), Failure> {
        let mut text: String = self.gathered.drain(..).map(|line| line + "\n").collect();
        text += line;
        text.push('\n');
        emit(text.as_bytes())
    }
}

/// Comes back when what was gathered is to be told; never where everything is told at once.
pub(super) async fn tick(spoken: &mut Option<Spoken>) {
    match spoken.as_mut().and_then(|it| it.clock.as_mut()) {
        Some(clock) => {
            clock.tick().await;
        }
        None => future::pending().await,
    }
}
