//! Keep showing a list: repainted on a terminal, as changes to programs, as rows to CSV, as news in
//! the words of a template.

use std::{
    io::{self, Write as _},
    time::Duration,
};

use jiff::Timestamp;
use serde_json::json;
use tokio::time::{self, Instant};

use super::{
    Failure, Kind, Verdict,
    interrupt::Interrupt,
    list::{self, WatchFlags},
    paint::{emit, repaint},
    pictures::{Sight, ended, follow},
    session::Session,
};
use crate::{
    client::Error,
    duration,
    model::{Filter, Snapshot},
    output::{Format, Listing, Meta, Seen, Selection, Style, Template, Tone, WatchLine, json_line},
    safe_text::safe_text,
};

/// Pictures come once a second, give or take this.
const JITTER: Duration = Duration::from_millis(150);

/// What to watch and how to show it.
pub(super) struct Watch<'a, T: 'static> {
    pub(super) session: &'a Session,
    pub(super) flags: &'a WatchFlags,
    pub(super) kind: list::Kind<T>,
    pub(super) selection: Selection<T>,
    pub(super) style: Style,
}

/// How the pictures are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Repaint,
    Rows,
    Changes,
    /// What a template says, whenever it says something else of an item.
    News(Template),
}

/// What was shown so far.
#[derive(Debug, Default)]
struct Shown {
    pictures: u64,
    at: Option<Instant>,
    seen: Seen,
    painted_lines: u16,
    lost: bool,
}

impl<T: Clone> Watch<'_, T> {
    /// Watches until told to stop. `write` writes one picture as a table or as CSV.
    pub(super) async fn run(
        &self,
        pick: impl AsyncFn(&Snapshot) -> Result<Option<Vec<T>>, Failure>,
        write: impl Fn(&mut Vec<u8>, Format, &Style, &Listing<'_, T>) -> io::Result<()>,
    ) -> Result<Verdict, Failure> {
        self.session.suits(self.selection.all())?;
        let way = self.way()?;
        let until = self.condition()?;
        let client = self.session.connect().await?;
        let mut interrupt = Interrupt::hear()?;
        let mut sights = follow(client);
        let mut shown = Shown::default();
        let mut last_error = None;
        let deadline = self.flags.timeout.map(|timeout| Instant::now() + timeout);
        loop {
            // Both are cancel-safe: a receive that loses the race loses no picture.
            let sight = tokio::select! {
                sight = sights.recv() => sight,
                () = at(deadline) => return Err(timed_out(self.flags)),
                () = interrupt.pressed() => return Err(Failure::new(Kind::Interrupted, "")),
            };
            match sight {
                Some(Sight::Picture(picture)) if self.is_due(&shown) => {
                    let Some(found) = interrupt.or(pick(&picture)).await?? else { continue };
                    let items = self.selection.of(found, picture.time_ms);
                    self.show(way, &picture, &items, &write, &mut shown)?;
                    if self.is_enough(until.as_ref(), &items, picture.time_ms, &shown) {
                        return Ok(Verdict::Done);
                    }
                }
                Some(Sight::Picture(_)) => {}
                // The first attempt decides whether there is anything to watch.
                Some(Sight::Lost(error)) if shown.pictures == 0 => return Err(error.into()),
                Some(Sight::Lost(error)) => {
                    self.show_loss(way, &error, &mut shown)?;
                    last_error = Some(error);
                }
                None => return Err(last_error.unwrap_or_else(ended).into()),
            }
        }
    }

    fn condition(&self) -> Result<Option<Filter>, Failure> {
        let until = self.flags.until.as_deref();
        Ok(until.map(|text| self.selection.condition(text)).transpose()?)
    }

    fn way(&self) -> Result<Way, Failure> {
        match (self.session.format(), self.style.width) {
            (Format::Table | Format::Wide, Some(_)) => Ok(Way::Repaint),
            (Format::Table | Format::Wide, None) | (Format::Json | Format::Jsonl, _) => {
                Ok(Way::Changes)
            }
            (Format::Csv, _) => Ok(Way::Rows),
            (Format::Template(template), _) => Ok(Way::News(template)),
            (Format::Yaml, _) => Err(Failure::usage("--watch has no end, a YAML document has")
                .hint("use -o jsonl, csv or table")),
            (Format::Name, _) => Err(Failure::usage("--watch shows figures, -o name does not")
                .hint("use -o jsonl, csv or table")),
        }
    }

    fn is_enough(&self, until: Option<&Filter>, items: &[T], time_ms: i64, shown: &Shown) -> bool {
        let met = until.is_some_and(|until| {
            !items.is_empty() && items.iter().all(|item| self.selection.fits(until, item, time_ms))
        });
        met || self.flags.count.is_some_and(|count| shown.pictures >= count)
    }

    fn is_due(&self, shown: &Shown) -> bool {
        let every = self.flags.every.unwrap_or_default();
        shown.at.is_none_or(|at| at.elapsed() + JITTER >= every)
    }

    fn show(
        &self,
        way: Way,
        picture: &Snapshot,
        items: &[T],
        write: &impl Fn(&mut Vec<u8>, Format, &Style, &Listing<'_, T>) -> io::Result<()>,
        shown: &mut Shown,
    ) -> Result<(), Failure> {
        let meta = Meta::of(&self.session.context(), picture);
        let list = Listing { kind: self.kind.name, meta: &meta, items, selection: &self.selection };
        let mut text = Vec::new();
        match way {
            Way::Repaint => {
                writeln!(text, "{}", self.title(picture.time_ms))?;
                write(&mut text, Format::Table, &self.style, &list)?;
                shown.painted_lines = repaint(&text, shown.painted_lines)?;
            }
            Way::Rows => {
                let headers = self.style.headers && shown.pictures == 0;
                let style = Style { headers, ..self.style.clone() };
                write(&mut text, Format::Csv, &style, &list)?;
                emit(&text)?;
            }
            Way::Changes => {
                if std::mem::take(&mut shown.lost) {
                    writeln!(text, "{}", WatchLine::Gap.json())?;
                }
                let named = self.names(&list).into_iter().zip(list.json_lines()?).collect();
                for line in shown.seen.changes(named) {
                    writeln!(text, "{}", line.json())?;
                }
                emit(&text)?;
            }
            Way::News(template) => {
                let named = self.names(&list).into_iter().zip(list.filled(template)?).collect();
                for line in shown.seen.news(named) {
                    writeln!(text, "{line}")?;
                }
                emit(&text)?;
            }
        }
        shown.lost = false;
        shown.pictures += 1;
        shown.at = Some(Instant::now());
        Ok(())
    }

    /// What tells the items from each other.
    fn names(&self, list: &Listing<'_, T>) -> Vec<String> {
        match self.kind.identity {
            Some(identity) => list.items.iter().map(identity).collect(),
            None => list.names(),
        }
    }

    fn title(&self, time_ms: i64) -> String {
        let time = Timestamp::from_millisecond(time_ms)
            .map(|time| time.strftime("%TZ").to_string())
            .unwrap_or_default();
        let every = self.flags.every.map_or_else(
            || "1s".to_owned(),
            |every| duration::short(every.max(Duration::from_secs(1))),
        );
        let title = format!("{}  {time}  every {every}, ^C ends", self.session.context());
        self.style.paint(&safe_text(&title), Tone::Muted)
    }

    fn show_loss(&self, way: Way, error: &Error, shown: &mut Shown) -> Result<(), Failure> {
        if std::mem::replace(&mut shown.lost, true) {
            return Ok(());
        }
        match way {
            Way::Changes => {
                let item = json!({ "message": error.message, "hint": error.hint });
                let line = WatchLine::Error(json_line(&item)?).json();
                emit(format!("{line}\n").as_bytes())
            }
            Way::Repaint | Way::Rows | Way::News(_) => {
                // What was painted stays: it is the last that is known.
                shown.painted_lines = 0;
                self.session.tell(&format!("connection lost, trying again: {error}"));
                Ok(())
            }
        }
    }
}

/// Never, or at the deadline.
pub(super) async fn at(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

fn timed_out(flags: &WatchFlags) -> Failure {
    let timeout = duration::short(flags.timeout.unwrap_or_default());
    Failure::new(Kind::TimedOut, format!("watched for {timeout}, as --timeout says"))
}
