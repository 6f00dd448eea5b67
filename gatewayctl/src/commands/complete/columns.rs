//! Columns and filter fields of the list that is being typed.

use std::ffi::OsStr;

use clap_complete::CompletionCandidate;

use super::candidate;
use crate::output::{
    Column,
    columns::{
        BACKEND, BLOCK, DECISION, EVENT, FIELD, LIMIT, OPERATION, POOL, REJECTION, REVISION,
        SCALER, STAT, TRAFFIC, TRAFFIC_FIELDS, TRAFFIC_GROUP,
    },
};

/// What comes before a field in a filter.
const BEFORE_FIELD: [char; 3] = [' ', '(', '!'];

/// The columns that begin as typed.
pub(super) fn like(typed: &OsStr, words: &[String]) -> Vec<CompletionCandidate> {
    beginning("", &typed.to_string_lossy(), words, "")
}

/// The same, with the `-` that was typed before.
pub(super) fn sorted_like(typed: &OsStr, words: &[String]) -> Vec<CompletionCandidate> {
    let typed = typed.to_string_lossy();
    match typed.strip_prefix('-') {
        Some(typed) => beginning("-", typed, words, ""),
        None => beginning("", &typed, words, ""),
    }
}

/// The fields that the last word of a filter begins as.
pub(super) fn fields_like(typed: &OsStr, words: &[String]) -> Vec<CompletionCandidate> {
    let typed = typed.to_string_lossy();
    let at = typed.rfind(BEFORE_FIELD).map_or(0, |at| at + 1);
    let (before, field) = typed.split_at(at);
    if words.iter().any(|word| word == "traffic") {
        let keys = TRAFFIC_FIELDS.into_iter().filter(|key| key.starts_with(field));
        return keys.map(|key| candidate(&format!("{before}{key}"), "")).collect();
    }
    beginning(before, field, words, "")
}

fn beginning(before: &str, typed: &str, words: &[String], after: &str) -> Vec<CompletionCandidate> {
    let keys = keys(words).into_iter().filter(|(key, _)| key.starts_with(typed));
    keys.map(|(key, title)| candidate(&format!("{before}{key}{after}"), title)).collect()
}

/// The keys and titles of the columns of the list that `words` ask for; none when it is no list.
fn keys(words: &[String]) -> Vec<(&'static str, &'static str)> {
    let has = |word: &str| words.iter().any(|it| it == word);
    match () {
        () if has("op") => of(OPERATION),
        () if has("stats") => of(STAT),
        () if has("backend") || has("be") => of(BACKEND),
        () if has("pool") => of(POOL),
        () if has("rejections") => of(REJECTION),
        () if has("limit") => of(LIMIT),
        () if has("block") => of(BLOCK),
        () if has("history") => of(REVISION),
        () if has("config") => of(FIELD),
        () if has("decisions") => of(DECISION),
        () if has("scaler") => of(SCALER),
        () if has("traffic") && has("summary") => of(TRAFFIC_GROUP),
        () if has("traffic") => of(TRAFFIC),
        () if has("event") || has("ev") => of(EVENT),
        () => Vec::new(),
    }
}

fn of<T>(columns: &'static [Column<T>]) -> Vec<(&'static str, &'static str)> {
    columns.iter().map(|column| (column.key, column.title)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(found: Vec<CompletionCandidate>) -> Vec<String> {
        found.iter().map(|it| it.get_value().to_string_lossy().into_owned()).collect()
    }

    fn words(line: &str) -> Vec<String> {
        line.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn columns_are_those_of_the_list_that_is_typed() {
        let typed =
            |noun: &str| values(like(OsStr::new("p99"), &words(&format!("ctl {noun} list"))));
        assert_eq!(typed("backend"), ["p99_ms", "p999_ms"]);
        assert_eq!(typed("pool"), ["p99_ms"]);
        assert_eq!(typed("block"), [""; 0]);
        assert_eq!(typed("status"), [""; 0]);
    }

    #[test]
    fn the_last_field_of_a_filter_is_completed() {
        let typed = |filter: &str| values(fields_like(OsStr::new(filter), &words("ctl be ls")));
        assert_eq!(typed("p99"), ["p99_ms", "p999_ms"]);
        assert_eq!(typed("state=up and p99"), ["state=up and p99_ms", "state=up and p999_ms"]);
        assert_eq!(typed("not (p50"), ["not (p50_ms"]);
        assert_eq!(typed("p99>4"), [""; 0]);
        let sorted = |by: &str| values(sorted_like(OsStr::new(by), &words("ctl be ls")));
        assert_eq!(sorted("-rp"), ["-rps"]);
        assert_eq!(sorted("rp"), ["rps"]);
    }
}
