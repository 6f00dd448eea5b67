//! A line of the audit log: one entry as JSON, linked to the line before it.
//!
//! ```text
//! {"seq":7,"time":"…","actor":"ana", … ,"prev":"<hash of line 6>","hash":"<SHA-256 of all before it>"}
//! ```
//! A line that was changed no longer fits its own hash; one that was taken out, put in or moved no
//! longer fits the line behind it.

use std::fmt::Write;

use aws_lc_rs::digest::{SHA256, digest};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{AuditEntry, Verdict, is_unsafe};

/// The longest text of one field in characters: a change may name a thousand backends.
const LONGEST_FIELD: usize = 4000;
/// What stands before the hash of a line.
const HASH_KEY: &str = ",\"hash\":\"";

/// Where a line stands in the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its number, from 1.
    pub seq: u64,
    /// Its hash, in hexadecimal.
    pub hash: String,
}

/// What a line says.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AuditRecord {
    /// Its number, from 1.
    pub seq: u64,
    /// When, in UTC.
    pub time: String,
    /// Who.
    pub actor: String,
    /// What the actor may do; "gateway" for what it does by itself, "none" for nothing.
    pub role: String,
    /// The listener it came by; empty for what the gateway does by itself.
    pub listener: String,
    /// The tool it came through.
    pub via: String,
    /// The full name of the method; empty for what the gateway does by itself.
    pub method: String,
    /// The verb.
    pub what: String,
    /// What it acted on.
    pub target: String,
    /// Why, in the actor's words.
    pub reason: String,
    /// The target before.
    pub before: String,
    /// The target after.
    pub after: String,
    /// The operation that came of it.
    pub op: String,
    /// The revision it made.
    pub revision: Option<u64>,
    /// What came of it: a word of [`Verdict`].
    pub result: String,
    /// Why nothing came of it.
    pub error: String,
    /// Whether a guard was overridden.
    pub forced: bool,
    /// The hash of the line before; of the first line, as many zeros.
    pub prev: String,
}

impl Link {
    /// What stands before the first line.
    pub(super) fn genesis() -> Link {
        Link { seq: 0, hash: "0".repeat(64) }
    }

    /// The link of `line`, without its end; `None` unless the line is whole and says what was
    /// written.
    pub(super) fn of(line: &[u8]) -> Option<Link> {
        let line = str::from_utf8(line).ok()?;
        let (hashed, hash) = line.rsplit_once(HASH_KEY)?;
        let hash = hash.strip_suffix("\"}")?;
        let record: AuditRecord = serde_json::from_str(line).ok()?;
        (sha256(hashed) == hash).then(|| Link { seq: record.seq, hash: hash.to_owned() })
    }

    /// The line behind this one that holds `entry` and when it is written, with its end, and its link.
    pub(super) fn next(&self, entry: &AuditEntry, time_ms: i64) -> (String, Link) {
        let record = record(self.seq + 1, time_ms, entry, &self.hash);
        let json = serde_json::to_string(&record).expect("texts and numbers have a JSON form");
        let mut line = escaped(json.strip_suffix('}').unwrap_or(&json));
        let hash = sha256(&line);
        let _ = writeln!(line, "{HASH_KEY}{hash}\"}}");
        (line, Link { seq: record.seq, hash })
    }
}

fn record(seq: u64, time_ms: i64, entry: &AuditEntry, prev: &str) -> AuditRecord {
    let time = Timestamp::from_millisecond(time_ms).unwrap_or_default();
    let call = entry.call.as_ref();
    let role = call.map_or("gateway", |call| call.role.map_or("none", |role| role.word()));
    AuditRecord {
        seq,
        time: format!("{time:.3}"),
        actor: short(&entry.actor),
        role: role.to_owned(),
        listener: call.map(|call| call.listener.to_owned()).unwrap_or_default(),
        via: short(&entry.via),
        method: call.map(|call| short(&call.method)).unwrap_or_default(),
        what: short(&entry.what),
        target: short(&entry.target),
        reason: short(&entry.reason),
        before: short(&entry.before),
        after: short(&entry.after),
        op: short(&entry.op),
        revision: entry.revision,
        result: entry.verdict.word().to_owned(),
        error: short(&entry.error),
        forced: entry.forced,
        prev: prev.to_owned(),
    }
}

/// The beginning of a text, and how much more there was.
fn short(text: &str) -> String {
    match text.char_indices().nth(LONGEST_FIELD) {
        None => text.to_owned(),
        Some((end, _)) => {
            format!("{}… ({} bytes more)", &text[..end], text.len() - end)
        }
    }
}

/// The same JSON with everything that a terminal obeys or hides written as `\u`, so that the file
/// can be looked at as it is. Outside of its texts JSON has none of those.
fn escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for character in json.chars() {
        if is_unsafe(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(text, "\\u{unit:04x}");
            }
        } else {
            text.push(character);
        }
    }
    text
}

fn sha256(text: &str) -> String {
    digest(&SHA256, text.as_bytes()).as_ref().iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

impl AuditRecord {
    /// When, milliseconds since the Unix epoch; 0 for a time that cannot be read.
    #[must_use]
    pub fn time_ms(&self) -> i64 {
        self.time.parse::<Timestamp>().map_or(0, Timestamp::as_millisecond)
    }

    /// Whether it is of one of `verdicts`.
    #[must_use]
    pub fn came_to(&self, verdicts: &[Verdict]) -> bool {
        verdicts.iter().any(|verdict| verdict.word() == self.result)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{Call, Role};

    const NOW_MS: i64 = 1_790_258_602_007;

    fn entry(reason: &str) -> AuditEntry {
        let method = "/gatewayd.v1.Backends/Add".to_owned();
        let call = Call { role: Some(Role::Operator), method, listener: "socket" };
        let (actor, reason) = ("ana".to_owned(), reason.to_owned());
        AuditEntry { actor, reason, call: Some(call), ..AuditEntry::default() }
    }

    #[test]
    fn a_line_tells_its_place_and_reads_back() {
        let (line, link) = Link::genesis().next(&entry("größer"), NOW_MS);
        let line = line.strip_suffix('\n').unwrap();
        assert_eq!(Link::of(line.as_bytes()), Some(link.clone()));
        let record: AuditRecord = serde_json::from_str(line).unwrap();
        assert_eq!((record.seq, &*record.reason, &*record.role), (1, "größer", "operator"));
        assert_eq!(
            (&*record.time, record.time_ms()),
            ("2026-09-24T14:03:22.007Z", 1_790_258_602_007)
        );
        let (second, _) = link.next(&entry(""), NOW_MS);
        assert!(second.contains(&format!("\"prev\":\"{}\"", link.hash)), "{second}");
    }

    #[test]
    fn every_flipped_bit_shows() {
        let (line, _) = Link::genesis().next(&entry("kernel patch"), NOW_MS);
        let line = line.trim_end().as_bytes();
        for (at, bit) in (0..line.len()).flat_map(|at| (0..8).map(move |bit| (at, bit))) {
            let mut flipped = line.to_owned();
            flipped[at] ^= 1 << bit;
            assert_eq!(Link::of(&flipped), None, "byte {at}, bit {bit}");
        }
    }

    #[test]
    fn a_text_without_end_is_cut() {
        let (line, link) = Link::genesis().next(&entry(&"x".repeat(1_000_000)), NOW_MS);
        assert!(line.len() < 2 * LONGEST_FIELD, "{}", line.len());
        assert_eq!(Link::of(line.trim_end().as_bytes()), Some(link));
    }

    proptest! {
        #[test]
        fn any_text_comes_back_and_shows_nothing_a_terminal_obeys(text in any::<String>()) {
            let text = format!("{text}\u{1b}\u{202e}\u{e0041}\n");
            let (line, _) = Link::genesis().next(&entry(&text), NOW_MS);
            let line = line.strip_suffix('\n').unwrap();
            prop_assert!(!line.contains(is_unsafe));
            let read: AuditRecord = serde_json::from_str(line).unwrap();
            prop_assert_eq!(read.reason, text);
        }
    }
}
