//! `pool shift`: traffic moves from some backends of a pool to others of it.

use std::time::Duration;

use clap::Args;

use super::{
    super::{
        Failure, Verdict,
        change::{self, ChangeFlags},
        complete,
        confirm::Stakes,
        session::Session,
    },
    share::{Weights, shift},
};
use crate::{
    duration,
    model::{Backend, Edit, Snapshot, WeightEdit, fits},
};

const EXAMPLES: &str = "\
Examples:
  gatewayctl pool shift --from 'stable-*' --to 'canary-*' --percent 10 -m \"v42\"
  gatewayctl pool shift --from 'stable-*' --to 'canary-*' --percent 50 --ramp 2m
  gatewayctl pool shift --from canary-1 --to 'stable-*' --percent 100 -m \"abort v42\" -y

Of the traffic that both sides have, --to gets so much: 10 is a tenth of it, 100 is all. All weights
change at once or none; within a side, and towards other backends of the pool, proportions stay.";

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(in crate::commands) struct ShiftArgs {
    /// Backends that give traffic: names, `*` stands for anything
    #[arg(long, required = true, value_name = "NAME", value_delimiter = ',', add = complete::backends())]
    from: Vec<String>,
    /// Backends of the same pool that get it
    #[arg(long, required = true, value_name = "NAME", value_delimiter = ',', add = complete::backends())]
    to: Vec<String>,
    /// How much of what both have --to gets
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    percent: f64,
    /// Get there in so long: 1s to 7d
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    ramp: Option<Duration>,
    /// Give the ramp up when this is so: 'error>1% or p99>2x'
    #[arg(long, value_name = "CONDITION", requires = "ramp")]
    abort_if: Option<String>,
    #[command(flatten)]
    change: ChangeFlags,
}

impl ShiftArgs {
    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let client = session.connect().await?;
        let picture = client.snapshot().await?;
        let edits = edits(&picture, &self.from, &self.to, self.percent / 100.0)?;
        let edit = match self.ramp {
            None => Edit::SetWeights { edits },
            Some(lasts) => {
                let abort_if = self.abort_if.unwrap_or_default();
                Edit::RampWeights { edits, lasts, abort_if }
            }
        };
        change::apply(session, &client, &edit, &self.change, &Stakes::Low).await?;
        Ok(Verdict::Done)
    }
}

/// The new weight of each backend of both sides.
fn edits(
    picture: &Snapshot,
    from: &[String],
    to: &[String],
    part: f64,
) -> Result<Vec<(String, WeightEdit)>, Failure> {
    let (from, to) = (side(picture, from)?, side(picture, to)?);
    let both = || from.iter().chain(&to);
    if let Some(twice) = from.iter().find(|it| to.iter().any(|other| other.name == it.name)) {
        return Err(Failure::usage(format!("{} is on both sides", twice.name))
            .hint("name each backend once: in --from or in --to"));
    }
    let pool = &from[0].pool;
    if let Some(stray) = both().find(|it| it.pool != *pool) {
        let message =
            format!("{} is in pool {pool}, {} in {}", from[0].name, stray.name, stray.pool);
        return Err(Failure::usage(message)
            .hint("a route has one pool, so traffic moves between backends of one pool"));
    }
    let has_others = picture.backends.iter().filter(|it| it.pool == *pool).count() > both().count();
    let weights = |side: &[&Backend]| side.iter().map(|it| it.weight).collect();
    let before = Weights { from: weights(&from), to: weights(&to), has_others };
    let after = shift(&before, part);
    let after = after.from.into_iter().chain(after.to).map(WeightEdit::Absolute);
    Ok(both().map(|it| it.name.clone()).zip(after).collect())
}

/// The backends of one side.
fn side<'a>(picture: &'a Snapshot, names: &[String]) -> Result<Vec<&'a Backend>, Failure> {
    let mut found: Vec<&Backend> = Vec::new();
    for name in names {
        let named: Vec<_> = picture.backends.iter().filter(|it| fits(name, &it.name)).collect();
        if named.is_empty() {
            let known = picture.backends.iter().map(|known| known.name.as_str());
            return Err(Failure::not_found("backend", name, known, "gatewayctl backend list"));
        }
        for it in named {
            if !found.iter().any(|other| other.name == it.name) {
                found.push(it);
            }
        }
    }
    Ok(found)
}

fn percent(text: &str) -> Result<f64, String> {
    let number = text.strip_suffix('%').unwrap_or(text);
    let plain = !number.is_empty() && number.bytes().all(|it| it.is_ascii_digit() || it == b'.');
    let percent = number.parse().ok().filter(|percent: &f64| plain && *percent <= 100.0);
    percent.ok_or_else(|| format!("expected 0 to 100, found `{text}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture() -> Snapshot {
        let backend = |name: &str, pool: &str, weight| Backend {
            name: name.into(),
            pool: pool.into(),
            weight,
            ..Backend::default()
        };
        let backends = vec![
            backend("stable-1", "api", 100),
            backend("stable-2", "api", 100),
            backend("canary-1", "api", 0),
            backend("web-1", "web", 100),
        ];
        Snapshot { backends, ..Snapshot::default() }
    }

    fn shifted(from: &str, to: &str) -> Result<Vec<(String, WeightEdit)>, Failure> {
        edits(&picture(), &[from.to_owned()], &[to.to_owned()], 0.2)
    }

    #[test]
    fn sides_are_named_by_what_their_names_have_in_common() {
        let edits = shifted("stable-*", "canary-1").unwrap();
        let told: Vec<_> = edits.iter().map(|(name, edit)| format!("{name} {edit:?}")).collect();
        assert_eq!(
            told,
            ["stable-1 Absolute(1000)", "stable-2 Absolute(1000)", "canary-1 Absolute(500)"]
        );
    }

    #[test]
    fn sides_that_make_no_sense_are_refused() {
        for (from, to, said) in [
            ("stable-*", "canary-9", "no backend `canary-9`"),
            ("stable-*", "stable-1", "on both sides"),
            ("stable-*", "web-*", "web-1 in web"),
        ] {
            let failure = shifted(from, to).unwrap_err();
            assert!(failure.message.contains(said), "{failure}");
        }
    }

    #[test]
    fn a_percentage_is_0_to_100() {
        for (text, read) in [("10", Some(10.0)), ("0.5%", Some(0.5)), ("100", Some(100.0))] {
            assert_eq!(percent(text).ok(), read, "{text}");
        }
        for text in ["", "%", "-1", "101", "ten", "1e1", "NaN"] {
            assert!(percent(text).is_err(), "{text}");
        }
    }
}
