//! The log: the end of the audit file, where lines are appended, and the files before it.
//!
//! ```text
//!  audit-000000000812.jsonl  …  audit-000000016240.jsonl   audit.jsonl
//!  named for its last line; the oldest goes when there are too many      is written
//! ```
//! Whoever appends holds the lock beside it and looks first where the chain ends by now, so that a
//! process that takes over and the one that still ends write one chain.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};

use super::line::{AuditRecord, Link};
use crate::model::{AuditEntry, Trouble, Verdict};

const FILE: &str = "audit.jsonl";
const LOCK: &str = "audit.lock";
/// The audit log is its owner's alone.
const MODE: u32 = 0o600;
/// How long it is waited for whoever holds the lock: another process holds it for one write. Whoever
/// asked for a change waits longer, and so is told.
const LOCK_PATIENCE: Duration = Duration::from_secs(3);
const LOCK_AGAIN: Duration = Duration::from_millis(10);
/// More than the longest line.
const TAIL_BYTES: u64 = 512 * 1024;

/// How large the audit log may become.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// A file that is larger is followed by another.
    pub(super) file_bytes: u64,
    /// So many files are kept, the one that is written among them.
    pub(super) files: usize,
}

/// The end of the audit log.
#[derive(Debug)]
pub(super) struct Log {
    directory: PathBuf,
    bounds: Bounds,
    /// `None` until it is written, and after a failure, from which it recovers by being opened again.
    open: Option<Open>,
    /// The last line that is known.
    head: Link,
    /// What was found to be wrong and is not written yet.
    found: Vec<String>,
    /// How long it is waited for the lock.
    pub(super) lock_patience: Duration,
}

/// The file that is written.
#[derive(Debug)]
struct Open {
    file: File,
    /// Device and inode.
    is: (u64, u64),
    len: u64,
}

/// What a file ends with.
enum Tail {
    Empty,
    Line(Link),
    /// Half a line, of so many bytes.
    Torn(u64),
    /// A whole line that does not say what was written.
    Broken,
}

/// What a look at the audit log finds.
#[derive(Debug)]
pub struct AuditFiles {
    /// The files, oldest first: their names, and how much of each is written.
    pub files: Vec<(String, File, u64)>,
    /// The last line.
    pub head: Link,
}

impl Log {
    /// The log in `directory`, of which nothing is read yet.
    pub(super) fn new(directory: &Path, bounds: Bounds) -> Log {
        Log {
            directory: directory.to_owned(),
            bounds,
            open: None,
            head: Link::genesis(),
            found: Vec::new(),
            lock_patience: LOCK_PATIENCE,
        }
    }

    /// Writes `entries`; all are on the disk when this returns. Gives what was found to be told,
    /// which stands in the log too, before them.
    ///
    /// # Errors
    /// When they could not be written; then none of them was, and the next try may succeed.
    pub(super) fn append(
        &mut self,
        entries: &[AuditEntry],
        now_ms: i64,
    ) -> io::Result<Vec<String>> {
        let _lock = self.lock()?;
        self.reach_end()?;
        let notes = self.found.iter().map(|what| note(what));
        let (mut text, mut head) = (String::new(), self.head.clone());
        for entry in notes.chain(entries.iter().cloned()) {
            let (line, link) = head.next(&entry, now_ms);
            text += &line;
            head = link;
        }
        if !text.is_empty() {
            self.write(text.as_bytes())?;
            self.head = head;
        }
        self.rotate();
        Ok(std::mem::take(&mut self.found))
    }

    /// What the last lines have as accepted beyond `revision`, as failed: a process that ended between
    /// writing a change here and journaling it never answered.
    pub(super) fn unkept(&self, revision: u64) -> Vec<AuditEntry> {
        let last = File::open(self.directory.join(FILE)).and_then(|mut file| last_bytes(&mut file));
        let mut unkept = Vec::new();
        for line in last.unwrap_or_default().split(|byte| *byte == b'\n') {
            let Ok(record) = serde_json::from_slice::<AuditRecord>(line) else { continue };
            let Some(made) = record.revision else { continue };
            // What is told as failed already, or came to nothing and was made anew, is not told again.
            unkept.retain(|it: &AuditEntry| it.revision < Some(made));
            if made > revision && record.came_to(&[Verdict::Accepted]) {
                unkept.push(AuditEntry {
                    actor: record.actor,
                    what: record.what,
                    target: record.target,
                    op: record.op,
                    revision: record.revision,
                    verdict: Verdict::Failed,
                    error: "the process ended before it was kept, and answered nobody".to_owned(),
                    ..AuditEntry::default()
                });
            }
        }
        unkept
    }

    /// Every file as it is now.
    pub(super) fn files(&mut self) -> io::Result<AuditFiles> {
        let _lock = self.lock()?;
        self.reach_end()?;
        let mut files = Vec::new();
        for path in self.earlier()?.into_iter().chain([self.directory.join(FILE)]) {
            let file = File::open(&path)?;
            let len = file.metadata()?.len();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            files.push((name, file, len));
        }
        Ok(AuditFiles { files, head: self.head.clone() })
    }

    fn lock(&self) -> io::Result<Flock<File>> {
        let path = self.directory.join(LOCK);
        let mut file =
            OpenOptions::new().create(true).truncate(false).write(true).mode(MODE).open(&path)?;
        let start = Instant::now();
        loop {
            match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
                Ok(lock) => return Ok(lock),
                Err((unlocked, Errno::EWOULDBLOCK)) if start.elapsed() < self.lock_patience => {
                    file = unlocked;
                    thread::sleep(LOCK_AGAIN);
                }
                Err((_, Errno::EWOULDBLOCK)) => {
                    let what = format!(
                        "another process has held {} for {} s; `fuser` tells which one",
                        path.display(),
                        self.lock_patience.as_secs(),
                    );
                    return Err(io::Error::new(io::ErrorKind::WouldBlock, what));
                }
                Err((_, errno)) => return Err(errno.into()),
            }
        }
    }

    /// Opens the file unless it is open, as far as it is known, and finds what is wrong with it.
    fn reach_end(&mut self) -> io::Result<()> {
        let place = self.directory.join(FILE);
        let is = |it: &fs::Metadata| (it.dev(), it.ino());
        if let (Some(open), Ok(found)) = (&self.open, fs::metadata(&place))
            && (is(&found), found.len()) == (open.is, open.len)
        {
            return Ok(());
        }
        self.open = None;
        let mut file = open(&place)?;
        let link = self.end_of(&mut file)?;
        if link.seq >= self.head.seq {
            self.head = link;
        } else {
            self.found.push(format!(
                "{FILE} ends with line {} instead of {}: somebody took lines away; `gatewayctl audit \
                 verify` tells where",
                link.seq, self.head.seq
            ));
        }
        let found = file.metadata()?;
        self.open = Some(Open { file, is: is(&found), len: found.len() });
        Ok(())
    }

    /// The last line of a file, which is cut or set aside where it does not end as it should.
    fn end_of(&mut self, file: &mut File) -> io::Result<Link> {
        match tail(file)? {
            Tail::Line(link) => Ok(link),
            Tail::Empty => self.earlier_head(),
            Tail::Broken => self.set_aside(file),
            Tail::Torn(bytes) => {
                file.set_len(file.metadata()?.len() - bytes)?;
                file.sync_all()?;
                self.found.push(format!(
                    "the last {bytes} bytes of {FILE} were half a line, of something that was never \
                     answered; they were cut off"
                ));
                self.end_of(file)
            }
        }
    }

    /// Where the chain ends before the file that is written.
    fn earlier_head(&mut self) -> io::Result<Link> {
        let Some(path) = self.earlier()?.pop() else {
            if self.head.seq > 0 {
                self.found.push(format!("{FILE} is gone, with lines up to {}", self.head.seq));
            }
            return Ok(self.head.clone());
        };
        match tail(&mut File::open(&path)?)? {
            Tail::Line(link) => Ok(link),
            _ => {
                self.found.push(format!("{} does not end as it was written", path.display()));
                Ok(self.head.clone())
            }
        }
    }

    /// Leaves a file whose end cannot be read as it is, for whoever looks into it, and goes on with
    /// another.
    fn set_aside(&mut self, file: &mut File) -> io::Result<Link> {
        self.found.push(format!(
            "the last line of {FILE} does not say what was written: somebody changed it; `gatewayctl \
             audit verify` tells where"
        ));
        let seq = last_seq(file)?.max(self.head.seq);
        let place = self.directory.join(FILE);
        fs::rename(&place, self.directory.join(name_of(seq)))?;
        *file = open(&place)?;
        Ok(Link { seq, ..Link::genesis() })
    }

    /// Appends `text`. What was written of it is taken back when it fails.
    fn write(&mut self, text: &[u8]) -> io::Result<()> {
        let Some(mut open) = self.open.take() else { return Err(io::ErrorKind::NotFound.into()) };
        let written = open.file.write_all(text).and_then(|()| open.file.sync_data());
        if let Err(error) = written {
            // Should that fail too, it is found when the file is opened again.
            let _ = open.file.set_len(open.len);
            return Err(error);
        }
        open.len += text.len() as u64;
        self.open = Some(open);
        Ok(())
    }

    /// Begins another file when this one is large. Should it fail, the next append tries again.
    fn rotate(&mut self) {
        if self.open.as_ref().is_none_or(|open| open.len < self.bounds.file_bytes) {
            return;
        }
        let turned = || -> io::Result<()> {
            fs::rename(self.directory.join(FILE), self.directory.join(name_of(self.head.seq)))?;
            File::open(&self.directory)?.sync_all()?;
            let earlier = self.earlier()?;
            let most = self.bounds.files.saturating_sub(1);
            let gone = earlier.len().saturating_sub(most);
            earlier.iter().take(gone).try_for_each(fs::remove_file)
        };
        if let Err(error) = turned() {
            tracing::warn!(%error, "the audit log could not go on in another file");
        }
        self.open = None;
    }

    /// The files before the one that is written, oldest first.
    fn earlier(&self) -> io::Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.directory)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with("audit-") && name.ends_with(".jsonl") {
                found.push(path);
            }
        }
        found.sort();
        Ok(found)
    }
}

fn name_of(seq: u64) -> String {
    format!("audit-{seq:012}.jsonl")
}

fn open(path: &Path) -> io::Result<File> {
    let new = !path.exists();
    let file = OpenOptions::new().create(true).read(true).append(true).mode(MODE).open(path)?;
    if new && let Some(directory) = path.parent() {
        File::open(directory)?.sync_all()?;
    }
    Ok(file)
}

fn tail(file: &mut File) -> io::Result<Tail> {
    let bytes = last_bytes(file)?;
    let Some(whole) = bytes.strip_suffix(b"\n") else {
        let torn = bytes.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        return Ok(if bytes.is_empty() { Tail::Empty } else { Tail::Torn(torn.len() as u64) });
    };
    let line = whole.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    Ok(Link::of(line).map_or(Tail::Broken, Tail::Line))
}

fn last_bytes(file: &mut File) -> io::Result<Vec<u8>> {
    let len = file.metadata()?.len();
    file.seek(SeekFrom::Start(len.saturating_sub(TAIL_BYTES)))?;
    let mut bytes = Vec::new();
    file.take(TAIL_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The highest number among the last lines that can be read.
fn last_seq(file: &mut File) -> io::Result<u64> {
    let bytes = last_bytes(file)?;
    let links = bytes.split(|byte| *byte == b'\n').filter_map(Link::of);
    // The line that cannot be read is one more.
    Ok(links.map(|link| link.seq + 1).max().unwrap_or(0))
}

/// That it could not be written for a while, and why.
pub(super) fn gap(trouble: &Trouble) -> AuditEntry {
    let Trouble { failures, error, .. } = trouble;
    let times = if *failures == 1 { "once" } else { &format!("{failures} times") };
    note(&format!("it could not be written {times}, and nothing was done then: {error}"))
}

fn note(what: &str) -> AuditEntry {
    AuditEntry {
        actor: "gateway".to_owned(),
        what: "audit".to_owned(),
        target: "gateway".to_owned(),
        verdict: Verdict::Note,
        error: what.to_owned(),
        ..AuditEntry::default()
    }
}
