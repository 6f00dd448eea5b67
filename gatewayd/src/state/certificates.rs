//! The certificates that are served: what is known of them, and the way to whoever reads their files.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot, watch};

use crate::model::{CertificateView, Intent, Operation, Rejection};

/// How many orders wait at most; more wait for their place.
const QUEUE: usize = 16;

/// What is known of the certificates, and the way to their keeper; cheap to clone.
#[derive(Clone, Debug)]
pub struct Certificates {
    orders: mpsc::Sender<ReloadOrder>,
    seen: watch::Receiver<Arc<[CertificateView]>>,
}

/// The keeper's end of it.
#[derive(Debug)]
pub struct CertificateDesk {
    /// What is to be read again.
    pub orders: mpsc::Receiver<ReloadOrder>,
    /// What observers see.
    pub seen: watch::Sender<Arc<[CertificateView]>>,
}

/// Files that are to be read again now.
#[derive(Debug)]
pub struct ReloadOrder {
    /// Only what is served by these; all when there are none.
    pub served_by: Vec<String>,
    /// Who asks, why, on which condition.
    pub intent: Intent,
    /// Where the answer goes.
    pub answer: oneshot::Sender<Result<Operation, CertificateRefusal>>,
}

/// Why nothing came of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateRefusal {
    /// Nobody of that name shows certificates.
    #[error("nothing called {asked} shows a certificate; there is {}", listed(.known))]
    Unknown {
        /// The name.
        asked: String,
        /// Who does.
        known: Vec<String>,
    },
    /// None of the files can be served; what was is.
    #[error("{0}")]
    Unusable(String),
    /// The order is not accepted.
    #[error("{0}")]
    Rejected(#[from] Rejection),
    /// Nobody keeps them any more.
    #[error("the gateway is stopping")]
    Stopping,
}

fn listed(known: &[String]) -> String {
    if known.is_empty() { "none".to_owned() } else { known.join(", ") }
}

impl Certificates {
    /// What is known so far, and the way to the keeper, whose end is given too.
    #[must_use]
    pub fn new() -> (Certificates, CertificateDesk) {
        let (order, orders) = mpsc::channel(QUEUE);
        let (seen, seen_by) = watch::channel(Arc::from([]));
        (Certificates { orders: order, seen: seen_by }, CertificateDesk { orders, seen })
    }

    /// Those that are served now.
    #[must_use]
    pub fn views(&self) -> Arc<[CertificateView]> {
        Arc::clone(&self.seen.borrow())
    }

    /// Has files read again now, of all or of what is served by these.
    ///
    /// # Errors
    /// When none of them can be served, or the order is not accepted; then nothing changed.
    pub async fn reload(
        &self,
        served_by: Vec<String>,
        intent: Intent,
    ) -> Result<Operation, CertificateRefusal> {
        let (answer, answered) = oneshot::channel();
        let order = ReloadOrder { served_by, intent, answer };
        self.orders.send(order).await.map_err(|_| CertificateRefusal::Stopping)?;
        answered.await.map_err(|_| CertificateRefusal::Stopping)?
    }
}
