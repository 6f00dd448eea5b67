//! Which traffic should be told now? That of the screen, while it is shown; none otherwise. And the
//! task that asks for it.

use futures_util::StreamExt as _;
use tokio::{sync::mpsc, task::JoinHandle};

use super::{
    effect::Effect,
    message::Msg,
    model::Model,
    screens::{Screen, traffic::News},
};
use crate::{
    client::{Client, Error, ErrorCode},
    model::TrafficAsked,
};

/// What is wanted of the task.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tail {
    /// The stream's number: what an earlier one still says is not heard.
    pub(crate) stream: u64,
    /// What is asked for; none ends it.
    pub(crate) asked: Option<TrafficAsked>,
}

/// What a stream says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Told {
    /// Its number.
    pub(crate) stream: u64,
    /// What it says.
    pub(crate) news: News,
}

/// What is wanted where it is not what was wanted before.
pub(crate) fn due(model: &mut Model) -> Option<Effect> {
    let shown = model.screen == Screen::Traffic && model.live.snapshot.is_some();
    let wanted = shown && !model.freshness().is_stale() && !model.traffic.waits(model.now);
    model.traffic.wants(wanted).map(Effect::Tail)
}

/// Takes what a stream says.
pub(crate) fn learn(model: &mut Model, told: Told) -> Vec<Effect> {
    let (now, is_paused) = (model.now, model.paused.is_some());
    model.traffic.learn(told, now, is_paused);
    Vec::new()
}

/// The task that asks for traffic; there is one at most.
#[derive(Debug, Default)]
pub(crate) struct Tailing(Option<JoinHandle<()>>);

impl Tailing {
    /// Ends what was told, and begins anew if something is asked for. A full `say` makes the stream
    /// wait, and the gateway then leaves requests out and counts them.
    pub(crate) fn follow(&mut self, tail: Tail, client: Option<Client>, say: &mpsc::Sender<Msg>) {
        self.end();
        if let Some(asked) = tail.asked {
            let (stream, say) = (tail.stream, say.clone());
            self.0 = Some(tokio::spawn(async move {
                let error = told(client, &asked, stream, &say).await;
                // Without a dashboard nobody waits for it.
                let _ = say.send(Msg::traffic(stream, News::Ended(error))).await;
            }));
        }
    }

    fn end(&mut self) {
        if let Some(task) = self.0.take() {
            task.abort();
        }
    }
}

impl Drop for Tailing {
    fn drop(&mut self) {
        self.end();
    }
}

/// Tells requests until that ends: why.
async fn told(
    client: Option<Client>,
    asked: &TrafficAsked,
    stream: u64,
    say: &mpsc::Sender<Msg>,
) -> Error {
    let Some(client) = client else {
        return Error::new(ErrorCode::Unreachable, "not connected");
    };
    let mut batches = match client.traffic(asked).await {
        Ok(batches) => batches,
        Err(error) => return error,
    };
    while let Some(batch) = batches.next().await {
        let news = match batch {
            Ok(batch) => News::Batch(batch),
            Err(error) => return error,
        };
        if say.send(Msg::traffic(stream, news)).await.is_err() {
            break;
        }
    }
    Error::new(ErrorCode::Unreachable, "the gateway ended the stream")
}
