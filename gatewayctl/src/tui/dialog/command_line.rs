//! How would the same change be asked for on the command line?

use crate::{
    duration,
    model::{CandidateEdit, Edit, LimitEdit, RuleEdit, Standing, WeightEdit},
};

/// The command that does the same.
pub(crate) fn command_line(edit: &Edit, reason: &str, force: bool) -> String {
    let mut words = vec!["gatewayctl".to_owned()];
    words.extend(match edit {
        Edit::AddBackend { pool, name, address, weight, standing } => {
            add(pool, name, address, *weight, *standing)
        }
        Edit::Remove { names } => named("remove", names),
        Edit::SetStanding { names, standing } => named(
            match standing {
                Standing::Active => "undrain",
                Standing::Draining => "drain",
                Standing::Maintenance => "maintenance",
            },
            names,
        ),
        Edit::SetWeights { edits } => weights(edits),
        Edit::Scale { pool, .. } => ["scaler", "show", pool].map(Into::into).into(),
        Edit::SetLimit { name, edit } => limit(name, edit),
        Edit::ResetLimit { name, key } => {
            let mut words: Vec<String> = ["limit", "reset"].map(Into::into).into();
            words.push(quoted(name));
            words.extend(key.as_deref().map(quoted));
            words
        }
        Edit::AddBlock { network, ttl, .. } => {
            let mut words: Vec<String> = ["block", "add"].map(Into::into).into();
            words.push(quoted(network));
            words.extend(match ttl {
                Some(ttl) => vec!["--ttl".to_owned(), duration::short(*ttl)],
                None => vec!["--permanent".to_owned()],
            });
            words
        }
        Edit::RemoveBlocks { networks } => {
            let mut words: Vec<String> = ["block", "remove"].map(Into::into).into();
            words.extend(networks.iter().map(|network| quoted(network)));
            words
        }
    });
    if force {
        words.push("--force".to_owned());
    }
    if !reason.is_empty() {
        words.extend(["-m".to_owned(), quoted(reason)]);
    }
    words.join(" ")
}

fn limit(name: &str, edit: &LimitEdit) -> Vec<String> {
    if edit.candidate == Some(CandidateEdit::Promote) {
        return ["limit", "promote", name].map(Into::into).into();
    }
    let RuleEdit { max, rate, burst, concurrent } = &edit.rule;
    let candidate = match &edit.candidate {
        Some(CandidateEdit::Set(rule)) => Some(rule.to_string()),
        Some(CandidateEdit::Drop) => Some("none".to_owned()),
        Some(CandidateEdit::Promote) | None => None,
    };
    let flags = [
        ("--max", max.clone()),
        ("--rate", rate.clone()),
        ("--burst", burst.map(|burst| burst.to_string())),
        ("--concurrent", concurrent.map(|most| most.to_string())),
        ("--mode", edit.mode.map(|mode| mode.to_string())),
        ("--candidate", candidate),
        ("--ttl", edit.ttl.map(duration::short)),
    ];
    let mut words: Vec<String> = ["limit", "set", name].map(Into::into).into();
    for (flag, value) in flags {
        words.extend(value.iter().flat_map(|value| [flag.to_owned(), quoted(value)]));
    }
    words
}

fn add(
    pool: &str,
    name: &str,
    address: &str,
    weight: Option<u32>,
    standing: Standing,
) -> Vec<String> {
    let mut words: Vec<String> =
        ["backend", "add", "--pool", pool, "--name", name, "--address"].map(Into::into).into();
    words.push(quoted(address));
    words.extend(weight.iter().flat_map(|weight| ["--weight".to_owned(), weight.to_string()]));
    if standing == Standing::Draining {
        words.extend(["--start".to_owned(), "drained".to_owned()]);
    }
    words
}

fn named(verb: &str, names: &[String]) -> Vec<String> {
    let mut words = vec!["backend".to_owned(), verb.to_owned()];
    words.extend(names.iter().map(|name| quoted(name)));
    words
}

fn weights(edits: &[(String, WeightEdit)]) -> Vec<String> {
    let mut words = vec!["backend".to_owned(), "weight".to_owned()];
    words.extend(edits.iter().map(|(name, edit)| match edit {
        WeightEdit::Absolute(weight) => format!("{name}={weight}"),
        WeightEdit::Delta(delta) => format!("{name}={delta:+}"),
        WeightEdit::Percent(percent) => format!("{name}={percent}%"),
    }));
    words
}

/// The word as a shell reads it back.
fn quoted(word: &str) -> String {
    let plain =
        |character: char| character.is_ascii_alphanumeric() || "-_./:@%+=".contains(character);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_change_has_its_command() {
        let drain = Edit::SetStanding { names: vec!["app-1".into()], standing: Standing::Draining };
        assert_eq!(
            command_line(&drain, "Bo's patch", false),
            r"gatewayctl backend drain app-1 -m 'Bo'\''s patch'"
        );
        let weights = Edit::SetWeights {
            edits: vec![
                ("a".into(), WeightEdit::Absolute(50)),
                ("b".into(), WeightEdit::Delta(-5)),
                ("c".into(), WeightEdit::Percent(80)),
            ],
        };
        assert_eq!(command_line(&weights, "", false), "gatewayctl backend weight a=50 b=-5 c=80%");
        let edit = LimitEdit { rule: "5/10s".parse().unwrap(), ..LimitEdit::default() };
        let limit = Edit::SetLimit { name: "login".into(), edit };
        assert_eq!(
            command_line(&limit, "incident", true),
            "gatewayctl limit set login --max 5/10s --force -m incident"
        );
        let limit = Edit::SetLimit {
            name: "login".into(),
            edit: LimitEdit { rule: "5/second burst 9".parse().unwrap(), ..LimitEdit::default() },
        };
        assert_eq!(
            command_line(&limit, "", false),
            "gatewayctl limit set login --rate 5/second --burst 9"
        );
    }
}
