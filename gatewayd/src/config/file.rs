//! A file: its bytes become text, its text a table, its table the configuration.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use nix::fcntl::OFlag;

use super::admin::admin;
use super::data_plane::{DataPlane, data_plane};
use super::diagnostic::{Cause, Diagnostic};
use super::diagnostics::Diagnostics;
use super::fields::Fields;
use super::limit::limit;
use super::listener::listener;
use super::pool::pool;
use super::reading::Reading;
use super::route::route;
use super::source::{Source, Span};
use super::syntax;
use super::tls::CertificateCheck;
use crate::model::{Configuration, Gateway, Settings};

/// The largest file that is read, wherever it comes from, in bytes: ten thousand backends take less.
const LARGEST: usize = 1 << 20;

/// Reads the file at `path`. Relative paths in it begin at its directory; the certificates it names
/// have to pass `check`.
///
/// # Errors
/// With everything that is wrong with it, in one go.
pub fn read(path: &Path, check: CertificateCheck<'_>) -> Result<Configuration, Diagnostics> {
    described(path, text(path)?, check)
}

/// The same in a process that serves: a pipe or a device, which may have it wait for ever, is refused.
///
/// # Errors
/// With everything that is wrong with it, in one go.
pub fn read_again(path: &Path, check: CertificateCheck<'_>) -> Result<Configuration, Diagnostics> {
    described(path, text_again(path)?, check)
}

fn described(
    path: &Path,
    (name, text): (String, String),
    check: CertificateCheck<'_>,
) -> Result<Configuration, Diagnostics> {
    let base_dir = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    parse(&name, &text, base_dir.parent().unwrap_or(Path::new("/")), check)
}

/// The name in messages and the text of the file at `path`.
///
/// # Errors
/// When it cannot be read, is too large or is no text.
pub(crate) fn text(path: &Path) -> Result<(String, String), Diagnostics> {
    as_text(path, bytes(path))
}

/// The same in a process that serves, see [`read_again`].
///
/// # Errors
/// When it cannot be read, is no regular file, is too large or is no text.
pub(crate) fn text_again(path: &Path) -> Result<(String, String), Diagnostics> {
    as_text(path, bytes_of_regular(path))
}

fn as_text(path: &Path, read: io::Result<Vec<u8>>) -> Result<(String, String), Diagnostics> {
    let name = path.display().to_string();
    let refuse =
        |text: &str, diagnostic| Diagnostics::new(Source::new(&name, text), vec![diagnostic]);
    let bytes = read.map_err(|error| {
        let unreadable = Diagnostic::of_file(format!("cannot be read: {error}"));
        refuse("", unreadable.remedy("name a TOML file that this user may read"))
    })?;
    within_bounds(&name, bytes.len())?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok((name, text)),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let wrong = Diagnostic::at(Span { start: at, end: at }, "this is not UTF-8");
            let shown = String::from_utf8_lossy(error.as_bytes());
            Err(refuse(&shown, wrong.remedy("save the file as UTF-8")))
        }
    }
}

/// Refuses what is too large: it could be applied, and not be read at the next start.
fn within_bounds(name: &str, bytes: usize) -> Result<(), Diagnostics> {
    if bytes <= LARGEST {
        return Ok(());
    }
    let large = Diagnostic::of_file(format!("larger than {LARGEST} bytes"));
    let large = large.remedy("name a TOML file that describes a gateway");
    Err(Diagnostics::new(Source::new(name, ""), vec![large]))
}

fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    if fs::metadata(path)?.is_dir() {
        return Err(io::Error::other("it is a directory"));
    }
    beginning(File::open(path)?)
}

fn bytes_of_regular(path: &Path) -> io::Result<Vec<u8>> {
    // What became a pipe meanwhile is not waited for either.
    let no_wait = OFlag::O_NONBLOCK.bits();
    let is_regular = |it: Metadata| match it.is_file() {
        true => Ok(()),
        false => Err(io::Error::other("it is not a regular file")),
    };
    is_regular(fs::metadata(path)?)?;
    let file = OpenOptions::new().read(true).custom_flags(no_wait).open(path)?;
    is_regular(file.metadata()?)?;
    beginning(file)
}

/// What `from` begins with, at most one byte more than is read.
fn beginning(from: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(LARGEST as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads `text`, the content of a file called `name`. Relative paths in it begin at `base_dir`; the
/// certificates it names have to pass `check`.
/// Beside the text it looks at the certificate files that are named, and at the environment for
/// the default directories.
///
/// # Errors
/// With everything that is wrong with it, in one go.
pub fn parse(
    name: &str,
    text: &str,
    base_dir: &Path,
    check: CertificateCheck<'_>,
) -> Result<Configuration, Diagnostics> {
    document(name, text, Reading::new(base_dir, check), configuration)
}

/// Reads `text`, the content of a file called `name` that is no gateway's but written in the same
/// way, by `read`.
///
/// # Errors
/// With everything that is wrong with it, in one go.
pub(crate) fn parse_as<T>(
    name: &str,
    text: &str,
    read: impl FnOnce(&mut Fields<'_>) -> Option<T>,
) -> Result<T, Diagnostics> {
    document(name, text, Reading::new(Path::new("/"), &|_| Ok(())), read)
}

fn document<T>(
    name: &str,
    text: &str,
    reading: Reading<'_>,
    read: impl FnOnce(&mut Fields<'_>) -> Option<T>,
) -> Result<T, Diagnostics> {
    within_bounds(name, text.len())?;
    let (table, ungrammatical) = syntax::parse(text);
    let mut fields = Fields::new("the file", &table, None, &reading);
    let made = read(&mut fields);
    fields.refuse_the_rest(&[]);
    judge(&reading);
    let found = certain(text, ungrammatical, reading.finish());
    match made {
        Some(made) if found.is_empty() => Ok(made),
        _ => Err(Diagnostics::new(Source::new(name, text), found)),
    }
}

/// What is `ungrammatical` and what else was `found` before it. From the line where the grammar is
/// left all may have been misread, and what is missing may be there.
fn certain(
    text: &str,
    mut ungrammatical: Vec<Diagnostic>,
    found: Vec<Diagnostic>,
) -> Vec<Diagnostic> {
    let Some(first) = ungrammatical.iter().filter_map(|wrong| wrong.span).min() else {
        return found;
    };
    let before = &text[..text.floor_char_boundary(first.start)];
    let line = before.rfind('\n').map_or(0, |end| end + 1);
    let sure = |wrong: &Diagnostic| {
        wrong.cause == Cause::Presence && wrong.span.is_some_and(|span| span.start < line)
    };
    ungrammatical.extend(found.into_iter().filter(sure));
    ungrammatical
}

fn configuration(fields: &mut Fields<'_>) -> Option<Configuration> {
    let admin = admin(fields);
    let data_plane = fields.defaulted("data_plane", DataPlane::default(), data_plane);
    let listeners = fields.each("listener", "[[listener]]", listener);
    if fields.place("listener").is_none() {
        fields.refuse_all(
            "no [[listener]]: nobody could connect",
            "add [[listener]] with a name and an address",
        );
    }
    let routes = fields.each("route", "[[route]]", route);
    let limits = fields.each("limit", "[[limit]]", limit);
    let pools = fields.each("pool", "[[pool]]", pool);
    let (admin, data_plane) = (admin?, data_plane?);
    let settings = Settings {
        socket: admin.socket,
        viewer_socket: admin.viewer_socket,
        admin_tcp: admin.tcp,
        access: admin.access,
        state_dir: admin.state_dir,
        metrics: admin.metrics,
        external_scaler: admin.external_scaler,
        undo_window: admin.undo_window,
        workers: data_plane.workers,
        limiter_keys: data_plane.limiter_keys,
        max_connections: data_plane.max_connections,
        max_connections_per_client: data_plane.max_connections_per_client,
        access_log: data_plane.access_log,
        show_queries: data_plane.show_queries,
    };
    let (trusted_proxies, limits_of_all) = (data_plane.trusted_proxies, data_plane.limits);
    let gateway = Gateway {
        trusted_proxies,
        limits_of_all,
        listeners,
        routes,
        limits,
        pools,
        blocks: Vec::new(),
    };
    Some(Configuration { settings, gateway })
}

/// Judges together what no single table can tell.
fn judge(reading: &Reading<'_>) {
    let names = reading.names.borrow().judge();
    let addresses = reading.addresses.borrow().judge();
    let matchers = reading.matchers.borrow().judge();
    let limits = reading.limit_uses.borrow().judge();
    for found in [names, addresses, matchers, limits] {
        reading.report_all(found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes without end, of which nobody should take many.
    struct Endless(usize);

    impl Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0 += buffer.len();
            assert!(self.0 < 2 * LARGEST, "it is read on and on");
            Ok(buffer.len())
        }
    }

    #[test]
    fn a_file_without_end_is_left_after_its_beginning() {
        assert_eq!(beginning(Endless(0)).unwrap().len(), LARGEST + 1);
    }
}
