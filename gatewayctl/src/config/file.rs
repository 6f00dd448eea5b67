//! The file: where it is, what may be in it, and how it is written without losing any of it.

use std::{
    env,
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use nix::fcntl::{Flock, FlockArg};

use super::{Config, EditError, Mistake, read::read};

/// Names another file.
const NAMED_BY: &str = "GATEWAYCTL_CONFIG";
/// The largest file that is read, in bytes: hundreds of contexts take less.
const LARGEST: u64 = 1 << 18;
/// Others may not read or write it.
const PRIVATE: u32 = 0o600;

/// Why the file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// No place for it.
    #[error("there is no place for a configuration: neither XDG_CONFIG_HOME nor HOME is set")]
    NoHome,
    /// The file that `GATEWAYCTL_CONFIG` names is not there.
    #[error("there is no file {0}, which GATEWAYCTL_CONFIG names")]
    Missing(PathBuf),
    /// The file of a theme is not there.
    #[error("there is no theme in {0}")]
    NoTheme(PathBuf),
    /// It cannot be read or written.
    #[error("{path}: {error}")]
    Unusable {
        /// The file.
        path: PathBuf,
        /// The system's word.
        error: io::Error,
    },
    /// It names a private key, and others may read it.
    #[error("{path} names a private key, and others than its owner may read or write it")]
    Exposed {
        /// The file.
        path: PathBuf,
    },
    /// Somebody else changed it while it was edited.
    #[error("{0} was changed by somebody else meanwhile")]
    Overtaken(PathBuf),
    /// What it says is wrong.
    #[error("{path} has {}", count(mistakes.len()))]
    Mistakes {
        /// The file.
        path: PathBuf,
        /// All that is wrong, in the order of the file.
        mistakes: Vec<Mistake>,
    },
    /// It cannot be changed in this way.
    #[error(transparent)]
    Edit(#[from] EditError),
}

fn count(mistakes: usize) -> String {
    if mistakes == 1 { "a mistake".to_owned() } else { format!("{mistakes} mistakes") }
}

impl ConfigError {
    /// What to do next.
    #[must_use]
    pub fn remedy(&self) -> String {
        match self {
            Self::NoHome => "set HOME, or name a file with GATEWAYCTL_CONFIG".to_owned(),
            Self::Missing(_) => "unset it, or `gatewayctl context add` writes the file".to_owned(),
            Self::NoTheme(_) => {
                "name ansi16, dark, light, mono, cb-safe, or a file that is there".to_owned()
            }
            Self::Overtaken(_) => "look at it, and edit it again".to_owned(),
            Self::Unusable { .. } => "it has to be a file that this user may read".to_owned(),
            Self::Exposed { path } => format!("chmod 600 {}", path.display()),
            Self::Mistakes { .. } => "--addr URL reaches a gateway without the file".to_owned(),
            Self::Edit(error) => error.remedy().to_owned(),
        }
    }
}

/// Where the file is: what `GATEWAYCTL_CONFIG` names, else `gatewayctl/config.toml` in the folder
/// for configurations. <https://specifications.freedesktop.org/basedir-spec>
///
/// # Errors
/// Without a home.
pub fn path() -> Result<PathBuf, ConfigError> {
    if let Some(named) = set(NAMED_BY) {
        return Ok(named);
    }
    let folder = set("XDG_CONFIG_HOME").filter(|folder| folder.is_absolute());
    let folder = folder.or_else(|| env::home_dir().map(|home| home.join(".config")));
    folder.map(|folder| folder.join("gatewayctl/config.toml")).ok_or(ConfigError::NoHome)
}

fn set(name: &str) -> Option<PathBuf> {
    env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// Reads the file. One that is not there says nothing, unless `GATEWAYCTL_CONFIG` names it.
///
/// # Errors
/// When it cannot be used.
pub fn load() -> Result<Config, ConfigError> {
    let path = match path() {
        Ok(path) => path,
        Err(ConfigError::NoHome) => return Ok(Config::default()),
        Err(error) => return Err(error),
    };
    match text(&path)? {
        Some(text) => understood(&path, &text),
        None if set(NAMED_BY).is_some() => Err(ConfigError::Missing(path)),
        None => Ok(Config::default()),
    }
}

/// Changes the file by `edit`, which makes a new text of the old. What is written has no mistakes;
/// whoever else changes it at the same time comes before or after.
///
/// # Errors
/// When it cannot be read, changed or written; then it is as it was.
pub fn store(
    edit: impl FnOnce(&str, &Config) -> Result<String, EditError>,
) -> Result<PathBuf, ConfigError> {
    change(|before| {
        let before = before.unwrap_or_default();
        Ok(edit(before, &understood(&path()?, before)?)?)
    })
}

/// Where the file is, and its text; none when it is not there.
///
/// # Errors
/// When it cannot be read.
pub fn whole_text() -> Result<(PathBuf, Option<String>), ConfigError> {
    let path = path()?;
    let text = text(&path)?;
    Ok((path, text))
}

/// What `text` would say as the file at `path`.
///
/// # Errors
/// With everything that is wrong with it.
pub fn check(path: &Path, text: &str) -> Result<Config, ConfigError> {
    read(text).map_err(|mistakes| ConfigError::Mistakes { path: path.to_owned(), mistakes })
}

/// Puts `text` in the place of the file, which said `before`.
///
/// # Errors
/// When somebody else changed it meanwhile, or it cannot be written; then it is as it was.
pub fn replace(before: Option<&str>, text: &str) -> Result<PathBuf, ConfigError> {
    change(|now| match now == before {
        true => Ok(text.to_owned()),
        false => Err(ConfigError::Overtaken(path()?)),
    })
}

/// Changes the text of the file; one with mistakes is not written.
fn change(
    edit: impl FnOnce(Option<&str>) -> Result<String, ConfigError>,
) -> Result<PathBuf, ConfigError> {
    let path = path()?;
    let unusable = |error| ConfigError::Unusable { path: path.clone(), error };
    // What a link leads to is changed, not the link.
    let target = fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
    let folder = target.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(unusable)?;
    let lock = File::open(folder).map_err(unusable)?;
    let _lock =
        Flock::lock(lock, FlockArg::LockExclusive).map_err(|(_, error)| unusable(error.into()))?;
    let before = text(&target)?;
    let after = edit(before.as_deref())?;
    if let Err(mistakes) = read(&after) {
        return Err(ConfigError::Mistakes { path, mistakes });
    }
    write(&target, folder, &after).map_err(unusable)?;
    Ok(path)
}

/// Writes a file that nobody else may read, in a folder that may not be there yet.
///
/// # Errors
/// When it cannot be written.
pub fn write_private(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|it| !it.as_os_str().is_empty()) {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(PRIVATE).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Writes beside it, then puts that in its place: a crash leaves the old or the new.
fn write(path: &Path, folder: &Path, text: &str) -> io::Result<()> {
    let fresh = folder.join(format!(".config.toml.{}", std::process::id()));
    let written = (|| {
        write_private(&fresh, text)?;
        fs::rename(&fresh, path)
    })();
    if written.is_err() {
        // It may never have come to be; what is told is why.
        let _ = fs::remove_file(&fresh);
    }
    written
}

/// The text of the file; none when it is not there.
pub(super) fn text(path: &Path) -> Result<Option<String>, ConfigError> {
    let unusable = |error| ConfigError::Unusable { path: path.to_owned(), error };
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unusable(error)),
    };
    let meta = file.metadata().map_err(unusable)?;
    if !meta.is_file() {
        return Err(unusable(io::Error::other("it is no file")));
    }
    let mut bytes = Vec::new();
    (&mut file).take(LARGEST + 1).read_to_end(&mut bytes).map_err(unusable)?;
    if bytes.len() as u64 > LARGEST {
        return Err(unusable(io::Error::other(format!("larger than {LARGEST} bytes"))));
    }
    let text = String::from_utf8(bytes);
    text.map(Some).map_err(|_| unusable(io::Error::other("it is not UTF-8")))
}

fn understood(path: &Path, text: &str) -> Result<Config, ConfigError> {
    let config =
        read(text).map_err(|mistakes| ConfigError::Mistakes { path: path.to_owned(), mistakes })?;
    let secrets = config.contexts.iter().any(|context| context.tls.key.is_some());
    let mode = fs::metadata(path).map_or(0, |meta| meta.permissions().mode());
    if secrets && mode & 0o077 != 0 {
        return Err(ConfigError::Exposed { path: path.to_owned() });
    }
    Ok(config)
}
