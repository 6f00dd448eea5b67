//! `health`: is it as well as it should be, now or for a while?

mod judge;
mod wanted;

use std::time::Duration;

use clap::Args;
use tokio::time::Instant;

use super::{
    Failure, Kind, Verdict, complete,
    interrupt::Interrupt,
    pictures::{Sight, ended, follow},
    progress::{Progress, REPEAT},
    session::Session,
};
use crate::{
    duration,
    model::{Check, Snapshot},
    output::{Listing, Meta, Selection, columns::CHECK, write_listing},
};
use judge::{Assertion, NoSuch};
use wanted::{Least, Part, Rate};

const EXAMPLES: &str = "\
Examples:
  gatewayctl health                                       is the gateway ready?
  gatewayctl health --min-healthy 80% --max-p99 80ms --max-error 1% --for 30s
  gatewayctl health --pool canary --max-error 0.5% --for 2m || echo 'not good enough'
  gatewayctl health api-3 -q                              is this backend up?
  gatewayctl health 'canary-*' --max-p99 80ms             are these?

Exit 0 when all is as asserted, 3 at the first picture in which something is not. Figures are those of
the last ten seconds; of what has no traffic none is too great. Healthy are those that take requests:
a backend that is drained counts among all, not among the healthy.";

/// Arguments of `health`.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct HealthArgs {
    /// These backends, `*` stands for anything [default: the whole gateway]
    #[arg(value_name = "TARGET", add = complete::backends())]
    backends: Vec<String>,
    /// Of this pool; several are judged each
    #[arg(long = "pool", value_name = "POOL", value_delimiter = ',', add = complete::pools())]
    pools: Vec<String>,
    /// At least so many of each pool are healthy: 3, or 80%
    #[arg(long, value_name = "N|P%", conflicts_with = "backends")]
    min_healthy: Option<Least>,
    /// The 99th percentile of latency is at most so long
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    max_p99: Option<Duration>,
    /// At most this part of the answers are errors: 1%
    #[arg(long, value_name = "P%")]
    max_error: Option<Part>,
    /// Limits refuse at most so many requests: 50/s
    #[arg(long, value_name = "N/s")]
    max_reject: Option<Rate>,
    /// All of it, for so long
    #[arg(long = "for", value_name = "DURATION", value_parser = duration::parse)]
    lasts: Option<Duration>,
}

/// A picture and what it was found to be.
struct Judged {
    picture: Box<Snapshot>,
    checks: Vec<Check>,
}

impl HealthArgs {
    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        session.suits(CHECK)?;
        let Self { backends, pools, min_healthy, max_p99, max_error, max_reject, lasts } = self;
        let assertion = Assertion { backends, pools, min_healthy, max_p99, max_error, max_reject };
        let judged = match lasts {
            None => {
                let picture = Box::new(session.connect().await?.snapshot().await?);
                judge(&assertion, picture)?
            }
            Some(lasts) => {
                let mut progress = Progress::new(session);
                let judged = keep_judging(session, &assertion, lasts, &mut progress).await;
                progress.end();
                judged?
            }
        };
        tell(session, &judged)
    }
}

/// The first picture that is not as asserted, or the last when all were for so long.
async fn keep_judging(
    session: &Session,
    assertion: &Assertion,
    lasts: Duration,
    progress: &mut Progress,
) -> Result<Judged, Failure> {
    let mut sights = follow(session.connect().await?);
    let mut interrupt = Interrupt::hear()?;
    let mut since_ms = None;
    let mut lost = None;
    let mut state = "waiting for the first picture".to_owned();
    let started = Instant::now();
    loop {
        // Each arm is cancel-safe: a receive that loses the race loses no picture.
        tokio::select! {
            sight = sights.recv() => match sight {
                Some(Sight::Picture(picture)) => {
                    let time_ms = picture.time_ms;
                    let since_ms = *since_ms.get_or_insert(time_ms);
                    let judged = judge(assertion, picture)?;
                    let held = duration::age(time_ms, since_ms);
                    if !is_ok(&judged) || held >= lasts {
                        return Ok(judged);
                    }
                    let left = duration::short(lasts.saturating_sub(held));
                    state = format!("as wanted, {left} to go");
                }
                Some(Sight::Lost(error)) if started.elapsed() < REPEAT && since_ms.is_none() => {
                    return Err(error.into());
                }
                Some(Sight::Lost(error)) => {
                    state = format!("connection lost, trying again ({error})");
                    lost = Some(error);
                }
                None => return Err(lost.unwrap_or_else(ended).into()),
            },
            () = interrupt.pressed() => return Err(Failure::new(Kind::Interrupted, "")),
            () = tokio::time::sleep(REPEAT) => {}
        }
        progress.tell(&state, "");
    }
}

fn judge(assertion: &Assertion, picture: Box<Snapshot>) -> Result<Judged, Failure> {
    match assertion.judge(&picture) {
        Ok(checks) => Ok(Judged { picture, checks }),
        Err(NoSuch::Backend(name)) => {
            let known = picture.backends.iter().map(|it| it.name.as_str());
            Err(Failure::not_found("backend", &name, known, "gatewayctl backend list"))
        }
        Err(NoSuch::Pool(name)) => {
            let known = picture.pools.iter().map(|it| it.name.as_str());
            Err(Failure::not_found("pool", &name, known, "gatewayctl pool list"))
        }
    }
}

fn is_ok(judged: &Judged) -> bool {
    judged.checks.iter().all(|check| check.ok)
}

fn tell(session: &Session, judged: &Judged) -> Result<Verdict, Failure> {
    let verdict = if is_ok(judged) { Verdict::Done } else { Verdict::NotOk };
    if session.global.quiet {
        return Ok(verdict);
    }
    let meta = Meta::of(&session.context(), &judged.picture);
    let selection = Selection::everything(CHECK);
    let list =
        Listing { kind: "Health", meta: &meta, items: &judged.checks, selection: &selection };
    session.answer(|out| write_listing(out, session.format(), &session.style(), &list))?;
    Ok(verdict)
}
