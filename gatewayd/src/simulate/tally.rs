//! The tally: everything that is counted in a run.

use super::histogram::Histogram;
use super::policies::Step;
use super::request::Loss;

/// A second is overloaded when so large a part of its requests is lost.
const MOST_LOST: f64 = 0.01;

/// Everything that is counted in a run.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    /// Requests, each once.
    pub(super) sent: u64,
    pub(super) answered: u64,
    /// Requests that were lost for good, as [`Loss::ALL`] has them.
    lost: [u64; Loss::ALL.len()],
    /// Requests over a limit.
    pub(super) limited: u64,
    /// Tries beyond the first.
    pub(super) retried: u64,
    /// Flights that ended.
    pub(super) landed: u64,
    /// Requests whose end the run did not see.
    pub(super) open: u64,
    /// The most requests that were under way or about to be tried again at the end of a second.
    pub(super) most_open: u64,
    pub(super) failed_starts: u64,
    /// Servers taken out because of their answers, and those that were not for want of others.
    pub(super) ejections: u64,
    pub(super) spared: u64,
    /// Seconds in which so few servers were healthy that all took requests.
    pub(super) panic_s: u64,
    pub(super) overloaded_s: u64,
    pub(super) times: Histogram,
    /// The second that is not over.
    pub(super) second: Second,
    pub(super) seconds: Vec<Second>,
    /// What was decided that moved the fleet, or was held back.
    pub(super) decisions: Vec<Decided>,
    pub(super) end_ns: u64,
}

/// What was counted in one second.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Second {
    /// Requests that came, tries again included.
    pub(super) offered: u32,
    pub(super) answered: u32,
    pub(super) lost: u32,
    pub(super) limited: u32,
    /// Attempts that ended on servers, and those of them that failed.
    pub(super) attempts: u32,
    pub(super) failures: u32,
    pub(super) fleet: Fleet,
}

/// What the fleet was like at the end of a second.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fleet {
    pub(super) size: u32,
    pub(super) serving: u32,
    /// CPU of those that serve, 0..=1.
    pub(super) cpu: f64,
    /// Servers that the load needs.
    pub(super) needed: f64,
}

/// A decision that is told.
#[derive(Clone, Debug)]
pub(super) struct Decided {
    pub(super) at_ns: u64,
    pub(super) from: u32,
    pub(super) to: u32,
    pub(super) sentence: String,
}

impl Tally {
    /// A request was answered after so long.
    pub(super) fn answer(&mut self, time_ns: u64) {
        self.answered += 1;
        self.second.answered += 1;
        self.times.add(time_ns);
    }

    /// A request is lost for good.
    pub(super) fn lose(&mut self, loss: Loss) {
        let place = Loss::ALL.iter().position(|it| *it == loss).expect("all are in the list");
        self.lost[place] += 1;
        self.second.lost += 1;
    }

    /// Requests that were lost in each way.
    pub(super) fn losses(&self) -> impl Iterator<Item = (Loss, u64)> {
        Loss::ALL.into_iter().zip(self.lost)
    }

    /// Requests that were lost.
    pub(super) fn lost(&self) -> u64 {
        self.lost.iter().sum()
    }

    /// The part of requests that was lost, 0..=1.
    pub(super) fn loss(&self) -> f64 {
        self.lost() as f64 / self.sent.max(1) as f64
    }

    /// A second is over; `busy` when all cores were.
    pub(super) fn close_second(&mut self, fleet: Fleet, busy: bool) {
        self.second.fleet = fleet;
        let lost = f64::from(self.second.lost) > f64::from(self.second.offered) * MOST_LOST;
        self.overloaded_s += u64::from(busy || lost);
        self.seconds.push(std::mem::take(&mut self.second));
    }

    /// A decision that moved the fleet, or was held back.
    pub(super) fn decided(&mut self, at_ns: u64, step: &Step) {
        let Step { from, to, .. } = *step;
        self.decisions.push(Decided { at_ns, from, to, sentence: step.sentence.clone() });
    }

    /// The run is over.
    pub(super) fn end(&mut self, now_ns: u64, waiting: u64, in_flight: u64) {
        self.open = waiting + in_flight;
        self.end_ns = now_ns;
    }

    /// The most servers there were, and how many in the end.
    pub(super) fn sizes(&self) -> (u32, u32) {
        let peak = self.seconds.iter().map(|second| second.fleet.size).max();
        let last = self.seconds.last().map(|second| second.fleet.size);
        (peak.unwrap_or_default(), last.unwrap_or_default())
    }

    /// The most servers that were needed at once.
    pub(super) fn most_needed(&self) -> f64 {
        self.seconds.iter().map(|second| second.fleet.needed).fold(0.0, f64::max)
    }

    /// How often the fleet turned from growing to shrinking or back.
    pub(super) fn reversals(&self) -> u32 {
        let moves = self.decisions.iter().filter(|it| it.from != it.to).map(|it| it.to > it.from);
        let moves: Vec<bool> = moves.collect();
        moves.windows(2).filter(|pair| pair[0] != pair[1]).count() as u32
    }
}
