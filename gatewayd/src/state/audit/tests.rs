//! The promises of the audit log, kept on files of its own.

use std::fs::{self, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;
use std::thread;
use std::time::Duration;

use nix::fcntl::{Flock, FlockArg};

use super::line::{AuditRecord, Link};
use super::log::{Bounds, Log};
use super::*;
use crate::model::Verdict;

const NOW_MS: i64 = 1_790_258_602_007;
const ROOMY: Bounds = Bounds { file_bytes: 1 << 20, files: 4 };

fn entry(actor: &str) -> AuditEntry {
    AuditEntry { actor: actor.to_owned(), ..AuditEntry::default() }
}

fn append(log: &mut Log, actor: &str) -> Vec<String> {
    log.append(&[entry(actor)], NOW_MS).unwrap()
}

/// Every record, oldest first; panics where the chain is broken.
#[track_caller]
fn records(log: &mut Log) -> Vec<AuditRecord> {
    let files = log.files().unwrap();
    let (mut found, mut last) = (Vec::new(), None::<Link>);
    for (name, mut file, _) in files.files {
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        for line in text.lines() {
            let link = Link::of(line.as_bytes()).unwrap_or_else(|| panic!("{name}: {line}"));
            let record: AuditRecord = serde_json::from_str(line).unwrap();
            if let Some(last) = last {
                assert_eq!(
                    (record.seq, &record.prev),
                    (last.seq + 1, &last.hash),
                    "{name}: {line}"
                );
            }
            found.push(record);
            last = Some(link);
        }
    }
    assert_eq!(last, Some(files.head));
    found
}

fn actors(log: &mut Log) -> Vec<String> {
    records(log).into_iter().map(|record| record.actor).collect()
}

fn cut(directory: &Path, bytes: u64) {
    let file = OpenOptions::new().write(true).open(directory.join("audit.jsonl")).unwrap();
    file.set_len(file.metadata().unwrap().len() - bytes).unwrap();
}

#[test]
fn the_chain_goes_on_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    for actor in ["ana", "bo", "cy"] {
        assert!(append(&mut Log::new(directory.path(), ROOMY), actor).is_empty());
    }
    let mut log = Log::new(directory.path(), ROOMY);
    assert_eq!(actors(&mut log), ["ana", "bo", "cy"]);
    assert_eq!(records(&mut log).iter().map(|it| it.seq).collect::<Vec<_>>(), [1, 2, 3]);
}

#[test]
fn two_processes_write_one_chain() {
    let directory = tempfile::tempdir().unwrap();
    let mut one = Log::new(directory.path(), ROOMY);
    let mut other = Log::new(directory.path(), ROOMY);
    for _ in 0..5 {
        append(&mut one, "one");
        append(&mut other, "other");
    }
    assert_eq!(records(&mut one).len(), 10);
}

#[test]
fn half_a_line_that_a_crash_left_is_cut_off_and_told() {
    let directory = tempfile::tempdir().unwrap();
    let mut log = Log::new(directory.path(), ROOMY);
    append(&mut log, "ana");
    append(&mut log, "bo");
    for left in [1, 5, 200] {
        drop(log);
        cut(directory.path(), left);
        log = Log::new(directory.path(), ROOMY);
        let found = log.append(&[], NOW_MS).unwrap();
        assert!(found[0].contains("half a line"), "{found:?}");
        let last = records(&mut log).pop().unwrap();
        assert_eq!((&*last.result, &last.error), ("note", &found[0]));
        append(&mut log, "cy");
    }
    // The whole file was half a line.
    drop(log);
    let len = fs::metadata(directory.path().join("audit.jsonl")).unwrap().len();
    fs::write(directory.path().join("audit.jsonl"), vec![0; len as usize]).unwrap();
    let mut log = Log::new(directory.path(), ROOMY);
    assert!(append(&mut log, "dan")[0].contains("half a line"));
    assert_eq!(actors(&mut log), ["gateway", "dan"]);
}

#[test]
fn a_last_line_that_was_changed_is_kept_aside_and_told() {
    let directory = tempfile::tempdir().unwrap();
    let mut log = Log::new(directory.path(), ROOMY);
    append(&mut log, "ana");
    append(&mut log, "bo");
    drop(log);
    let path = directory.path().join("audit.jsonl");
    let changed = fs::read_to_string(&path).unwrap().replace("bo", "eve");
    fs::write(&path, &changed).unwrap();
    let mut log = Log::new(directory.path(), ROOMY);
    let found = append(&mut log, "cy");
    assert!(found[0].contains("does not say what was written"), "{found:?}");
    assert_eq!(
        fs::read_to_string(directory.path().join("audit-000000000002.jsonl")).unwrap(),
        changed
    );
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("{\"seq\":3,"), "{text}");
}

#[test]
fn lines_that_somebody_takes_away_while_it_runs_are_missed() {
    let directory = tempfile::tempdir().unwrap();
    let mut log = Log::new(directory.path(), ROOMY);
    append(&mut log, "ana");
    let first = fs::read(directory.path().join("audit.jsonl")).unwrap();
    append(&mut log, "bo");
    fs::write(directory.path().join("audit.jsonl"), first).unwrap();
    assert!(append(&mut log, "cy")[0].contains("took lines away"));
    let text = fs::read_to_string(directory.path().join("audit.jsonl")).unwrap();
    let seqs: Vec<u64> = text.lines().map(|line| Link::of(line.as_bytes()).unwrap().seq).collect();
    assert_eq!(seqs, [1, 3, 4], "the gap stays to be seen");
    fs::remove_file(directory.path().join("audit.jsonl")).unwrap();
    assert!(append(&mut log, "dan")[0].contains("is gone"));
}

#[test]
fn a_large_file_is_followed_by_another_and_the_oldest_go() {
    let directory = tempfile::tempdir().unwrap();
    let mut log = Log::new(directory.path(), Bounds { file_bytes: 2000, files: 3 });
    for number in 0..100 {
        append(&mut log, &format!("actor-{number}"));
    }
    let files = log.files().unwrap().files;
    assert_eq!(files.len(), 3);
    assert!(files.iter().all(|(_, _, len)| *len < 3000));
    let kept = records(&mut log);
    assert_eq!(kept.last().unwrap().seq, 100);
    assert!(kept.len() < 20, "{}", kept.len());
    drop(log);
    let mut log = Log::new(directory.path(), Bounds { file_bytes: 2000, files: 3 });
    append(&mut log, "after");
    assert_eq!(records(&mut log).last().unwrap().seq, 101);
}

#[test]
fn what_could_not_be_written_is_not_there_and_the_next_is() {
    let directory = tempfile::tempdir().unwrap();
    let mut log = Log::new(directory.path(), ROOMY);
    append(&mut log, "ana");
    let away = directory.path().with_extension("away");
    fs::rename(directory.path(), &away).unwrap();
    log.append(&[entry("bo")], NOW_MS).unwrap_err();
    fs::rename(&away, directory.path()).unwrap();
    append(&mut log, "cy");
    assert_eq!(actors(&mut log), ["ana", "cy"]);
}

#[test]
fn what_was_accepted_and_never_journaled_is_told_as_failed_once() {
    let directory = tempfile::tempdir().unwrap();
    let mut log = Log::new(directory.path(), ROOMY);
    let accepted = |actor: &str, revision| AuditEntry { revision: Some(revision), ..entry(actor) };
    let batch = [accepted("ana", 7), accepted("bo", 8), accepted("cy", 9)];
    log.append(&batch, NOW_MS).unwrap();
    let unkept = |log: &Log, revision| -> Vec<(String, Option<u64>)> {
        log.unkept(revision).into_iter().map(|it| (it.actor, it.revision)).collect()
    };
    assert_eq!(unkept(&log, 9), []);
    assert_eq!(unkept(&log, 7), [("bo".to_owned(), Some(8)), ("cy".to_owned(), Some(9))]);
    let told = log.unkept(7);
    log.append(&told, NOW_MS).unwrap();
    assert_eq!(unkept(&log, 7), []);
    log.append(&[accepted("dan", 8)], NOW_MS).unwrap();
    assert_eq!(unkept(&log, 7), [("dan".to_owned(), Some(8))]);
    assert_eq!(unkept(&log, 8), []);
    // Another journal began anew beside it.
    log.append(&[accepted("eve", 1), accepted("eve", 2)], NOW_MS).unwrap();
    assert_eq!(unkept(&log, 2), []);
}

#[test]
fn the_newest_of_what_is_wanted_comes_first() {
    let directory = tempfile::tempdir().unwrap();
    let mut log = Log::new(directory.path(), Bounds { file_bytes: 1500, files: 9 });
    for number in 0..12 {
        let verdict = if number % 2 == 0 { Verdict::Accepted } else { Verdict::Denied };
        let actor = if number % 3 == 0 { "ana" } else { "bo" }.to_owned();
        let entry = AuditEntry { actor, verdict, ..AuditEntry::default() };
        log.append(&[entry], NOW_MS + number).unwrap();
    }
    let mut found = |search: AuditSearch| {
        let mut seqs = Vec::new();
        let take = |record: AuditRecord| {
            seqs.push(record.seq);
            true
        };
        search.run(log.files().unwrap(), take).unwrap();
        seqs
    };
    let all = AuditSearch { most: 100, ..AuditSearch::default() };
    assert_eq!(found(all.clone()), (1..=12).rev().collect::<Vec<_>>());
    assert_eq!(found(AuditSearch { most: 2, ..all.clone() }), [12, 11]);
    assert_eq!(found(AuditSearch { since_ms: NOW_MS + 10, ..all.clone() }), [12, 11]);
    assert_eq!(found(AuditSearch { since_ms: NOW_MS + 99, ..all.clone() }), [0; 0]);
    assert_eq!(found(AuditSearch { who: vec!["ana".into()], ..all.clone() }), [10, 7, 4, 1]);
    let denied = AuditSearch { verdicts: vec![Verdict::Denied], who: vec!["ana".into()], ..all };
    assert_eq!(found(denied), [10, 4]);
}

#[test]
fn bytes_behind_the_last_line_that_somebody_else_put_there_are_no_end_of_it() {
    let directory = tempfile::tempdir().unwrap();
    let mut log = Log::new(directory.path(), ROOMY);
    append(&mut log, "ana");
    let mut file =
        OpenOptions::new().append(true).open(directory.path().join("audit.jsonl")).unwrap();
    file.write_all(b"{\"seq\":2,\"act").unwrap();
    assert!(append(&mut log, "bo")[0].contains("half a line"));
    assert_eq!(actors(&mut log), ["ana", "gateway", "bo"]);
}

#[test]
fn nobody_who_holds_the_lock_is_waited_for_without_end() {
    let directory = tempfile::tempdir().unwrap();
    let mut log = Log::new(directory.path(), ROOMY);
    append(&mut log, "ana");
    let lock = OpenOptions::new().write(true).open(directory.path().join("audit.lock")).unwrap();
    let lock = Flock::lock(lock, FlockArg::LockExclusive).unwrap();
    log.lock_patience = Duration::from_millis(50);
    let refused = log.append(&[entry("bo")], NOW_MS).unwrap_err().to_string();
    assert!(refused.contains("audit.lock") && refused.contains("another process"), "{refused}");

    log.lock_patience = Duration::from_secs(60);
    thread::scope(|scope| {
        let waiting = scope.spawn(|| append(&mut log, "cy"));
        drop(lock);
        assert!(waiting.join().unwrap().is_empty());
    });
    assert_eq!(actors(&mut log), ["ana", "cy"]);
}
