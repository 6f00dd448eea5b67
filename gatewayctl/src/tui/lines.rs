//! Lines typed into the palette before, kept from one dashboard to the next.

use std::{
    env, fs,
    fs::OpenOptions,
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::PathBuf,
};

/// The lines, the latest last; none where none can be read.
pub(crate) fn load() -> Vec<String> {
    let text = path().and_then(|path| fs::read_to_string(path).ok()).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

/// Keeps the lines.
///
/// # Errors
/// When they cannot be written.
pub(crate) fn store(lines: &[String]) -> io::Result<()> {
    let Some(path) = path() else { return Ok(()) };
    let folder = path.parent().unwrap_or(&path);
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let fresh = path.with_extension(std::process::id().to_string());
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
    file.write_all((lines.join("\n") + "\n").as_bytes())?;
    fs::rename(fresh, path)
}

/// https://specifications.freedesktop.org/basedir-spec
fn path() -> Option<PathBuf> {
    let set = env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(|it| it.is_absolute());
    let folder = set.or_else(|| env::home_dir().map(|home| home.join(".local/state")))?;
    Some(folder.join("gatewayctl/lines"))
}
