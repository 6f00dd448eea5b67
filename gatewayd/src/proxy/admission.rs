//! May this connection come in, by the caps on all connections and the limits of its listener?

use std::iter;
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;

use http::HeaderName;

use crate::model::{Name, unwrapped};
use crate::policy;
use crate::state::{Entered, Seat, Slot};

use super::fields::FieldLines;
use super::limits::{Asking, Passed};
use super::worker::Worker;

/// A site has at least so much of IPv6 to itself (RFC 6177).
const SITE_BITS: u8 = 64;

/// The places that a connection has under caps and limits, given back when it ends.
pub(super) struct Places {
    _entered: Entered,
    worker: Rc<Worker>,
    taken: Vec<(Arc<Seat>, Slot)>,
}

/// A connection has no fields.
struct NoFields;

impl FieldLines for NoFields {
    fn lines<'a>(&'a self, _: &'a HeaderName) -> impl DoubleEndedIterator<Item = &'a [u8]> {
        iter::empty()
    }
}

impl Drop for Places {
    fn drop(&mut self) {
        for (seat, slot) in &self.taken {
            self.worker.limiter.leave(seat, *slot);
        }
    }
}

/// Counts a connection of the client at `peer` under the caps and under the limits of the listener
/// called `door`; `None` where one of them refuses it.
pub(super) fn admit(worker: &Rc<Worker>, door: &Name, peer: IpAddr) -> Option<Places> {
    let table = worker.table();
    // A proxy brings many clients.
    let proxy = policy::is_trusted(peer, &table.trusted_proxies);
    let entered = match worker.caps.enter((!proxy).then(|| policy::limit_prefix(peer, SITE_BITS))) {
        Ok(entered) => entered,
        Err(refusal) => {
            worker.cells().refused.of(refusal).add(1);
            return None;
        }
    };
    let listener = table.listeners.iter().find(|it| it.name == *door);
    let limits = listener.map_or(&[][..], |listener| &listener.limits);
    let mut taken = Vec::new();
    if !limits.is_empty() {
        let client = unwrapped(peer);
        let now_us = worker.read_clock();
        let asking = Asking { client, route: None, fields: &NoFields, path: "", now_us };
        let mut passed = Passed::none(worker, &table);
        asking.admit(limits, &mut passed).ok()?;
        taken = passed.take();
    }
    Some(Places { _entered: entered, worker: Rc::clone(worker), taken })
}
