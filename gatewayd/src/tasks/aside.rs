//! Work that may wait for a disk or the system: done aside, so that no loop waits with it.

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::task::block_in_place;

/// Does `work` on this thread, while whatever else the thread had to do goes on on another one.
pub(super) fn aside<T>(work: impl FnOnce() -> T) -> T {
    match Handle::try_current().map(|it| it.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => block_in_place(work),
        // There is no other thread to go on on.
        _ => work(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn others_go_on_while_work_is_done_aside() {
        let slow = tokio::spawn(async {
            let (done, is_done) = mpsc::channel();
            tokio::spawn(async move { done.send(()) });
            aside(|| is_done.recv_timeout(Duration::from_secs(60)))
        });
        slow.await.unwrap().expect("the other task waits for the one thread there is");
    }
}
