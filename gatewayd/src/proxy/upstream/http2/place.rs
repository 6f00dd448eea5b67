//! A place: room for one stream on a connection.

use std::rc::Rc;
use std::sync::Arc;

use bytes::Bytes;
use h2::SendStream;
use h2::client::{ResponseFuture, SendRequest};
use http::Request;

use crate::state::LiveBackend;

use super::super::super::worker::Worker;
use super::super::{Attempt, Carrier, ConnectError};
use super::connection::Life;
use super::{Stream, connections};

/// Room for one stream; given up when it is dropped.
pub(in crate::proxy) struct Place {
    sender: SendRequest<Bytes>,
    life: Rc<Life>,
    /// The connection has served before.
    kept: bool,
}

impl Place {
    pub(super) fn new(sender: SendRequest<Bytes>, life: Rc<Life>) -> Place {
        let kept = life.joined();
        Place { sender, life, kept }
    }

    /// Begins the stream with `request`, which is all of it if `ends`.
    pub(super) fn ask(
        &mut self,
        request: Request<()>,
        ends: bool,
    ) -> Result<(ResponseFuture, SendStream<Bytes>), h2::Error> {
        self.sender.send_request(request, ends)
    }

    /// No other stream is to begin on its connection.
    pub(super) fn forsake(&self) {
        self.life.leave();
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.life.left();
    }
}

impl Carrier for Place {
    type Begun = Stream;

    async fn reach(
        worker: &Rc<Worker>,
        backend: &Arc<LiveBackend>,
        _anew: bool,
    ) -> Result<Place, Rc<ConnectError>> {
        // A connection is always read: one that was closed is known to be.
        connections::place(worker, backend).await
    }

    fn is_kept(&self) -> bool {
        self.kept
    }

    fn begin(self, attempt: Attempt) -> Stream {
        Stream::new(self, attempt)
    }
}
