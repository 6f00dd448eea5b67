//! A search: which lines of the audit log somebody wants to see, newest first.

use std::fs::File;
use std::io::{self, Read};

use super::{AuditFiles, AuditRecord};
use crate::model::Verdict;

/// Which lines are wanted.
#[derive(Clone, Debug, Default)]
pub struct AuditSearch {
    /// Only since then, milliseconds since the Unix epoch.
    pub since_ms: i64,
    /// Only by these actors; by any when empty.
    pub who: Vec<String>,
    /// Only what came to this; to anything when empty.
    pub verdicts: Vec<Verdict>,
    /// At most so many.
    pub most: usize,
}

impl AuditSearch {
    /// Gives what is wanted of `files` to `take`, newest first, until it has enough. Lines that
    /// cannot be read are left out; verifying tells of them.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn run(
        &self,
        files: AuditFiles,
        mut take: impl FnMut(AuditRecord) -> bool,
    ) -> io::Result<()> {
        let mut left = self.most;
        for (_, file, len) in files.files.into_iter().rev() {
            let text = read(file, len)?;
            let (mut older, mut recent) = (false, false);
            for line in text.split(|byte| *byte == b'\n').rev() {
                let Ok(record) = serde_json::from_slice::<AuditRecord>(line) else { continue };
                if record.time_ms() < self.since_ms {
                    older = true;
                    continue;
                }
                recent = true;
                if self.wants(&record) {
                    if left == 0 || !take(record) {
                        return Ok(());
                    }
                    left -= 1;
                }
            }
            // Clocks are set back by minutes, not by files.
            if older && !recent {
                return Ok(());
            }
        }
        Ok(())
    }

    fn wants(&self, record: &AuditRecord) -> bool {
        (self.who.is_empty() || self.who.contains(&record.actor))
            && (self.verdicts.is_empty() || record.came_to(&self.verdicts))
    }
}

fn read(file: File, len: u64) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    file.take(len).read_to_end(&mut text)?;
    Ok(text)
}
