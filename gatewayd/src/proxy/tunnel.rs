//! A tunnel: after a switch of protocols, bytes both ways until both sides are done.

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, copy_bidirectional};

use super::account::Account;
use super::upstream::Lease;

/// Copies until both sides are done; the request is in flight, and its account open, until then.
/// `unread` is what the client sent right behind its request.
pub(super) async fn run<S: AsyncRead + AsyncWrite + Unpin>(
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
