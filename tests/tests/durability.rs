//! kill -9 of the gateway loses nothing that was acknowledged.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use gateway_tests::{Ctl, EVERYTHING, Fleet, Gateway};

const KILLS: u32 = 50;
const SERVERS: usize = 4;

/// What one operator asked of one backend: acknowledged, or still under way when the gateway died.
#[derive(Clone, Debug, Default)]
struct Book {
    acknowledged: Option<Wish>,
    under_way: Option<Wish>,
}

#[derive(Clone, Debug, PartialEq)]
struct Wish {
    weight: u64,
    drained_because: Option<String>,
}

/// Changes one backend until told to stop: its weight, and its standing with a reason, in turn.
fn change_on(ctl: &Ctl, name: &str, round: u32, book: &Mutex<Book>, over: &AtomicBool) -> u32 {
    let mut acknowledged = 0;
    for number in 0_u64.. {
        if over.load(Ordering::Relaxed) {
            break;
        }
        let mut wish = {
            let book = book.lock().unwrap();
            book.acknowledged.clone().unwrap_or(Wish { weight: 100, drained_because: None })
        };
        let reason = format!("round-{round}-change-{number}");
        let line = match number % 3 {
            0 => {
                wish.weight = 1 + (u64::from(round) * 7 + number) % 999;
                format!("backend weight {name}={} -y -m {reason}", wish.weight)
            }
            1 => {
                wish.drained_because = Some(reason.clone());
                format!("backend drain {name} -y --no-wait --force -m {reason}")
            }
            _ => {
                wish.drained_because = None;
                format!("backend undrain {name} -y -m {reason}")
            }
        };
        book.lock().unwrap().under_way = Some(wish.clone());
        if ctl.try_run(&line).code != 0 {
            break;
        }
        acknowledged += 1;
        *book.lock().unwrap() = Book { acknowledged: Some(wish), under_way: None };
    }
    acknowledged
}

#[test]
fn fifty_kills_lose_no_acknowledged_change_and_leave_none_half_applied() {
    // One more that nobody changes, so that there is always one to serve.
    let fleet = Fleet::start(SERVERS + 1);
    let mut gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    let names: Vec<String> =
        fleet.servers[..SERVERS].iter().map(|server| server.name.clone()).collect();
    let mut books: BTreeMap<String, Mutex<Book>> =
        names.iter().map(|name| (name.clone(), Mutex::default())).collect();
    let mut acknowledged = 0;
    for round in 0..KILLS {
        let over = AtomicBool::new(false);
        let ctl = gateway.ctl.clone();
        thread::scope(|scope| {
            let operators: Vec<_> = books
                .iter()
                .map(|(name, book)| scope.spawn(|| change_on(&ctl, name, round, book, &over)))
                .collect();
            // A different moment of the stream each time.
            thread::sleep(Duration::from_millis(60 + u64::from(round * 37 % 80)));
            gateway.kill();
            over.store(true, Ordering::Relaxed);
            acknowledged += operators.into_iter().map(|one| one.join().unwrap()).sum::<u32>();
        });
        gateway.start_again();
        for backend in gateway.ctl.items("backend list") {
            let Some(book) = books.get_mut(backend["name"].as_str().unwrap()) else { continue };
            let book = book.get_mut().unwrap();
            let found = as_wish(&backend);
            let original = Wish { weight: 100, drained_because: None };
            let expected = book.acknowledged.clone().unwrap_or(original);
            assert!(
                found == expected || Some(&found) == book.under_way.as_ref(),
                "round {round}: {backend} is neither {expected:?} nor {:?}",
                book.under_way
            );
            if found.drained_because.is_some() {
                assert_ne!(backend["standing_owner"], "", "{backend}");
            }
            *book = Book { acknowledged: Some(found), under_way: None };
        }
    }
    println!("{KILLS} kills, {acknowledged} acknowledged changes, none lost");
    assert!(acknowledged >= KILLS, "only {acknowledged} changes were acknowledged");
}

fn as_wish(backend: &serde_json::Value) -> Wish {
    let reason = || backend["standing_reason"].as_str().unwrap().to_owned();
    Wish {
        weight: backend["weight"].as_u64().unwrap(),
        drained_because: (backend["standing"] == "draining").then(reason),
    }
}
