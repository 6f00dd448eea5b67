//! Reading the file: at the start, and again at SIGHUP, as one change.

use std::path::Path;

use super::listeners;
use crate::config;
use crate::model::{
    Change, Configuration, EventKind, Gateway, Intent, Rejection, Settings, Severity,
};
use crate::state::{Events, Writer};

/// Applies files.
pub(super) struct Reload {
    writer: Writer,
    events: Events,
}

impl Reload {
    pub(super) fn new(writer: &Writer, events: &Events) -> Reload {
        Reload { writer: writer.clone(), events: events.clone() }
    }

    /// Makes the gateway what the file wants.
    pub(super) async fn apply(&self, gateway: Gateway) -> Result<(), Rejection> {
        let by = || "file".to_owned();
        let intent = Intent { actor: by(), via: by(), ..Intent::default() };
        self.writer.submit(Change::ApplyFile(Box::new(gateway)), intent).await.map(drop)
    }

    /// Reads the file at `path` again. A bad one changes nothing and says why.
    pub(super) async fn read_again(&self, path: &Path, settings: &Settings) {
        match config::read(path, &listeners::check) {
            Ok(configuration) => self.apply_again(path, configuration, settings).await,
            Err(diagnostics) => self.refuse(&format!("the file is not applied:\n{diagnostics}")),
        }
    }

    async fn apply_again(&self, path: &Path, read: Configuration, settings: &Settings) {
        if read.gateway.listeners != self.writer.desired().gateway.listeners {
            return self.refuse(
                "the file is not applied: it changes listeners, whose sockets are bound at the \
                 start; restart gatewayd to change them",
            );
        }
        if read.settings != *settings {
            let what = "[admin] and [data_plane] settings changed in the file; they are read at \
                        the start only: restart gatewayd to change them";
            self.events.record(EventKind::Config, Severity::Warn, "file", "gateway", what);
        }
        let before = self.writer.desired().revision;
        match self.apply(read.gateway).await {
            Err(rejection) => self.refuse(&format!("the file is not applied: {rejection}")),
            Ok(()) if self.writer.desired().revision == before => {
                let what = format!("{} was read again; nothing in it is new", path.display());
                self.events.record(EventKind::Config, Severity::Info, "file", "gateway", &what);
            }
            Ok(()) => {}
        }
    }

    fn refuse(&self, what: &str) {
        self.events.record(EventKind::Config, Severity::Error, "file", "gateway", what);
    }
}
