//! Watchers: those who look at a gateway's traffic while it is measured.

use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context, Result, anyhow};
use gateway_proto as wire;
use hyper_util::rt::TokioIo;
use tokio::net::UnixStream;
use tokio::runtime::Builder;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tonic::Streaming;
use tonic::transport::{Channel, Endpoint};
use wire::traffic_client::TrafficClient;

/// How many there are.
const WATCHERS: usize = 10;

/// What they want to see.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wanted {
    /// Each request.
    All,
    /// Those that fail, of which there are none.
    Failures,
}

/// Ten of them at a gateway, reading whatever they are told until this is dropped.
pub(crate) struct Watchers {
    _leave: oneshot::Sender<()>,
}

impl Watchers {
    /// Ten of them at the gateway whose admin socket this is. They read on the core of this thread.
    pub(crate) fn at(socket: &Path, wanted: Wanted) -> Result<Watchers> {
        let socket = socket.to_owned();
        let (leave, left) = oneshot::channel();
        let (came, mut coming) = mpsc::channel(1);
        thread::spawn(move || {
            let Ok(runtime) = Builder::new_current_thread().enable_all().build() else { return };
            runtime.block_on(async move {
                let watching = join(socket, wanted).await;
                let (streams, outcome) = match watching {
                    Ok(streams) => (streams, Ok(())),
                    Err(error) => (Vec::new(), Err(error)),
                };
                // Nobody waits for it any more when this run was stopped.
                let _ = came.send(outcome).await;
                let mut reading = JoinSet::new();
                streams.into_iter().for_each(|stream| drop(reading.spawn(read(stream))));
                let _ = left.await;
            });
        });
        let outcome = coming.blocking_recv();
        outcome.ok_or_else(|| anyhow!("there are no watchers"))?.context("cannot watch")?;
        Ok(Watchers { _leave: leave })
    }
}

async fn join(socket: PathBuf, wanted: Wanted) -> Result<Vec<Streaming<wire::TailBatch>>> {
    let mut streams = Vec::new();
    for _ in 0..WATCHERS {
        let request = wire::TailRequest { filter: wanted.filter(), sample: 1 };
        let mut client = TrafficClient::new(connect(socket.clone()).await?);
        streams.push(client.tail(request).await?.into_inner());
    }
    Ok(streams)
}

async fn connect(socket: PathBuf) -> Result<Channel> {
    let dial = move |_: http::Uri| {
        let socket = socket.clone();
        async move { Ok::<_, std::io::Error>(TokioIo::new(UnixStream::connect(socket).await?)) }
    };
    let endpoint = Endpoint::from_static("http://gatewayd");
    Ok(endpoint.connect_with_connector(tower::service_fn(dial)).await?)
}

/// Reads to the end.
async fn read(mut stream: Streaming<wire::TailBatch>) {
    while let Ok(Some(_)) = stream.message().await {}
}

impl Wanted {
    fn filter(self) -> Option<wire::TrafficFilter> {
        let Wanted::Failures = self else { return None };
        let value = wire::TrafficValue { text: "500".to_owned(), number: Some(500.0) };
        let test = wire::TrafficTest {
            field: "status".to_owned(),
            comparison: wire::Comparison::AtLeast.into(),
            values: vec![value],
        };
        Some(wire::TrafficFilter { condition: Some(wire::traffic_filter::Condition::Test(test)) })
    }
}
