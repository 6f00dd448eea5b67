//! Writes the access log: one JSON line for each request, on a thread of its own.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;
use tokio::sync::{mpsc, oneshot};

use crate::model::AccessLog;

/// Lines are written together, at most this many.
const BATCH: usize = 512;

/// Starts writing `lines` to `place` until all their senders are gone; the answer then comes that
/// the last is written. Lines that could not be written are counted in `lost`.
///
/// # Errors
/// When the file cannot be opened, or the system gives no thread.
pub fn write_access_log<T: Serialize + Send + 'static>(
    place: &AccessLog,
    lines: mpsc::Receiver<T>,
    lost: Arc<AtomicU64>,
) -> io::Result<oneshot::Receiver<()>> {
    let sink: Box<dyn Sink> = match place {
        AccessLog::Stderr => Box::new(io::stderr()),
        AccessLog::File(path) => Box::new(LogFile::open(path)?),
    };
    let (done, is_done) = oneshot::channel();
    std::thread::Builder::new().name("access-log".into()).spawn(move || {
        Log { sink, lost, failing: false, torn: false }.write(lines);
        // The process may be ending without waiting.
        let _ = done.send(());
    })?;
    Ok(is_done)
}

/// Where lines are written.
trait Sink: Write + Send {
    /// Sees to it that what is written next can be found.
    fn prepare(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Sink for io::Stderr {}

/// A file that is begun anew when it was moved away or deleted, so that logs can be rotated
/// without a signal.
struct LogFile {
    path: PathBuf,
    file: File,
}

impl LogFile {
    fn open(path: &Path) -> io::Result<LogFile> {
        let opened = OpenOptions::new().create(true).append(true).open(path);
        let named =
            |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
        Ok(LogFile { path: path.to_owned(), file: opened.map_err(named)? })
    }

    fn is_in_its_place(&self) -> bool {
        let (Ok(there), Ok(ours)) = (fs::metadata(&self.path), self.file.metadata()) else {
            return false;
        };
        (there.dev(), there.ino()) == (ours.dev(), ours.ino())
    }
}

impl Write for LogFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Sink for LogFile {
    fn prepare(&mut self) -> io::Result<()> {
        if !self.is_in_its_place() {
            *self = LogFile::open(&self.path)?;
        }
        Ok(())
    }
}

/// A log under way.
struct Log {
    sink: Box<dyn Sink>,
    lost: Arc<AtomicU64>,
    /// Whether the last batch could not be written.
    failing: bool,
    /// Whether the last line stands there by half.
    torn: bool,
}

impl Log {
    fn write<T: Serialize>(mut self, mut lines: mpsc::Receiver<T>) {
        let mut batch = Vec::with_capacity(BATCH);
        while lines.blocking_recv_many(&mut batch, BATCH) > 0 {
            self.put(batch.drain(..));
        }
    }

    /// Writes a batch, or as much of it as can be.
    fn put<T: Serialize>(&mut self, batch: impl Iterator<Item = T>) {
        let mut text = Vec::new();
        if self.torn {
            text.push(b'\n');
        }
        for line in batch {
            serde_json::to_writer(&mut text, &line).expect("a Vec takes all, a line is plain");
            text.push(b'\n');
        }
        let prepared = self.sink.prepare();
        let (rest, written) = write_some(&mut *self.sink, &text);
        let (done, rest) = text.split_at(text.len() - rest);
        self.torn = done.last().map_or(self.torn, |last| *last != b'\n');
        let lines = rest.iter().filter(|byte| **byte == b'\n').count();
        self.lost.fetch_add(lines as u64, Ordering::Relaxed);
        let failed = prepared.and(written).err();
        // Once for each time it begins, not for each batch.
        if let Some(error) = failed.as_ref().filter(|_| !self.failing) {
            tracing::error!(%error, "the access log cannot be written");
        }
        self.failing = failed.is_some();
    }
}

/// Writes as much of `text` as can be: how many bytes are left, and why.
fn write_some(sink: &mut dyn Sink, text: &[u8]) -> (usize, io::Result<()>) {
    let mut rest = text;
    while !rest.is_empty() {
        match sink.write(rest) {
            Ok(0) => return (rest.len(), Err(ErrorKind::WriteZero.into())),
            Ok(count) => rest = &rest[count..],
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return (rest.len(), Err(error)),
        }
    }
    (0, Ok(()))
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// Takes at most `room` bytes, then fails until it is given more.
    #[derive(Clone, Default)]
    struct Disk(Arc<Mutex<(Vec<u8>, usize)>>);

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let (written, room) = &mut *self.0.lock().unwrap();
            let count = bytes.len().min(*room - written.len());
            if count == 0 {
                *room += 1000;
                return Err(ErrorKind::StorageFull.into());
            }
            written.extend(&bytes[..count]);
            Ok(count)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Sink for Disk {}

    /// What stands on a disk that is full after `room` bytes once, and how many lines were lost.
    fn logged(room: usize, texts: &[&str]) -> (String, u64) {
        let disk = Disk::default();
        disk.0.lock().unwrap().1 = room;
        let sink = Box::new(disk.clone());
        let mut log = Log { sink, lost: Arc::default(), failing: false, torn: false };
        for text in texts {
            log.put([text].into_iter());
        }
        let written = disk.0.lock().unwrap().0.clone();
        (String::from_utf8(written).unwrap(), log.lost.load(Ordering::Relaxed))
    }

    #[test]
    fn each_request_is_one_line_of_json_whatever_it_holds() {
        let (text, lost) = logged(1000, &["plain", "two\nlines", "\u{1b}[2J\u{202e}"]);
        assert_eq!((text.lines().count(), lost), (3, 0));
        assert!(text.contains(r#""two\nlines""#), "{text}");
    }

    #[test]
    fn a_line_that_the_disk_took_by_half_spoils_no_other_and_is_counted() {
        let (text, lost) = logged(10, &["one", "two", "three"]);
        assert_eq!((text.as_str(), lost), ("\"one\"\n\"two\n\"three\"\n", 1));
        let (text, lost) = logged(6, &["one", "two", "three"]);
        assert_eq!((text.as_str(), lost), ("\"one\"\n\"three\"\n", 1));
    }
}
