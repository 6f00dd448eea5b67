//! Pictures as they come, across lost connections.

use std::time::Duration;

use futures_util::StreamExt as _;
use tokio::{
    sync::mpsc,
    time::{self, Instant},
};

use crate::{
    client::{Client, Error, ErrorCode, Snapshots},
    model::Snapshot,
};

/// The first pause before asking again, doubled up to the last.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(3);
/// A connection that stays away this long is lost for good.
pub(super) const PATIENCE: Duration = Duration::from_secs(300);

/// What a reader of pictures sees. After the channel ends, the last `Lost` is final.
#[derive(Debug)]
pub(super) enum Sight {
    /// A picture.
    Picture(Box<Snapshot>),
    /// The connection broke; asking goes on until patience ends. Told again with each attempt.
    Lost(Error),
}

/// Follows a gateway until patience ends or nobody listens. The channel holds one picture: a slow
/// reader blocks the asking, and the gateway then skips to its newest.
pub(super) fn follow(client: Client) -> mpsc::Receiver<Sight> {
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(ask_on(client, sender));
    receiver
}

async fn ask_on(client: Client, sender: mpsc::Sender<Sight>) {
    let mut pause = FIRST_PAUSE;
    let mut well_at = Instant::now();
    while let Some((error, seen)) = pass_on(&client, &sender).await {
        if seen {
            (pause, well_at) = (FIRST_PAUSE, Instant::now());
        }
        let is_final = !error.is_retryable() || well_at.elapsed() > PATIENCE;
        if sender.send(Sight::Lost(error)).await.is_err() || is_final {
            return;
        }
        time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Passes pictures on until the connection breaks: why, and whether there was any. Nothing when
/// nobody listens any more.
async fn pass_on(client: &Client, sender: &mpsc::Sender<Sight>) -> Option<(Error, bool)> {
    let (fresh, mut pictures) = match open(client).await {
        Ok(opened) => opened,
        Err(error) => return Some((error, false)),
    };
    let (revision, time_ms) = (fresh.revision, fresh.time_ms);
    sender.send(Sight::Picture(Box::new(fresh))).await.ok()?;
    loop {
        match pictures.next().await {
            Some(Ok(picture)) if picture.revision < revision || picture.time_ms <= time_ms => {}
            Some(Ok(picture)) => sender.send(Sight::Picture(Box::new(picture))).await.ok()?,
            Some(Err(error)) => return Some((error, true)),
            None => return Some((ended(), true)),
        }
    }
}

/// A fresh picture and the stream after it. The stream alone begins with the latest tick's picture,
/// which may be older than a change that was just acknowledged.
async fn open(client: &Client) -> Result<(Snapshot, Snapshots), Error> {
    let pictures = client.snapshots().await?;
    Ok((client.snapshot().await?, pictures))
}

/// The end of a stream that has none.
pub(super) fn ended() -> Error {
    Error::new(ErrorCode::Unreachable, "the gateway ended the stream")
}
