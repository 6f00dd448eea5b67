//! `backend stats`: what the figures of a backend were over a while.

use std::time::Duration;

use clap::Args;
use futures_util::TryStreamExt as _;

use super::super::{Failure, Verdict, complete, session::Session, shown::Shown};
use crate::{
    duration,
    model::{Past, Stat},
    output::columns::STAT,
};

/// How far back a gateway remembers by steps of so many seconds.
const KEPT: [(u32, Duration); 3] = [
    (1, Duration::from_secs(15 * 60)),
    (10, Duration::from_secs(6 * 3600)),
    (60, Duration::from_secs(24 * 3600)),
];

const EXAMPLES: &str = "\
Examples:
  gatewayctl backend stats api-3
  gatewayctl backend stats api-3 --window 6h --filter figure=p99_ms
  gatewayctl backend stats api-3 -o json | jq '.items[] | {figure, max, max_time}'

A gateway remembers 15 minutes by the second, 6 hours by ten seconds, a day by the minute. MEAN is told
where seconds are known.";

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(in crate::commands) struct StatsArgs {
    /// The backends
    #[arg(required = true, value_name = "NAME", add = complete::backends())]
    names: Vec<String>,
    /// How far back, at most 24h
    #[arg(long, value_name = "DURATION", default_value = "15m", value_parser = duration::parse)]
    window: Duration,
    #[command(flatten)]
    shown: Shown,
}

impl StatsArgs {
    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let Some((step_s, _)) = KEPT.iter().find(|(_, kept)| self.window <= *kept) else {
            return Err(
                Failure::usage("a gateway remembers a day").hint("say --window 24h or less")
            );
        };
        let client = session.connect().await?;
        let picture = client.snapshot().await?;
        for name in &self.names {
            if picture.backend(name).is_none() {
                let known = picture.backends.iter().map(|known| known.name.as_str());
                return Err(Failure::not_found("backend", name, known, "gatewayctl backend list"));
            }
        }
        let pasts: Vec<Past> = client.history(*step_s).await?.try_collect().await?;
        let window_ms = i64::try_from(self.window.as_millis()).unwrap_or(i64::MAX);
        let since_ms = picture.time_ms.saturating_sub(window_ms);
        let wanted = |past: &&Past| {
            let name = past.target.strip_prefix("backend/");
            name.is_some_and(|name| self.names.iter().any(|wanted| wanted == name))
        };
        let stats = pasts.iter().filter(wanted);
        let stats = stats.map(|past| Stat::of(past, since_ms, picture.time_ms)).collect();
        self.shown.show(session, &client, "BackendStats", STAT, stats).await?;
        Ok(Verdict::Done)
    }
}
