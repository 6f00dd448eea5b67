//! The file: the way to whoever reads and writes it.

use std::path::PathBuf;

use tokio::sync::{mpsc, oneshot};

use crate::model::{FieldView, Intent, Operation, Rejection};

/// How many wait for the file at most; more wait for their place.
const QUEUE: usize = 16;

/// The way to the keeper of the file; cheap to clone.
#[derive(Clone, Debug)]
pub struct ConfigFile {
    orders: mpsc::Sender<FileOrder>,
}

/// What the keeper of the file is asked for.
#[derive(Debug)]
pub enum FileOrder {
    /// Tells what is said of the gateway, and by whom.
    Fields(oneshot::Sender<(u64, Vec<FieldView>)>),
    /// Reads it again, and applies what changed.
    ReadAgain(oneshot::Sender<()>),
    /// Says whether a text would do, and calls it so when it would not.
    Validate(String, Option<String>, oneshot::Sender<Result<String, FileRefusal>>),
    /// Replaces it and applies what changed.
    Apply(String, Intent, oneshot::Sender<Result<Operation, FileRefusal>>),
    /// Tells what it would be if it said what operators did.
    Export(oneshot::Sender<Result<Export, FileRefusal>>),
    /// Writes that.
    Persist(Intent, oneshot::Sender<Result<Operation, FileRefusal>>),
}

/// The file as it would be if it said what operators did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// The file.
    pub path: PathBuf,
    /// What it is.
    pub written: String,
    /// What it would be.
    pub text: String,
}

/// Why nothing came of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileRefusal {
    /// There is none.
    #[error("this gateway has no file: it is a demo")]
    NoFile,
    /// What it says is wrong, with every place.
    #[error("{0}")]
    Wrong(String),
    /// It has other listeners.
    #[error("it changes listeners, whose sockets are bound at the start")]
    Listeners,
    /// Somebody changed it since it was last applied.
    #[error("{0} was changed since it was last applied")]
    Unapplied(PathBuf),
    /// It cannot be read or written.
    #[error("{path}: {cause}")]
    System {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: String,
    },
    /// The change is not accepted.
    #[error("{0}")]
    Rejected(#[from] Rejection),
    /// Nobody keeps it any more.
    #[error("the gateway is stopping")]
    Stopping,
}

impl FileRefusal {
    /// The next step, when there is one.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            FileRefusal::NoFile => Some("start it with --config FILE to have one"),
            FileRefusal::Listeners => {
                Some("write the file yourself, then hand over with SIGUSR2 or restart")
            }
            FileRefusal::Unapplied(_) => Some("apply it first (SIGHUP), or put it back"),
            FileRefusal::System { .. } => {
                Some("look after the permissions of the file and its directory")
            }
            FileRefusal::Rejected(rejection) => rejection.hint(),
            FileRefusal::Wrong(_) | FileRefusal::Stopping => None,
        }
    }
}

impl ConfigFile {
    /// The way to a keeper, and where that one hears.
    #[must_use]
    pub fn new() -> (ConfigFile, mpsc::Receiver<FileOrder>) {
        let (orders, heard) = mpsc::channel(QUEUE);
        (ConfigFile { orders }, heard)
    }

    /// What is said of the gateway at a revision, what the file says, and who said so.
    ///
    /// # Errors
    /// When the gateway is stopping.
    pub async fn fields(&self) -> Result<(u64, Vec<FieldView>), FileRefusal> {
        self.ask(FileOrder::Fields).await
    }

    /// Reads the file again, and applies what changed; events tell what came of it.
    pub async fn read_again(&self) {
        // Without a keeper there is nothing to read.
        let _ = self.ask(FileOrder::ReadAgain).await;
    }

    /// What `text` describes, in words. Its mistakes are those of `file`, or of the gateway's own.
    ///
    /// # Errors
    /// With everything that is wrong with it.
    pub async fn validate(
        &self,
        text: String,
        file: Option<String>,
    ) -> Result<String, FileRefusal> {
        self.ask(|answer| FileOrder::Validate(text, file, answer)).await?
    }

    /// Replaces the file by `text` and applies what changed, as one operation.
    ///
    /// # Errors
    /// When that is not to be; then file and gateway are as they were.
    pub async fn apply(&self, text: String, intent: Intent) -> Result<Operation, FileRefusal> {
        self.ask(|answer| FileOrder::Apply(text, intent, answer)).await?
    }

    /// The file as it would be if it said what operators did.
    ///
    /// # Errors
    /// When there is none, or it is not as it was applied.
    pub async fn export(&self) -> Result<Export, FileRefusal> {
        self.ask(FileOrder::Export).await?
    }

    /// Writes what operators did into the file.
    ///
    /// # Errors
    /// When that is not to be; then file and gateway are as they were.
    pub async fn persist(&self, intent: Intent) -> Result<Operation, FileRefusal> {
        self.ask(|answer| FileOrder::Persist(intent, answer)).await?
    }

    async fn ask<T>(
        &self,
        order: impl FnOnce(oneshot::Sender<T>) -> FileOrder,
    ) -> Result<T, FileRefusal> {
        let (answer, answered) = oneshot::channel();
        self.orders.send(order(answer)).await.map_err(|_| FileRefusal::Stopping)?;
        answered.await.map_err(|_| FileRefusal::Stopping)
    }
}
