//! Writes the access log: one JSON line for each request, on a thread of its own.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};

use serde::Serialize;
use tokio::sync::mpsc;

use crate::model::AccessLog;

/// Lines are written together, at most this many.
const BATCH: usize = 512;

/// Starts writing `lines` to `place` until all their senders are gone.
///
/// # Errors
/// When the file cannot be opened, or the system gives no thread.
pub fn write_access_log<T: Serialize + Send + 'static>(
    place: &AccessLog,
    lines: mpsc::Receiver<T>,
) -> io::Result<()> {
    let sink: Box<dyn Write + Send> = match place {
        AccessLog::Stderr => Box::new(io::stderr()),
        AccessLog::File(path) => Box::new(open(path)?),
    };
    std::thread::Builder::new().name("access-log".into()).spawn(move || write(sink, lines))?;
    Ok(())
}

fn open(path: &std::path::Path) -> io::Result<File> {
    let opened = OpenOptions::new().create(true).append(true).open(path);
    opened.map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
}

fn write<T: Serialize>(sink: impl Write, mut lines: mpsc::Receiver<T>) {
    let mut sink = BufWriter::new(sink);
    let mut batch = Vec::with_capacity(BATCH);
    let mut failing = false;
    while lines.blocking_recv_many(&mut batch, BATCH) > 0 {
        let written = batch.drain(..).try_for_each(|line| {
            serde_json::to_writer(&mut sink, &line)?;
            sink.write_all(b"\n")
        });
        match written.and_then(|()| sink.flush()) {
            Ok(()) => failing = false,
            // Once for each time it begins, not for each batch.
            Err(error) if !failing => {
                tracing::error!(%error, "the access log cannot be written");
                failing = true;
            }
            Err(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_request_is_one_line_of_json_whatever_it_holds() {
        let (sender, receiver) = mpsc::channel(8);
        for text in ["plain", "two\nlines", "\u{1b}[2J\u{202e}"] {
            sender.try_send(text).unwrap();
        }
        drop(sender);
        let mut written = Vec::new();
        write(&mut written, receiver);
        let text = String::from_utf8(written).unwrap();
        assert_eq!(text.lines().count(), 3);
        assert!(text.contains(r#""two\nlines""#), "{text}");
    }
}
