//! The promises of the writer, on a disk that is slow.

use std::fs::OpenOptions;
use std::path::Path;

use futures_util::FutureExt;
use nix::fcntl::{Flock, FlockArg};

use super::*;
use crate::model::{Backend, Gateway, example};
use crate::state::Cells;

fn start(directory: &Path) -> Writer {
    let clock = Clock::start();
    let (events, troubles) = (Events::new(clock), Troubles::new(directory, clock));
    let (journal, past) = Journal::open(directory).unwrap();
    let told = (events.clone(), troubles.clone());
    let audit = Audit::start(directory, None, clock, told).unwrap();
    let limiter = Arc::new(Limiter::new(64, 1, 0));
    let (observatory, _) = Observatory::new();
    let inquiry = Inquiry { clock, cells: Arc::new(Cells::new(1)), limiter: Arc::clone(&limiter) };
    let undo_window = Duration::from_secs(60);
    Writer::start(Started {
        journal,
        audit,
        past,
        undo_window,
        limiter,
        clock,
        events,
        troubles,
        observatory,
        inquiry,
    })
    .unwrap()
}

fn add(name: &str) -> Change {
    let Backend { name, address, weight, standing, source, .. } = example::backend(name);
    Change::AddBackend { pool: "app".parse().unwrap(), name, address, weight, standing, source }
}

#[tokio::test]
async fn what_is_observed_is_published_while_a_change_waits_for_the_disk() {
    let directory = tempfile::tempdir().unwrap();
    let writer = start(directory.path());
    let pools = vec![example::pool([example::backend("api-1")])];
    let gateway = Box::new(Gateway { pools, ..Gateway::default() });
    writer.submit(Change::ApplyFile(gateway), Intent::default()).await.unwrap();
    let healthy = || writer.table().pools[0].ranks().healthy;
    assert_eq!(healthy(), 0);

    // The audit log waits for whoever holds this, and the change for the audit log.
    let lock = OpenOptions::new().write(true).open(directory.path().join("audit.lock")).unwrap();
    let lock = Flock::lock(lock, FlockArg::LockExclusive).unwrap();
    let mut change = Box::pin(writer.submit(add("api-2"), Intent::default()));
    assert!(change.as_mut().now_or_never().is_none());

    writer.table().pools[0].backends[0].vouch(0, 0);
    writer.refresh().await;
    assert_eq!(healthy(), 1);
    assert!(writer.desired().gateway.backend("api-2").is_none(), "nothing holds before it is kept");

    drop(lock);
    change.await.expect("what is observed was published while somebody held the log");
    assert!(writer.table().backend("api-2").is_some());
    assert_eq!(healthy(), 1);
}
