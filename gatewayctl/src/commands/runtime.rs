//! The runtime: what is asked for is done in this thread, and its end waits for nobody.

use std::io;

use tokio::runtime::Builder;

/// Does `work`. What it leaves behind is let go of: a resolver that answers nobody, a line that
/// nobody types.
///
/// # Errors
/// When the system lets no runtime begin.
pub(super) fn block_on<T>(work: impl Future<Output = T>) -> io::Result<T> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let outcome = runtime.block_on(work);
    runtime.shutdown_background();
    Ok(outcome)
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, thread, time::Duration};

    use tokio::task;

    use super::*;

    #[test]
    fn what_never_ends_holds_up_nobody() {
        let (_never, answer) = mpsc::channel::<()>();
        let (say, said) = mpsc::channel();
        thread::spawn(move || {
            let work = async {
                let (begin, begun) = tokio::sync::oneshot::channel();
                let _asked = task::spawn_blocking(move || {
                    begin.send(()).unwrap();
                    answer.recv()
                });
                begun.await.unwrap();
            };
            say.send(block_on(work).is_ok()).unwrap();
        });
        assert_eq!(said.recv_timeout(Duration::from_secs(60)), Ok(true));
    }
}
