//! A text: what a file or standard input holds.

use std::{
    fs,
    io::{self, Read as _},
};

use clap::Args;

use super::{Failure, Kind};

/// More is no file of a gateway's, and no message to one either.
const MOST_BYTES: u64 = 1 << 20;

/// Which file is meant.
#[derive(Debug, Clone, Args)]
pub(super) struct FileFlag {
    /// The file; - is standard input
    #[arg(short, long, value_name = "FILE")]
    file: String,
}

impl FileFlag {
    /// What it is called in messages.
    pub(super) fn name(&self) -> &str {
        if self.file == "-" { "standard input" } else { &self.file }
    }

    /// What it holds, all of it, which is to be `wanted`.
    pub(super) fn read(&self, wanted: &str) -> Result<String, Failure> {
        let mut text = String::new();
        let read = match self.file.as_str() {
            "-" => io::stdin().take(MOST_BYTES + 1).read_to_string(&mut text),
            file => fs::File::open(file)
                .and_then(|it| it.take(MOST_BYTES + 1).read_to_string(&mut text)),
        };
        match read {
            Ok(bytes) if bytes as u64 > MOST_BYTES => {
                Err(self.unusable(&format!("larger than {MOST_BYTES} bytes"), wanted))
            }
            Ok(_) => Ok(text),
            Err(error) => Err(self.unusable(&error.to_string(), wanted)),
        }
    }

    fn unusable(&self, why: &str, wanted: &str) -> Failure {
        Failure::new(Kind::Usage, format!("{}: {why}", self.name())).hint(format!("name {wanted}"))
    }
}
