//! A chain: do the lines of an audit log follow each other as they were written?
//!
//! Each line ends with the SHA-256 of all that stands before it, and names that of the line before: a
//! line that was changed does not fit its own hash, one that was taken out, put in or moved does not
//! fit its neighbour.

use std::fmt::Write as _;

use aws_lc_rs::digest::{SHA256, digest};

/// What stands before the hash of a line.
const HASH_KEY: &str = ",\"hash\":\"";
/// How many breaks are told.
const MOST_TOLD: usize = 20;
/// More than the longest line, in bytes.
const LONGEST_LINE: usize = 1 << 20;

/// A line's place in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainLink {
    /// Its number, from 1; 0 before the first line.
    pub seq: u64,
    /// Its hash, in hexadecimal.
    pub hash: String,
}

/// A place where the chain is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Break {
    /// The file.
    pub file: String,
    /// The line of it, from 1.
    pub line: u64,
    /// What is wrong.
    pub what: String,
}

/// What a chain came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verification {
    /// How many files there are.
    pub files: u64,
    /// How many lines there are.
    pub records: u64,
    /// The number of the first line.
    pub first_seq: Option<u64>,
    /// The number of the last line.
    pub last_seq: Option<u64>,
    /// The hash of the last line.
    pub hash: Option<String>,
    /// Bytes of a half line at the end, which a crash leaves of something that was never answered.
    pub torn_bytes: u64,
    /// How often it is broken.
    pub breaks: u64,
    /// Where, as far as told.
    pub broken: Vec<Break>,
}

/// The lines of an audit log, read one after the other.
#[derive(Debug, Default)]
pub struct Chain {
    found: Verification,
    file: String,
    /// Lines of this file so far.
    line: u64,
    /// A line whose end has not come yet.
    rest: Vec<u8>,
    /// The line before, as far as it can be believed.
    last: Option<ChainLink>,
}

impl Chain {
    /// The next file begins.
    pub fn file(&mut self, name: &str) {
        if !self.rest.is_empty() {
            self.end_file();
        }
        name.clone_into(&mut self.file);
        self.line = 0;
        self.found.files += 1;
    }

    /// More of the file.
    pub fn bytes(&mut self, bytes: &[u8]) {
        let mut left = bytes;
        while let Some(end) = left.iter().position(|byte| *byte == b'\n') {
            self.rest.extend_from_slice(&left[..end]);
            left = &left[end + 1..];
            let line = std::mem::take(&mut self.rest);
            self.follow(&line);
        }
        self.rest.extend_from_slice(left);
        if self.rest.len() > LONGEST_LINE {
            self.rest.truncate(LONGEST_LINE);
        }
    }

    /// What it came to, the last line of which is to be `head` where that is known.
    #[must_use]
    pub fn finish(mut self, head: Option<&ChainLink>) -> Verification {
        self.found.torn_bytes = self.rest.len() as u64;
        self.found.hash = self.last.as_ref().map(|last| last.hash.clone());
        let last = self.last.clone().unwrap_or(ChainLink { seq: 0, hash: String::new() });
        if let Some(head) = head.filter(|head| head.seq > 0 && **head != last) {
            let what = format!(
                "the gateway wrote up to record {}, and here it ends with {}: what is behind is gone, \
                 or is not what it wrote",
                head.seq,
                self.found.last_seq.map_or_else(|| "none".to_owned(), |seq| seq.to_string())
            );
            self.line += 1;
            self.broken(what);
        }
        self.found
    }

    /// Half a line before another file: only the last file may end with one.
    fn end_file(&mut self) {
        self.line += 1;
        self.rest.clear();
        self.broken("half a line, and other lines behind it".to_owned());
        self.last = None;
    }

    fn follow(&mut self, line: &[u8]) {
        self.line += 1;
        self.found.records += 1;
        let Some((link, prev)) = read(line) else {
            self.broken("it was changed: it does not fit its hash".to_owned());
            // Its hash is not to be believed, so that what follows proves nothing by it.
            self.last = None;
            return;
        };
        let genesis = "0".repeat(64);
        let follows = match &self.last {
            Some(last) => prev == last.hash && link.seq == last.seq + 1,
            None => self.found.records > 1 || link.seq != 1 || prev == genesis,
        };
        if !follows {
            let before = self.last.as_ref().map_or(0, |last| last.seq);
            let what = format!(
                "record {} does not follow record {before}: lines were taken out, put in or moved",
                link.seq
            );
            self.broken(what);
        }
        self.found.first_seq = self.found.first_seq.or(Some(link.seq));
        self.found.last_seq = Some(link.seq);
        self.last = Some(link);
    }

    fn broken(&mut self, what: String) {
        self.found.breaks += 1;
        if self.found.broken.len() < MOST_TOLD {
            self.found.broken.push(Break { file: self.file.clone(), line: self.line, what });
        }
    }
}

/// A line's place and the hash of the line before, if the line fits its own.
fn read(line: &[u8]) -> Option<(ChainLink, String)> {
    #[derive(serde::Deserialize)]
    struct Written {
        seq: u64,
        prev: String,
    }
    let line = str::from_utf8(line).ok()?;
    let (hashed, hash) = line.rsplit_once(HASH_KEY)?;
    let hash = hash.strip_suffix("\"}")?;
    let written: Written = serde_json::from_str(line).ok()?;
    let fits = sha256(hashed) == hash;
    fits.then(|| (ChainLink { seq: written.seq, hash: hash.to_owned() }, written.prev))
}

fn sha256(text: &str) -> String {
    digest(&SHA256, text.as_bytes()).as_ref().iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("writing to a string succeeds");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(count: u64) -> Vec<String> {
        let mut prev = "0".repeat(64);
        let line = |seq| {
            let hashed = format!("{{\"seq\":{seq},\"actor\":\"ana\",\"prev\":\"{prev}\"");
            let hash = sha256(&hashed);
            prev.clone_from(&hash);
            format!("{hashed}{HASH_KEY}{hash}\"}}\n")
        };
        (1..=count).map(line).collect()
    }

    fn verified(lines: &[String]) -> Verification {
        let mut chain = Chain::default();
        chain.file("audit.jsonl");
        // In parts that fit no line.
        let text = lines.concat();
        text.as_bytes().chunks(7).for_each(|part| chain.bytes(part));
        chain.finish(None)
    }

    fn places(found: &Verification) -> Vec<u64> {
        found.broken.iter().map(|broken| broken.line).collect()
    }

    #[test]
    fn what_was_written_verifies() {
        let found = verified(&lines(5));
        assert_eq!((found.records, found.breaks), (5, 0), "{:?}", found.broken);
        assert_eq!((found.first_seq, found.last_seq), (Some(1), Some(5)));
        // The oldest files go, so that a log may begin with any record.
        assert_eq!(verified(&lines(5)[2..]).breaks, 0);
    }

    #[test]
    fn a_line_that_was_changed_is_named() {
        let mut changed = lines(5);
        changed[2] = changed[2].replace("ana", "eve");
        assert_eq!(places(&verified(&changed)), [3]);
        let mut last = lines(5);
        last[4] = last[4].replace("ana", "eve");
        assert_eq!(places(&verified(&last)), [5]);
    }

    #[test]
    fn lines_that_were_taken_out_put_in_or_moved_are_named() {
        let whole = lines(5);
        let taken: Vec<String> = [&whole[..2], &whole[3..]].concat();
        assert_eq!(places(&verified(&taken)), [3]);
        let twice: Vec<String> = [&whole[..3], &whole[2..]].concat();
        assert_eq!(places(&verified(&twice)), [4]);
        let mut moved = whole.clone();
        moved.swap(1, 2);
        assert_eq!(places(&verified(&moved)), [2, 3, 4]);
    }

    #[test]
    fn an_end_that_is_gone_shows_against_what_the_gateway_wrote() {
        let whole = lines(5);
        let mut all = Chain::default();
        all.file("audit.jsonl");
        all.bytes(whole.concat().as_bytes());
        let head = all.last.clone().unwrap();
        assert_eq!(all.finish(Some(&head)).breaks, 0);
        let mut cut = Chain::default();
        cut.file("audit.jsonl");
        cut.bytes(whole[..4].concat().as_bytes());
        assert_eq!(places(&cut.finish(Some(&head))), [5]);
    }

    #[test]
    fn half_a_line_is_what_a_crash_leaves_at_the_end_and_nowhere_else() {
        let whole = lines(3).concat();
        let mut chain = Chain::default();
        chain.file("audit.jsonl");
        chain.bytes(&whole.as_bytes()[..whole.len() - 10]);
        let found = chain.finish(None);
        assert!(found.torn_bytes > 0 && found.breaks == 0, "{found:?}");
        let mut chain = Chain::default();
        chain.file("audit-1.jsonl");
        chain.bytes(&whole.as_bytes()[..whole.len() - 10]);
        chain.file("audit.jsonl");
        assert_eq!(chain.finish(None).breaks, 1);
    }
}
