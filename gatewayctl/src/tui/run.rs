//! The loop: messages in, effects out, frames drawn. The only place that does more than compute.

mod perform;

use std::{
    io::{self, Write as _},
    time::{Duration, Instant},
};

use crossterm::event::{Event, MouseEvent};
use futures_util::future::{self, LocalBoxFuture};
use tokio::{sync::mpsc, time};

use super::{
    Options,
    begin::begin,
    export,
    farewell::farewell,
    key::Key,
    link::{Link, Route},
    memory,
    message::Msg,
    model::Model,
    moment::Moment,
    mouse::{self, Pointed},
    palette::{Grammar, Order, Read},
    reload,
    signals::{Ending, Signal, Signals},
    tailing::Tailing,
    terminal::{Input, Terminal},
    update::update,
    view::view,
};

/// Frames are at least this far apart.
const FRAME: Duration = Duration::from_millis(50);
/// A terminal that is being resized is left alone for so long.
const RESIZE: Duration = Duration::from_millis(30);
/// Answers not yet taken; a full one makes the asking task wait.
const ANSWERS: usize = 16;

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
        let ended = dashboard.watch().await;
        let kept = memory::keep(&mut dashboard.model);
        dashboard.keep(&kept);
        ended?;
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
    tailing: Tailing,
    wishes: mpsc::Receiver<Msg>,
    connect_timeout: Duration,
    /// When the next frame is due; none while nothing changed.
    due: Option<Instant>,
    drawn: Option<Instant>,
}

/// Why the loop woke up.
enum Wake {
    Msg(Box<Msg>),
    Mouse(MouseEvent),
    Draw,
    /// The terminal took the last frame: the next one may be drawn, if it is due.
    Ready,
    Signal(Signal),
}

impl Wake {
    fn msg(msg: Msg) -> Self {
        Self::Msg(Box::new(msg))
    }
}

impl Dashboard {
    fn open(options: Options) -> io::Result<Self> {
        let model = begin(&options);
        let (answer, answers) = mpsc::channel(ANSWERS);
        let (saved, wishes) = mpsc::channel(1);
        tokio::spawn(reload::watch(options.source, options.wishes.files, saved));
        Ok(Self {
            began: Instant::now(),
            grammar: options.grammar,
            reading: None,
            signals: Signals::listen()?,
            terminal: Terminal::take(model.settings.mouse)?,
            model,
            link: Link::start(Route {
                address: options.context.address,
                tls: options.context.tls.with_environment(),
                connect_timeout: options.connect_timeout,
                refresh: options.wishes.refresh,
            }),
            connect_timeout: options.connect_timeout,
            answer,
            answers,
            tailing: Tailing::default(),
            wishes,
            due: Some(Instant::now()),
            drawn: None,
        })
    }

    async fn watch(&mut self) -> Result<(), Error> {
        let mut input = Input::listen().map_err(Error::Terminal)?;
        loop {
            match self.wake(&mut input).await {
                Wake::Msg(msg) => {
                    if self.take(*msg).map_err(Error::Terminal)? {
                        return Ok(());
                    }
                }
                Wake::Mouse(event) => {
                    if let Some(pointed) = self.pointed(event).map_err(Error::Terminal)? {
                        self.take(Msg::Pointed(pointed)).map_err(Error::Terminal)?;
                    }
                }
                Wake::Signal(Signal::Resize) => {
                    // Even where it ends at the size it had: a terminal forgets what a smaller
                    // window did not show.
                    self.terminal.forget().map_err(Error::Terminal)?;
                    self.due = Some(Instant::now() + RESIZE);
                }
                Wake::Draw => self.draw().map_err(Error::Terminal)?,
                Wake::Ready => {}
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

    /// Waits for whatever comes first. All arms are cancel-safe: channels, notifications
    /// and timers lose nothing when another is taken.
    async fn wake(&mut self, input: &mut Input) -> Wake {
        let change = self.began + self.model.next_change().0;
        let ready = self.terminal.is_ready();
        tokio::select! {
            biased;
            signal = self.signals.next() => Wake::Signal(signal),
            () = self.terminal.hung_up() => Wake::Signal(Signal::End(Ending::Hangup)),
            event = input.next() => heard(event),
            Some(answer) = self.answers.recv() => Wake::msg(answer),
            Some(saved) = self.wishes.recv() => Wake::msg(saved),
            read = read_on(&mut self.reading) => {
                self.reading = None;
                Wake::msg(Msg::Read(Box::new(read)))
            }
            Some(event) = self.link.next() => Wake::msg(Msg::Link(event)),
            () = until(self.due), if ready => Wake::Draw,
            () = self.terminal.changed(), if !ready => Wake::Ready,
            () = time::sleep_until(change.into()) => Wake::msg(Msg::Tick),
        }
    }

    /// Takes a message; `true` when the dashboard is to end.
    fn take(&mut self, msg: Msg) -> io::Result<bool> {
        let now = self.now();
        let effects = update(&mut self.model, now, msg);
        self.soon(FRAME);
        self.perform(effects)
    }

    fn pointed(&self, event: MouseEvent) -> io::Result<Option<Pointed>> {
        let frame = || {
            let (width, height) = self.terminal.size()?;
            export::frame(&self.model, width, height)
        };
        mouse::pointed(&self.model, frame, event)
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
}

/// What a terminal's event means; its end is a hang-up.
fn heard(event: Option<io::Result<Event>>) -> Wake {
    match event {
        Some(Ok(Event::Key(key))) => {
            Key::pressed(key).map_or(Wake::msg(Msg::Tick), |key| Wake::msg(Msg::Key(key)))
        }
        Some(Ok(Event::Paste(text))) => Wake::msg(Msg::Paste(text)),
        // A signal said so, which half a key does not hold up.
        Some(Ok(Event::Resize(..))) => Wake::msg(Msg::Tick),
        Some(Ok(Event::FocusGained)) => Wake::msg(Msg::Focus(true)),
        Some(Ok(Event::FocusLost)) => Wake::msg(Msg::Focus(false)),
        Some(Ok(Event::Mouse(event))) => Wake::Mouse(event),
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
