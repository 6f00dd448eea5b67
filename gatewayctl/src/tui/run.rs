//! The loop: messages in, effects out, frames drawn. The only place that does more than compute.

use std::{
    io::{self, Write as _},
    time::{Duration, Instant},
};

use crossterm::event::{Event, EventStream, MouseEvent};
use futures_util::{
    FutureExt as _, StreamExt as _,
    future::{self, LocalBoxFuture},
};
use tokio::{sync::mpsc, time};

use super::{
    Options,
    begin::begin,
    contexts::Reach,
    effect::{Effect, Request},
    export::{self, Export},
    farewell::farewell,
    find,
    key::Key,
    lines,
    link::{Link, Route},
    memory::{self, Kept},
    message::{Answer, Msg},
    model::Model,
    moment::Moment,
    mouse::{self, Pointed},
    notice::Notice,
    palette::{Completed, Grammar, Line, Order, Read},
    reload,
    signals::{Ending, Signal, Signals},
    tailing::Tailing,
    terminal::Terminal,
    update::update,
    view::view,
};
use crate::{
    client::{self, ErrorCode},
    config::Context,
    safe_text::safe_text,
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
    Resize,
    Mouse(MouseEvent),
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
        let mut input = EventStream::new();
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
            Some(saved) = self.wishes.recv() => Wake::msg(saved),
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

    /// Takes a message; `true` when the dashboard is to end.
    fn take(&mut self, msg: Msg) -> io::Result<bool> {
        let now = self.now();
        let effects = update(&mut self.model, now, msg);
        self.soon(FRAME);
        self.run(effects)
    }

    fn pointed(&self, event: MouseEvent) -> io::Result<Option<Pointed>> {
        let (width, height) = self.terminal.size()?;
        let frame = export::frame(&self.model, width, height)?;
        Ok(mouse::pointed(&self.model, &frame, event))
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
                Effect::Inquire(inquiry) => {
                    tokio::spawn(find::inquire(self.link.client(), inquiry, self.answer.clone()));
                }
                Effect::Tail(tail) => self.tailing.follow(tail, self.link.client(), &self.answer),
                Effect::Read(line) => self.read(line),
                Effect::Complete(text) => self.complete(text),
                Effect::Remember(lines) => self.remember(&lines),
                Effect::Practise(practice) => {
                    tokio::spawn(find::play(self.link.client(), practice, self.answer.clone()));
                }
                Effect::Bell => self.terminal.ring(),
                Effect::Retry => self.link.retry(),
                Effect::Pace(refresh) => self.link.pace(refresh),
                Effect::Switch(context) => self.switch(*context),
                Effect::Reach(contexts) => self.reach(contexts),
                Effect::Keep(kept) => self.keep(&kept),
                Effect::Mouse(mouse) => self.terminal.listen_to_mouse(mouse),
                Effect::Copy(text) => self.terminal.copy(&text),
                Effect::Export(export) => self.export(&export)?,
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

    /// Lets go of the gateway, and of every answer that it still owes.
    fn switch(&mut self, context: Context) {
        self.link = Link::start(Route {
            address: context.address,
            tls: context.tls.with_environment(),
            connect_timeout: self.connect_timeout,
            refresh: self.model.pace(),
        });
        (self.answer, self.answers) = mpsc::channel(ANSWERS);
        self.tailing = Tailing::default();
        self.reading = None;
    }

    fn reach(&self, contexts: Vec<Context>) {
        for context in contexts {
            let (answer, timeout) = (self.answer.clone(), self.connect_timeout);
            tokio::spawn(async move {
                let result = find::reach(&context, timeout).await;
                let _ = answer.send(Msg::Reached(Reach { name: context.name, result })).await;
            });
        }
    }

    fn export(&mut self, export: &Export) -> io::Result<()> {
        let folder = std::env::current_dir().unwrap_or_default();
        match export::write(export, &self.model, self.terminal.size()?, &folder) {
            Ok(path) => {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                self.model.say(Notice::done(format!("{name} is here; its path is copied")));
                self.terminal.copy(&safe_text(&path.display().to_string()));
            }
            Err(error) => {
                let words = format!("nothing was exported to {}: {error}", folder.display());
                self.model.say(Notice::error(words));
            }
        }
        Ok(())
    }

    fn keep(&mut self, kept: &Kept) {
        if let Err(error) = memory::store(kept) {
            let words = format!("how this gateway was looked at is not kept: {error}");
            self.model.say(Notice::note(words));
        }
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
