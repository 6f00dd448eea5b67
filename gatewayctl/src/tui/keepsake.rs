//! A keepsake: a small file that outlives the dashboard, in the folder for state.
//! <https://specifications.freedesktop.org/basedir-spec>

use std::{
    env, fs,
    fs::OpenOptions,
    io::{self, Read as _, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::PathBuf,
};

/// More is nothing of ours.
const MOST_BYTES: u64 = 1 << 18;

/// Where the keepsake called `name` is; none without a home.
pub(crate) fn path(name: &str) -> Option<PathBuf> {
    let set = env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(|it| it.is_absolute());
    let folder = set.or_else(|| env::home_dir().map(|home| home.join(".local/state")))?;
    Some(folder.join("gatewayctl").join(name))
}

/// What the keepsake says; none when there is none.
///
/// # Errors
/// When it cannot be read, or is none of ours.
pub(crate) fn load(name: &str) -> io::Result<Option<String>> {
    let Some(path) = path(name) else { return Ok(None) };
    let file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut text = String::new();
    if file.take(MOST_BYTES + 1).read_to_string(&mut text)? as u64 > MOST_BYTES {
        return Err(io::Error::other("it is too large"));
    }
    Ok(Some(text))
}

/// Keeps `text`, for nobody else to read: a crash leaves the old or the new.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn store(name: &str, text: &str) -> io::Result<()> {
    let Some(path) = path(name) else { return Ok(()) };
    let folder = path.parent().unwrap_or(&path);
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let fresh = path.with_extension(std::process::id().to_string());
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
    file.write_all(text.as_bytes())?;
    fs::rename(fresh, path)
}
