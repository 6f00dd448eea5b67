//! Certificates: watches the files of the listeners and of the admin API, swaps what changed, and
//! reads them at once when somebody asks.

mod watched;

use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::task;

use crate::clock::{Clock, every};
use crate::model::{
    CertificateFacts, CertificateView, Change, EventKind, Intent, Operation, Reload, Severity,
};
use crate::net::tls::IdentityError;
use crate::state::{CertificateDesk, CertificateRefusal, Events, ReloadOrder, Reloads, Writer};

pub use watched::Watched;
use watched::{Fresh, Taken};

/// How often the files are looked at. A change is taken up at the second look, so that a
/// certificate is not read while its key is still being written.
const PERIOD: Duration = Duration::from_secs(1);

/// Who looks after certificates.
pub struct CertificateKeeper {
    /// The files.
    pub watched: Vec<Watched>,
    /// Where orders come in, and views go out.
    pub desk: CertificateDesk,
    /// Where it is noted who had them read again.
    pub writer: Writer,
    /// Where facts are told.
    pub events: Events,
    /// Where it is counted how reading them went.
    pub reloads: Reloads,
    /// The process's clock.
    pub clock: Clock,
}

/// What files hold, or why it cannot be served.
type Read = Result<Fresh, IdentityError>;

/// Looks at all of them every second, and at some when somebody asks, until nobody can ask.
pub async fn keep_certificates(mut keeper: CertificateKeeper) {
    let mut ticks = every(PERIOD);
    keeper.show();
    // Those that this process was started with.
    keeper.watched.iter().for_each(|it| keeper.count(it, true));
    loop {
        // Both arms are cancel-safe.
        tokio::select! {
            _ = ticks.tick() => {
                keeper.look_around().await;
            }
            order = keeper.desk.orders.recv() => {
                let Some(ReloadOrder { served_by, intent, answer }) = order else { return };
                let outcome = keeper.reload(&served_by, intent).await;
                // Whoever asked may have gone.
                let _ = answer.send(outcome);
            }
        }
    }
}

impl CertificateKeeper {
    /// Looks at all files once.
    async fn look_around(&mut self) {
        let clock = self.clock;
        let look = move |watched: &mut Vec<Watched>| -> Vec<_> {
            let looked = watched.iter_mut().enumerate();
            looked.filter_map(|(at, it)| Some((at, it.look(clock.wall_ms())?))).collect()
        };
        let Some(looked) = self.beside(look).await else { return };
        for (at, outcome) in &looked {
            self.count(&self.watched[*at], outcome.is_ok());
            tell(&self.watched[*at], outcome, "file", &self.events);
        }
        if !looked.is_empty() {
            self.show();
        }
    }

    /// Reads files now, and serves what is good in them.
    async fn reload(
        &mut self,
        served_by: &[String],
        intent: Intent,
    ) -> Result<Operation, CertificateRefusal> {
        let chosen = self.chosen(served_by)?;
        let (clock, reads) = (self.clock, chosen.clone());
        let read = move |watched: &mut Vec<Watched>| -> Vec<Read> {
            reads.iter().map(|at| watched[*at].read_again(clock.wall_ms())).collect()
        };
        let failed = || CertificateRefusal::Unusable("reading them failed, see the log".to_owned());
        let read = self.beside(read).await.ok_or_else(failed)?;
        let found: Vec<(usize, Read)> = chosen.into_iter().zip(read).collect();
        let (is_trial, actor) = (intent.validate_only, intent.actor.clone());
        let change = self.change(&found);
        if !found.is_empty() && found.iter().all(|(_, read)| read.is_err()) {
            self.take(found, is_trial, &actor);
            return Err(CertificateRefusal::Unusable(change.warnings.join("; ")));
        }
        // It is noted first: what nobody can be told of is not done.
        let operation = self.writer.submit(Change::ReloadCertificates(change), intent).await?;
        self.take(found, is_trial, &actor);
        Ok(operation)
    }

    /// Serves what is good, notes why the rest is not.
    fn take(&mut self, found: Vec<(usize, Read)>, is_trial: bool, actor: &str) {
        if is_trial {
            return;
        }
        let now_ms = self.clock.wall_ms();
        for (at, read) in found {
            self.count(&self.watched[at], read.is_ok());
            let watched = &mut self.watched[at];
            if let Some(outcome) = watched.take(read, now_ms) {
                tell(watched, &outcome, actor, &self.events);
            }
        }
        self.show();
    }

    /// What is asked for: the places of those that are served by these; of all, when there are none.
    fn chosen(&self, served_by: &[String]) -> Result<Vec<usize>, CertificateRefusal> {
        let known = || self.watched.iter().map(|it| it.served_by().to_owned());
        if let Some(asked) = served_by.iter().find(|asked| known().all(|it| it != **asked)) {
            let (asked, known) = (asked.clone(), known().collect());
            return Err(CertificateRefusal::Unknown { asked, known });
        }
        let wanted = |it: &Watched| {
            served_by.is_empty() || served_by.iter().any(|asked| asked == it.served_by())
        };
        Ok((0..self.watched.len()).filter(|at| wanted(&self.watched[*at])).collect())
    }

    /// What would become of what is served.
    fn change(&self, found: &[(usize, Read)]) -> Reload {
        let mut change = Reload::default();
        for (at, read) in found {
            let watched = &self.watched[*at];
            match read {
                Ok(fresh) => {
                    change.is_new |= !watched.is_served(fresh);
                    change.targets.push(watched.target());
                    change.before.push(words(&watched.facts()));
                    change.after.push(words(&fresh.facts()));
                }
                Err(error) => {
                    let (by, why) = (watched.served_by(), error.with_remedy());
                    change.warnings.push(format!("{by} keeps what it serves: {why}"));
                }
            }
        }
        change
    }

    /// Does it on a thread of its own: file systems may hang; the runtime must not. Nothing comes of
    /// it when it panics, or the process ends.
    async fn beside<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut Vec<Watched>) -> T + Send + 'static,
    ) -> Option<T> {
        let mut watched = std::mem::take(&mut self.watched);
        let worked = task::spawn_blocking(move || {
            let done = panic::catch_unwind(AssertUnwindSafe(|| work(&mut watched)));
            (watched, done.ok())
        });
        let (watched, done) = worked.await.ok()?;
        self.watched = watched;
        done
    }

    /// Counts what came of reading files again.
    fn count(&self, watched: &Watched, is_good: bool) {
        let what = format!("certificates/{}", watched.served_by());
        if is_good { self.reloads.good(&what) } else { self.reloads.refused(&what) }
    }

    /// Shows observers what is served.
    fn show(&self) {
        let views: Vec<CertificateView> = self.watched.iter().flat_map(Watched::views).collect();
        self.desk.seen.send_replace(Arc::from(views));
    }
}

/// "a.example until 2026-12-01T10:00:00Z, b.example until 2027-01-01T00:00:00Z".
fn words(facts: &[CertificateFacts]) -> String {
    let one = |it: &CertificateFacts| {
        let until = Timestamp::from_millisecond(it.expires_ms).unwrap_or_default();
        let name = it.names.first().map_or("a certificate", String::as_str);
        format!("{name} until {until}")
    };
    facts.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn tell(watched: &Watched, outcome: &Result<Taken, IdentityError>, who: &str, events: &Events) {
    let is_admins = watched.served_by() == CertificateView::ADMIN;
    let whose = if is_admins { "the admin API's" } else { "its" };
    let (severity, what) = match outcome {
        Ok(Taken::Swapped) => {
            (Severity::Info, format!("{whose} certificates changed and were swapped in"))
        }
        Ok(Taken::Mended) => {
            let what =
                format!("{whose} files are good again: they hold the certificates there are");
            (Severity::Info, what)
        }
        Err(error) => {
            let why = error.with_remedy();
            let what = format!("{whose} new certificates are not used, the old stay: {why}");
            (Severity::Error, what)
        }
    };
    events.record(EventKind::Tls, severity, who, &watched.target(), &what);
}
