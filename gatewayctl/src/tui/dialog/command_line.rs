//! How would the same change be asked for on the command line?

use crate::model::{Edit, Standing, WeightEdit};

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
        Edit::SetLimit { name, rule, mode } => {
            let mut words: Vec<String> = ["limit", "set", name].map(Into::into).into();
            words.extend(rule.max.iter().flat_map(|max| ["--max".to_owned(), quoted(max)]));
            words.extend(rule.rate.iter().flat_map(|rate| ["--rate".to_owned(), quoted(rate)]));
            let burst = rule.burst.iter();
            words.extend(burst.flat_map(|burst| ["--burst".to_owned(), burst.to_string()]));
            let most = rule.concurrent.iter();
            words.extend(most.flat_map(|most| ["--concurrent".to_owned(), most.to_string()]));
            words.extend(mode.iter().flat_map(|mode| ["--mode".to_owned(), mode.to_string()]));
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
        let limit =
            Edit::SetLimit { name: "login".into(), rule: "5/10s".parse().unwrap(), mode: None };
        assert_eq!(
            command_line(&limit, "incident", true),
            "gatewayctl limit set login --max 5/10s --force -m incident"
        );
        let limit = Edit::SetLimit {
            name: "login".into(),
            rule: "5/second burst 9".parse().unwrap(),
            mode: None,
        };
        assert_eq!(
            command_line(&limit, "", false),
            "gatewayctl limit set login --rate 5/second --burst 9"
        );
    }
}
