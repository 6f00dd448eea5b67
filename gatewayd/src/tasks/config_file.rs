//! The keeper of the file: reads it again, replaces it, and writes into it what operators did.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::mpsc;

use super::aside::aside;
use crate::config::{self, CertificateCheck, Credential, Unusable};
use crate::model::{
    AuditEntry, Change, Configuration, EventKind, FieldView, Gateway, Intent, Operation, Settings,
    Severity,
};
use crate::policy;
use crate::state::{Audit, Events, Export, FileOrder, FileRefusal, Reloads, Writer};

const SETTINGS_CHANGED: &str = "[admin] and [data_plane] settings changed in the file; they are \
                                read at the start only: restart gatewayd to change them";

/// What the file is called in metrics.
const FILE: &str = "file";

/// Keeps one file.
pub struct ConfigKeeper {
    /// The file; a demo has none.
    pub path: Option<PathBuf>,
    /// What the process was started with.
    pub settings: Settings,
    /// Whether certificates can be used.
    pub check: fn(Credential<'_>) -> Result<(), Unusable>,
    /// Where changes go.
    pub writer: Writer,
    /// Where it is written who tried what.
    pub audit: Audit,
    /// Where facts are told.
    pub events: Events,
    /// Where it is counted how reading it went.
    pub reloads: Reloads,
}

/// Does what is asked of the file, one after the other, until nobody can ask any more.
pub async fn keep_config(keeper: ConfigKeeper, mut heard: mpsc::Receiver<FileOrder>) {
    if keeper.path.is_some() {
        // The one that this process was started with.
        keeper.reloads.good(FILE);
    }
    while let Some(order) = heard.recv().await {
        // Whoever asked may have gone.
        match order {
            FileOrder::Fields(answer) => {
                let _ = answer.send(keeper.fields());
            }
            FileOrder::ReadAgain(answer) => {
                keeper.read_again().await;
                let _ = answer.send(());
            }
            FileOrder::Validate(text, file, answer) => {
                let read = keeper.read_as(file.as_deref(), &text);
                let _ = answer.send(read.map(|it| it.gateway.to_string()));
            }
            FileOrder::Apply(text, intent, answer) => {
                let is_trial = intent.validate_only;
                let outcome = keeper.apply(&text, intent).await;
                if !is_trial {
                    keeper.count(outcome.is_ok());
                }
                let _ = answer.send(outcome);
            }
            FileOrder::Export(answer) => {
                let _ = answer.send(keeper.export());
            }
            FileOrder::Persist(intent, answer) => {
                let _ = answer.send(keeper.persist(intent).await);
            }
        }
    }
}

impl ConfigKeeper {
    /// What is said of the gateway at its revision, by which operation, and where in the file, if that
    /// is as it was applied.
    fn fields(&self) -> (u64, Vec<FieldView>) {
        let desired = self.writer.desired();
        let mut fields = policy::fields(&desired);
        let operations = self.writer.operations().newer_than(0);
        policy::attribute(&mut fields, operations.iter().map(Arc::as_ref));
        let text = self.path.as_deref().and_then(|path| self.as_applied(path).ok());
        let lines = text.map(|text| config::Lines::of(&text)).unwrap_or_default();
        // A file says nothing of standings.
        for field in fields.iter_mut().filter(|it| it.file.is_some() && it.field != "standing") {
            field.line = lines.line(&field.target, field.field);
        }
        (desired.revision, fields)
    }

    /// Makes the gateway what the file says now. A bad file changes nothing and says why.
    async fn read_again(&self) {
        let Some(path) = &self.path else { return };
        match aside(|| config::read_again(path, &self.check)) {
            Ok(configuration) => self.apply_again(path, configuration).await,
            Err(diagnostics) => {
                let what = format!("the file is not applied:\n{diagnostics}");
                self.refuse(&what, "the file has mistakes").await;
            }
        }
    }

    async fn apply_again(&self, path: &Path, read: Configuration) {
        if self.changes_listeners(&read.gateway) {
            let what = "the file is not applied: it changes listeners, whose sockets are bound at the \
                        start; restart gatewayd to change them";
            return self.refuse(what, what).await;
        }
        if read.settings != self.settings {
            self.tell(Severity::Warn, SETTINGS_CHANGED);
        }
        let intent = by_file();
        match self.writer.submit(Change::ApplyFile(Box::new(read.gateway)), intent).await {
            Err(rejection) => {
                let what = format!("the file is not applied: {rejection}");
                self.refuse(&what, &what).await;
            }
            Ok(operation) if operation.unchanged => {
                self.count(true);
                let what = format!("{} was read again; nothing in it is new", path.display());
                self.tell(Severity::Info, &what);
            }
            Ok(_) => self.count(true),
        }
    }

    /// Replaces the file and applies what changed.
    async fn apply(&self, text: &str, intent: Intent) -> Result<Operation, FileRefusal> {
        let path = self.path.as_deref().ok_or(FileRefusal::NoFile)?;
        let read = self.read(text)?;
        if self.changes_listeners(&read.gateway) {
            return Err(FileRefusal::Listeners);
        }
        let was = match self.as_applied(path) {
            Err(FileRefusal::Unapplied(_)) if intent.force => on_disk(path)?,
            was => was?,
        };
        let new_settings = read.settings != self.settings;
        let mut operation = self.replace(path, (&was, text), read.gateway, intent).await?;
        if new_settings {
            operation.warnings.push(SETTINGS_CHANGED.to_owned());
        }
        Ok(operation)
    }

    /// Writes what operators did into the file.
    async fn persist(&self, intent: Intent) -> Result<Operation, FileRefusal> {
        let path = self.path.as_deref().ok_or(FileRefusal::NoFile)?;
        let desired = self.writer.desired();
        let Export { written, text, .. } = self.export()?;
        // What somebody does meanwhile is not in it.
        let expected_revision = intent.expected_revision.or(Some(desired.revision));
        let intent = Intent { expected_revision, ..intent };
        self.replace(path, (&written, &text), policy::persistable(&desired), intent).await
    }

    /// The file as it is, and as it would be if it said what operators did.
    fn export(&self) -> Result<Export, FileRefusal> {
        let path = self.path.as_deref().ok_or(FileRefusal::NoFile)?;
        let written = self.as_applied(path)?;
        let desired = self.writer.desired();
        let wanted = policy::persistable(&desired);
        let wrong = |why: String| FileRefusal::Wrong(format!("{}: {why}", path.display()));
        let text = config::rewrite(&written, &desired.file, &wanted)
            .map_err(|error| wrong(error.to_string()))?;
        if self.read(&text)?.gateway != wanted {
            return Err(wrong("it cannot be made to say what operators did".to_owned()));
        }
        Ok(Export { path: path.to_owned(), written, text })
    }

    /// Writes the file, then applies it; where that is refused the file is what it was.
    async fn replace(
        &self,
        path: &Path,
        (was, text): (&str, &str),
        gateway: Gateway,
        intent: Intent,
    ) -> Result<Operation, FileRefusal> {
        let change = Change::ApplyFile(Box::new(gateway));
        let tried = Intent { validate_only: true, ..intent.clone() };
        let would = self.writer.submit(change.clone(), tried).await?;
        if intent.validate_only {
            return Ok(would);
        }
        let refused = |error: io::Error| system(path, &error);
        if text != was {
            aside(|| write(path, text)).map_err(refused)?;
        }
        match self.writer.submit(change, intent).await {
            Ok(operation) => Ok(operation),
            Err(rejection) => {
                if text != was {
                    aside(|| write(path, was)).map_err(refused)?;
                }
                Err(rejection.into())
            }
        }
    }

    /// The text of the file, which describes what was applied last.
    fn as_applied(&self, path: &Path) -> Result<String, FileRefusal> {
        let text = on_disk(path)?;
        match self.read(&text) {
            Ok(read) if read.gateway == self.writer.desired().file => Ok(text),
            Ok(_) | Err(_) => Err(FileRefusal::Unapplied(path.to_owned())),
        }
    }

    fn read(&self, text: &str) -> Result<Configuration, FileRefusal> {
        self.read_as(None, text)
    }

    /// Reads a text as if it were the file; its mistakes are told as those of `called`.
    fn read_as(&self, called: Option<&str>, text: &str) -> Result<Configuration, FileRefusal> {
        let path = self.path.as_deref().unwrap_or(Path::new("/the file"));
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let directory = absolute.parent().unwrap_or(Path::new("/"));
        let check: CertificateCheck<'_> = &self.check;
        let called = called.map_or_else(|| path.display().to_string(), str::to_owned);
        // It reads the certificates that the text names.
        let read = aside(|| config::parse(&called, text, directory, check));
        read.map_err(|diagnostics| FileRefusal::Wrong(diagnostics.to_string()))
    }

    fn changes_listeners(&self, gateway: &Gateway) -> bool {
        gateway.listeners != self.writer.desired().gateway.listeners
    }

    /// Tells why the file is not applied, and in the audit log without the lines that it quotes.
    async fn refuse(&self, what: &str, why: &str) {
        self.count(false);
        self.tell(Severity::Error, what);
        let entry = AuditEntry::rejected(&by_file(), "gateway".to_owned(), why.to_owned());
        // Nothing is applied anyway; that it cannot be written is told there.
        let _ = self.audit.append(entry).await;
    }

    /// Counts what came of reading it again, or of one in its place.
    fn count(&self, is_good: bool) {
        if is_good { self.reloads.good(FILE) } else { self.reloads.refused(FILE) }
    }

    fn tell(&self, severity: Severity, what: &str) {
        self.events.record(EventKind::Config, severity, "file", "gateway", what);
    }
}

fn by_file() -> Intent {
    let by = || "file".to_owned();
    Intent { actor: by(), via: by(), ..Intent::default() }
}

fn on_disk(path: &Path) -> Result<String, FileRefusal> {
    let read = aside(|| config::text_again(path));
    read.map(|(_, text)| text).map_err(|wrong| FileRefusal::Wrong(wrong.to_string()))
}

fn system(path: &Path, error: &io::Error) -> FileRefusal {
    FileRefusal::System { path: path.to_owned(), cause: error.to_string() }
}

/// Replaces the file, all of it or nothing, and keeps who may read it.
fn write(path: &Path, text: &str) -> io::Result<()> {
    // Where it is a link, what it leads to is replaced.
    let path = path.canonicalize()?;
    let directory = path.parent().unwrap_or(Path::new("/"));
    let was = fs::metadata(&path)?;
    let mut new = tempfile::Builder::new().prefix(".gatewayd-").tempfile_in(directory)?;
    new.write_all(text.as_bytes())?;
    fs::set_permissions(new.path(), was.permissions())?;
    let own = new.as_file().metadata()?;
    if (own.uid(), own.gid()) != (was.uid(), was.gid()) {
        std::os::unix::fs::chown(new.path(), Some(was.uid()), Some(was.gid()))?;
    }
    new.as_file().sync_all()?;
    new.persist(&path).map_err(|error| error.error)?;
    fs::File::open(directory)?.sync_all()
}
