//! Closing so that the client can read its answer: what it still sends is read and forgotten for a
//! moment, since closing on unread bytes would reset the connection under the answer.

use std::future::poll_fn;
use std::time::Duration;

use tokio::io::AsyncWriteExt;

use super::super::super::deadlines::Deadline;
use super::super::stream::Stream;
use super::client::Client;

const PATIENCE: Duration = Duration::from_secs(1);
const MOST_BYTES: usize = 64 * 1024;

/// Ends the connection (RFC 9112, section 9.6).
pub(super) async fn close<S: Stream>(client: &mut Client<S>, deadline: &Deadline) {
    deadline.arm(PATIENCE);
    let ending = async {
        // Whatever fails here, the connection ends.
        if client.stream().shutdown().await.is_err() {
            return;
        }
        let mut forgotten = 0;
        while forgotten < MOST_BYTES {
            client.consume(client.unread().len());
            match poll_fn(|cx| client.poll_fill(cx)).await {
                Ok(0) | Err(_) => return,
                Ok(count) => forgotten += count,
            }
        }
    };
    let _ = deadline.meet(ending).await;
}
