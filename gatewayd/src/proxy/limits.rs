//! Is the request within its limits?

use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;

use http::header::COOKIE;

use crate::model::{LimitKey, LimitMode, Name, Refuser};
use crate::policy::{self, Verdict};
use crate::state::{
    CandidateTable, LimitTable, Rejected, Seat, Seats, Slot, Table, Tier, remembered,
};

use super::fields::FieldLines;
use super::quota::Quota;
use super::worker::{Held, Worker};

/// What a request that passed has left of its limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Left {
    /// The index of the limit.
    limit: usize,
    /// Which of its counts.
    tier: Tier,
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
    /// Whether the candidate gave it.
    tried: bool,
    tier: Tier,
    slot: Slot,
}

/// A limit that is spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spent {
    /// The index of the limit.
    pub(super) limit: usize,
    /// Which of its counts.
    pub(super) tier: Tier,
    /// When it admits again.
    pub(super) retry_after_ms: u64,
}

/// One of the rules of a limit, its own or its candidate.
#[derive(Clone, Copy)]
struct Asked<'a> {
    index: usize,
    limit: &'a LimitTable,
    /// Whether it is the candidate.
    tried: bool,
    seats: &'a Seats,
    /// The client's count beside the coarser one.
    tier: Tier,
}

/// What a rule said.
struct Answer {
    verdict: Verdict,
    /// What the client is counted by.
    key: u64,
    /// Which count said so, and what it counts by.
    by: (Tier, u64),
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
            match self.ask_limit(index, limit, passed) {
                None => cells.exempted.add(1),
                Some((tier, Verdict::Admitted { left })) => {
                    cells.passed.add(1);
                    if limit.mode == LimitMode::Enforce {
                        passed.note(Left { limit: index, tier, requests: left });
                    }
                }
                Some((_, Verdict::Rejected { .. })) if limit.mode == LimitMode::Shadow => {
                    cells.passed.add(1);
                    cells.would_reject.add(1);
                }
                Some((tier, Verdict::Rejected { retry_after_ms })) => {
                    cells.rejected.add(1);
                    return Err(Spent { limit: index, tier, retry_after_ms });
                }
            }
        }
        Ok(())
    }

    /// What one limit says, and for which of its counts; `None` when it does not concern the client.
    /// What became of it is remembered for those who try rules out, and the candidate is asked.
    fn ask_limit(
        &self,
        index: usize,
        limit: &LimitTable,
        passed: &mut Passed,
    ) -> Option<(Tier, Verdict)> {
        let tier = limit.tier_of(self.client);
        if let Tier::Adjusted(place) = tier {
            limit.adjustments[place].uses.of(passed.worker.index).add(1);
        }
        let own = Asked { index, limit, tried: false, seats: &limit.seats, tier };
        let answer = self.ask(&own, passed)?;
        let refused = matches!(answer.verdict, Verdict::Rejected { .. });
        let arrivals = &passed.worker.cells().arrivals;
        arrivals.note(limit.mark, answer.key, self.client, refused, self.now_us);
        if refused {
            let by = match limit.mode {
                LimitMode::Enforce => Refuser::Rule,
                LimitMode::Shadow => Refuser::Shadow,
            };
            self.note(limit, by, &answer, &passed.worker);
        }
        if let Some(candidate) = &limit.candidate {
            let tried = Asked { tried: true, seats: &candidate.seats, ..own };
            self.try_out(&tried, candidate, passed);
        }
        Some((tier, answer.verdict))
    }

    /// Asks a candidate, which refuses nobody.
    fn try_out(&self, tried: &Asked<'_>, candidate: &CandidateTable, passed: &mut Passed) {
        let Some(answer) = self.ask(tried, passed) else { return };
        let cells = candidate.cells.of(passed.worker.index);
        if matches!(answer.verdict, Verdict::Rejected { .. }) {
            cells.would_reject.add(1);
            self.note(tried.limit, Refuser::Candidate, &answer, &passed.worker);
        } else {
            cells.passed.add(1);
        }
    }

    /// What a rule says; `None` when it does not concern the client.
    fn ask(&self, asked: &Asked<'_>, passed: &mut Passed) -> Option<Answer> {
        let seat = asked.seats.of(asked.tier)?;
        let key = self.key(&passed.worker, asked.limit, seat, asked.limit.v6_prefix);
        let verdict = self.count(asked, asked.tier, seat, key, passed);
        let answer = Answer { verdict, key, by: (asked.tier, key) };
        Some(self.ask_wide(asked, &answer, passed).unwrap_or(answer))
    }

    /// What the coarser count says too; `None` where it is not asked.
    fn ask_wide(&self, asked: &Asked<'_>, own: &Answer, passed: &mut Passed) -> Option<Answer> {
        let Verdict::Admitted { left: own_left } = own.verdict else { return None };
        let wide = asked.limit.wide.filter(|_| asked.tier == Tier::Own && self.client.is_ipv6())?;
        let seat = asked.seats.of(Tier::Wide)?;
        let key = self.key(&passed.worker, asked.limit, seat, wide.prefix);
        let verdict = match self.count(asked, Tier::Wide, seat, key, passed) {
            Verdict::Admitted { left } => Verdict::Admitted { left: left.min(own_left) },
            refused @ Verdict::Rejected { .. } => {
                passed.give_back_last(asked);
                refused
            }
        };
        Some(Answer { verdict, key: own.key, by: (Tier::Wide, key) })
    }

    fn note(&self, limit: &LimitTable, refuser: Refuser, answer: &Answer, worker: &Worker) {
        let (tier, key) = answer.by;
        let wide = limit.wide.filter(|_| tier == Tier::Wide);
        worker.cells().rejections.note(key, refuser, self.now_us, || Rejected {
            limit: limit.name.clone(),
            refuser,
            key,
            words: self.key_in_words(limit, wide.map_or(limit.v6_prefix, |wide| wide.prefix)),
            client: self.client,
            wide: wide.map(|wide| wide.prefix),
            path: remembered(self.path),
        });
    }

    /// What a limit counts by, in words. Values of fields may be secret: only that they differ is
    /// told.
    fn key_in_words(&self, limit: &LimitTable, v6_bits: u8) -> String {
        let hashed = |bytes: Option<&[u8]>| {
            bytes.map_or("-".to_owned(), |bytes| format!("{:08x}", policy::hash_key(bytes) as u32))
        };
        let words = limit.key.parts().iter().map(|part| match part {
            LimitKey::ClientIp => policy::limit_prefix_words(self.client, v6_bits),
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
        asked: &Asked<'_>,
        tier: Tier,
        seat: &Seat,
        key: u64,
        passed: &mut Passed,
    ) -> Verdict {
        let worker = &passed.worker;
        let (verdict, slot) = worker.limiter.enter(worker.index, key, seat, self.now_us);
        if seat.measure().is_in_flight() && matches!(verdict, Verdict::Admitted { .. }) {
            let Asked { index: limit, tried, .. } = *asked;
            passed.taken.push(Taken { limit, tried, tier, slot });
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

impl Taken {
    fn seat<'a>(&self, table: &'a Table) -> Option<&'a Arc<Seat>> {
        let limit = &table.limits[self.limit];
        match self.tried {
            false => limit.seats.of(self.tier),
            true => limit.candidate.as_ref()?.seats.of(self.tier),
        }
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
        self.nearest.map(|Left { limit, tier, requests }| {
            let (policy, item) = self.table.limits[limit].told(tier);
            Quota { policy, item, left: requests }
        })
    }

    /// What is in flight, for longer than the table is to be held.
    pub(super) fn take(&mut self) -> Vec<(Arc<Seat>, Slot)> {
        let table = &self.table;
        let seat = |taken: Taken| Some((Arc::clone(taken.seat(table)?), taken.slot));
        self.taken.drain(..).filter_map(seat).collect()
    }

    fn note(&mut self, left: Left) {
        if self.nearest.is_none_or(|nearest| left.requests < nearest.requests) {
            self.nearest = Some(left);
        }
    }

    /// Gives back what was taken last of a rule, if anything was.
    fn give_back_last(&mut self, asked: &Asked<'_>) {
        let own = |it: &mut Taken| (it.limit, it.tried) == (asked.index, asked.tried);
        if let Some(taken) = self.taken.pop_if(own) {
            self.give_back(&taken);
        }
    }

    fn give_back(&self, taken: &Taken) {
        if let Some(seat) = taken.seat(&self.table) {
            self.worker.limiter.leave(seat, taken.slot);
        }
    }
}

impl Drop for Passed {
    fn drop(&mut self) {
        self.taken.iter().for_each(|taken| self.give_back(taken));
    }
}
