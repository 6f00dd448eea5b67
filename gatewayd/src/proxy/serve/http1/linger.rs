//! Closing so that the client can read its answer: what it still sends is read and forgotten for a
//! moment, since closing on unread bytes would reset the connection under the answer.

use std::future::poll_fn;
use std::time::Duration;

use tokio::io::AsyncWriteExt;

use super::super::super::deadlines::Deadline;
use super::super::stream::Stream;
use super::client::Client;

/// Long enough for an answer to arrive, however much the client still has to send meanwhile.
const PATIENCE: Duration = Duration::from_secs(1);

/// Ends the connection (RFC 9112, section 9.6).
pub(super) async fn close<S: Stream>(client: &mut Client<S>, deadline: &Deadline) {
    deadline.arm(PATIENCE);
    let ending = async {
        // Whatever fails here, the connection ends.
        if client.stream().shutdown().await.is_err() {
            return;
        }
        loop {
            client.consume(client.unread().len());
            if let Ok(0) | Err(_) = poll_fn(|cx| client.poll_fill(cx)).await {
                return;
            }
        }
    };
    let _ = deadline.meet(ending).await;
}
