//! The life of a request: it arrives, is admitted or limited, flies, and ends in one way.

use rand::Rng;

use super::agenda::{Event, Flight};
use super::{EPOCH_MS, Engine, is_cut};
use crate::simulate::machine::Reception;
use crate::simulate::request::{Loss, Request};

/// Connections that are tried for one request, as in production.
const CONNECTIONS: u32 = 2;
/// The part of its work that an error takes.
const ERROR_WORK: f64 = 0.1;

impl Engine<'_> {
    /// A client sends a request for the first time.
    pub(super) fn arrive(&mut self, request: Request) {
        self.tally.sent += 1;
        self.offer(request);
    }

    /// A client sends one again.
    pub(super) fn retry(&mut self, request: Request) {
        self.tally.retried += 1;
        self.offer(request);
    }

    fn offer(&mut self, request: Request) {
        self.tally.second.offered += 1;
        if self.cut_percent > 0 && is_cut(&request, self.cut_percent) {
            return self.fail(request, Loss::Unreachable);
        }
        let (now_us, checkers) = (self.now_ns / 1000, &mut self.checkers);
        let asked = self.limiter.admit(request.address, now_us, |limit, key, passed| {
            checkers.limited(now_us, limit, key, passed);
        });
        if asked.is_err() {
            self.tally.limited += 1;
            self.tally.second.limited += 1;
            if !self.planted.generous {
                return;
            }
            self.tally.limited -= 1;
            self.checkers.limited(now_us, 0, request.address, true);
        }
        self.forward(request);
    }

    fn forward(&mut self, request: Request) {
        if self.flights.len() >= self.most_open {
            return self.fail(request, Loss::GatewayFull);
        }
        let mut before = None;
        for _ in 0..CONNECTIONS {
            let now_ms = self.now_ms();
            let picked = self.table.pick(request.address, now_ms, before, &mut self.dice.picks);
            let Some(slot) = picked else { break };
            let failing = self.errs(slot);
            let server = &mut self.servers[slot];
            self.checkers.picked(self.now_ns, server, self.table.panic);
            let work = if failing.is_some() { request.work * ERROR_WORK } else { request.work };
            match server.machine.receive(self.now_ns, work, &self.scenario.server) {
                Reception::Accepted { ends_ns } => {
                    return self.fly(request, slot, ends_ns, failing);
                }
                Reception::Full => {
                    self.count(slot, true);
                    return self.fail(request, Loss::QueueFull);
                }
                Reception::Refused => {
                    self.servers[slot].unreached += 1;
                    self.count(slot, true);
                }
            }
            before = Some(slot);
        }
        let loss = if before.is_some() { Loss::Refused } else { Loss::NoServer };
        self.fail(request, loss);
    }

    /// What is wrong with the next answer of the server at `slot`.
    fn errs(&mut self, slot: usize) -> Option<Loss> {
        let percent = self.servers[slot].machine.error_percent;
        let error = percent > 0 && self.dice.errors.random_range(0..100) < percent;
        error.then_some(Loss::Error)
    }

    fn fly(&mut self, request: Request, slot: usize, ends_ns: u64, failing: Option<Loss>) {
        let deadline_ns = self.now_ns + self.scenario.pool.answer_timeout.as_nanos() as u64;
        let flight = Flight {
            request,
            slot: slot as u32,
            began_ns: self.now_ns,
            ends_ns,
            deadline_ns,
            failing,
        };
        self.table.in_flight[slot] += 1;
        let server = &mut self.servers[slot];
        server.most_in_flight = server.most_in_flight.max(self.table.in_flight[slot]);
        self.flights.put(flight.at_ns(), flight);
    }

    /// The flight that is due ends.
    pub(super) fn end_flight(&mut self) {
        if let Some(flight) = self.flights.take() {
            let late = flight.deadline_ns < flight.ends_ns;
            let loss = if late { Some(Loss::TimedOut) } else { flight.failing };
            self.land(flight, loss);
        }
    }

    /// All that is under way on a server ends now.
    pub(super) fn cut_off(&mut self, slot: usize) {
        for flight in self.flights.take_all(|flight| flight.slot as usize == slot) {
            self.land(flight, Some(Loss::CutOff));
        }
    }

    /// All that is under way on a server ends later.
    pub(super) fn delay(&mut self, slot: usize, later_ns: u64) {
        for mut flight in self.flights.take_all(|flight| flight.slot as usize == slot) {
            flight.ends_ns += later_ns;
            self.flights.put(flight.at_ns(), flight);
        }
    }

    fn land(&mut self, flight: Flight, loss: Option<Loss>) {
        let slot = flight.slot as usize;
        self.tally.landed += 1;
        if !(self.planted.leaks && self.tally.landed.is_multiple_of(100)) {
            self.table.in_flight[slot] -= 1;
        }
        self.count(slot, loss.is_some());
        let took_us = (self.now_ns - flight.began_ns) / 1000;
        self.table.took(slot, took_us, loss.is_none(), self.now_ms());
        match loss {
            Some(loss) => self.fail(flight.request, loss),
            None => {
                self.servers[slot].answered += 1;
                self.tally.answer(self.now_ns - flight.request.born_ns);
            }
        }
    }

    /// An attempt is over.
    fn count(&mut self, slot: usize, failed: bool) {
        let server = &mut self.servers[slot];
        server.attempts += 1;
        server.failures += u64::from(failed);
        if failed {
            self.table.failed(slot, EPOCH_MS + self.now_ns / 1_000_000);
        }
        self.tally.second.attempts += 1;
        self.tally.second.failures += u32::from(failed);
        self.hear(slot, failed);
    }

    fn fail(&mut self, mut request: Request, loss: Loss) {
        let retries = self.scenario.load.retries.filter(|retries| request.retries < retries.most);
        let Some(retries) = retries
            .filter(|it| self.dice.retries.random_range(0..100) < it.percent)
            // A client that cannot wait gives up.
            .filter(|_| self.waiting < self.most_open)
        else {
            return self.tally.lose(loss);
        };
        let wait = retries.after.as_nanos() as f64
            * f64::from(1_u32 << request.retries)
            * self.dice.retries.random_range(0.5..1.5);
        request.retries += 1;
        self.waiting += 1;
        self.agenda.put(self.now_ns + wait as u64, Event::Retry(request));
    }
}
