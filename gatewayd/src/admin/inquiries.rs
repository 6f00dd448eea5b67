//! Inquiries about limits, between the wire and the model.

use std::num::NonZeroU32;
use std::ops::RangeInclusive;
use std::time::Duration;

use gateway_proto as wire;
use tokio::sync::Semaphore;
use tonic::Status;

use super::rejection::invalid;
use super::{Admin, convert};
use crate::model::{ClientView, Grouping, Refuser, RejectionView, RuleEdit, Simulation, UseView};
use crate::state::Inquiry;

/// How far back can be asked.
const WINDOWS_MS: RangeInclusive<u64> = 1000..=5 * 60 * 1000;

/// Inquiries at once: each reads all that workers remember.
const AT_ONCE: usize = 2;
static PLACES: Semaphore = Semaphore::const_new(AT_ONCE);

impl Admin {
    /// Asks what workers remember, on a thread that nobody else waits for.
    pub(super) async fn inquire<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Inquiry) -> T + Send + 'static,
    ) -> Result<T, Status> {
        let stopping = || Status::unavailable("the gateway is stopping");
        let place = PLACES.acquire().await.map_err(|_| stopping())?;
        let inquiry = self.inquiry.clone();
        let asked = tokio::task::spawn_blocking(move || {
            let _place = place;
            ask(&inquiry)
        });
        asked.await.map_err(|_| stopping())
    }
}

pub(super) fn window(ms: u64) -> Result<Duration, Status> {
    match WINDOWS_MS.contains(&ms) {
        true => Ok(Duration::from_millis(ms)),
        false => Err(invalid("window_ms", "expected a second to five minutes")),
    }
}

pub(super) fn rule(asked: &wire::SimulateRequest) -> Result<RuleEdit, Status> {
    let burst = asked.burst.map(NonZeroU32::try_from).transpose();
    let burst = burst.map_err(|_| invalid("burst", "expected 1 to 1000000"))?;
    match (&asked.max, &asked.rate, burst) {
        (Some(max), None, None) => {
            max.parse().map(RuleEdit::Max).map_err(|error| invalid("max", error))
        }
        (None, Some(rate), burst) => {
            let pace = rate.parse().map_err(|error| invalid("rate", error))?;
            Ok(RuleEdit::Rate(pace, burst))
        }
        (None, None, Some(burst)) => Ok(RuleEdit::Burst(burst)),
        _ => Err(invalid("max", "say max, or rate and burst")),
    }
}

pub(super) fn grouping(number: i32) -> Result<Grouping, Status> {
    match wire::Grouping::try_from(number) {
        Ok(wire::Grouping::Rule) => Ok(Grouping::Rule),
        Ok(wire::Grouping::Unspecified | wire::Grouping::Client) => Ok(Grouping::Client),
        Ok(wire::Grouping::Key) => Ok(Grouping::Key),
        Ok(wire::Grouping::Path) => Ok(Grouping::Path),
        Err(_) => Err(invalid("by", "expected rule, client, key or path")),
    }
}

pub(super) fn simulation(it: &Simulation) -> wire::Simulation {
    wire::Simulation {
        limit: it.limit.to_string(),
        rule: it.rule.to_string(),
        covered_ms: it.covered.as_millis() as u64,
        arrived: it.arrived,
        were_refused: it.were_refused,
        would_refuse: it.would_refuse,
        keys: it.keys,
        keys_were_refused: it.keys_were_refused,
        keys_would_refuse: it.keys_would_refuse,
        keys_newly_refused: it.keys_newly_refused,
        top: it.top.iter().map(convert::offender).collect(),
    }
}

pub(super) fn rejection(it: RejectionView) -> wire::Rejection {
    wire::Rejection {
        rule: it.limit.to_string(),
        by: match it.refuser {
            Refuser::Rule => wire::Refuser::Rule,
            Refuser::Shadow => wire::Refuser::Shadow,
            Refuser::Candidate => wire::Refuser::Candidate,
        }
        .into(),
        client: it.client,
        key: it.key,
        path: it.path,
        rejected_per_s: it.rejected_per_s,
        error_per_s: it.error_per_s,
        passed_per_s: it.passed_per_s,
        since_ms: it.since_ms,
    }
}

pub(super) fn client(it: ClientView) -> wire::Client {
    wire::Client {
        address: it.client.to_string(),
        why: it.why,
        blocked_by: it.blocked_by,
        asked: it.asked,
        refused: it.refused,
        first_seen_ms: it.first_seen_ms,
        last_seen_ms: it.last_seen_ms,
        paths: it.paths,
        uses: it.uses.into_iter().map(usage).collect(),
    }
}

fn usage(it: UseView) -> wire::LimitUse {
    wire::LimitUse {
        rule: it.limit.to_string(),
        route: it.route,
        allows: it.rule.map(|rule| rule.to_string()).unwrap_or_default(),
        mode: convert::limit_mode(it.mode).into(),
        used: it.used,
        free_ms: it.free_ms,
        note: it.note,
    }
}
