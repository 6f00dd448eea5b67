//! `scaler simulate`: what other rules would have made of the load of the last while.

use std::time::Duration;

use clap::Args;

use super::{
    Failure, Verdict, complete, list::ListFlags, scaler::only, session::Session, shown::meta,
};
use crate::{
    duration,
    model::{ScalingRun, WhatIfRules},
    output::{Listing, columns::SCALING_RUN, write_listing},
};

pub(super) const EXAMPLES: &str = "\
Examples:
  gatewayctl scaler simulate --set target_cpu=60
  gatewayctl scaler simulate app --set max=40,target_cpu=60 --load 1.5 --window 1h
  gatewayctl scaler simulate --load 2 -o json | jq '.items[1].hit_max'

The load that the gateway recorded, at most an hour of it, is replayed on a modelled fleet by the
code that decides in production: once under the rules there are, once under the others and with
the load multiplied. What a request costs is taken to be what it was. Nothing is changed.

Keys of --set: min, max, target_cpu, target_rps, scale_in_cooldown, scale_up_window,
scale_down_window; times as 90s or 5m.";

/// The gateway's window, and the most of it.
const LONGEST: Duration = Duration::from_secs(3600);

#[derive(Debug, Args)]
pub(super) struct SimulateArgs {
    /// The pool; may be left out when only one is scaled
    #[arg(add = complete::pools())]
    pool: Option<String>,
    /// Rules that are others
    #[arg(long, value_name = "KEY=VALUE", value_delimiter = ',', value_parser = rule)]
    set: Vec<(Key, Set)>,
    /// Times the load that there was
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = factor)]
    load: f64,
    /// How far back, at most 1h
    #[arg(long, value_name = "DURATION", default_value = "1h", value_parser = duration::parse)]
    window: Duration,
}

/// A rule that can be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Min,
    Max,
    TargetCpu,
    TargetRps,
    ScaleInCooldown,
    ScaleUpWindow,
    ScaleDownWindow,
}

const KEYS: [(&str, Key); 7] = [
    ("min", Key::Min),
    ("max", Key::Max),
    ("target_cpu", Key::TargetCpu),
    ("target_rps", Key::TargetRps),
    ("scale_in_cooldown", Key::ScaleInCooldown),
    ("scale_up_window", Key::ScaleUpWindow),
    ("scale_down_window", Key::ScaleDownWindow),
];

/// What it is set to.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Set {
    Number(u32),
    Time(Duration),
}

fn rule(text: &str) -> Result<(Key, Set), String> {
    let (word, value) =
        text.split_once('=').ok_or_else(|| format!("{text:?} is not KEY=VALUE: target_cpu=60"))?;
    // As the keys of the file are written, or as flags are.
    let word = word.replace('-', "_");
    let Some((_, key)) = KEYS.iter().find(|(known, _)| *known == word) else {
        let known: Vec<&str> = KEYS.iter().map(|(known, _)| *known).collect();
        return Err(format!("{word:?} cannot be set; there are {}", known.join(", ")));
    };
    let set = match key {
        Key::ScaleInCooldown | Key::ScaleUpWindow | Key::ScaleDownWindow => {
            Set::Time(duration::parse(value).map_err(|error| error.to_string())?)
        }
        _ => Set::Number(value.parse().map_err(|_| format!("{value:?} is not a whole number"))?),
    };
    Ok((*key, set))
}

fn factor(text: &str) -> Result<f64, String> {
    let wrong = || format!("{text:?} is not a factor from 0.01 to 100");
    let factor: f64 = text.trim_start_matches('x').parse().map_err(|_| wrong())?;
    if (0.01..=100.0).contains(&factor) { Ok(factor) } else { Err(wrong()) }
}

fn rules(set: &[(Key, Set)]) -> WhatIfRules {
    let mut rules = WhatIfRules::default();
    for it in set {
        match *it {
            (Key::Min, Set::Number(number)) => rules.min = Some(number),
            (Key::Max, Set::Number(number)) => rules.max = Some(number),
            (Key::TargetCpu, Set::Number(number)) => rules.target_cpu = Some(number),
            (Key::TargetRps, Set::Number(number)) => rules.target_rps = Some(number),
            (Key::ScaleInCooldown, Set::Time(time)) => rules.scale_in_cooldown = Some(time),
            (Key::ScaleUpWindow, Set::Time(time)) => rules.scale_up_window = Some(time),
            (Key::ScaleDownWindow, Set::Time(time)) => rules.scale_down_window = Some(time),
            _ => {}
        }
    }
    rules
}

impl SimulateArgs {
    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let client = session.connect().await?;
        let pool = match &self.pool {
            Some(pool) => pool.clone(),
            None => only(&client.scalers().await?)?.pool.clone(),
        };
        let window = self.window.min(LONGEST);
        let it = client.what_if(&pool, &rules(&self.set), self.load, window).await?;
        let meta = meta(session, &client).await?;
        let footnote = rests_on(&it.now);
        let items = [it.now, it.what_if];
        let flags = ListFlags::default();
        let selection = flags.selection(session, SCALING_RUN)?;
        let list =
            Listing { kind: "ScalerSimulation", meta: &meta, items: &items, selection: &selection };
        session.answer(|out| write_listing(out, session.format(), &flags.style(session), &list))?;
        session.done(&footnote)?;
        Ok(Verdict::Done)
    }
}

/// What the figures rest on.
fn rests_on(it: &ScalingRun) -> String {
    let replayed = duration::short(Duration::from_secs_f64(it.replayed_s));
    let start = match it.start_seen {
        true => "as they were seen to",
        false => "a guess: none was seen to start",
    };
    format!(
        "replayed {replayed} of {}; servers take {:.0} s to come up ({start}), and a request costs \
         what it did",
        it.pool, it.start_s
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_read_as_the_file_writes_them() {
        let set: Vec<_> = ["target_cpu=60", "max=40", "scale-in-cooldown=90s"].map(rule).into();
        let set: Vec<_> = set.into_iter().map(Result::unwrap).collect();
        let rules = rules(&set);
        assert_eq!((rules.target_cpu, rules.max, rules.min), (Some(60), Some(40), None));
        assert_eq!(rules.scale_in_cooldown, Some(Duration::from_secs(90)));
        for (text, told) in [
            ("target_cpu", "is not KEY=VALUE"),
            ("cpu=60", "cannot be set; there are min, max, target_cpu"),
            ("max=many", "is not a whole number"),
        ] {
            assert!(rule(text).unwrap_err().contains(told), "{text}");
        }
        assert!(rule("scale_up_window=soon").is_err());
    }

    #[test]
    fn a_load_is_a_factor_within_bounds() {
        assert_eq!([factor("1.5"), factor("x4")], [Ok(1.5), Ok(4.0)]);
        for text in ["0", "1000", "nan", "-1", "much"] {
            assert!(factor(text).is_err(), "{text}");
        }
    }
}
