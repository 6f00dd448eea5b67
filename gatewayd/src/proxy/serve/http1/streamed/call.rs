//! A call: a request of HTTP/1 in the words of HTTP/2, and what comes of it.

use std::rc::Rc;

use http::{HeaderMap, HeaderName, HeaderValue, Request};

use crate::model::Refusal;

use super::super::super::super::account::Account;
use super::super::super::super::deadlines::Deadline;
use super::super::super::super::decide::Decided;
use super::super::super::super::fields::{self, Origin};
use super::super::super::super::http1::{Begun, RequestHead};
use super::super::super::super::upstream::http2::request;
use super::super::super::super::worker::Worker;
use super::super::super::ask::{Answered, Asking};
use super::super::super::sending::Sending;
use super::super::super::stop::Stop;
use super::super::super::stream::Stream as ClientStream;
use super::super::exchange::Outcome;
use super::{Body, Download};

/// A request for backends of HTTP/2.
pub(in crate::proxy::serve::http1) struct Call {
    request: Request<()>,
    takes_trailers: bool,
    asks_grpc: bool,
}

impl Call {
    /// The request with this `head`, of a client that came from `origin`.
    ///
    /// # Errors
    /// When HTTP/2 has no words for it.
    pub(in crate::proxy::serve::http1) fn new(
        head: &RequestHead<'_>,
        origin: &Origin,
    ) -> Result<Call, Refusal> {
        if head.asks_for_websocket {
            return Err(Refusal::UpgradeUnsupported);
        }
        let mut fields: HeaderMap = head
            .fields
            .iter()
            .filter_map(|(name, value, _)| {
                Some((HeaderName::from_bytes(name).ok()?, HeaderValue::from_bytes(value).ok()?))
            })
            .collect();
        let (takes_trailers, asks_grpc) =
            (fields::takes_trailers(&fields), fields::asks_grpc(&fields));
        let authority = HeaderValue::try_from(head.authority).map_err(|_| Refusal::HostInvalid)?;
        fields::toward_backend(&mut fields, &authority, origin);
        let mut target = Vec::new();
        head.target.write(&mut target);
        let target = String::from_utf8(target).map_err(|_| Refusal::TargetInvalid)?;
        let request = request(&head.method, &target, fields, head.framing, takes_trailers)?;
        Ok(Call { request, takes_trailers, asks_grpc })
    }

    /// Whether it is a call of gRPC.
    pub(in crate::proxy::serve::http1) fn asks_grpc(&self) -> bool {
        self.asks_grpc
    }

    /// Asks backends until one answers, and relays the answer.
    pub(in crate::proxy::serve::http1) async fn relay<S: ClientStream>(
        self,
        worker: &Rc<Worker>,
        account: &mut Account,
        deadline: &Deadline,
        decided: Decided,
        mut body: Body<'_, S>,
        persists: bool,
    ) -> Outcome {
        let most = decided.most_body_bytes;
        let mut sending = Sending::new(worker, body.is_some(), most, self.asks_grpc);
        let asking = Asking {
            worker,
            account: &mut *account,
            deadline,
            search: decided.search,
            request: self.request,
            sending: &mut sending,
            asker: &mut body,
        };
        let Answered { head, framing, stream, .. } = match asking.run().await {
            Ok(answered) => answered,
            Err(Stop::Refused(refusal)) => return Outcome::Refused(refusal),
            Err(Stop::Left) => return Outcome::Over,
        };
        let mut download = Download {
            account,
            deadline,
            sending,
            body,
            stream,
            begun: Begun { framing, persists },
            takes_trailers: self.takes_trailers,
            over: false,
            failure: None,
        };
        download.begin(&head);
        download.run().await
    }
}
