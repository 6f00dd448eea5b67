//! The promises of the writer, on a disk that is slow and when it panics.

use std::fs::OpenOptions;
use std::path::Path;

use futures_util::FutureExt;
use nix::fcntl::{Flock, FlockArg};

use super::*;
use crate::model::{Backend, Gateway, example};
use crate::state;

fn start(directory: &Path) -> Writer {
    let clock = Clock::start();
    state::example::writer(directory, &Events::new(clock), clock)
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

#[tokio::test]
async fn a_writer_that_panics_is_known_to_be_gone() {
    let directory = tempfile::tempdir().unwrap();
    let writer = start(directory.path());
    let apply = |limits_of_all| {
        let gateway = Gateway { limits_of_all, ..Gateway::default() };
        writer.submit(Change::ApplyFile(Box::new(gateway)), Intent::default())
    };
    apply(Vec::new()).await.unwrap();
    assert!(writer.ended().now_or_never().is_none(), "it lives");
    // Nobody but a test asks for what the configuration did not check.
    let outcome = apply(vec!["nowhere".parse().unwrap()]).await;
    assert!(matches!(outcome, Err(Rejection::NotJournaled(_))), "{outcome:?}");
    let gone = tokio::time::timeout(std::time::Duration::from_secs(60), writer.ended());
    gone.await.expect("it is known to be gone");
}
