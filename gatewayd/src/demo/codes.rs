//! The store of short codes: a directory that all app servers share, one file per code.
//!
//! A code is derived from its URL, so the same URL gets the same code from any server without the
//! servers talking. A file is written aside and then linked into place: readers see all of it or
//! nothing, and a code that exists is never overwritten.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use xxhash_rust::xxh3::xxh3_64_with_seed;

/// How many characters a code has.
pub(super) const CODE_LENGTH: usize = 7;
/// How many codes one server remembers before it forgets all and reads again.
const REMEMBERED: usize = 65_536;
/// How many URLs may share a first choice of code before the store gives up.
const ATTEMPTS: u64 = 16;
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The codes of one demo.
#[derive(Debug)]
pub(super) struct Codes {
    root: PathBuf,
    remembered: Mutex<HashMap<String, String>>,
    written: AtomicU64,
}

impl Codes {
    /// Opens the store at `root`, making the directory when it is missing.
    pub(super) fn open(root: &Path) -> io::Result<Codes> {
        fs::create_dir_all(root)?;
        Ok(Codes {
            root: root.to_owned(),
            remembered: Mutex::default(),
            written: AtomicU64::new(0),
        })
    }

    /// The code of `url`: the one it already has, or a new one.
    pub(super) fn shorten(&self, url: &str) -> io::Result<String> {
        for attempt in 0..ATTEMPTS {
            let code = derive(url, attempt);
            if self.claim(&code, url)? {
                return Ok(code);
            }
        }
        Err(io::Error::other(format!("{ATTEMPTS} codes in a row belong to other URLs")))
    }

    /// The URL behind `code`, or `None` when nobody made that code.
    pub(super) fn resolve(&self, code: &str) -> io::Result<Option<String>> {
        if !well_formed(code) {
            return Ok(None);
        }
        if let Some(url) = self.remembered().get(code) {
            return Ok(Some(url.clone()));
        }
        match fs::read_to_string(self.place(code)) {
            Ok(url) => {
                self.remember(code, &url);
                Ok(Some(url))
            }
            Err(missing) if missing.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(other) => Err(other),
        }
    }

    /// Whether `code` stands for `url` from now on; false when it stands for another one.
    fn claim(&self, code: &str, url: &str) -> io::Result<bool> {
        if let Some(owner) = self.resolve(code)? {
            return Ok(owner == url);
        }
        let place = self.place(code);
        fs::create_dir_all(place.parent().expect("a code's file lies two directories deep"))?;
        let number = self.written.fetch_add(1, Ordering::Relaxed);
        let aside = self.root.join(format!(".new-{}-{number}", std::process::id()));
        fs::write(&aside, url)?;
        let linked = fs::hard_link(&aside, &place);
        fs::remove_file(&aside)?;
        match linked {
            Ok(()) => {
                self.remember(code, url);
                Ok(true)
            }
            // Another server was first; what it wrote decides.
            Err(taken) if taken.kind() == io::ErrorKind::AlreadyExists => {
                Ok(self.resolve(code)?.as_deref() == Some(url))
            }
            Err(other) => Err(other),
        }
    }

    fn place(&self, code: &str) -> PathBuf {
        self.root.join(&code[..1]).join(&code[1..2]).join(code)
    }

    fn remember(&self, code: &str, url: &str) {
        let mut remembered = self.remembered();
        if remembered.len() >= REMEMBERED {
            remembered.clear();
        }
        remembered.insert(code.to_owned(), url.to_owned());
    }

    fn remembered(&self) -> MutexGuard<'_, HashMap<String, String>> {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The code that `url` gets at its `attempt`th try: its hash in base 62.
pub(super) fn derive(url: &str, attempt: u64) -> String {
    let mut rest = xxh3_64_with_seed(url.as_bytes(), attempt);
    let digits = ALPHABET.len() as u64;
    let mut code = String::with_capacity(CODE_LENGTH);
    for _ in 0..CODE_LENGTH {
        code.push(char::from(ALPHABET[(rest % digits) as usize]));
        rest /= digits;
    }
    code
}

fn well_formed(code: &str) -> bool {
    code.len() == CODE_LENGTH && code.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_server_answers_a_code_that_any_server_made() {
        let directory = tempfile::tempdir().unwrap();
        let one = Codes::open(directory.path()).unwrap();
        let other = Codes::open(directory.path()).unwrap();
        let code = one.shorten("https://example.org/a").unwrap();
        assert_eq!(other.resolve(&code).unwrap().as_deref(), Some("https://example.org/a"));
        assert_eq!(other.shorten("https://example.org/a").unwrap(), code);
        assert_eq!(other.resolve("0000000").unwrap(), None);
    }

    #[test]
    fn a_taken_code_keeps_its_url() {
        let directory = tempfile::tempdir().unwrap();
        let codes = Codes::open(directory.path()).unwrap();
        let first_choice = derive("https://example.org/late", 0);
        assert!(codes.claim(&first_choice, "https://example.org/early").unwrap());
        let code = codes.shorten("https://example.org/late").unwrap();
        assert_ne!(code, first_choice);
        let kept = Codes::open(directory.path()).unwrap().resolve(&first_choice).unwrap();
        assert_eq!(kept.as_deref(), Some("https://example.org/early"));
    }

    #[test]
    fn a_path_in_disguise_is_an_unknown_code() {
        let directory = tempfile::tempdir().unwrap();
        let codes = Codes::open(directory.path()).unwrap();
        for code in ["", "..", "../../x", "a/b/c/d", "abcdef", "abcdefgh", "äöüß"] {
            assert_eq!(codes.resolve(code).unwrap(), None, "{code}");
        }
    }

    #[test]
    fn nothing_is_left_aside() {
        let directory = tempfile::tempdir().unwrap();
        Codes::open(directory.path()).unwrap().shorten("https://example.org/").unwrap();
        let aside = fs::read_dir(directory.path())
            .unwrap()
            .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with('.'))
            .count();
        assert_eq!(aside, 0);
    }
}
