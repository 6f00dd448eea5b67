//! What a driver writes down, so that the next gateway finds it again: all or nothing.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::driver::DriverError;
use crate::tasks::aside::aside;

/// What is written at `path`; the default when there is nothing or it cannot be read.
pub(super) fn read<T: DeserializeOwned + Default>(path: &Path) -> T {
    let Ok(text) = aside(|| fs::read(path)) else { return T::default() };
    serde_json::from_slice(&text).unwrap_or_else(|error| {
        tracing::warn!(path = %path.display(), %error, "the record cannot be read");
        T::default()
    })
}

/// Writes `what` at `path`, in place of what is there.
pub(super) fn write<T: Serialize + ?Sized>(path: &Path, what: &T) -> Result<(), DriverError> {
    aside(|| replace(path, what)).map_err(|cause| DriverError::Record {
        path: path.display().to_string(),
        cause: cause.to_string(),
    })
}

fn replace<T: Serialize + ?Sized>(path: &Path, what: &T) -> std::io::Result<()> {
    fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
    let aside = path.with_extension("new");
    let mut file = File::create(&aside)?;
    file.write_all(&serde_json::to_vec(what)?)?;
    file.sync_all()?;
    fs::rename(&aside, path)
}
