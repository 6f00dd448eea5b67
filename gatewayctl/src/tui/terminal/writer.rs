//! The writer: a thread of its own that writes frames, so that a blocked terminal drops frames and
//! not keys. Its mailbox holds one frame; nobody draws another before it is written.

use std::{
    io::Write,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
    time::Duration,
};

use tokio::sync::Notify;

/// Writes frames in a thread of its own.
#[derive(Debug)]
pub(super) struct Writer {
    mailbox: SyncSender<Frame>,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    busy: AtomicBool,
    gone: AtomicBool,
    changed: Notify,
}

struct Frame {
    bytes: Vec<u8>,
    /// Told when it is written.
    written: Option<SyncSender<()>>,
}

impl Writer {
    /// A writer to `out`.
    pub(super) fn new(out: impl Write + Send + 'static) -> Self {
        let (mailbox, frames) = sync_channel(1);
        let state = Arc::new(State::default());
        let own = Arc::clone(&state);
        thread::spawn(move || write_all(out, &frames, &own));
        Self { mailbox, state }
    }

    /// Whether the last frame is written.
    pub(super) fn is_idle(&self) -> bool {
        !self.state.busy.load(Ordering::Acquire)
    }

    /// Whether the terminal no longer takes anything.
    pub(super) fn is_gone(&self) -> bool {
        self.state.gone.load(Ordering::Acquire)
    }

    /// Returns when a frame was written, or the terminal is gone.
    pub(super) async fn changed(&self) {
        self.state.changed.notified().await;
    }

    /// Writes a frame. One that comes before the last is written is dropped.
    pub(super) fn write(&self, bytes: Vec<u8>) {
        if !self.state.busy.swap(true, Ordering::AcqRel)
            && self.mailbox.try_send(Frame { bytes, written: None }).is_err()
        {
            self.state.busy.store(false, Ordering::Release);
        }
    }

    /// Writes these bytes after everything else and waits for that, but no longer than `within`.
    pub(super) fn write_last(&self, bytes: Vec<u8>, within: Duration) {
        let (written, wait) = sync_channel(1);
        let frame = Frame { bytes, written: Some(written) };
        let mailbox = self.mailbox.clone();
        thread::spawn(move || mailbox.send(frame));
        // A terminal that is blocked or gone cannot be given anything back.
        let _ = wait.recv_timeout(within);
    }
}

fn write_all(mut out: impl Write, frames: &Receiver<Frame>, state: &State) {
    while let Ok(frame) = frames.recv() {
        let result = out.write_all(&frame.bytes).and_then(|()| out.flush());
        state.gone.fetch_or(result.is_err(), Ordering::AcqRel);
        state.busy.store(false, Ordering::Release);
        state.changed.notify_one();
        if let Some(written) = frame.written {
            // Nobody waits any more: its time was up.
            let _ = written.send(());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Mutex, mpsc},
    };

    use super::*;

    /// A terminal that takes a write only when it is let.
    struct Blocked {
        let_through: mpsc::Receiver<()>,
        seen: Arc<Mutex<Vec<u8>>>,
    }

    impl Write for Blocked {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.let_through.recv().map_err(io::Error::other)?;
            self.seen.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_blocked_terminal_drops_frames_and_blocks_nobody() {
        let (let_one, let_through) = mpsc::channel();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let writer = Writer::new(Blocked { let_through, seen: Arc::clone(&seen) });
        writer.write(b"one ".to_vec());
        writer.write(b"dropped ".to_vec());
        assert!(!writer.is_idle());
        let_one.send(()).unwrap();
        let_one.send(()).unwrap();
        writer.write_last(b"last".to_vec(), Duration::from_secs(10));
        assert_eq!(&*seen.lock().unwrap(), b"one last");
    }

    #[test]
    fn a_terminal_that_is_gone_is_noticed() {
        let (gone, let_through) = mpsc::channel();
        drop(gone);
        let writer = Writer::new(Blocked { let_through, seen: Arc::default() });
        writer.write_last(b"into the void".to_vec(), Duration::from_secs(10));
        assert!(writer.is_gone());
    }
}
