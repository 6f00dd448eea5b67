//! Certificates: watches the files of the listeners and of the admin API, and swaps what changed.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task;
use tokio::time::{MissedTickBehavior, interval};

use crate::clock::Clock;
use crate::model::{CertificateFiles, EventKind, ListenerView, MutualTls, Name, Severity};
use crate::net::tls::{Identities, IdentityError, IdentitySet, Mutual, Stamp};
use crate::state::Events;

/// How often the files are looked at. A change is taken up at the second look, so that a
/// certificate is not read while its key is still being written.
const PERIOD: Duration = Duration::from_secs(1);

/// Files that are watched, and what is served from them.
#[derive(Debug)]
pub struct Watched {
    served: Served,
    paths: Vec<PathBuf>,
    /// When they were last looked at.
    seen: Stamp,
    /// When they were last read.
    read: Stamp,
}

/// What is served from files.
#[derive(Debug)]
enum Served {
    /// The certificates of a listener.
    Listener(Name, Vec<CertificateFiles>, Arc<Identities>),
    /// How the admin API speaks TLS.
    Admin(Arc<Mutual>),
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
    ) -> Result<(Watched, Arc<Identities>), IdentityError> {
        let paths = files.iter().flat_map(|one| [one.cert.clone(), one.key.clone()]).collect();
        Watched::new(paths, || {
            let identities = Identities::new(IdentitySet::load(&files)?);
            Ok((Served::Listener(name, files, Arc::clone(&identities)), identities))
        })
    }

    /// Reads for the first time how the admin API speaks TLS.
    ///
    /// # Errors
    /// When the files cannot serve.
    pub fn admin(files: &MutualTls) -> Result<(Watched, Arc<Mutual>), IdentityError> {
        let paths = files.paths().into_iter().cloned().collect();
        Watched::new(paths, || {
            let mutual = Mutual::load(files)?;
            Ok((Served::Admin(Arc::clone(&mutual)), mutual))
        })
    }

    fn new<T>(
        paths: Vec<PathBuf>,
        load: impl FnOnce() -> Result<(Served, T), IdentityError>,
    ) -> Result<(Watched, T), IdentityError> {
        // Before reading: what is written meanwhile is a change.
        let stamp = Stamp::of(&paths);
        let (served, loaded) = load()?;
        Ok((Watched { served, paths, seen: stamp.clone(), read: stamp }, loaded))
    }

    /// Looks at the files once. Those that changed and then came to rest are read; what they hold
    /// is served from now on unless one of them is bad or expired, then nothing changes. Returns the
    /// new soonest expiry, milliseconds since the Unix epoch, or why the old ones stay.
    fn look(&mut self, now_ms: i64) -> Option<Result<i64, IdentityError>> {
        let stamp = Stamp::of(&self.paths);
        let settled = stamp == self.seen;
        self.seen = stamp;
        if !settled || self.seen == self.read {
            return None;
        }
        self.read = self.seen.clone();
        Some(self.served.swap(now_ms))
    }
}

impl Served {
    fn swap(&self, now_ms: i64) -> Result<i64, IdentityError> {
        match self {
            Served::Listener(_, files, identities) => {
                let set = IdentitySet::load(files)?;
                set.check_alive(now_ms)?;
                identities.swap(set);
                Ok(identities.expires_ms())
            }
            Served::Admin(mutual) => mutual.reload(now_ms),
        }
    }

    /// What events say it is.
    fn target(&self) -> String {
        match self {
            Served::Listener(name, ..) => format!("listener/{name}"),
            Served::Admin(_) => "gateway".to_owned(),
        }
    }
}

/// Looks at all of them every second until dropped; `events` and `listeners` tell what changed.
pub async fn watch_certificates(
    mut watched: Vec<Watched>,
    listeners: watch::Sender<Vec<ListenerView>>,
    events: Events,
    clock: Clock,
) {
    let mut ticks = interval(PERIOD);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let told = Arc::new((listeners, events));
    loop {
        ticks.tick().await;
        let told = told.clone();
        // File systems may hang; the runtime must not.
        let looked = task::spawn_blocking(move || {
            for one in &mut watched {
                if let Some(outcome) = one.look(clock.wall_ms()) {
                    tell(&one.served, outcome, &told.0, &told.1);
                }
            }
            watched
        });
        match looked.await {
            Ok(same) => watched = same,
            Err(_) => return,
        }
    }
}

fn tell(
    served: &Served,
    outcome: Result<i64, IdentityError>,
    listeners: &watch::Sender<Vec<ListenerView>>,
    events: &Events,
) {
    let whose = if let Served::Admin(_) = served { "the admin API's" } else { "its" };
    let (severity, what) = match &outcome {
        Ok(_) => (Severity::Info, format!("{whose} certificates changed and were swapped in")),
        Err(error) => {
            let why = error.with_remedy();
            let what = format!("{whose} new certificates are not used, the old stay: {why}");
            (Severity::Error, what)
        }
    };
    events.record(EventKind::Tls, severity, "file", &served.target(), &what);
    if let (Ok(expires_ms), Served::Listener(name, ..)) = (outcome, served) {
        listeners.send_modify(|views| {
            let mine = views.iter_mut().filter(|view| view.name == *name);
            mine.for_each(|view| view.certificate_expires_ms = Some(expires_ms));
        });
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
        Watched::listener("https".parse().unwrap(), vec![files(directory)]).unwrap()
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
        assert_eq!(watched.look(NOW_MS).unwrap().unwrap(), before + YEAR_MS);
        assert_eq!(identities.expires_ms(), before + YEAR_MS);
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
            assert!(watched.look(NOW_MS).unwrap().is_err());
            assert!(watched.look(NOW_MS).is_none(), "reported twice");
            assert_eq!(identities.expires_ms(), before);
        }
        put(directory.path(), 2032);
        assert!(watched.look(NOW_MS).is_none());
        assert_eq!(watched.look(NOW_MS).unwrap().unwrap(), before + YEAR_MS);
    }

    #[test]
    fn what_became_of_the_files_is_told_as_an_event_and_in_the_picture() {
        let view = |name: &str| ListenerView {
            name: name.parse().unwrap(),
            address: ([127, 0, 0, 1], 8443).into(),
            tls: true,
            redirect_to: None,
            certificate_expires_ms: Some(1),
        };
        let listeners = watch::Sender::new(vec![view("https"), view("other")]);
        let events = Events::new(Clock::start());
        let directory = tempfile::tempdir().unwrap();
        put(directory.path(), 2031);
        let https = watched(directory.path()).0.served;
        tell(&https, Ok(2), &listeners, &events);
        tell(&https, Err(IdentityError::None), &listeners, &events);
        let expiries: Vec<_> =
            listeners.borrow().iter().map(|view| view.certificate_expires_ms).collect();
        assert_eq!(expiries, [Some(2), Some(1)]);
        let told: Vec<_> = events
            .listen(9, |event| event.kind == EventKind::Tls && event.target == "listener/https")
            .0
            .into_iter()
            .map(|event| (event.severity, event.what))
            .collect();
        assert_eq!(told[0].0, Severity::Info);
        assert_eq!(told[1].0, Severity::Error);
        assert!(told[1].1.contains("needs a certificate"), "{told:?}");
    }
}
