//! kill -9 of the gateway, damage to what it keeps and a full disk lose nothing that was acknowledged.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use gateway_tests::{Ctl, EVERYTHING, Fleet, Gateway, Protocol, Signal, not_tested, until};

/// How often it is killed unless GATEWAY_TEST_KILLS says how often: 200 take some minutes.
const KILLS: u32 = 40;
const SERVERS: usize = 4;

/// What one operator asked of one backend: acknowledged, or still under way when the gateway died.
#[derive(Clone, Debug, Default)]
struct Book {
    acknowledged: Option<Wish>,
    under_way: Option<Wish>,
    /// The operations that were acknowledged.
    operations: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
struct Wish {
    weight: u64,
    drained_because: Option<String>,
}

/// Changes one backend until told to stop: its weight, its standing with a reason, and both at once.
fn change_on(
    ctl: &Ctl,
    name: &str,
    round: u32,
    book: &Mutex<Book>,
    over: &AtomicBool,
    files: &Path,
) {
    for number in 0_u64.. {
        if over.load(Ordering::Relaxed) {
            break;
        }
        let mut wish = {
            let book = book.lock().unwrap();
            book.acknowledged.clone().unwrap_or(Wish { weight: 100, drained_because: None })
        };
        let reason = format!("round-{round}-change-{number}");
        // Another one each time: what holds already would be no change.
        let weight = 1 + (u64::from(round) * 97 + number) % 999;
        let line = match number % 4 {
            0 => {
                wish.weight = weight;
                format!("backend weight {name}={weight} -y -m {reason}")
            }
            1 => {
                wish.drained_because = Some(reason.clone());
                format!("backend drain {name} -y --no-wait --force -m {reason}")
            }
            2 => {
                wish.drained_because = None;
                format!("backend undrain {name} -y -m {reason}")
            }
            _ => {
                wish = Wish { weight, drained_because: Some(reason.clone()) };
                let file = files.join(name);
                let lines = format!("backend weight {name}={weight}\nbackend drain {name}\n");
                fs::write(&file, lines).unwrap();
                format!("change -f {} -y --force -m {reason}", file.display())
            }
        };
        book.lock().unwrap().under_way = Some(wish.clone());
        let said = ctl.try_run(&format!("{line} --idempotency-key {name}-{round}-{number}"));
        if said.code != 0 {
            break;
        }
        let op = said.out.rsplit("(op ").next().unwrap().trim().trim_end_matches(')').to_owned();
        let mut book = book.lock().unwrap();
        (book.acknowledged, book.under_way) = (Some(wish), None);
        book.operations.push(op);
    }
}

/// Holds what `book` says of a backend against what it is now.
fn compare(backend: &serde_json::Value, book: &mut Book, round: u32) {
    let found = as_wish(backend);
    let original = Wish { weight: 100, drained_because: None };
    let expected = book.acknowledged.clone().unwrap_or(original);
    assert!(
        found == expected || Some(&found) == book.under_way.as_ref(),
        "round {round}: {backend} is neither {expected:?} nor {:?}",
        book.under_way
    );
    if found.drained_because.is_some() {
        assert!(backend["standing_owner"].is_string(), "{backend}");
    }
    (book.acknowledged, book.under_way) = (Some(found), None);
}

#[test]
fn many_kills_lose_no_acknowledged_change_and_leave_none_half_applied() {
    let kills = std::env::var("GATEWAY_TEST_KILLS").map_or(KILLS, |kills| kills.parse().unwrap());
    // One more that nobody changes, so that there is always one to serve.
    let fleet = Fleet::start(SERVERS + 1);
    let mut gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    let files = gateway.directory().to_owned();
    let names: Vec<String> =
        fleet.servers[..SERVERS].iter().map(|server| server.name.clone()).collect();
    let mut books: BTreeMap<String, Mutex<Book>> =
        names.iter().map(|name| (name.clone(), Mutex::default())).collect();
    for round in 0..kills {
        let over = AtomicBool::new(false);
        let ctl = gateway.ctl.clone();
        thread::scope(|scope| {
            for (name, book) in &books {
                let (ctl, over, files) = (&ctl, &over, &files);
                scope.spawn(move || change_on(ctl, name, round, book, over, files));
            }
            // A different moment of the stream each time.
            thread::sleep(Duration::from_millis(60 + rand::random_range(0..160)));
            gateway.kill();
            over.store(true, Ordering::Relaxed);
        });
        gateway.start_again();
        for (name, book) in &mut books {
            compare(&gateway.ctl.backend(name), book.get_mut().unwrap(), round);
        }
        gateway.ctl.run("audit verify");
    }
    let acknowledged: Vec<String> =
        books.into_values().flat_map(|book| book.into_inner().unwrap().operations).collect();
    println!("{kills} kills, {} acknowledged changes, none lost", acknowledged.len());
    assert!(acknowledged.len() >= kills as usize, "only {}", acknowledged.len());
    let told: BTreeSet<String> =
        gateway.ctl.run("op list --limit 10000 -o name").lines().map(str::to_owned).collect();
    let lost: Vec<&String> = acknowledged.iter().filter(|op| !told.contains(*op)).collect();
    assert!(lost.is_empty(), "{lost:?} were acknowledged and are not told");
}

fn as_wish(backend: &serde_json::Value) -> Wish {
    let reason = || backend["standing_reason"].as_str().unwrap().to_owned();
    Wish {
        weight: backend["weight"].as_u64().unwrap(),
        drained_because: (backend["standing"] != "active").then(reason),
    }
}

/// Ways to damage what is kept, each with a word.
type Damage = (&'static str, fn(&Path));

const DAMAGES: [Damage; 6] = [
    ("a bit flipped", |journal| {
        let mut bytes = fs::read(journal).unwrap();
        // In the JSON of what is desired, wherever there is a copy: old pages are not read.
        let copies = bytes.windows(10).enumerate().filter(|(_, it)| *it == b"\"revision\"");
        let copies: Vec<usize> = copies.map(|(at, _)| at).collect();
        assert!(!copies.is_empty());
        copies.iter().for_each(|at| bytes[at + 3] ^= 4);
        fs::write(journal, bytes).unwrap();
    }),
    ("cut in half", |journal| {
        let file = OpenOptions::new().write(true).open(journal).unwrap();
        file.set_len(fs::metadata(journal).unwrap().len() / 2).unwrap();
    }),
    ("a few bytes left", |journal| fs::write(journal, b"redb").unwrap()),
    ("something else", |journal| fs::write(journal, "no journal ".repeat(9000)).unwrap()),
    ("zeros", |journal| fs::write(journal, vec![0; 1 << 20]).unwrap()),
    ("not to be opened", |journal| {
        fs::remove_file(journal).unwrap();
        fs::create_dir(journal).unwrap();
    }),
];

#[test]
fn a_damaged_journal_is_put_aside_and_the_gateway_starts_from_its_file_and_says_so() {
    let fleet = Fleet::start(2);
    let mut gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    let journal = gateway.directory().join("state/journal.redb");
    for (number, (what, damage)) in DAMAGES.iter().enumerate() {
        gateway.ctl.run("backend weight app-1=7 -y -m before");
        match number % 2 {
            0 => {
                gateway.signal(Signal::SIGTERM);
                gateway.wait();
            }
            _ => gateway.kill(),
        }
        damage(&journal);
        gateway.start_again();
        assert_eq!(gateway.ctl.backend("app-1")["weight"], 100, "{what}: as the file says");
        let events = gateway.ctl.run("event list --kind gateway -o jsonl");
        assert!(events.contains("the journal could not be read"), "{what}: {events}");
        let aside =
            gateway.directory().join(format!("state/journal.redb.unreadable-{}", number + 1));
        assert!(aside.exists() && events.contains(aside.to_str().unwrap()), "{what}: {events}");
        assert_eq!(gateway.client(Protocol::Http).get("/bytes/1").status, 200, "{what}");
        gateway.ctl.run("audit verify");
    }
}

#[test]
fn a_journal_of_a_later_gatewayd_is_put_aside_as_it_is_and_can_be_put_back() {
    let fleet = Fleet::start(2);
    let mut gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    let journal = gateway.directory().join("state/journal.redb");
    gateway.ctl.run("backend weight app-1=7 -y -m before");
    gateway.kill();
    set_format(&journal, b"2");
    gateway.start_again();
    assert_eq!(gateway.ctl.backend("app-1")["weight"], 100, "as the file says");
    assert_eq!(gateway.client(Protocol::Http).get("/bytes/1").status, 200);
    let aside = gateway.directory().join("state/journal.redb.unreadable-1");
    let told = gateway.ctl.items("event list --kind gateway");
    let told = told.iter().find(|it| it["severity"] == "error").unwrap();
    for words in ["format \"2\" of another gatewayd", "reads format 1", aside.to_str().unwrap()] {
        assert!(told["what"].as_str().unwrap().contains(words), "{words}: {told}");
    }
    gateway.ctl.run("backend weight app-2=9 -y -m after");

    // Whoever reads that format finds all that was in it.
    gateway.kill();
    fs::rename(&aside, &journal).unwrap();
    set_format(&journal, b"1");
    gateway.start_again();
    let weights = ["app-1", "app-2"].map(|name| gateway.ctl.backend(name)["weight"].clone());
    assert_eq!(weights, [7, 100]);
    gateway.ctl.run("audit verify");
}

/// Says in a journal that it has this format.
fn set_format(journal: &Path, format: &[u8]) {
    let database = redb::Database::open(journal).unwrap();
    let transaction = database.begin_write().unwrap();
    let state: redb::TableDefinition<'_, &str, &[u8]> = redb::TableDefinition::new("state");
    let mut table = transaction.open_table(state).unwrap();
    table.insert("format", format).unwrap();
    drop(table);
    transaction.commit().unwrap();
}

/// A small disk, mounted over a directory for as long as it lives.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Nothing when this user may not mount one.
    fn over(directory: &Path, size: &str) -> Option<SmallDisk> {
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o"]).arg(format!("size={size}")).arg("tmpfs").arg(directory);
        let mounted = mount.output().is_ok_and(|it| it.status.success());
        mounted.then(|| SmallDisk(directory.to_owned()))
    }

    fn fill(&self) {
        let mut filler = fs::File::create(self.0.join("filler")).unwrap();
        for block in [4096, 1] {
            while filler.write_all(&vec![b'x'; block]).is_ok() {}
        }
    }

    fn empty(&self) {
        fs::remove_file(self.0.join("filler")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // What is left of it goes with the test.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_disk_that_is_full_refuses_changes_keeps_serving_and_is_forgotten_when_there_is_room() {
    let fleet = Fleet::start(2);
    let mut gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    gateway.kill();
    let state = gateway.directory().join("state");
    let Some(disk) = SmallDisk::over(&state, "8m") else {
        let why = "a disk of its own is filled; for all, tests/lifecycle.rs has one that fills";
        return not_tested("mount", why);
    };
    gateway.start_again();
    gateway.ctl.run("backend weight app-1=50 -y -m before");
    disk.fill();
    // There may be room for a few more in what is taken already.
    let mut last = 50;
    let refused = until("a change is refused", || {
        let said = gateway.ctl.try_run(&format!("backend weight app-1={} -y -m full", last + 1));
        last += u32::from(said.code == 0);
        (said.code != 0).then_some(said)
    });
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.err.contains("so nothing happened"), "{refused:?}");
    assert!(refused.err.contains("traffic goes on"), "{refused:?}");
    assert_eq!(gateway.ctl.backend("app-1")["weight"], last);
    assert_eq!(gateway.client(Protocol::Http).get("/bytes/1").status, 200);
    disk.empty();
    gateway.ctl.run("backend weight app-2=80 -y -m after");
    gateway.kill();
    gateway.start_again();
    let weights = ["app-1", "app-2"].map(|name| gateway.ctl.backend(name)["weight"].clone());
    assert_eq!(weights, [last, 80]);
    gateway.ctl.run("audit verify");
    gateway.kill();
}

/// Lets `gateway` write no file beyond this many bytes, as a full disk would.
fn limit_files(gateway: &Gateway, bytes: &str) {
    let mut command = Command::new("prlimit");
    command.arg(format!("--pid={}", gateway.pid())).arg(format!("--fsize={bytes}:unlimited"));
    assert!(command.status().unwrap().success());
}

#[test]
fn a_file_that_cannot_be_written_stays_as_it_was() {
    let fleet = Fleet::start(2);
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    gateway.ctl.run("backend weight app-1=50 -y -m before");
    let before = fs::read_to_string(gateway.file()).unwrap();
    assert!(before.len() < 8192, "it is meant to have room in the second case");
    for (bytes, what) in [("1", "File too large"), ("8192", "could not be journaled")] {
        limit_files(&gateway, bytes);
        let said = gateway.ctl.try_run("config persist -y -m full");
        assert!(said.code == 1 && said.err.contains(what), "{bytes}: {said:?}");
        assert_eq!(fs::read_to_string(gateway.file()).unwrap(), before, "{bytes}");
        assert_eq!(gateway.client(Protocol::Http).get("/bytes/1").status, 200);
        limit_files(&gateway, "unlimited");
        let names = fs::read_dir(gateway.directory()).unwrap();
        let names = names.map(|it| it.unwrap().file_name().into_string().unwrap());
        let left: Vec<String> = names.filter(|name| name.starts_with(".gatewayd-")).collect();
        assert!(left.is_empty(), "{bytes}: {left:?}");
    }
    gateway.ctl.run("config persist -y -m room");
    assert!(fs::read_to_string(gateway.file()).unwrap().contains("weight = 50"));
    gateway.ctl.run("audit verify");
}

/// What `status` says needs attention about the gateway as a whole.
fn troubles(gateway: &Gateway) -> Vec<String> {
    // It exits otherwise than by 0 where something needs attention.
    let status = gateway.ctl.try_run("status -o json").out;
    let status: serde_json::Value = serde_json::from_str(&status).unwrap();
    let problems = status["items"][0]["problems"].as_array().unwrap().clone();
    let about_gateway = problems.iter().filter(|it| it["target"] == "gateway");
    about_gateway.map(|it| it["what"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_cannot_be_kept_needs_attention_until_it_can_without_anybody_trying() {
    let fleet = Fleet::start(1);
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    gateway.ctl.run("backend weight app-1=50 -y -m before");
    assert_eq!(troubles(&gateway), Vec::<String>::new());
    let state = gateway.directory().join("state").display().to_string();
    for (bytes, store, other) in
        [("1", "the audit log", "the journal"), ("16384", "the journal", "the audit log")]
    {
        limit_files(&gateway, bytes);
        let said = gateway.ctl.try_run("backend weight app-1=60 -y -m full");
        assert!(said.code == 1 && said.err.contains("so nothing happened"), "{bytes}: {said:?}");
        let told = until("it needs attention", || {
            Some(troubles(&gateway)).filter(|told| !told.is_empty())
        });
        let [told] = &told[..] else { panic!("{bytes}: {told:?}") };
        for part in [store, "changes are refused and traffic goes on", "File too large", &state] {
            assert!(told.contains(part), "{bytes}: {part}: {told}");
        }
        assert!(!told.contains(other), "{bytes}: {told}");
        assert_eq!(gateway.client(Protocol::Http).get("/bytes/1").status, 200);
        limit_files(&gateway, "unlimited");
        until("it is over", || troubles(&gateway).is_empty().then_some(()));
        let events = gateway.ctl.items("event list");
        let again = format!("{store} can be written again");
        assert!(events.iter().any(|it| it["what"] == *again), "{bytes}: {events:?}");
    }
    assert_eq!(gateway.ctl.backend("app-1")["weight"], 50);
    let audit = gateway.ctl.run("audit list");
    // The change, and that it was rejected.
    assert!(audit.contains("it could not be written 2 times"), "{audit}");
    gateway.ctl.run("audit verify");
}
