//! Files that are watched, and what is served from them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::model::{
    CertificateFacts, CertificateFiles, CertificateView, MutualTls, Name, Reading, ReadingResult,
};
use crate::net::tls::{
    Identities, IdentityError, IdentitySet, Mutual, MutualNow, Stamp, self_signed,
};

/// A self-signed certificate is looked after this often, and no more often where that fails.
const SELF_SIGNED_MS: i64 = 60 * 60 * 1000;

/// Files that are watched, and what is served from them.
#[derive(Debug)]
pub struct Watched {
    served: Served,
    paths: Vec<PathBuf>,
    /// When they were last looked at.
    seen: Stamp,
    /// When they were last read.
    read: Stamp,
    reading: Reading,
}

/// What is served from files.
#[derive(Debug)]
enum Served {
    /// The certificates of a listener.
    Listener(Name, Vec<CertificateFiles>, Arc<Identities>),
    /// The certificate that a listener made for itself for these names, kept in a directory.
    SelfSigned(Name, Vec<String>, PathBuf, Arc<Identities>),
    /// How the admin API speaks TLS.
    Admin(Arc<Mutual>),
}

/// What became of files that are good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// They hold something new, which is served.
    Swapped,
    /// They were bad, and hold what is served again.
    Mended,
}

/// What files hold: read, and not yet served.
#[derive(Debug)]
pub(super) struct Fresh {
    holds: Holds,
    /// When the files were looked at, from before they were read.
    stamp: Stamp,
}

#[derive(Debug)]
enum Holds {
    Set(IdentitySet),
    Mutual(MutualNow),
}

impl Watched {
    /// Reads the certificates of a listener for the first time. An expired one is served all the
    /// same: some clients do not mind, and none are served without.
    ///
    /// # Errors
    /// When the files cannot serve.
    pub fn listener(
        name: Name,
        files: Vec<CertificateFiles>,
        now_ms: i64,
    ) -> Result<(Watched, Arc<Identities>), IdentityError> {
        let paths = files.iter().flat_map(|one| [one.cert.clone(), one.key.clone()]).collect();
        Watched::new(paths, now_ms, || {
            let identities = Identities::new(IdentitySet::load(&files)?);
            Ok((Served::Listener(name, files, Arc::clone(&identities)), identities))
        })
    }

    /// The certificate that a listener makes for itself for these names, kept in `directory`.
    ///
    /// # Errors
    /// When it can be neither read nor made.
    pub fn self_signed(
        name: Name,
        names: Vec<String>,
        directory: &Path,
        now_ms: i64,
    ) -> Result<(Watched, Arc<Identities>), IdentityError> {
        Watched::new(Vec::new(), now_ms, || {
            let identity = self_signed(directory, &name, &names, now_ms)?;
            let identities = Identities::new(IdentitySet::new(identity, []));
            let own = (directory.to_owned(), Arc::clone(&identities));
            Ok((Served::SelfSigned(name, names, own.0, own.1), identities))
        })
    }

    /// Reads for the first time how the admin API speaks TLS.
    ///
    /// # Errors
    /// When the files cannot serve.
    pub fn admin(files: &MutualTls, now_ms: i64) -> Result<(Watched, Arc<Mutual>), IdentityError> {
        let paths = files.paths().into_iter().cloned().collect();
        Watched::new(paths, now_ms, || {
            let mutual = Mutual::load(files)?;
            Ok((Served::Admin(Arc::clone(&mutual)), mutual))
        })
    }

    fn new<T>(
        paths: Vec<PathBuf>,
        now_ms: i64,
        load: impl FnOnce() -> Result<(Served, T), IdentityError>,
    ) -> Result<(Watched, T), IdentityError> {
        // Before reading: what is written meanwhile is a change.
        let stamp = Stamp::of(&paths);
        let (served, loaded) = load()?;
        let reading = Reading { at_ms: now_ms, result: ReadingResult::Read };
        Ok((Watched { served, paths, seen: stamp.clone(), read: stamp, reading }, loaded))
    }

    /// Looks at the files once. Those that changed and then came to rest are read; what they hold
    /// is served from now on unless one of them is bad or expired, then nothing changes and it is
    /// told why.
    pub(super) fn look(&mut self, now_ms: i64) -> Option<Result<Taken, IdentityError>> {
        let stamp = Stamp::of(&self.paths);
        let settled = stamp == self.seen;
        self.seen = stamp;
        let is_due = match &self.served {
            Served::SelfSigned(..) => now_ms - self.reading.at_ms >= SELF_SIGNED_MS,
            Served::Listener(..) | Served::Admin(_) => settled && self.seen != self.read,
        };
        if !is_due {
            return None;
        }
        self.read = self.seen.clone();
        let read = self.read_again(now_ms);
        self.take(read, now_ms)
    }

    /// Serves what was read, if it is good and new; notes why it is not served, if it is bad. Tells
    /// what came of it, if anything did.
    pub(super) fn take(
        &mut self,
        read: Result<Fresh, IdentityError>,
        now_ms: i64,
    ) -> Option<Result<Taken, IdentityError>> {
        match read {
            Ok(fresh) if self.is_served(&fresh) => {
                let was_bad = matches!(self.reading.result, ReadingResult::Refused(_));
                if was_bad {
                    self.reading.result = ReadingResult::Read;
                }
                self.reading.at_ms = now_ms;
                was_bad.then_some(Ok(Taken::Mended))
            }
            Ok(fresh) => {
                self.serve(fresh, now_ms);
                Some(Ok(Taken::Swapped))
            }
            Err(error) => {
                let result = ReadingResult::Refused(error.with_remedy());
                self.reading = Reading { at_ms: now_ms, result };
                Some(Err(error))
            }
        }
    }

    /// Reads the files. What they hold is not served yet.
    ///
    /// # Errors
    /// When one of them is bad or expired.
    pub(super) fn read_again(&self, now_ms: i64) -> Result<Fresh, IdentityError> {
        let stamp = Stamp::of(&self.paths);
        let holds = match &self.served {
            Served::Listener(_, files, _) => {
                let set = IdentitySet::load(files)?;
                set.check_alive(now_ms)?;
                Holds::Set(set)
            }
            Served::SelfSigned(listener, names, directory, _) => {
                let identity = self_signed(directory, listener, names, now_ms)?;
                Holds::Set(IdentitySet::new(identity, []))
            }
            Served::Admin(mutual) => Holds::Mutual(mutual.read_again(now_ms)?),
        };
        Ok(Fresh { holds, stamp })
    }

    /// Serves what was read from now on.
    fn serve(&mut self, fresh: Fresh, now_ms: i64) {
        match (&self.served, fresh.holds) {
            (
                Served::Listener(_, _, identities) | Served::SelfSigned(_, _, _, identities),
                Holds::Set(set),
            ) => identities.swap(set),
            (Served::Admin(mutual), Holds::Mutual(now)) => mutual.swap(now),
            // Each reads what it serves.
            (Served::Listener(..) | Served::SelfSigned(..) | Served::Admin(_), _) => return,
        }
        (self.seen, self.read) = (fresh.stamp.clone(), fresh.stamp);
        self.reading = Reading { at_ms: now_ms, result: ReadingResult::Renewed };
    }

    /// Whether that is what is served already.
    pub(super) fn is_served(&self, fresh: &Fresh) -> bool {
        match (&self.served, &fresh.holds) {
            (
                Served::Listener(_, _, identities) | Served::SelfSigned(_, _, _, identities),
                Holds::Set(set),
            ) => identities.shows(set),
            (Served::Admin(mutual), Holds::Mutual(now)) => mutual.speaks(now),
            (Served::Listener(..) | Served::SelfSigned(..) | Served::Admin(_), _) => false,
        }
    }

    /// Who shows them: a listener, or [`CertificateView::ADMIN`].
    pub(super) fn served_by(&self) -> &str {
        match &self.served {
            Served::Listener(name, ..) | Served::SelfSigned(name, ..) => name.as_str(),
            Served::Admin(_) => CertificateView::ADMIN,
        }
    }

    /// What events and operations say it is.
    pub(super) fn target(&self) -> String {
        match &self.served {
            Served::Listener(name, ..) | Served::SelfSigned(name, ..) => format!("listener/{name}"),
            Served::Admin(_) => "gateway".to_owned(),
        }
    }

    /// What the certificates that are served say of themselves.
    pub(super) fn facts(&self) -> Vec<CertificateFacts> {
        match &self.served {
            Served::Listener(_, _, identities) | Served::SelfSigned(_, _, _, identities) => {
                identities.facts()
            }
            Served::Admin(mutual) => vec![mutual.facts()],
        }
    }

    /// The certificates that are served, as observers see them.
    #[must_use]
    pub fn views(&self) -> Vec<CertificateView> {
        let view = |facts| CertificateView {
            served_by: self.served_by().to_owned(),
            facts,
            self_signed: matches!(self.served, Served::SelfSigned(..)),
            reading: self.reading.clone(),
        };
        self.facts().into_iter().map(view).collect()
    }
}

impl Fresh {
    /// What the certificates say of themselves.
    pub(super) fn facts(&self) -> Vec<CertificateFacts> {
        match &self.holds {
            Holds::Set(set) => set.facts(),
            Holds::Mutual(now) => vec![now.facts().clone()],
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    use super::*;

    const DAY_MS: i64 = 24 * 60 * 60 * 1000;
    const YEAR_MS: i64 = 365 * DAY_MS;
    /// The start of 2030.
    const NOW_MS: i64 = 60 * YEAR_MS + 15 * DAY_MS;

    fn files(directory: &Path) -> CertificateFiles {
        CertificateFiles { cert: directory.join("site.pem"), key: directory.join("site.key") }
    }

    /// A certificate that is valid until the start of `year`.
    fn made(year: i32) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(["a.example".to_owned()]).unwrap();
        params.not_after = date_time_ymd(year, 1, 1);
        (params.self_signed(&key).unwrap().pem(), key.serialize_pem())
    }

    fn put(directory: &Path, year: i32) {
        let (cert, key) = made(year);
        let files = files(directory);
        fs::write(files.cert, cert).unwrap();
        fs::write(files.key, key).unwrap();
    }

    fn watched(directory: &Path) -> (Watched, Arc<Identities>) {
        Watched::listener("https".parse().unwrap(), vec![files(directory)], NOW_MS).unwrap()
    }

    #[test]
    fn changed_files_are_served_once_they_rest() {
        let directory = tempfile::tempdir().unwrap();
        put(directory.path(), 2031);
        let (mut watched, identities) = watched(directory.path());
        let before = identities.expires_ms();
        assert!(watched.look(NOW_MS).is_none());

        let (cert, key) = made(2032);
        fs::write(files(directory.path()).cert, cert).unwrap();
        assert!(watched.look(NOW_MS).is_none(), "read while being written");
        fs::write(files(directory.path()).key, key).unwrap();
        assert!(watched.look(NOW_MS).is_none(), "read while being written");
        watched.look(NOW_MS).unwrap().unwrap();
        assert_eq!(identities.expires_ms(), before + YEAR_MS);
        assert_eq!(watched.views()[0].reading.result, ReadingResult::Renewed);
        assert!(watched.look(NOW_MS).is_none(), "reported twice");
    }

    #[test]
    fn a_bad_file_changes_nothing_and_is_reported_once() {
        let directory = tempfile::tempdir().unwrap();
        put(directory.path(), 2031);
        let (mut watched, identities) = watched(directory.path());
        let before = identities.expires_ms();
        let spoilers: [&dyn Fn(&CertificateFiles); 4] = [
            &|_| put(directory.path(), 2029),
            &|files| fs::write(&files.key, made(2031).1).unwrap(),
            &|files| fs::write(&files.cert, "-----BEGIN CERTIFICATE-----\n").unwrap(),
            &|files| fs::remove_file(&files.cert).unwrap(),
        ];
        for spoil in spoilers {
            spoil(&files(directory.path()));
            assert!(watched.look(NOW_MS).is_none());
            let why = watched.look(NOW_MS).unwrap().unwrap_err().with_remedy();
            assert_eq!(watched.views()[0].reading.result, ReadingResult::Refused(why));
            assert!(watched.look(NOW_MS).is_none(), "reported twice");
            assert_eq!(identities.expires_ms(), before);
        }
        put(directory.path(), 2032);
        assert!(watched.look(NOW_MS).is_none());
        watched.look(NOW_MS).unwrap().unwrap();
        assert_eq!(identities.expires_ms(), before + YEAR_MS);
    }

    #[test]
    fn a_self_signed_certificate_is_made_anew_before_it_ends() {
        let directory = tempfile::tempdir().unwrap();
        let (name, names) = ("https".parse().unwrap(), vec!["localhost".to_owned()]);
        let made = Watched::self_signed(name, names, directory.path(), NOW_MS);
        let (mut watched, identities) = made.unwrap();
        let before = identities.expires_ms();
        assert!(watched.look(NOW_MS + SELF_SIGNED_MS).is_none(), "it is good for long");
        assert_eq!(identities.expires_ms(), before);
        let later_ms = before - 29 * DAY_MS;
        watched.look(later_ms).unwrap().unwrap();
        assert!(identities.expires_ms() > before);
        assert!(watched.look(later_ms + 1).is_none());
    }
}
