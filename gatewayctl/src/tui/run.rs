//! The loop: messages in, effects out, frames drawn. The only place that does more than compute.

use std::{
    io::{self, Write as _},
    time::{Duration, Instant},
};

use crossterm::event::{Event, EventStream};
use futures_util::{
    FutureExt as _, StreamExt as _,
    future::{self, LocalBoxFuture},
};
use tokio::{sync::mpsc, time};

use super::{
    Care, Depth, Keymap, Screen,
    connection::Connection,
    effect::{Effect, Request},
    farewell::farewell,
    find::find,
    key::Key,
    lines,
    link::{Link, Route},
    look::Look,
    lore::{Found, Inquiry},
    message::{Answer, Msg},
    model::{Model, Settings},
    moment::Moment,
    notice::Notice,
    palette::{Completed, Grammar, Line, Order, Read},
    signals::{Ending, Signal, Signals},
    terminal::Terminal,
    themes::Themes,
    update::update,
    view::view,
    window::Window,
};
use crate::{
    client::{self, Address, ErrorCode, TlsFiles},
    model::Theme,
};

/// Frames are at least this far apart.
const FRAME: Duration = Duration::from_millis(50);
/// A terminal that is being resized is left alone for so long.
const RESIZE: Duration = Duration::from_millis(30);
/// Answers not yet taken; a full one makes the asking task wait.
const ANSWERS: usize = 16;

/// What the dashboard is started with.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where the gateway is.
    pub address: Address,
    /// What TLS is spoken with.
    pub tls: TlsFiles,
    /// What its operator calls it.
    pub context: String,
    /// The screen to begin with; Overview unless told.
    pub screen: Option<Screen>,
    /// How long a connect may take.
    pub connect_timeout: Duration,
    /// Whether only ASCII is shown.
    pub ascii: bool,
    /// How what texts mean looks.
    pub theme: Theme,
    /// How many colours the terminal shows.
    pub depth: Depth,
    /// How much care the gateway is treated with.
    pub care: Care,
    /// How often the picture is renewed; at least a second.
    pub refresh: Duration,
    /// How far back charts look; as far as something was seen when not said.
    pub window: Option<Window>,
    /// Where its operator comes from; empty when not known.
    pub own_address: String,
    /// Which key does what.
    pub keymap: Keymap,
    /// What can be typed into the palette.
    pub grammar: Grammar,
}

/// Why a dashboard ended other than by its operator's wish.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The terminal cannot be used.
    #[error("cannot use the terminal: {0}")]
    Terminal(#[source] io::Error),
    /// A signal ended it, or the terminal went away.
    #[error("ended by {0}")]
    Ended(Ending),
}

/// Shows the dashboard until its operator quits.
///
/// # Errors
/// When the terminal cannot be used, or a signal ends the dashboard. The terminal is given back in
/// either case.
pub async fn run(options: Options) -> Result<(), Error> {
    let model = {
        let mut dashboard = Dashboard::open(options).map_err(Error::Terminal)?;
        dashboard.watch().await?;
        dashboard.model
    };
    io::stderr().lock().write_all(farewell(&model).as_bytes()).map_err(Error::Terminal)
}

/// A line of the palette that is being read.
struct Reading {
    text: String,
    order: LocalBoxFuture<'static, Result<Order, String>>,
}

struct Dashboard {
    began: Instant,
    grammar: Grammar,
    reading: Option<Reading>,
    model: Model,
    link: Link,
    terminal: Terminal,
    signals: Signals,
    answer: mpsc::Sender<Msg>,
    answers: mpsc::Receiver<Msg>,
    /// When the next frame is due; none while nothing changed.
    due: Option<Instant>,
    drawn: Option<Instant>,
}

/// Why the loop woke up.
enum Wake {
    Msg(Box<Msg>),
    Resize,
    Draw,
    Signal(Signal),
}

impl Wake {
    fn msg(msg: Msg) -> Self {
        Self::Msg(Box::new(msg))
    }
}

impl Dashboard {
    fn open(options: Options) -> io::Result<Self> {
        let themes = Themes::new(options.theme, options.depth);
        let look = Look::new(options.ascii, true).themed(themes.theme());
        let settings = Settings {
            context: options.context,
            address: options.address.to_string(),
            look,
            care: options.care,
            own_address: options.own_address,
            keymap: options.keymap,
            themes,
            refresh: options.refresh,
        };
        let screen = options.screen.unwrap_or_default();
        let mut model = Model::new(settings, Connection::new(options.refresh), screen);
        model.wanted_window = options.window;
        model.lines = lines::load();
        let (answer, answers) = mpsc::channel(ANSWERS);
        Ok(Self {
            began: Instant::now(),
            grammar: options.grammar,
            reading: None,
            model,
            signals: Signals::listen()?,
            terminal: Terminal::take()?,
            link: Link::start(Route {
                address: options.address,
                tls: options.tls,
                connect_timeout: options.connect_timeout,
                refresh: options.refresh,
            }),
            answer,
            answers,
            due: Some(Instant::now()),
            drawn: None,
        })
    }

    async fn watch(&mut self) -> Result<(), Error> {
        let mut input = EventStream::new();
        loop {
            match self.wake(&mut input).await {
                Wake::Msg(msg) => {
                    let now = self.now();
                    let effects = update(&mut self.model, now, *msg);
                    self.soon(FRAME);
                    if self.run(effects).map_err(Error::Terminal)? {
                        return Ok(());
                    }
                }
                Wake::Resize => {
                    // Even where it ends at the size it had: a terminal forgets what a smaller
                    // window did not show.
                    self.terminal.forget().map_err(Error::Terminal)?;
                    self.due = Some(Instant::now() + RESIZE);
                }
                Wake::Draw => self.draw().map_err(Error::Terminal)?,
                Wake::Signal(Signal::Stop) => self.suspend().map_err(Error::Terminal)?,
                Wake::Signal(Signal::Continue) => {
                    self.terminal.take_again().map_err(Error::Terminal)?;
                    self.soon(Duration::ZERO);
                }
                Wake::Signal(Signal::End(ending)) => return Err(Error::Ended(ending)),
            }
            if self.terminal.is_gone() {
                return Err(Error::Ended(Ending::Hangup));
            }
        }
    }

    /// Waits for whatever comes first. All arms are cancel-safe: channels, streams, notifications
    /// and timers lose nothing when another is taken.
    async fn wake(&mut self, input: &mut EventStream) -> Wake {
        let change = self.began + self.model.next_change().0;
        let ready = self.terminal.is_ready();
        tokio::select! {
            biased;
            signal = self.signals.next() => Wake::Signal(signal),
            () = self.terminal.hung_up() => Wake::Signal(Signal::End(Ending::Hangup)),
            event = input.next() => heard(event),
            Some(answer) = self.answers.recv() => Wake::msg(answer),
            read = read_on(&mut self.reading) => {
                self.reading = None;
                Wake::msg(Msg::Read(Box::new(read)))
            }
            Some(event) = self.link.next() => Wake::msg(Msg::Link(event)),
            () = until(self.due), if ready => Wake::Draw,
            () = self.terminal.changed(), if !ready => Wake::msg(Msg::Tick),
            () = time::sleep_until(change.into()) => Wake::msg(Msg::Tick),
        }
    }

    fn now(&self) -> Moment {
        Moment(self.began.elapsed())
    }

    /// A frame is due, but not within `apart` of the last.
    fn soon(&mut self, apart: Duration) {
        let now = Instant::now();
        let earliest = self.drawn.map_or(now, |drawn| (drawn + apart).max(now));
        self.due = Some(self.due.map_or(earliest, |due| due.min(earliest)));
    }

    fn draw(&mut self) -> io::Result<()> {
        self.due = None;
        self.drawn = Some(Instant::now());
        self.model.now = self.now();
        let model = &self.model;
        self.terminal.draw(|frame| view(model, frame))
    }

    fn suspend(&mut self) -> io::Result<()> {
        self.terminal.suspend()?;
        self.soon(Duration::ZERO);
        Ok(())
    }

    /// Does what `update` wants; `true` when that is to end.
    fn run(&mut self, effects: Vec<Effect>) -> io::Result<bool> {
        for effect in effects {
            match effect {
                Effect::Preview(request) => self.ask(request, true),
                Effect::Apply(request) => self.ask(request, false),
                Effect::Inquire(inquiry) => self.inquire(inquiry),
                Effect::Read(line) => self.read(line),
                Effect::Complete(text) => self.complete(text),
                Effect::Remember(lines) => self.remember(&lines),
                Effect::Bell => self.terminal.ring(),
                Effect::Retry => self.link.retry(),
                Effect::Pace(refresh) => self.link.pace(refresh),
                Effect::Redraw => self.terminal.forget()?,
                Effect::Suspend => self.suspend()?,
                Effect::Quit => return Ok(true),
            }
        }
        Ok(false)
    }

    fn ask(&self, request: Request, is_preview: bool) {
        let (client, answer) = (self.link.client(), self.answer.clone());
        tokio::spawn(async move {
            let result = match client {
                Some(client) => client.apply(&request.edit, &request.intent).await,
                None => Err(client::Error::new(
                    ErrorCode::Unreachable,
                    "the connection was lost before anything was sent",
                )),
            };
            let Request { ticket, .. } = request;
            // Without a dashboard nobody waits for the answer.
            let _ = answer.send(Msg::Answer(Box::new(Answer { ticket, is_preview, result }))).await;
        });
    }

    /// Begins to read a line, in place of any other.
    fn read(&mut self, line: Line) {
        let text = line.text.clone();
        let order = match self.link.client() {
            Some(client) => (self.grammar.read)(line, client),
            None => future::ready(Err("not connected".to_owned())).boxed_local(),
        };
        self.reading = Some(Reading { text, order });
    }

    fn complete(&mut self, text: String) {
        let Some(snapshot) = &self.model.live.snapshot else { return };
        let candidates = (self.grammar.complete)(&text, snapshot);
        let now = self.now();
        update(&mut self.model, now, Msg::Completed(Completed { text, candidates }));
    }

    fn remember(&mut self, typed: &[String]) {
        if let Err(error) = lines::store(typed) {
            let words = format!("the lines typed here are not kept: {error}");
            self.model.say(Notice::note(words));
        }
    }

    fn inquire(&self, inquiry: Inquiry) {
        let (client, answer) = (self.link.client(), self.answer.clone());
        tokio::spawn(async move {
            let result = match client {
                Some(client) => find(&client, &inquiry).await,
                None => Err(client::Error::new(ErrorCode::Unreachable, "not connected")),
            };
            let _ = answer.send(Msg::Found(Found { inquiry, result })).await;
        });
    }
}

/// What a terminal's event means; its end is a hang-up.
fn heard(event: Option<io::Result<Event>>) -> Wake {
    match event {
        Some(Ok(Event::Key(key))) => {
            Key::pressed(key).map_or(Wake::msg(Msg::Tick), |key| Wake::msg(Msg::Key(key)))
        }
        Some(Ok(Event::Paste(text))) => Wake::msg(Msg::Paste(text)),
        Some(Ok(Event::Resize(..))) => Wake::Resize,
        Some(Ok(Event::FocusGained)) => Wake::msg(Msg::Focus(true)),
        Some(Ok(Event::FocusLost)) => Wake::msg(Msg::Focus(false)),
        Some(Ok(Event::Mouse(_))) => Wake::msg(Msg::Tick),
        Some(Err(_)) | None => Wake::Signal(Signal::End(Ending::Hangup)),
    }
}

/// What the line asks for; never, while none is read.
async fn read_on(reading: &mut Option<Reading>) -> Read {
    match reading {
        Some(Reading { text, order }) => Read { result: order.await, text: text.clone() },
        None => future::pending().await,
    }
}

async fn until(due: Option<Instant>) {
    match due {
        Some(due) => time::sleep_until(due.into()).await,
        None => std::future::pending().await,
    }
}
