//! Paint: text put on standard output at once, below or over what stands there.

use std::io::{self, Write as _};

use crossterm::{
    cursor::{MoveToColumn, MoveUp},
    queue,
    terminal::{Clear, ClearType},
};

use super::Failure;

/// Writes to standard output at once.
pub(super) fn emit(text: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text)?;
    Ok(out.flush()?)
}

/// Writes over what stands there; how many lines now stand there. Rows that do not fit are counted,
/// not shown, because a terminal cannot be painted above its first line.
pub(super) fn repaint(text: &[u8], painted_lines: u16) -> Result<u16, Failure> {
    let text = String::from_utf8_lossy(text);
    let room = crossterm::terminal::size().map_or(24, |(_, rows)| usize::from(rows)).max(3) - 1;
    let lines: Vec<_> = text.lines().collect();
    let mut screen = Vec::new();
    if painted_lines > 0 {
        queue!(screen, MoveUp(painted_lines))?;
    }
    queue!(screen, MoveToColumn(0), Clear(ClearType::FromCursorDown))?;
    let fits = lines.len() <= room;
    let kept = if fits { lines.len() } else { room - 1 };
    for line in &lines[..kept] {
        writeln!(screen, "{line}")?;
    }
    if !fits {
        writeln!(screen, "... {} more lines; --limit or --filter show fewer", lines.len() - kept)?;
    }
    emit(&screen)?;
    Ok(u16::try_from(lines.len().min(room)).unwrap_or(u16::MAX))
}
