//! Is the request within its limits?

use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;

use http::header::COOKIE;

use crate::model::{LimitKey, LimitMode, Name};
use crate::policy::{self, Verdict};
use crate::state::{LimitTable, Rejected, Seat, Slot, Tier, remembered};

use super::fields::FieldLines;
use super::quota::Quota;
use super::worker::{Held, Worker};

/// What a request that passed has left of its limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Left {
    /// The index of the limit.
    limit: usize,
    /// How many more could pass at once.
    requests: u32,
}

/// Who asks, and what its limits count by.
pub(super) struct Asking<'a, F> {
    pub(super) client: IpAddr,
    /// The route's name; none was found, or it is a connection.
    pub(super) route: Option<&'a Name>,
    pub(super) fields: &'a F,
    /// The canonical path; empty for a connection.
    pub(super) path: &'a str,
    pub(super) now_us: u64,
}

/// What a request or connection that passed has of its limits. What it has in flight is given back
/// when this is dropped.
pub(super) struct Passed {
    worker: Rc<Worker>,
    table: Rc<Held>,
    /// Of the limit that is nearest to its end; `None` where no limit refuses anybody.
    nearest: Option<Left>,
    taken: Vec<Taken>,
}

/// A place in flight.
struct Taken {
    limit: usize,
    tier: Tier,
    slot: Slot,
}

/// A limit that is spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spent {
    /// The index of the limit.
    pub(super) limit: usize,
    /// When it admits again.
    pub(super) retry_after_ms: u64,
}

impl<F: FieldLines> Asking<'_, F> {
    /// Counts under each of `limits`, in their order, until one refuses.
    ///
    /// # Errors
    /// The limit that refused.
    pub(super) fn admit(&self, limits: &[usize], passed: &mut Passed) -> Result<(), Spent> {
        let worker = Rc::clone(&passed.worker);
        let table = Rc::clone(&passed.table);
        for &index in limits {
            let limit = &table.limits[index];
            let cells = limit.cells.of(worker.index);
            match self.ask(index, limit, passed) {
                None => cells.exempted.add(1),
                Some(Verdict::Admitted { left }) => {
                    cells.passed.add(1);
                    if limit.mode == LimitMode::Enforce {
                        passed.note(Left { limit: index, requests: left });
                    }
                }
                Some(Verdict::Rejected { .. }) if limit.mode == LimitMode::Shadow => {
                    cells.passed.add(1);
                    cells.would_reject.add(1);
                }
                Some(Verdict::Rejected { retry_after_ms }) => {
                    cells.rejected.add(1);
                    return Err(Spent { limit: index, retry_after_ms });
                }
            }
        }
        Ok(())
    }

    /// What one limit says; `None` when it does not concern the client.
    fn ask(&self, index: usize, limit: &LimitTable, passed: &mut Passed) -> Option<Verdict> {
        if let Some(place) = limit.adjustment(self.client) {
            let adjustment = &limit.adjustments[place];
            adjustment.uses.of(passed.worker.index).add(1);
            let seat = adjustment.seat.as_deref()?;
            let key = self.key(&passed.worker, limit, seat, limit.v6_prefix);
            return Some(self.count(index, Tier::Adjusted(place), seat, key, passed));
        }
        let key = self.key(&passed.worker, limit, &limit.seat, limit.v6_prefix);
        let verdict = self.count(index, Tier::Own, &limit.seat, key, passed);
        self.remember(limit, key, verdict, passed);
        let Some(wide) = &limit.wide else { return Some(verdict) };
        if self.client.is_ipv4() || matches!(verdict, Verdict::Rejected { .. }) {
            return Some(verdict);
        }
        let key = self.key(&passed.worker, limit, &wide.seat, wide.prefix);
        match self.count(index, Tier::Wide, &wide.seat, key, passed) {
            Verdict::Admitted { .. } => Some(verdict),
            refused @ Verdict::Rejected { .. } => {
                passed.give_back_last(index);
                Some(refused)
            }
        }
    }

    /// What became of it is remembered for those who try rules out, and the candidate is asked.
    fn remember(&self, limit: &LimitTable, key: u64, verdict: Verdict, passed: &Passed) {
        let worker = &passed.worker;
        let refused = matches!(verdict, Verdict::Rejected { .. });
        worker.cells().arrivals.note(limit.mark, key, self.client, refused, self.now_us);
        if refused {
            self.note(limit, key, false, worker);
        }
        let Some(candidate) = &limit.candidate else { return };
        let key = self.key(worker, limit, &candidate.seat, limit.v6_prefix);
        let verdict = worker.limiter.admit(worker.index, key, &candidate.seat, self.now_us);
        let cells = candidate.cells.of(worker.index);
        if matches!(verdict, Verdict::Rejected { .. }) {
            cells.would_reject.add(1);
            self.note(limit, key, true, worker);
        } else {
            cells.passed.add(1);
        }
    }

    fn note(&self, limit: &LimitTable, key: u64, by_candidate: bool, worker: &Worker) {
        worker.cells().rejections.note(key, self.now_us, || Rejected {
            limit: limit.name.clone(),
            by_candidate,
            key: self.key_in_words(limit),
            client: self.client,
            path: remembered(self.path),
        });
    }

    /// What a limit counts by, in words. Values of fields may be secret: only that they differ is
    /// told.
    fn key_in_words(&self, limit: &LimitTable) -> String {
        let hashed = |bytes: Option<&[u8]>| {
            bytes.map_or("-".to_owned(), |bytes| format!("{:08x}", policy::hash_key(bytes) as u32))
        };
        let words = limit.key.parts().iter().map(|part| match part {
            LimitKey::ClientIp => policy::limit_prefix_words(self.client, limit.v6_prefix),
            LimitKey::Route => self.route.map(ToString::to_string).unwrap_or_default(),
            LimitKey::Global => "global".to_owned(),
            LimitKey::Header(name) => format!("{part}#{}", hashed(self.fields.lines(name).next())),
            LimitKey::Cookie(name) => {
                format!("{part}#{}", hashed(policy::cookie(self.fields.lines(&COOKIE), name)))
            }
        });
        words.collect::<Vec<_>>().join("+")
    }

    fn count(
        &self,
        limit: usize,
        tier: Tier,
        seat: &Seat,
        key: u64,
        passed: &mut Passed,
    ) -> Verdict {
        let worker = &passed.worker;
        let (verdict, slot) = worker.limiter.enter(worker.index, key, seat, self.now_us);
        if seat.measure().is_in_flight() && matches!(verdict, Verdict::Admitted { .. }) {
            passed.taken.push(Taken { limit, tier, slot });
        }
        verdict
    }

    fn key(&self, worker: &Worker, limit: &LimitTable, seat: &Seat, v6_bits: u8) -> u64 {
        let mut key = None;
        let mut join = |bytes: &[u8]| {
            key = Some(match key {
                None => worker.limiter.key(seat, bytes),
                Some(before) => worker.limiter.joined(before, bytes),
            });
        };
        for part in limit.key.parts() {
            match part {
                LimitKey::ClientIp => join(&policy::limit_prefix(self.client, v6_bits)),
                LimitKey::Route => join(self.route.map_or(&[], |name| name.as_str().as_bytes())),
                LimitKey::Global => join(&[]),
                LimitKey::Header(name) => {
                    join(self.fields.lines(name).next().unwrap_or_default());
                }
                LimitKey::Cookie(name) => {
                    join(policy::cookie(self.fields.lines(&COOKIE), name).unwrap_or_default());
                }
            }
        }
        key.unwrap_or_default()
    }
}

impl Passed {
    /// Nothing asked yet, of the limits of `table`.
    pub(super) fn none(worker: &Rc<Worker>, table: &Rc<Held>) -> Passed {
        Passed {
            worker: Rc::clone(worker),
            table: Rc::clone(table),
            nearest: None,
            taken: Vec::new(),
        }
    }

    /// What the client is told of it.
    pub(super) fn quota(&self) -> Option<Quota<'_>> {
        self.nearest.map(|Left { limit, requests }| {
            let limit = &self.table.limits[limit];
            Quota { policy: &limit.policy, item: limit.item(), left: requests }
        })
    }

    /// What is in flight, for longer than the table is to be held.
    pub(super) fn take(&mut self) -> Vec<(Arc<Seat>, Slot)> {
        let table = &self.table;
        let seat = |taken: Taken| {
            Some((Arc::clone(table.limits[taken.limit].seat_of(taken.tier)?), taken.slot))
        };
        self.taken.drain(..).filter_map(seat).collect()
    }

    fn note(&mut self, left: Left) {
        if self.nearest.is_none_or(|nearest| left.requests < nearest.requests) {
            self.nearest = Some(left);
        }
    }

    /// Gives back what was taken last of `limit`, if anything was.
    fn give_back_last(&mut self, limit: usize) {
        if let Some(taken) = self.taken.pop_if(|taken| taken.limit == limit) {
            self.give_back(&taken);
        }
    }

    fn give_back(&self, taken: &Taken) {
        if let Some(seat) = self.table.limits[taken.limit].seat_of(taken.tier) {
            self.worker.limiter.leave(seat, taken.slot);
        }
    }
}

impl Drop for Passed {
    fn drop(&mut self) {
        self.taken.iter().for_each(|taken| self.give_back(taken));
    }
}
