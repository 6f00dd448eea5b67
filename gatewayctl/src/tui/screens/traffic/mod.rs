//! Traffic: requests as they are answered, one of them in detail, and who fails most.

mod columns;
mod detail;
mod groups;
mod hint;
mod kept;
mod view;
mod wrapped;

pub(crate) use columns::widest;
pub(crate) use hint::hint;
pub(crate) use view::{view, view_small};

use super::{Screen, Wish};
use crate::{
    client,
    model::{Filter, Served, TrafficAsked, TrafficBatch, TrafficBy},
    output::columns::TRAFFIC_FIELDS,
    tui::{
        filter::is_expression,
        list::{self, List},
        moment::Moment,
        notice::Notice,
        tailing::{Tail, Told},
    },
};
use kept::{Kept, Row};

/// Of how many requests one may be shown.
const SAMPLES: [u32; 5] = [1, 10, 20, 100, 1000];
/// Where words without a sign are looked for.
const SOUGHT: [&str; 7] = ["client", "path", "backend", "rule", "host", "agent", "route"];
/// A stream that ended by itself is asked for again after so long.
const AGAIN: std::time::Duration = std::time::Duration::from_secs(2);

/// What the screen remembers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct State {
    /// The rows, and the filter as it is typed.
    pub(crate) list: List,
    kept: Kept,
    /// Whether the newest is chosen whenever there is a newer one.
    follows: bool,
    /// The filter that holds, as it was typed, and as it was read.
    text: String,
    filter: Option<Filter>,
    sample: usize,
    by: TrafficBy,
    wraps: bool,
    pinned: Option<Box<Served>>,
    /// Why nothing is told, and when it is asked for again; never, while that could not help.
    failure: Option<(client::Error, Option<Moment>)>,
    /// The number of the stream, and what it was asked for; none while there is none.
    stream: u64,
    told: Option<TrafficAsked>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            list: List::default(),
            kept: Kept::default(),
            follows: true,
            text: String::new(),
            filter: None,
            sample: 0,
            by: TrafficBy::default(),
            wraps: false,
            pinned: None,
            failure: None,
            stream: 0,
            told: None,
        }
    }
}

/// What can be done on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Msg {
    /// To the newest, and on with it.
    Follow,
    /// To the oldest.
    Oldest,
    /// Group by something else.
    NextGrouping,
    /// Show one of more, then all.
    NextSample,
    /// Whole paths over several rows, or each request in one.
    Wrap,
    /// Keep the chosen request in the detail, or let it go.
    Pin,
    /// The backend of the chosen request.
    Backend,
    /// Its client, among those that limits refuse.
    Client,
    /// One step back.
    Back,
}

/// What the stream says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum News {
    /// Requests.
    Batch(TrafficBatch),
    /// It ended.
    Ended(client::Error),
}

impl State {
    /// Notes whether traffic is to be told; what that changes.
    pub(crate) fn wants(&mut self, wanted: bool) -> Option<Tail> {
        let ask = || TrafficAsked { filter: self.filter.clone(), sample: SAMPLES[self.sample] };
        let asked = wanted.then(ask);
        if asked == self.told {
            return None;
        }
        self.told.clone_from(&asked);
        self.stream += 1;
        Some(Tail { stream: self.stream, asked })
    }

    /// Whether it is of no use to ask yet.
    pub(crate) fn waits(&self, now: Moment) -> bool {
        let again = self.failure.as_ref().map(|(_, again)| *again);
        again.is_some_and(|again| again.is_none_or(|at| now.0 < at.0))
    }

    /// Takes what a stream says; an earlier one is not heard any more.
    pub(crate) fn learn(&mut self, told: Told, now: Moment, is_paused: bool) {
        if told.stream != self.stream {
            return;
        }
        match told.news {
            News::Batch(batch) => {
                self.failure = None;
                self.kept.take(batch, self.follows && !is_paused);
            }
            News::Ended(error) => {
                use client::ErrorCode::{Denied, Invalid, NotFound};
                let may_help = !matches!(error.code, Denied | Invalid | NotFound);
                self.failure = Some((error, may_help.then(|| now.after(AGAIN))));
                self.told = None;
            }
        }
    }

    /// Does something to the list. What is scrolled up stands still.
    pub(crate) fn move_list(&mut self, msg: list::Msg) {
        let ids = self.ids();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        self.list.update(msg, &ids, 0);
        self.follows = ids.last().copied() == self.list.selected();
        if self.follows {
            self.follow();
        }
    }

    /// The requests that are kept, the newest last.
    pub(crate) fn requests(&self) -> Vec<Served> {
        self.kept.rows().iter().map(|row| row.served.clone()).collect()
    }

    /// Keeps the selection on a row that is there; on the newest, while that is followed.
    pub(crate) fn settle(&mut self) {
        match self.kept.rows().back() {
            Some(newest) if self.follows => {
                let id = newest.id.clone();
                self.list.select(&id);
            }
            Some(_) => {
                let ids = self.ids();
                self.list.settle(&ids.iter().map(String::as_str).collect::<Vec<_>>());
            }
            None => {}
        }
    }

    /// Does `msg`; what it wants of the dashboard.
    pub(crate) fn update(&mut self, msg: Msg) -> Wish {
        match msg {
            Msg::Follow => self.follow(),
            Msg::Oldest => self.move_list(list::Msg::First),
            Msg::NextGrouping => self.by = self.by.next(),
            Msg::NextSample => {
                self.sample = (self.sample + 1) % SAMPLES.len();
                self.begin_anew();
            }
            Msg::Wrap => self.wraps = !self.wraps,
            Msg::Pin => self.pin(),
            Msg::Backend => return self.go_to_backend(),
            Msg::Client => return self.go_to_client(),
            Msg::Back => return self.back(),
        }
        Wish::Nothing
    }

    /// What was typed holds from now on; a text that cannot be read changes nothing.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub(crate) fn apply_filter(&mut self) -> Result<(), String> {
        let text = self.list.filter.input().text().trim().to_owned();
        let filter = match text.as_str() {
            "" => None,
            text if is_expression(text) => {
                let read = Filter::parse(text, &TRAFFIC_FIELDS);
                Some(read.map_err(|error| format!("{error}; still {}", self.words()))?)
            }
            text => Some(Filter::words(text, &SOUGHT)),
        };
        if filter != self.filter {
            self.filter = filter;
            self.text = text;
            self.begin_anew();
        }
        Ok(())
    }

    /// The filter that holds, in words.
    fn words(&self) -> &str {
        if self.text.is_empty() { "all" } else { &self.text }
    }

    /// The request that is shown in detail.
    pub(crate) fn shown(&self) -> Option<&Served> {
        let selected = || self.kept.find(self.list.selected()?);
        self.pinned.as_deref().or_else(selected)
    }

    fn follow(&mut self) {
        self.follows = true;
        self.kept.catch_up();
    }

    /// Requests of another filter or sample are not mixed with these.
    fn begin_anew(&mut self) {
        self.kept.clear();
        self.follows = true;
        self.failure = None;
    }

    fn pin(&mut self) {
        let chosen = self.list.selected().and_then(|id| self.kept.find(id));
        let chosen = chosen.cloned().map(Box::new);
        self.pinned = if self.pinned.is_some() { None } else { chosen };
    }

    fn go_to_backend(&self) -> Wish {
        match self.shown().map(|it| it.backend.clone()) {
            Some(name) if !name.is_empty() => Wish::Go(Screen::Backends, name),
            Some(_) => Wish::Say(Notice::note("this request was sent to no backend")),
            None => Wish::Say(Notice::note("no request is chosen")),
        }
    }

    fn go_to_client(&self) -> Wish {
        match self.shown() {
            Some(it) => Wish::Offender { client: it.client.clone(), rule: it.rule.clone() },
            None => Wish::Say(Notice::note("no request is chosen")),
        }
    }

    fn back(&mut self) -> Wish {
        if self.pinned.is_some() {
            self.pinned = None;
        } else if !self.follows {
            self.follow();
        } else if !self.list.filter.is_empty() {
            self.list.filter = Default::default();
            // Nothing is left of it that could not be read.
            let _ = self.apply_filter();
        } else {
            return Wish::Pass;
        }
        Wish::Nothing
    }

    fn ids(&self) -> Vec<String> {
        self.kept.rows().iter().map(|row| row.id.clone()).collect()
    }
}
