//! A tunnel: after a switch of protocols, bytes both ways until both sides are done.

use bytes::Bytes;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncWriteExt, copy_bidirectional};
use tokio::net::TcpStream;

use crate::state::Flight;

use super::account::Account;

/// A backend's side of a tunnel.
pub(super) struct Backside {
    pub(super) stream: TcpStream,
    /// What the backend sent right behind its 101.
    pub(super) read: Bytes,
    pub(super) flight: Flight,
}

/// Copies until both sides are done; the request is in flight, and its account open, until then.
pub(super) async fn run(client: OnUpgrade, backside: Backside, account: Account) {
    let Backside { mut stream, read, flight } = backside;
    let (_flight, mut account) = (flight, account);
    // A client that left before the switch has nothing to copy.
    let Ok(upgraded) = client.await else { return };
    let mut client = TokioIo::new(upgraded);
    if !read.is_empty() && client.write_all(&read).await.is_err() {
        return;
    }
    // How a tunnel ends is between its two ends.
    if let Ok((_, sent)) = copy_bidirectional(&mut client, &mut stream).await {
        account.sent(sent as usize);
    }
}
