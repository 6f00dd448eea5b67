//! Lines typed into the palette before, kept from one dashboard to the next.

use std::io;

use super::keepsake;

const NAME: &str = "lines";

/// The lines, the latest last; none where none can be read.
pub(crate) fn load() -> Vec<String> {
    let text = keepsake::load(NAME).ok().flatten().unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

/// Keeps the lines.
///
/// # Errors
/// When they cannot be written.
pub(crate) fn store(lines: &[String]) -> io::Result<()> {
    keepsake::store(NAME, &(lines.join("\n") + "\n"))
}
