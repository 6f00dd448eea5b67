//! Closing so that the client can read its answer: what it still sends is read and forgotten for a
//! moment, since closing on unread bytes would reset the connection under the answer.

use std::future::{pending, poll_fn};
use std::time::Duration;

use tokio::io::AsyncWriteExt;

use super::super::super::deadlines::Deadline;
use super::super::stream::Stream;
use super::client::Client;

/// Long enough for an answer to arrive, whatever the client still has to send meanwhile.
const PATIENCE: Duration = Duration::from_secs(1);

/// What a client that sends all before it reads may still send. Who sends more is no longer read
/// from, and so stopped, but keeps the rest of the moment to see its answer.
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// Ends the connection (RFC 9112, section 9.6).
pub(super) async fn close<S: Stream>(client: &mut Client<S>, deadline: &Deadline) {
    deadline.arm(PATIENCE);
    // Whatever fails here, the connection ends.
    let _ = deadline.meet(last_words(client)).await;
}

async fn last_words<S: Stream>(client: &mut Client<S>) {
    if client.stream().shutdown().await.is_err() {
        return;
    }
    let mut forgotten = 0;
    while forgotten < MOST_BYTES {
        client.consume(client.unread().len());
        match poll_fn(|cx| client.poll_fill(cx)).await {
            Ok(0) | Err(_) => return,
            Ok(bytes) => forgotten += bytes,
        }
    }
    pending().await
}
