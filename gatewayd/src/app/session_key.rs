//! The key that signs the cookies of sticky pools: kept in the state directory, so that sessions
//! outlive the process.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rand::RngCore;

use crate::model::{EventKind, Severity};
use crate::proxy::SessionKey;
use crate::state::Events;

const FILE: &str = "session.key";
/// Where one goes that is none.
const SET_ASIDE: &str = "session.key.damaged";

type Secret = [u8; SessionKey::BYTES];

/// Reads the key in `state_dir`, or makes one. Clients are served without it all the same: where it
/// cannot be kept, their sessions end with this process, and an event says so.
pub(super) fn keep(state_dir: &Path, events: &Events) -> SessionKey {
    let warn = |what: String| {
        events.record(EventKind::Gateway, Severity::Warn, "gateway", "gateway", &what);
    };
    let path = state_dir.join(FILE);
    let secret = match fs::read(&path) {
        Ok(bytes) => Secret::try_from(bytes.as_slice()).map_err(|_| {
            let (aside, count) = (state_dir.join(SET_ASIDE), SessionKey::BYTES);
            warn(format!(
                "{} is no key of {count} bytes: sticky sessions begin anew, and it is kept as {}",
                path.display(),
                aside.display()
            ));
            // What cannot be set aside is written over.
            let _ = fs::rename(&path, aside);
        }),
        Err(error) => {
            if error.kind() != io::ErrorKind::NotFound {
                warn(format!("{}: sticky sessions begin anew: {error}", path.display()));
            }
            Err(())
        }
    };
    SessionKey::new(&secret.unwrap_or_else(|()| {
        let mut secret = Secret::default();
        rand::rng().fill_bytes(&mut secret);
        if let Err(error) = write(&path, &secret) {
            let place = path.display();
            warn(format!("{place}: sticky sessions will end with this process: {error}"));
        }
        secret
    }))
}

/// Writes a key that nobody else may read. It is there as a whole or not at all.
fn write(path: &Path, secret: &Secret) -> io::Result<()> {
    let new = path.with_extension("new");
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    file.write_all(secret)?;
    file.sync_all()?;
    fs::rename(&new, path)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::clock::Clock;

    #[test]
    fn a_key_is_made_once_for_the_gateway_alone_and_one_that_is_none_is_set_aside() {
        let directory = tempfile::tempdir().unwrap();
        let events = Events::new(Clock::start());
        let keep = || keep(directory.path(), &events);
        keep();
        let path = directory.path().join(FILE);
        let made = fs::read(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        keep();
        assert_eq!(fs::read(&path).unwrap(), made);
        assert!(events.listen(9, |_| true).0.is_empty());
        fs::write(&path, b"short").unwrap();
        keep();
        assert_eq!(fs::read(&path).unwrap().len(), SessionKey::BYTES);
        assert_eq!(fs::read(directory.path().join(SET_ASIDE)).unwrap(), b"short");
        let told = events.listen(9, |_| true).0;
        assert!(told[0].what.contains("begin anew"), "{told:?}");
    }
}
