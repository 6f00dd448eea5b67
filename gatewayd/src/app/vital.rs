//! What is vital: where something that the gateway cannot do without comes to an end before the
//! gateway does, the process says which and ends, so that whoever keeps it starts it again.
//!
//! What answers one caller is not: a panic there ends that call, and nothing else.

use std::any::Any;
use std::fmt::Display;
use std::panic::{self, AssertUnwindSafe};

use futures_util::FutureExt;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::model::{EventKind, Severity};
use crate::state::Events;

/// What keeps an eye on the parts of the gateway; cheap to clone.
#[derive(Clone)]
pub(super) struct Vital {
    events: Events,
    /// The first loss is enough to end: what comes behind it is dropped.
    lost: mpsc::Sender<String>,
}

/// Where it is heard that the gateway lost something that it cannot do without.
pub(super) struct Losses(mpsc::Receiver<String>);

impl Vital {
    /// Nothing is lost yet.
    pub(super) fn new(events: Events) -> (Vital, Losses) {
        let (lost, losses) = mpsc::channel(1);
        (Vital { events, lost }, Losses(losses))
    }

    /// Runs a loop that the gateway cannot do without. Whoever aborts it loses nothing.
    pub(super) fn keep(
        &self,
        name: &str,
        work: impl Future<Output = ()> + Send + 'static,
    ) -> JoinHandle<()> {
        let (own, name) = (self.clone(), name.to_owned());
        tokio::spawn(async move {
            let how = match AssertUnwindSafe(work).catch_unwind().await {
                Ok(()) => "ended".to_owned(),
                Err(panic) => panicked(&*panic),
            };
            own.lose(&format!("{name} {how}"));
        })
    }

    /// Runs what the gateway can do without: should it fail, traffic goes on, but not in silence.
    pub(super) fn beside<E: Display>(
        &self,
        name: &str,
        work: impl Future<Output = Result<(), E>> + Send + 'static,
    ) -> JoinHandle<()> {
        let (own, name) = (self.clone(), name.to_owned());
        tokio::spawn(async move {
            let why = match AssertUnwindSafe(work).catch_unwind().await {
                Ok(Ok(())) => return,
                Ok(Err(error)) => error.to_string(),
                Err(panic) => panicked(&*panic),
            };
            own.tell(&format!("{name} has ended, restart to have it back: {why}"));
        })
    }

    /// Does the work of a thread that the gateway cannot do without until it is told to end.
    pub(super) fn work<E: Display>(&self, name: &str, work: impl FnOnce() -> Result<(), E>) {
        match panic::catch_unwind(AssertUnwindSafe(work)) {
            Ok(Ok(())) => {}
            Ok(Err(error)) => self.lose(&format!("{name} failed: {error}")),
            Err(panic) => self.lose(&format!("{name} {}", panicked(&*panic))),
        }
    }

    /// Once nobody hears of losses any more the gateway has ended: then all may end.
    fn lose(&self, what: &str) {
        if !self.lost.is_closed() {
            self.tell(what);
            let _ = self.lost.try_send(what.to_owned());
        }
    }

    fn tell(&self, what: &str) {
        self.events.record(EventKind::Gateway, Severity::Error, "gateway", "gateway", what);
    }
}

impl Losses {
    /// Waits for the first loss, and tells what it was.
    pub(super) async fn first(&mut self) -> String {
        match self.0.recv().await {
            Some(what) => what,
            // Nobody is left who could lose anything.
            None => std::future::pending().await,
        }
    }
}

/// "panicked: index out of bounds".
fn panicked(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("panicked: {}", text.unwrap_or("it does not say why"))
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::clock::Clock;

    fn vital() -> (Vital, Losses, Events) {
        let events = Events::new(Clock::start());
        let (vital, losses) = Vital::new(events.clone());
        (vital, losses, events)
    }

    fn told(events: &Events) -> Vec<String> {
        events.listen(10, |_| true).0.into_iter().map(|it| it.what).collect()
    }

    fn loss(losses: &mut Losses) -> String {
        losses.first().now_or_never().unwrap_or_default()
    }

    #[tokio::test]
    async fn a_loop_that_panics_is_a_loss_that_says_which_and_why() {
        let (vital, mut losses, events) = vital();
        vital.keep("the prober", async { panic!("it broke") }).await.unwrap();
        assert_eq!(loss(&mut losses), "the prober panicked: it broke");
        assert_eq!(told(&events), ["the prober panicked: it broke"]);
    }

    #[tokio::test]
    async fn a_loop_that_ends_is_a_loss_unless_it_was_aborted() {
        let (vital, mut losses, events) = vital();
        let kept = vital.keep("the prober", std::future::pending());
        kept.abort();
        assert!(kept.await.unwrap_err().is_cancelled());
        assert!(loss(&mut losses).is_empty() && told(&events).is_empty());
        vital.keep("the writer", async {}).await.unwrap();
        assert_eq!(loss(&mut losses), "the writer ended");
    }

    #[tokio::test]
    async fn what_the_gateway_can_do_without_is_missed_and_no_loss() {
        let (vital, mut losses, events) = vital();
        let fails = async { Err(io::Error::other("no socket")) };
        vital.beside("the admin API", fails).await.unwrap();
        let panics = async { if true { panic!("it broke") } else { Ok::<_, io::Error>(()) } };
        vital.beside("the scaler", panics).await.unwrap();
        vital.beside("the host", async { Ok::<_, io::Error>(()) }).await.unwrap();
        let missed = [
            "the admin API has ended, restart to have it back: no socket",
            "the scaler has ended, restart to have it back: panicked: it broke",
        ];
        assert_eq!(told(&events), missed);
        assert!(loss(&mut losses).is_empty());
    }

    #[tokio::test]
    async fn a_thread_that_fails_or_panics_is_a_loss_and_one_that_was_told_to_end_is_none() {
        let (vital, mut losses, _) = vital();
        vital.work("worker-0", || Ok::<_, io::Error>(()));
        assert!(loss(&mut losses).is_empty());
        vital.work("worker-1", || Err(io::Error::other("no event loop")));
        assert_eq!(loss(&mut losses), "worker-1 failed: no event loop");
        let index = vital.events.listen(10, |_| false).0.len();
        vital.work("worker-2", || Err::<(), _>([io::ErrorKind::Other; 0][index]));
        let why = "worker-2 panicked: index out of bounds: the len is 0 but the index is 0";
        assert_eq!(loss(&mut losses), why);
    }

    #[tokio::test]
    async fn once_the_gateway_has_ended_nothing_is_lost() {
        let (vital, losses, events) = vital();
        drop(losses);
        vital.keep("the keeper of the file", async {}).await.unwrap();
        assert!(told(&events).is_empty());
    }
}
