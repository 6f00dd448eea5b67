//! A tunnel: after a switch of protocols, bytes both ways until both sides are done.

use std::ops::Range;
use std::time::Duration;

use rand::Rng;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, copy_bidirectional};

use super::account::Account;
use super::upstream::Lease;
use super::worker::Worker;

/// Once the worker drains, a tunnel is closed after a part of this time, each after another, so
/// that not all clients come back at once.
const CLOSED_WITHIN: Range<Duration> = Duration::from_secs(2)..Duration::from_secs(24);

/// Copies until both sides are done or the worker's drain has no more time for it; until then the
/// request is in flight and its account open. `unread` is what the client sent right behind its
/// request.
pub(super) async fn run<S: AsyncRead + AsyncWrite + Unpin>(
    worker: &Worker,
    client: &mut S,
    unread: Vec<u8>,
    lease: Lease,
    account: Account,
) {
    tokio::select! {
        () = copy(client, unread, lease, account) => {}
        () = closing(worker) => {}
    }
}

/// Returns when the worker drains and it is this tunnel's turn to end.
async fn closing(worker: &Worker) {
    worker.draining().await;
    let patience = worker.rng.borrow_mut().random_range(CLOSED_WITHIN);
    tokio::time::sleep(patience).await;
}

async fn copy<S: AsyncRead + AsyncWrite + Unpin>(
    client: &mut S,
    unread: Vec<u8>,
    lease: Lease,
    mut account: Account,
) {
    let (mut backend, read, _flight) = lease.into_parts();
    let early = async {
        backend.write_all(&unread).await?;
        client.write_all(&read).await?;
        client.flush().await
    };
    if early.await.is_err() {
        return;
    }
    // How a tunnel ends is between its two ends.
    if let Ok((_, sent)) = copy_bidirectional(client, &mut backend).await {
        account.sent(sent as usize);
    }
}
