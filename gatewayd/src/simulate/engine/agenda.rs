//! The agenda: what will happen when, in virtual time. What is due at once comes in the order it was put.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::policy::ProbeResult;
use crate::simulate::request::{Loss, Request};

/// What is due.
#[derive(Clone, Debug)]
pub(super) enum Event {
    /// A server is asked for its health.
    Probe { slot: usize },
    /// The gateway hears how a probe ended that began then.
    Probed { slot: usize, began_ns: u64, result: ProbeResult },
    /// A machine's start is over, if it is still that one.
    Booted { slot: usize, start: u32, well: bool },
    /// A machine that died is started again, if it is still that one.
    Restart { slot: usize, start: u32 },
    /// The time of an ejected server is over.
    Released { slot: usize },
    /// Weights of starting servers grow.
    Warm,
    /// A second is over.
    Second,
    /// A fault begins.
    Fault(usize),
    /// A fault is over.
    Mended(usize),
    /// A client tries again.
    Retry(Request),
}

/// Things to come, the earliest first.
#[derive(Debug)]
pub(super) struct Agenda<T> {
    heap: BinaryHeap<Reverse<Due<T>>>,
    put: u64,
}

/// A request under way on a server.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flight {
    pub(super) request: Request,
    pub(super) slot: u32,
    pub(super) began_ns: u64,
    /// When its server has done it.
    pub(super) ends_ns: u64,
    /// When the gateway stops waiting.
    pub(super) deadline_ns: u64,
    /// What is wrong with the answer.
    pub(super) failing: Option<Loss>,
}

#[derive(Clone, Copy, Debug)]
struct Due<T> {
    at_ns: u64,
    /// Tells apart what is due at once.
    put: u64,
    what: T,
}

impl Flight {
    /// When the gateway hears of its end.
    pub(super) fn at_ns(&self) -> u64 {
        self.ends_ns.min(self.deadline_ns)
    }
}

impl<T> Agenda<T> {
    /// One without anything to come.
    pub(super) fn new() -> Agenda<T> {
        Agenda { heap: BinaryHeap::new(), put: 0 }
    }

    /// Puts `what` at `at_ns`.
    pub(super) fn put(&mut self, at_ns: u64, what: T) {
        self.put += 1;
        self.heap.push(Reverse(Due { at_ns, put: self.put, what }));
    }

    /// When the next is due; at the end of time when nothing is.
    pub(super) fn next_ns(&self) -> u64 {
        self.heap.peek().map_or(u64::MAX, |Reverse(due)| due.at_ns)
    }

    /// Takes the next.
    pub(super) fn take(&mut self) -> Option<T> {
        self.heap.pop().map(|Reverse(due)| due.what)
    }

    /// Takes all that `wanted` picks, in their order.
    pub(super) fn take_all(&mut self, wanted: impl Fn(&T) -> bool) -> Vec<T> {
        let (mut taken, mut kept) = (Vec::new(), Vec::new());
        for Reverse(due) in self.heap.drain() {
            if wanted(&due.what) { taken.push(due) } else { kept.push(Reverse(due)) }
        }
        self.heap = kept.into();
        taken.sort_by_key(|due| (due.at_ns, due.put));
        taken.into_iter().map(|due| due.what).collect()
    }

    /// How many are to come.
    pub(super) fn len(&self) -> usize {
        self.heap.len()
    }

    /// All that is to come, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.heap.iter().map(|Reverse(due)| &due.what)
    }
}

impl<T> PartialEq for Due<T> {
    fn eq(&self, other: &Due<T>) -> bool {
        (self.at_ns, self.put) == (other.at_ns, other.put)
    }
}

impl<T> Eq for Due<T> {}

impl<T> PartialOrd for Due<T> {
    fn partial_cmp(&self, other: &Due<T>) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Due<T> {
    fn cmp(&self, other: &Due<T>) -> std::cmp::Ordering {
        (self.at_ns, self.put).cmp(&(other.at_ns, other.put))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_due_first_comes_first_and_equals_in_the_order_they_were_put() {
        let mut agenda = Agenda::new();
        for (at_ns, what) in [(5, 'd'), (1, 'a'), (3, 'b'), (3, 'c'), (9, 'x')] {
            agenda.put(at_ns, what);
        }
        assert_eq!(agenda.next_ns(), 1);
        assert_eq!(agenda.take_all(|what| *what > 'c'), ['d', 'x']);
        let rest: Vec<char> = std::iter::from_fn(|| agenda.take()).collect();
        assert_eq!(rest, ['a', 'b', 'c']);
        assert_eq!(agenda.next_ns(), u64::MAX);
    }
}
