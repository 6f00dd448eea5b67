//! The successor: takes what its predecessor leaves, and says when it serves.

use std::time::Duration;

use anyhow::{Context, ensure};

use super::{COUNTS, Estate, FORMAT, PATIENCE, READY, SERVING, Vouched, Will};
use crate::clock::Clock;
use crate::net::Channel;
use crate::state::{Legacy, LegacyError, Limiter, Writer};

/// A will is no longer than this.
const MOST_WILL_BYTES: usize = 16 * 1024 * 1024;
/// Nor are the counts of all limits.
const MOST_COUNT_BYTES: usize = 4 * 1024 * 1024 * 1024;

const LOST: &str = "the process to take over from is gone, or says what it should not";

/// What a predecessor left.
#[derive(Debug)]
pub(in crate::app) struct Inheritance {
    channel: Channel,
    clock: Clock,
    seed: u64,
    healthy: Vec<Vouched>,
}

impl Inheritance {
    /// Tells the predecessor at the other end of the standard input that this process is ready, and
    /// takes what it leaves: its sockets, and everything else.
    pub(in crate::app) fn take() -> anyhow::Result<(Estate, Inheritance)> {
        let mut channel = Channel::inherited()
            .context("--take-over is said by a gatewayd that hands over, on SIGUSR2")?;
        channel.wait_at_most(PATIENCE)?;
        channel.say(READY).context(LOST)?;
        let will = channel.receive(MOST_WILL_BYTES).context(LOST)?;
        let will: Will = serde_json::from_slice(&will).context("what is left is not understood")?;
        let format = will.format;
        ensure!(format == FORMAT, "what is left is in format {format}, this is format {FORMAT}");
        let sockets = channel.receive_sockets(will.sockets.len()).context(LOST)?;
        let Will { clock_us, sockets: names, seed, healthy, .. } = will;
        let clock = Clock::continued(Duration::from_micros(clock_us));
        let inheritance = Inheritance { channel, clock, seed, healthy };
        Ok((Estate::new(names, sockets), inheritance))
    }

    /// The predecessor's clock, continued.
    pub(in crate::app) fn clock(&self) -> Clock {
        self.clock
    }

    /// What the keys of limits are hashed with.
    pub(in crate::app) fn seed(&self) -> u64 {
        self.seed
    }

    /// Lets `limiter` go on from what was counted until now; what hinders it otherwise.
    pub(in crate::app) fn count_on(
        &mut self,
        limiter: &Limiter,
    ) -> anyhow::Result<Result<(), LegacyError>> {
        self.channel.say(COUNTS).context(LOST)?;
        let legacy = self.channel.receive(MOST_WILL_BYTES).context(LOST)?;
        let legacy: Legacy =
            serde_json::from_slice(&legacy).context("counts are not understood")?;
        let counts = self.channel.receive(MOST_COUNT_BYTES).context(LOST)?;
        Ok(limiter.inherit(&legacy, &counts))
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
        self.channel.say(SERVING).context(LOST)
    }
}
