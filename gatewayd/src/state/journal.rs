//! The journal: what is desired and how it came about, on disk before anyone is told it holds.

use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};

use redb::{Database, DatabaseError, ReadableDatabase, ReadableTableMetadata, TableDefinition};

use super::operations::KEPT;
use crate::model::{Desired, Operation};

/// One row each: "desired" and "format".
const STATE: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("state");
/// Operations as JSON by the revision they made.
const OPERATIONS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("operations");
/// The format of what is written here. A journal of a later format is not read.
const FORMAT: &[u8] = b"1";
const FILE: &str = "journal.redb";

/// The journal of one state directory, held by one process at a time.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    /// `None` when it was let go, and after a failed commit, from which a store recovers only by
    /// being opened again.
    database: Option<Database>,
}

/// Why the journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Another process has it.
    #[error(
        "{0} is in use: another gatewayd runs on this state directory; stop it, or set state_dir"
    )]
    InUse(PathBuf),
    /// The directory or file cannot be opened or written.
    #[error("{path}: {cause}; check the permissions and free space of state_dir")]
    Unusable {
        /// The journal.
        path: PathBuf,
        /// What the system or the store says.
        cause: String,
    },
    /// A commit failed; what was committed before stands.
    #[error("{0}")]
    Commit(String),
}

/// What an opened journal held.
#[derive(Debug, Default)]
pub struct Past {
    /// What was desired last; `None` in a new journal.
    pub desired: Option<Desired>,
    /// The latest operations, oldest first.
    pub operations: Vec<Operation>,
    /// Where an unreadable journal was put aside.
    pub quarantined: Option<(PathBuf, String)>,
}

impl Journal {
    /// Opens the journal in `directory`, making it when there is none. One that cannot be read is
    /// put aside, never half-read and never overwritten.
    ///
    /// # Errors
    /// When another process has it, or the directory cannot be used.
    pub fn open(directory: &Path) -> Result<(Journal, Past), JournalError> {
        let path = directory.join(FILE);
        let unusable = |cause: String| JournalError::Unusable { path: path.clone(), cause };
        fs::create_dir_all(directory).map_err(|error| unusable(error.to_string()))?;
        match open(&path) {
            Ok((database, past)) => Ok((Journal { path, database: Some(database) }, past)),
            Err(Unreadable::InUse) => Err(JournalError::InUse(path)),
            Err(Unreadable::System(cause)) => Err(unusable(cause)),
            Err(Unreadable::Content(why)) => {
                let aside = free_name(&path);
                fs::rename(&path, &aside).map_err(|error| unusable(error.to_string()))?;
                let (database, mut past) = open(&path).map_err(|error| match error {
                    Unreadable::InUse => JournalError::InUse(path.clone()),
                    Unreadable::System(why) | Unreadable::Content(why) => unusable(why),
                })?;
                past.quarantined = Some((aside, why));
                Ok((Journal { path, database: Some(database) }, past))
            }
        }
    }

    /// Lets go of the file, so that another process can open it. The next commit opens it again.
    pub fn release(&mut self) {
        let database = self.database.take();
        // One that cannot be closed is let go of all the same.
        let _ = guarded(|| drop(database));
    }

    /// Writes what is desired from now on and the operations that led there, all or nothing;
    /// it is on the disk when this returns.
    ///
    /// # Errors
    /// When it could not be written; then nothing was, and the next commit may succeed again.
    pub fn commit(
        &mut self,
        desired: &Desired,
        operations: &[Operation],
    ) -> Result<(), JournalError> {
        let (database, path) = (self.database.take(), &self.path);
        let written = guarded(move || {
            let database = match database {
                Some(database) => database,
                None => Database::create(path)?,
            };
            write(&database, desired, operations).map(|()| database)
        });
        let damaged = || JournalError::Commit(format!("{} is damaged", path.display()));
        let written = written.ok_or_else(damaged)?;
        self.database = Some(written.map_err(|error| JournalError::Commit(error.to_string()))?);
        Ok(())
    }
}

/// Writes the whole of what is desired, so that no commit depends on what became of the one before.
fn write(
    database: &Database,
    desired: &Desired,
    operations: &[Operation],
) -> Result<(), redb::Error> {
    let transaction = database.begin_write()?;
    {
        let mut state = transaction.open_table(STATE)?;
        state.insert("format", FORMAT)?;
        state.insert("desired", encoded(desired).as_slice())?;
        let mut table = transaction.open_table(OPERATIONS)?;
        for operation in operations {
            table.insert(operation.revision, encoded(operation).as_slice())?;
        }
        while table.len()? > KEPT as u64 {
            table.pop_first()?;
        }
    }
    transaction.commit()?;
    Ok(())
}

/// Why a journal cannot be read.
enum Unreadable {
    InUse,
    System(String),
    Content(String),
}

/// What comes of `work`. The store panics at some damage that it does not expect: then it is `None`,
/// which is as good as finding it. What it worked with went with it.
fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    panic::catch_unwind(AssertUnwindSafe(work)).ok()
}

/// Opens the journal at `path` and reads it.
fn open(path: &Path) -> Result<(Database, Past), Unreadable> {
    let opened = guarded(|| {
        let mut database = Database::create(path).map_err(unreadable)?;
        // Reading does not look whether what is read is what was written.
        if !database.check_integrity().map_err(unreadable)? {
            return Err(Unreadable::Content("it is damaged: checksums do not hold".to_owned()));
        }
        let past = read(&database)?;
        Ok((database, past))
    });
    opened.unwrap_or_else(|| Err(Unreadable::Content("it is damaged".to_owned())))
}

fn unreadable(error: DatabaseError) -> Unreadable {
    match error {
        DatabaseError::DatabaseAlreadyOpen => Unreadable::InUse,
        DatabaseError::Storage(redb::StorageError::Io(error)) if !is_of_the_file(&error) => {
            Unreadable::System(error.to_string())
        }
        other => Unreadable::Content(other.to_string()),
    }
}

/// Whether the file itself is at fault: with another one it would go well.
fn is_of_the_file(error: &std::io::Error) -> bool {
    use std::io::ErrorKind as Kind;
    let kinds =
        [Kind::InvalidData, Kind::UnexpectedEof, Kind::PermissionDenied, Kind::IsADirectory];
    kinds.contains(&error.kind()) || error.raw_os_error() == Some(nix::libc::EIO)
}

fn read(database: &Database) -> Result<Past, Unreadable> {
    let content = |error: redb::Error| Unreadable::Content(error.to_string());
    let transaction = database.begin_read().map_err(|error| content(error.into()))?;
    let state = match transaction.open_table(STATE) {
        Ok(state) => state,
        Err(redb::TableError::TableDoesNotExist(_)) => return Ok(Past::default()),
        Err(error) => return Err(content(error.into())),
    };
    let format = state.get("format").map_err(|error| content(error.into()))?;
    let format = format.map(|format| format.value().to_vec()).unwrap_or_default();
    if format != FORMAT {
        let found = String::from_utf8_lossy(&format).into_owned();
        let why = format!(
            "it has format {found:?} of another gatewayd, this one reads format 1: the one that wrote \
             it can read it"
        );
        return Err(Unreadable::Content(why));
    }
    let desired = state.get("desired").map_err(|error| content(error.into()))?;
    let desired: Option<Desired> = desired.map(|row| decoded(row.value())).transpose()?;
    let revision = desired.as_ref().map_or(0, |desired| desired.revision);
    let mut operations = Vec::new();
    let table = transaction.open_table(OPERATIONS).map_err(|error| content(error.into()))?;
    // What is newer than what is desired is left from a commit that failed and was not undone.
    let rows = table.range(..=revision).map_err(|error| content(error.into()))?;
    for row in rows.rev().take(KEPT) {
        let (_, row) = row.map_err(|error| content(error.into()))?;
        operations.push(decoded(row.value())?);
    }
    operations.reverse();
    Ok(Past { desired, operations, quarantined: None })
}

fn encoded(value: &impl serde::Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("the model has only string keys and finite numbers")
}

fn decoded<T: serde::de::DeserializeOwned>(row: &[u8]) -> Result<T, Unreadable> {
    serde_json::from_slice(row).map_err(|error| Unreadable::Content(error.to_string()))
}

/// A name beside `path` that is not taken.
fn free_name(path: &Path) -> PathBuf {
    let names = (1..).map(|number| path.with_extension(format!("redb.unreadable-{number}")));
    names.into_iter().find(|name| !name.exists()).expect("there are endless numbers")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(revision: u64) -> (Desired, Operation) {
        let desired = Desired { revision, ..Desired::default() };
        (desired, Operation { revision, id: format!("{revision:04x}"), ..Operation::default() })
    }

    #[test]
    fn what_was_committed_is_there_after_a_restart() {
        let directory = tempfile::tempdir().unwrap();
        let (mut journal, past) = Journal::open(directory.path()).unwrap();
        assert!(past.desired.is_none() && past.operations.is_empty());
        for revision in 1..=3 {
            let (desired, operation) = at(revision);
            journal.commit(&desired, &[operation]).unwrap();
        }
        drop(journal);
        let (_, past) = Journal::open(directory.path()).unwrap();
        assert_eq!(past.desired, Some(at(3).0));
        let ids: Vec<&str> = past.operations.iter().map(|it| it.id.as_str()).collect();
        assert_eq!(ids, ["0001", "0002", "0003"]);
    }

    #[test]
    fn what_a_failed_commit_left_behind_is_not_read() {
        let directory = tempfile::tempdir().unwrap();
        let (mut journal, _) = Journal::open(directory.path()).unwrap();
        let ((desired, first), (_, never)) = (at(1), at(2));
        journal.commit(&desired, &[first, never]).unwrap();
        drop(journal);
        let (_, past) = Journal::open(directory.path()).unwrap();
        assert_eq!(past.operations.len(), 1);
    }

    #[test]
    fn the_latest_operations_stay_and_earlier_ones_make_room() {
        let directory = tempfile::tempdir().unwrap();
        let (mut journal, _) = Journal::open(directory.path()).unwrap();
        let last = KEPT as u64 + 50;
        let operations: Vec<Operation> = (1..=last).map(|revision| at(revision).1).collect();
        for some in operations.chunks(64) {
            journal.commit(&at(some.last().unwrap().revision).0, some).unwrap();
        }
        let transaction = journal.database.as_ref().unwrap().begin_read().unwrap();
        assert_eq!(transaction.open_table(OPERATIONS).unwrap().len().unwrap(), KEPT as u64);
        drop((transaction, journal));
        let (_, past) = Journal::open(directory.path()).unwrap();
        let ends = |it: Option<&Operation>| it.unwrap().revision;
        assert_eq!((ends(past.operations.first()), ends(past.operations.last())), (51, last));
    }

    #[test]
    fn an_operation_of_an_older_journal_is_read_and_leaves_nothing_to_put_back() {
        let older = r#"{"id":"0007","time_ms":5,"actor":"ana","via":"cli","what":"drain",
            "target":"backend/app-1","reason":"patch","before":"active weight 100",
            "after":"draining weight 100","revision":7,"unchanged":false,"warnings":[]}"#;
        let operation: Operation = decoded(older.as_bytes()).map_err(drop).unwrap();
        assert_eq!((&*operation.id, operation.touched.len()), ("0007", 0));
        let desired = r#"{"revision":7,"gateway":{"trusted_proxies":[],"listeners":[],
            "routes":[],"limits":[],"pools":[]},"file":{"trusted_proxies":[],"listeners":[],
            "routes":[],"limits":[],"pools":[]},"touched":{}}"#;
        let desired: Desired = decoded(desired.as_bytes()).map_err(drop).unwrap();
        assert_eq!((desired.revision, desired.reverts.len()), (7, 0));
    }

    #[test]
    fn a_second_process_is_told_that_the_journal_is_in_use() {
        let directory = tempfile::tempdir().unwrap();
        let _first = Journal::open(directory.path()).unwrap();
        assert!(matches!(Journal::open(directory.path()), Err(JournalError::InUse(_))));
    }

    #[test]
    fn an_unreadable_journal_is_put_aside_and_never_half_read() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(FILE);
        fs::write(&path, b"not a journal at all".repeat(1000)).unwrap();
        let (mut journal, past) = Journal::open(directory.path()).unwrap();
        let (aside, _) = past.quarantined.unwrap();
        assert!(past.desired.is_none());
        assert!(fs::read(aside).unwrap().starts_with(b"not a journal"));
        let (desired, operation) = at(1);
        journal.commit(&desired, &[operation]).unwrap();
    }

    #[test]
    fn what_stands_where_the_journal_belongs_and_is_none_is_put_aside() {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join(FILE)).unwrap();
        let (mut journal, past) = Journal::open(directory.path()).unwrap();
        assert!(past.quarantined.unwrap().0.is_dir());
        let (desired, operation) = at(1);
        journal.commit(&desired, &[operation]).unwrap();
    }

    /// One of twenty operations.
    fn of_twenty(directory: &Path) -> Journal {
        let (mut journal, _) = Journal::open(directory).unwrap();
        for revision in 1..=20 {
            let (desired, operation) = at(revision);
            journal.commit(&desired, &[operation]).unwrap();
        }
        journal
    }

    #[test]
    fn a_bit_that_flipped_is_found_or_harmless_wherever_it_is() {
        let directory = tempfile::tempdir().unwrap();
        drop(of_twenty(directory.path()));
        let path = directory.path().join(FILE);
        let sound = fs::read(&path).unwrap();
        let (_, whole) = Journal::open(directory.path()).unwrap();
        // Where something is written, and some of the rest.
        let written = (0..sound.len()).filter(|at| sound[*at] != 0);
        let places: Vec<usize> =
            written.step_by(397).chain((0..sound.len()).step_by(99_991)).collect();
        let mut found = 0;
        for at in places {
            let mut bytes = sound.clone();
            bytes[at] ^= 1 << (at % 8);
            fs::write(&path, &bytes).unwrap();
            let (journal, past) = Journal::open(directory.path()).unwrap();
            match past.quarantined {
                Some((aside, why)) => {
                    assert!(past.desired.is_none() && past.operations.is_empty(), "{why}");
                    fs::remove_file(aside).unwrap();
                    found += 1;
                }
                None => {
                    assert_eq!(past.desired, whole.desired, "byte {at}");
                    assert_eq!(past.operations, whole.operations, "byte {at}");
                }
            }
            drop(journal);
        }
        assert!(found > 0, "no flip was found");
    }

    #[test]
    fn a_commit_to_a_journal_that_was_damaged_meanwhile_fails_and_nothing_else() {
        let directory = tempfile::tempdir().unwrap();
        let mut journal = of_twenty(directory.path());
        journal.release();
        let path = directory.path().join(FILE);
        let sound = fs::read(&path).unwrap();
        let mut refused = 0;
        for place in (0..sound.len()).filter(|place| sound[*place] != 0).step_by(397) {
            let mut bytes = sound.clone();
            bytes[place] ^= 1 << (place % 8);
            fs::write(&path, &bytes).unwrap();
            let (desired, operation) = at(21);
            if let Err(error) = journal.commit(&desired, &[operation]) {
                refused += usize::from(error.to_string().ends_with("is damaged"));
            }
            journal.release();
        }
        assert!(refused > 0, "the store panicked nowhere");
        fs::write(&path, &sound).unwrap();
        let (desired, operation) = at(21);
        journal.commit(&desired, &[operation]).unwrap();
    }

    #[test]
    fn a_journal_of_a_later_format_is_put_aside() {
        let directory = tempfile::tempdir().unwrap();
        let (journal, _) = Journal::open(directory.path()).unwrap();
        let transaction = journal.database.as_ref().unwrap().begin_write().unwrap();
        transaction.open_table(STATE).unwrap().insert("format", &b"2"[..]).unwrap();
        transaction.commit().unwrap();
        drop(journal);
        let (_, past) = Journal::open(directory.path()).unwrap();
        assert!(past.quarantined.unwrap().1.contains("format \"2\""));
    }
}
