//! A session: one run of the command line, with its gateway and its terminal.

use std::{
    cell::RefCell,
    env,
    io::{self, IsTerminal as _, Write},
    sync::OnceLock,
};

use clap::ColorChoice;

use super::{
    Failure,
    change::ChangeFlags,
    confirm::Stakes,
    global::Global,
    guard,
    target::{Target, Wanted},
};
use crate::{
    client::{Address, Client, TlsFiles},
    config,
    model::Edit,
    output::{Column, Format, Style},
    safe_text::safe_text,
};

/// A terminal that does not say how wide it is.
const USUAL_WIDTH: usize = 80;

/// One run of the command line.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) global: Global,
    target: OnceLock<Target>,
    /// Where changes go instead of to the gateway, when they are gathered.
    gathered: Option<Gathering>,
    capture: Option<Capture>,
}

/// Changes that are gathered to be made as one.
#[derive(Debug)]
struct Gathering {
    /// The flags of the whole.
    whole: ChangeFlags,
    all: RefCell<Vec<Gathered>>,
}

/// A change that somebody would make.
#[derive(Debug, Clone)]
pub(super) struct Gathered {
    /// The change.
    pub(super) edit: Edit,
    /// How much it can hurt.
    pub(super) stakes: Stakes,
}

/// The gateway that a session asks without changing it, and the changes it would have asked for.
#[derive(Debug)]
struct Capture {
    client: Client,
    captured: RefCell<Vec<Captured>>,
}

/// A change that was not asked for yet.
#[derive(Debug)]
pub(super) struct Captured {
    pub(super) edit: Edit,
    pub(super) flags: ChangeFlags,
    pub(super) stakes: Stakes,
}

impl Session {
    pub(super) const fn new(global: Global) -> Self {
        Self { global, target: OnceLock::new(), gathered: None, capture: None }
    }

    /// A session in which changes are gathered, which have flags as a whole.
    pub(super) fn gathering(&self, whole: &ChangeFlags) -> Self {
        let gathering = Gathering { whole: whole.clone(), all: RefCell::default() };
        let target = self.target.clone();
        Self { global: self.global.clone(), target, gathered: Some(gathering), capture: None }
    }

    /// Takes a change that is not to be made by itself; `false` when it is.
    pub(super) fn gather(
        &self,
        edit: &Edit,
        flags: &ChangeFlags,
        stakes: &Stakes,
    ) -> Result<bool, Failure> {
        let Some(gathering) = &self.gathered else { return Ok(false) };
        flags.belongs_to(&gathering.whole)?;
        let gathered = Gathered { edit: edit.clone(), stakes: stakes.clone() };
        gathering.all.borrow_mut().push(gathered);
        Ok(true)
    }

    /// What was gathered.
    pub(super) fn gathered(&self) -> Vec<Gathered> {
        self.gathered.as_ref().map(|it| it.all.take()).unwrap_or_default()
    }

    /// A session that asks by `client`, writes nothing, and keeps the change it would have asked for.
    pub(super) fn capturing(global: Global, client: Client) -> Self {
        let capture = Some(Capture { client, captured: RefCell::default() });
        Self { global, target: OnceLock::new(), gathered: None, capture }
    }

    /// Keeps a change instead of asking for it; `false` where it has to be asked for.
    pub(super) fn capture(&self, edit: &Edit, flags: &ChangeFlags, stakes: &Stakes) -> bool {
        let Some(capture) = &self.capture else { return false };
        let (edit, flags, stakes) = (edit.clone(), flags.clone(), stakes.clone());
        capture.captured.borrow_mut().push(Captured { edit, flags, stakes });
        true
    }

    /// The changes that were kept, in the order in which they would be made.
    pub(super) fn captured(self) -> Vec<Captured> {
        self.capture.map(|it| it.captured.into_inner()).unwrap_or_default()
    }

    /// The gateway that this run is about. Decided once: what it is shown to be is what is changed.
    pub(super) fn target(&self) -> Result<&Target, Failure> {
        if let Some(target) = self.target.get() {
            return Ok(target);
        }
        let Global { addr, context, .. } = &self.global;
        let target = Wanted::new(addr.as_ref(), context.as_deref()).resolve(config::load)?;
        Ok(self.target.get_or_init(|| target))
    }

    /// The gateway's address.
    pub(super) fn address(&self) -> Result<Address, Failure> {
        Ok(self.target()?.context.address.clone())
    }

    /// What TLS is spoken with: the environment goes before the context.
    pub(super) fn tls(&self) -> Result<TlsFiles, Failure> {
        Ok(self.target()?.context.tls.with_environment())
    }

    /// Refuses where the context forbids changes; a dashboard has its own say.
    pub(super) fn may_change(&self) -> Result<(), Failure> {
        match self.capture {
            Some(_) => Ok(()),
            None => guard::may_change(&self.target()?.context),
        }
    }

    /// Connects to the gateway.
    pub(super) async fn connect(&self) -> Result<Client, Failure> {
        if let Some(capture) = &self.capture {
            return Ok(capture.client.clone());
        }
        let (address, tls) = (self.address()?, self.tls()?);
        let client = Client::connect(&address, &tls, self.global.connect_timeout).await?;
        Ok(client.request_timeout(self.global.request_timeout))
    }

    /// What this gateway is called in answers: its context, its address where it has none, or
    /// `local` for this user's own. Empty when there is no telling.
    pub(super) fn context(&self) -> String {
        self.target().map(|target| target.context.name.clone()).unwrap_or_default()
    }

    /// How answers are written; a wide table is a table.
    pub(super) const fn format(&self) -> Format {
        match self.global.output {
            Format::Wide => Format::Table,
            format => format,
        }
    }

    /// Refuses a template that items with these columns cannot fill in: before anything is changed,
    /// or waited for.
    pub(super) fn suits<T>(&self, columns: &'static [Column<T>]) -> Result<(), Failure> {
        match self.global.output {
            Format::Template(template) => Ok(template.suits(columns)?),
            _ => Ok(()),
        }
    }

    /// Somebody reads the answers and types.
    pub(super) fn is_terminal(&self) -> bool {
        io::stdin().is_terminal() && io::stdout().is_terminal()
    }

    /// Somebody can be asked.
    pub(super) fn can_ask(&self) -> bool {
        !self.global.no_input && io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// How answers on standard output look.
    pub(super) fn style(&self) -> Style {
        self.style_on(io::stdout().is_terminal())
    }

    /// How messages on standard error look.
    pub(super) fn message_style(&self) -> Style {
        self.style_on(io::stderr().is_terminal())
    }

    fn style_on(&self, terminal: bool) -> Style {
        Style {
            width: terminal.then(width),
            color: self.wants_color(terminal),
            ascii: self.global.ascii || !terminal || !speaks_utf8(),
            utc: self.global.utc || !(terminal || self.global.local),
            headers: true,
            raw: self.global.raw_units,
            wide: self.global.output == Format::Wide,
        }
    }

    /// Whether colours are wanted. https://no-color.org, https://force-color.org
    pub(super) fn wants_color(&self, terminal: bool) -> bool {
        let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
        match self.global.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto if is_set("NO_COLOR") => false,
            ColorChoice::Auto if is_set("FORCE_COLOR") => true,
            ColorChoice::Auto => terminal && env::var("TERM").as_deref() != Ok("dumb"),
        }
    }

    /// Writes an answer to standard output in one go.
    pub(super) fn answer(
        &self,
        write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>,
    ) -> Result<(), Failure> {
        if self.capture.is_some() {
            return Ok(());
        }
        let mut text = Vec::new();
        write(&mut text)?;
        let mut out = io::stdout().lock();
        out.write_all(&text)?;
        Ok(out.flush()?)
    }

    /// Tells people something on standard error, unless they want quiet.
    pub(super) fn tell(&self, message: &str) {
        if !self.global.quiet && self.capture.is_none() {
            // Standard error may be closed; the answer does not depend on it.
            let _ = writeln!(io::stderr(), "{}", safe_text(message));
        }
    }

    /// Tells people what was done, in lines that are safe already: on standard output in a table's
    /// place, else not at all.
    pub(super) fn done(&self, lines: &str) -> Result<(), Failure> {
        if self.global.quiet || self.format() != Format::Table {
            return Ok(());
        }
        self.answer(|out| writeln!(out, "{lines}"))
    }
}

/// Columns of the terminal. `COLUMNS` goes before what the terminal says.
fn width() -> usize {
    let said = env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let asked = || crossterm::terminal::size().ok().map(|(columns, _)| usize::from(columns));
    said.or_else(asked).filter(|columns| *columns > 0).unwrap_or(USUAL_WIDTH)
}

/// Whether the locale shows more than ASCII.
fn speaks_utf8() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(|name| env::var(name).ok().filter(|value| !value.is_empty()));
    locale.is_some_and(|locale| {
        let locale = locale.to_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}
