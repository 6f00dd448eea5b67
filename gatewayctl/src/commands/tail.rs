//! A tail of events: the past, then what happens, across lost connections.

use std::{io::Write as _, time::Duration};

use futures_util::StreamExt as _;
use jiff::Timestamp;
use tokio::time::{self, Instant};

use super::{
    Failure, Verdict,
    interrupt::Interrupt,
    pictures::{PATIENCE, ended},
    session::Session,
    spoken::{self, Spoken},
};
use crate::{
    client::{Client, Error, Events},
    model::{Event, Snapshot},
    output::{
        Format, Listing, Meta, Selection, Style, change_line, said, state_line, write_events,
    },
};

/// What a gateway keeps: enough to make up for any gap that can be made up for.
const EVERYTHING: u32 = 1000;
const PAUSE: Duration = Duration::from_secs(1);

/// A tail of events.
pub(super) struct Tail<'a> {
    /// Lines for the ear instead of columns; none shows columns.
    spoken: Option<Spoken>,
    session: &'a Session,
    selection: Selection<Event>,
    style: Style,
    shown: Option<Event>,
    instance: String,
    titled: bool,
}

impl<'a> Tail<'a> {
    pub(super) const fn new(
        session: &'a Session,
        selection: Selection<Event>,
        style: Style,
    ) -> Self {
        let instance = String::new();
        Self { spoken: None, session, selection, style, shown: None, instance, titled: false }
    }

    /// The same in lines for the ear, gathered for so long each time; all of it on standard output.
    pub(super) fn spoken(mut self, every: Option<Duration>) -> Self {
        self.spoken = Some(Spoken::new(every));
        self
    }

    /// Shows the past as one answer.
    pub(super) fn show_all(&mut self, events: Vec<Event>, meta: &Meta) -> Result<(), Failure> {
        let events = self.selection.of(events, meta.now_ms());
        self.write(&events, meta, self.session.format())
    }

    /// Shows events until told to stop.
    pub(super) async fn follow(
        &mut self,
        client: &Client,
        backlog: u32,
        kinds: &[String],
    ) -> Result<Verdict, Failure> {
        Interrupt::hear()?.or(self.follow_on(client, backlog, kinds)).await?
    }

    async fn follow_on(
        &mut self,
        client: &Client,
        backlog: u32,
        kinds: &[String],
    ) -> Result<Verdict, Failure> {
        let picture = client.snapshot().await?;
        self.instance.clone_from(&picture.instance);
        if let Some(spoken) = &mut self.spoken {
            spoken.begin(&picture, &self.style)?;
        }
        let mut events = client.events(backlog, kinds, false).await?;
        loop {
            let error = self.show_until_lost(client, &mut events).await?;
            self.tell(&format!("connection lost, trying again: {error}"))?;
            events = self.reconnect(client, kinds, error).await?;
        }
    }

    /// Shows what comes; the error that ended it.
    async fn show_until_lost(
        &mut self,
        client: &Client,
        events: &mut Events,
    ) -> Result<Error, Failure> {
        loop {
            // Both are cancel-safe: a stream keeps what was not taken, and so does a clock.
            let event = tokio::select! {
                event = events.next() => event,
                () = spoken::tick(&mut self.spoken) => {
                    match client.snapshot().await {
                        Ok(picture) => self.speak(&picture)?,
                        Err(error) => return Ok(error),
                    }
                    continue;
                }
            };
            match event {
                Some(Ok(event)) => self.show(event)?,
                Some(Err(error)) => return Ok(error),
                None => return Ok(ended()),
            }
        }
    }

    /// The stream again, with what was missed. Ids start again with each process.
    async fn reconnect(
        &mut self,
        client: &Client,
        kinds: &[String],
        error: Error,
    ) -> Result<Events, Failure> {
        let since = Instant::now();
        let mut last = error;
        while since.elapsed() < PATIENCE {
            time::sleep(PAUSE).await;
            let again = async {
                let picture = client.snapshot().await?;
                Ok((picture.instance, client.events(EVERYTHING, kinds, false).await?))
            };
            match again.await {
                Ok((instance, events)) => {
                    let restarted = instance != self.instance;
                    self.tell(if restarted { "the gateway was restarted" } else { "back" })?;
                    if restarted {
                        self.instance = instance;
                        if let Some(shown) = &mut self.shown {
                            shown.id = 0;
                        }
                    }
                    return Ok(events);
                }
                Err(error) => last = error,
            }
        }
        Err(last.into())
    }

    fn show(&mut self, event: Event) -> Result<(), Failure> {
        if self.shown.as_ref().is_some_and(|shown| is_old(&event, shown)) {
            return Ok(());
        }
        self.shown = Some(event.clone());
        if !self.selection.admits(&event, event.time_ms) {
            return Ok(());
        }
        if let Some(spoken) = &mut self.spoken {
            return spoken.take(change_line(&event, &self.style));
        }
        // A document cannot stay open for ever, so JSON becomes one item per line.
        let format = match self.session.format() {
            Format::Json => Format::Jsonl,
            format => format,
        };
        let meta = Meta { server_time_ms: Some(event.time_ms), ..Meta::default() };
        self.write(&[event], &meta, format)
    }

    /// Tells of the connection: on standard error, or where all else is heard.
    fn tell(&mut self, words: &str) -> Result<(), Failure> {
        let Some(spoken) = &mut self.spoken else {
            self.session.tell(words);
            return Ok(());
        };
        spoken.now(&said(Timestamp::now().as_millisecond(), words, &self.style))
    }

    fn speak(&mut self, picture: &Snapshot) -> Result<(), Failure> {
        match &mut self.spoken {
            Some(spoken) => spoken.now(&state_line(picture, &self.style)),
            None => Ok(()),
        }
    }

    fn write(&mut self, events: &[Event], meta: &Meta, format: Format) -> Result<(), Failure> {
        let headers = self.style.headers && !std::mem::replace(&mut self.titled, true);
        let style = Style { headers, ..self.style.clone() };
        let list = Listing { kind: "EventList", meta, items: events, selection: &self.selection };
        self.session.answer(|out| {
            write_events(out, format, &style, &list)?;
            out.flush()
        })
    }
}

/// Whether an event was shown already. A journal may tell the past of earlier processes again.
fn is_old(event: &Event, shown: &Event) -> bool {
    event.id <= shown.id || event.time_ms < shown.time_ms
}
