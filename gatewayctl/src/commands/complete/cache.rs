//! Answers kept for a few seconds: whoever presses Tab twice asks a gateway once.

use std::{
    env,
    fs::{self, OpenOptions},
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io::Write as _,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::PathBuf,
    time::Duration,
};

use super::names::Names;
use crate::client::Address;

/// So long an answer is taken for the present.
const KEPT: Duration = Duration::from_secs(5);

/// The names that were known at `address` just now.
pub(super) fn read(address: &Address) -> Option<Names> {
    let path = path(address)?;
    let written = fs::metadata(&path).ok()?.modified().ok()?;
    // One from the future, by a clock that was set back, is as old as any.
    if written.elapsed().ok()? > KEPT {
        return None;
    }
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

/// Keeps the names that are known at `address`. A want of room is no reason to say anything.
pub(super) fn write(address: &Address, names: &Names) {
    let _ = try_write(address, names);
}

fn try_write(address: &Address, names: &Names) -> Option<()> {
    let path = path(address)?;
    let folder = path.parent()?;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).ok()?;
    let fresh = path.with_extension(std::process::id().to_string());
    let text = serde_json::to_vec(names).ok()?;
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh);
    let written = file.and_then(|mut file| file.write_all(&text));
    let put = written.and_then(|()| fs::rename(&fresh, path));
    if put.is_err() {
        let _ = fs::remove_file(fresh);
    }
    put.ok()
}

fn path(address: &Address) -> Option<PathBuf> {
    let set = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = set("XDG_CACHE_HOME").filter(|folder| folder.is_absolute());
    let folder = folder.or_else(|| env::home_dir().map(|home| home.join(".cache")))?;
    let mut hasher = DefaultHasher::new();
    address.to_string().hash(&mut hasher);
    Some(folder.join(format!("gatewayctl/names-{:016x}.json", hasher.finish())))
}
