//! An export: the rows or the screen in a file of its own, in the directory one is in.

use std::{
    fs::OpenOptions,
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use ratatui::{
    Terminal,
    backend::TestBackend,
    buffer::Buffer,
    style::{Color, Modifier, Style},
};

use super::{model::Model, view::view};

/// Files of one second; nobody makes more.
const MOST_TRIES: u32 = 100;

/// What is to be exported.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Export {
    /// The gateway's context.
    pub(crate) context: String,
    /// The screen, in lower case.
    pub(crate) screen: String,
    /// When the picture was taken, milliseconds since the Unix epoch.
    pub(crate) time_ms: i64,
    /// As what.
    pub(crate) form: Form,
    /// The rows; none exports the screen.
    pub(crate) rows: Option<Vec<u8>>,
}

/// As what something is exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Rows of CSV.
    Csv,
    /// A row of JSON for each.
    Jsonl,
    /// The text of the screen.
    Text,
    /// The same with its colours.
    Ansi,
}

impl Form {
    const fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
            Self::Text => "txt",
            Self::Ansi => "ansi",
        }
    }
}

/// Writes the export into `folder`, on a screen of this size, over nothing that is there.
///
/// # Errors
/// When it cannot be written.
pub(super) fn write(
    export: &Export,
    model: &Model,
    (width, height): (u16, u16),
    folder: &Path,
) -> io::Result<PathBuf> {
    let bytes = match &export.rows {
        Some(rows) => rows.clone(),
        None => screen(model, width, height, export.form)?.into_bytes(),
    };
    let name = name(export);
    for number in 1..=MOST_TRIES {
        let number = if number == 1 { String::new() } else { format!("-{number}") };
        let path = folder.join(format!("{name}{number}.{}", export.form.ending()));
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
            Ok(mut file) => {
                file.write_all(&bytes)?;
                return Ok(path);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::other("there are a hundred of this second already"))
}

/// `gatewayctl-prod-eu-backends-20260924T140322Z`. A gateway without a context is called by its
/// address, in which not all may stand in a name of a file.
fn name(export: &Export) -> String {
    let safe = |it: char| if it.is_ascii_alphanumeric() || "-_".contains(it) { it } else { '-' };
    let context: String = export.context.chars().map(safe).take(24).collect();
    let time = Timestamp::from_millisecond(export.time_ms).unwrap_or_default();
    format!("gatewayctl-{context}-{}-{}", export.screen, time.strftime("%Y%m%dT%H%M%SZ"))
}

/// The screen as it is seen, without what lies over it.
fn screen(model: &Model, width: u16, height: u16, form: Form) -> io::Result<String> {
    let buffer = frame(model, width, height)?;
    Ok((0..height).map(|y| row(&buffer, y, form == Form::Ansi)).collect())
}

/// What stands on a terminal of this size.
pub(super) fn frame(model: &Model, width: u16, height: u16) -> io::Result<Buffer> {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).map_err(io::Error::other)?;
    terminal.draw(|frame| view(model, frame)).map_err(io::Error::other)?;
    Ok(terminal.backend().buffer().clone())
}

fn row(buffer: &Buffer, y: u16, is_painted: bool) -> String {
    let mut row = String::new();
    let mut painted = Style::reset();
    for x in 0..buffer.area.width {
        let cell = &buffer[(x, y)];
        let style = cell.style();
        if is_painted && style != painted {
            row += &sequence(style);
            painted = style;
        }
        row += cell.symbol();
    }
    if is_painted {
        return format!("{row}\x1b[0m\n");
    }
    format!("{}\n", row.trim_end())
}

/// What gives a terminal this style.
fn sequence(style: Style) -> String {
    let mut codes = String::from("0");
    for (modifier, code) in [
        (Modifier::BOLD, 1),
        (Modifier::DIM, 2),
        (Modifier::UNDERLINED, 4),
        (Modifier::REVERSED, 7),
    ] {
        if style.add_modifier.contains(modifier) {
            codes += &format!(";{code}");
        }
    }
    for (color, layer) in [(style.fg, 38), (style.bg, 48)] {
        match color {
            Some(Color::Indexed(at)) => codes += &format!(";{layer};5;{at}"),
            Some(Color::Rgb(red, green, blue)) => {
                codes += &format!(";{layer};2;{red};{green};{blue}");
            }
            Some(named) => codes += &of_name(named, layer),
            None => {}
        }
    }
    format!("\x1b[{codes}m")
}

/// The colours that a gateway's name can have.
fn of_name(color: Color, layer: u8) -> String {
    let at = match color {
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        _ => return String::new(),
    };
    format!(";{layer};5;{at}")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::{
        model::Scheme,
        tui::{
            Care, Depth, Keymap, Screen, connection::Connection, look::Look, model::Settings,
            themes::Themes,
        },
    };

    fn model() -> Model {
        let settings = Settings {
            context: "unix:///run/../a b".into(),
            address: "unix:///run/a.sock".into(),
            look: Look::new(false, true),
            care: Care { hue: Some(crate::model::Hue::Red), ..Care::default() },
            own_address: String::new(),
            keymap: Keymap::default(),
            layouts: crate::tui::Layouts::default(),
            themes: Themes::new(Scheme::Ansi16.into(), Depth::Sixteen),
            refresh: std::time::Duration::from_secs(1),
            contexts: Vec::new(),
            read_only: false,
            mouse: false,
        };
        let connection = Connection::new(settings.refresh);
        Model::new(settings, connection, Screen::Overview)
    }

    fn export(form: Form, rows: Option<Vec<u8>>) -> Export {
        let (context, screen) = ("unix:///run/../a b".to_owned(), "overview".to_owned());
        Export { context, screen, time_ms: 1_790_258_602_000, form, rows }
    }

    #[test]
    fn nothing_is_written_over_and_no_name_leads_elsewhere() {
        let folder = std::env::temp_dir().join(format!("export-{}", std::process::id()));
        fs::create_dir(&folder).unwrap();
        let rows = |text: &str| export(Form::Csv, Some(text.into()));
        let write = |export: &Export| write(export, &model(), (80, 24), &folder).unwrap();
        let (first, second) = (write(&rows("one")), write(&rows("two")));
        let name = "gatewayctl-unix----run----a-b-overview-20260924T140322Z";
        assert_eq!(first, folder.join(format!("{name}.csv")));
        assert_eq!(second, folder.join(format!("{name}-2.csv")));
        assert_eq!(fs::read_to_string(first).unwrap(), "one");
        let text = fs::read_to_string(write(&export(Form::Text, None))).unwrap();
        assert_eq!(text.lines().count(), 24);
        assert!(text.contains("unix:///run/a.sock") && !text.contains('\u{1b}'), "{text}");
        let ansi = fs::read_to_string(write(&export(Form::Ansi, None))).unwrap();
        assert!(ansi.contains("\u{1b}[0;1;7;38;5;1m"), "{ansi:?}");
        fs::remove_dir_all(&folder).unwrap();
        assert!(super::write(&rows("x"), &model(), (80, 24), &folder).is_err());
    }
}
