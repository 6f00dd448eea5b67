//! The successor: takes what its predecessor leaves, and says when it serves.

use std::time::Duration;

use anyhow::{Context, ensure};

use super::{Estate, FORMAT, PATIENCE, READY, SERVING, Vouched, Will};
use crate::clock::Clock;
use crate::net::Channel;
use crate::state::{Legacy, LegacyError, Limiter, Writer};

/// A will is no longer than this.
const MOST_WILL_BYTES: usize = 16 * 1024 * 1024;
/// Nor are the counts of all limits.
const MOST_COUNT_BYTES: usize = 4 * 1024 * 1024 * 1024;

/// What a predecessor left.
#[derive(Debug)]
pub(in crate::app) struct Inheritance {
    channel: Channel,
    clock: Clock,
    limiter: Legacy,
    counts: Vec<u8>,
    healthy: Vec<Vouched>,
}

impl Inheritance {
    /// Tells the predecessor at the other end of the standard input that this process is ready, and
    /// takes what it leaves: its sockets, and everything else.
    pub(in crate::app) fn take() -> anyhow::Result<(Estate, Inheritance)> {
        let mut channel = Channel::inherited()
            .context("--take-over is said by a gatewayd that hands over, on SIGUSR2")?;
        let lost = "the process to take over from is gone";
        channel.wait_at_most(PATIENCE)?;
        channel.say(READY).context(lost)?;
        let will = channel.receive(MOST_WILL_BYTES).context(lost)?;
        let will: Will = serde_json::from_slice(&will).context("what is left is not understood")?;
        let format = will.format;
        ensure!(format == FORMAT, "what is left is in format {format}, this is format {FORMAT}");
        let sockets = channel.receive_sockets(will.sockets.len()).context(lost)?;
        let counts = channel.receive(MOST_COUNT_BYTES).context(lost)?;
        let Will { clock_us, sockets: names, limiter, healthy, .. } = will;
        let clock = Clock::continued(Duration::from_micros(clock_us));
        let inheritance = Inheritance { channel, clock, limiter, counts, healthy };
        Ok((Estate::new(names, sockets), inheritance))
    }

    /// The predecessor's clock, continued.
    pub(in crate::app) fn clock(&self) -> Clock {
        self.clock
    }

    /// The limiter that goes on from what was counted.
    pub(in crate::app) fn limiter(
        &mut self,
        keys: usize,
        workers: usize,
    ) -> Result<Limiter, LegacyError> {
        let counts = std::mem::take(&mut self.counts);
        Limiter::inherit(keys, workers, &self.limiter, &counts)
    }

    /// Lets those backends take requests at once that did before.
    pub(in crate::app) async fn vouch(&self, writer: &Writer) {
        let table = writer.table();
        for vouched in &self.healthy {
            let backend = table.backend(vouched.name.as_str());
            if let Some(backend) = backend.filter(|it| it.address == vouched.address) {
                backend.vouch(vouched.joined_ms, self.clock.now_ms());
            }
        }
        writer.refresh().await;
    }

    /// Tells the predecessor that its place is taken.
    pub(in crate::app) fn serving(mut self) -> anyhow::Result<()> {
        self.channel.say(SERVING).context("the process to take over from is gone")
    }
}
