//! How is a drain to go? The flags that say so, and the order of its steps in words.

use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::{
    duration,
    model::{DrainOrder, OnDeadline, Then},
};

/// How long requests and streams may take when nobody says, as the gateway has it.
const REQUESTS: Duration = Duration::from_secs(30);
const STREAMS: Duration = Duration::from_secs(5 * 60);
/// The longest that the closing of streams takes when nobody says.
const MOST_SPREAD: Duration = Duration::from_secs(30);
/// How long the gateway may take to say that it is over.
const SLACK: Duration = Duration::from_secs(15);

/// Flags of a drain.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Drain options")]
pub(super) struct OrderFlags {
    /// The deadline of everything in flight; waiting ends then too, with exit code 8
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    pub(super) timeout: Option<Duration>,
    /// The deadline of requests whose answer has not begun [default: 30s]
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    requests: Option<Duration>,
    /// The deadline of WebSockets and of answers that have begun [default: 5m]
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    streams: Option<Duration>,
    /// What happens to what is left at its deadline [default: wait]
    #[arg(long, value_name = "WHAT")]
    on_deadline: Option<AtDeadline>,
    /// With --on-deadline kill: streams are closed over this long, each at another moment [default: a
    /// tenth of their deadline, at most 30s]
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    spread: Option<Duration>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum AtDeadline {
    /// Wait for it
    Wait,
    /// Close it: requests get 503, WebSockets 1012, streams are reset
    Kill,
    /// Take the drain back
    Undo,
}

impl OrderFlags {
    /// The order; `None` when all goes as usual.
    pub(super) fn order(&self, then: Then) -> Option<DrainOrder> {
        let order = DrainOrder {
            requests: self.requests.or(self.timeout.map(|all| all.min(REQUESTS))),
            streams: self.streams.or(self.timeout),
            spread: self.spread,
            on_deadline: match self.on_deadline {
                None | Some(AtDeadline::Wait) => OnDeadline::Wait,
                Some(AtDeadline::Kill) => OnDeadline::Kill,
                Some(AtDeadline::Undo) => OnDeadline::Undo,
            },
            then,
        };
        let usual = order == DrainOrder::default() && self.on_deadline.is_none();
        (!usual).then_some(order)
    }

    /// How long to wait for the end: what is closed or taken back needs a little longer than its
    /// deadline.
    pub(super) fn patience(&self) -> Option<Duration> {
        let longest = self.requests().max(self.streams());
        match self.on_deadline {
            None | Some(AtDeadline::Wait) => self.timeout,
            Some(AtDeadline::Undo) => Some(longest + SLACK),
            Some(AtDeadline::Kill) => Some(longest + self.spread() + SLACK),
        }
    }

    /// Whether a drain that is not over in time is taken back.
    pub(super) fn undoes(&self) -> bool {
        self.on_deadline == Some(AtDeadline::Undo)
    }

    fn requests(&self) -> Duration {
        self.requests.or(self.timeout.map(|all| all.min(REQUESTS))).unwrap_or(REQUESTS)
    }

    fn streams(&self) -> Duration {
        self.streams.or(self.timeout).unwrap_or(STREAMS)
    }

    fn spread(&self) -> Duration {
        self.spread.unwrap_or_else(|| (self.streams() / 10).min(MOST_SPREAD))
    }

    /// The steps of such a drain, in their order.
    pub(super) fn explain(&self, then: Then) -> String {
        let [requests, streams, spread] =
            [self.requests(), self.streams(), self.spread()].map(duration::short);
        let left = match self.on_deadline {
            None | Some(AtDeadline::Wait) => {
                ["it is waited for; an event tells how many"; 2].map(str::to_owned)
            }
            Some(AtDeadline::Kill) => [
                "they are answered 503".to_owned(),
                format!(
                    "they\n   are closed over {spread}, each at another moment: WebSockets with 1012, gRPC with\n\
                     \x20  UNAVAILABLE, others are cut off"
                ),
            ],
            Some(AtDeadline::Undo) => {
                ["the backend takes requests again: the drain is over"; 2].map(str::to_owned)
            }
        };
        let [requests_left, streams_left] = left;
        let end = match then {
            Then::Stay => "It stays drained until `undrain`.".to_owned(),
            Then::Remove => "It is removed.".to_owned(),
            Then::EnableAfter(after) => {
                format!("It takes requests again after {}.", duration::short(after))
            }
        };
        format!(
            "1. At once: new requests go to other backends, on every connection. Health checks go on.\n\
             2. What is in flight goes on: requests, downloads, gRPC streams, WebSockets. Connections\n\
             \x20  of clients stay open; their next request goes elsewhere.\n\
             3. After {requests}, if requests are left whose answer has not begun: {requests_left}.\n\
             4. After {streams}, if WebSockets are left, or answers that have begun: {streams_left}.\n\
             5. Nothing in flight for a second: it is drained. {end}\n\
             The gateway does all of this, whether gatewayctl waits or not, and after a restart too.\n"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drain_without_flags_goes_as_usual_and_orders_nothing() {
        let flags = OrderFlags::default();
        assert_eq!(flags.order(Then::Stay), None);
        assert!(flags.order(Then::Remove).is_some());
        let wait = OrderFlags { on_deadline: Some(AtDeadline::Wait), ..OrderFlags::default() };
        assert!(wait.order(Then::Stay).is_some(), "what is said is ordered");
    }

    #[test]
    fn a_timeout_is_the_deadline_of_all_and_of_requests_never_a_longer_one() {
        let minutes = |minutes: u64| Some(Duration::from_secs(60 * minutes));
        let flags = OrderFlags { timeout: minutes(2), ..OrderFlags::default() };
        let order = flags.order(Then::Stay).unwrap();
        assert_eq!((order.requests, order.streams), (Some(REQUESTS), minutes(2)));
        assert_eq!(flags.patience(), minutes(2));
        let kill = OrderFlags { on_deadline: Some(AtDeadline::Kill), ..flags };
        assert_eq!(kill.patience(), Some(Duration::from_secs(120 + 12 + 15)));
    }
}
