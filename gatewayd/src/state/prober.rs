//! The prober: the way to whoever tries an address before it is a backend's.

use std::num::NonZeroU32;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use crate::model::{HealthCheck, ProbeReport};

use super::CallerPace;

/// How many wait to be tried; more wait for their place.
const QUEUE: usize = 16;
/// Probes of one caller per second, and at once: as fast as somebody types, and no scan.
const PER_SECOND: NonZeroU32 = NonZeroU32::new(2).expect("not zero");
const AT_ONCE: NonZeroU32 = NonZeroU32::new(10).expect("not zero");

/// The way to whoever tries an address; cheap to clone.
#[derive(Clone, Debug)]
pub struct Prober {
    orders: mpsc::Sender<ProbeOrder>,
    pace: CallerPace,
}

/// An address to try.
#[derive(Debug)]
pub struct ProbeOrder {
    /// A host, or a name of one.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whether it is spoken to in HTTP/2.
    pub h2: bool,
    /// How its health is asked for.
    pub check: HealthCheck,
    /// Who waits for the report.
    pub answer: oneshot::Sender<ProbeReport>,
}

impl Prober {
    /// The way, and its end.
    #[must_use]
    pub fn new() -> (Prober, mpsc::Receiver<ProbeOrder>) {
        let (orders, taken) = mpsc::channel(QUEUE);
        (Prober { orders, pace: CallerPace::new(PER_SECOND, AT_ONCE) }, taken)
    }

    /// Counts a probe of `caller`.
    ///
    /// # Errors
    /// How long it has to wait, when it asks too often.
    pub fn admit(&self, caller: &str) -> Result<(), Duration> {
        self.pace.admit(caller)
    }

    /// Has an address tried; `None` when nobody tries any more.
    pub async fn probe(
        &self,
        (host, port): (String, u16),
        h2: bool,
        check: HealthCheck,
    ) -> Option<ProbeReport> {
        let (answer, report) = oneshot::channel();
        self.orders.send(ProbeOrder { host, port, h2, check, answer }).await.ok()?;
        report.await.ok()
    }
}
