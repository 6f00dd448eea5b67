//! A terminal's screen as an SVG: the same cells, colours and weights, in the reader's own font.

use std::fmt::Write;

use vt100::{Cell, Color, Screen};

/// A cell's size, in pixels.
const WIDTH: f32 = 8.0;
const HEIGHT: f32 = 17.0;
/// The baseline within a cell.
const BASELINE: f32 = 13.0;
/// How thick a line is.
const LINE: f32 = 1.0;
/// Around the screen.
const MARGIN: f32 = 10.0;

const BACKGROUND: &str = "#16191d";
const FOREGROUND: &str = "#d6d9dc";
/// The sixteen colours that a terminal names.
const NAMED: [&str; 16] = [
    "#16191d", "#e06c60", "#8fbf5a", "#d9a94a", "#6ea3dd", "#b98ad4", "#5fb7b0", "#d6d9dc",
    "#7a828b", "#ff8a7d", "#aede78", "#f2c566", "#90bff5", "#d3a8ec", "#7fd6cf", "#ffffff",
];

/// How a run of cells looks.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Look {
    foreground: String,
    background: Option<String>,
    is_bold: bool,
    is_dim: bool,
    is_underlined: bool,
}

/// The picture of `screen`.
pub(crate) fn draw(screen: &Screen) -> String {
    let (rows, columns) = screen.size();
    let (rows, columns) = (rows.get(), columns.get());
    let width = f32::from(columns) * WIDTH + 2.0 * MARGIN;
    let height = f32::from(rows) * HEIGHT + 2.0 * MARGIN;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace\" \
         font-size=\"13\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"{BACKGROUND}\"/>\n"
    );
    for row in 0..rows {
        for (column, look, text) in runs(screen, row, columns) {
            draw_run(&mut svg, row, column, &look, &text);
        }
    }
    svg + "</svg>\n"
}

/// The row's cells that look alike, together: where each run begins, and its text. Blank runs that
/// show nothing are left out.
fn runs(screen: &Screen, row: u16, columns: u16) -> Vec<(u16, Look, String)> {
    let mut runs: Vec<(u16, Look, String)> = Vec::new();
    for column in 0..columns {
        let Some(cell) = screen.cell(row, column) else { continue };
        if cell.is_wide_continuation() {
            continue;
        }
        let text = if cell.has_contents() { cell.contents() } else { " " };
        let look = look(cell);
        match runs.last_mut() {
            Some((_, last, so_far)) if *last == look => so_far.push_str(text),
            _ => runs.push((column, look, text.to_owned())),
        }
    }
    runs.retain(|(_, look, text)| look.background.is_some() || !text.trim().is_empty());
    runs
}

fn look(cell: &Cell) -> Look {
    let (foreground, background) = (colour(cell.fgcolor()), colour(cell.bgcolor()));
    let (foreground, background) = if cell.inverse() {
        let background = foreground.unwrap_or_else(|| FOREGROUND.to_owned());
        (Some(BACKGROUND.to_owned()), Some(background))
    } else {
        (foreground, background)
    };
    Look {
        foreground: foreground.unwrap_or_else(|| FOREGROUND.to_owned()),
        background,
        is_bold: cell.bold(),
        is_dim: cell.dim(),
        is_underlined: cell.underline(),
    }
}

/// A colour as SVG writes it; none where the terminal's own is meant.
fn colour(colour: Color) -> Option<String> {
    match colour {
        Color::Default => None,
        Color::Rgb(red, green, blue) => Some(format!("#{red:02x}{green:02x}{blue:02x}")),
        Color::Idx(index) => Some(indexed(index)),
    }
}

/// The colour of that number among a terminal's 256: sixteen named ones, a cube of six levels each,
/// and a ramp of greys.
fn indexed(index: u8) -> String {
    let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
    match index {
        0..16 => NAMED[usize::from(index)].to_owned(),
        16..232 => {
            let cube = index - 16;
            let [red, green, blue] = [cube / 36, cube / 6 % 6, cube % 6].map(level);
            format!("#{red:02x}{green:02x}{blue:02x}")
        }
        232.. => {
            let grey = 8 + 10 * (index - 232);
            format!("#{grey:02x}{grey:02x}{grey:02x}")
        }
    }
}

fn draw_run(svg: &mut String, row: u16, column: u16, look: &Look, text: &str) {
    let (x, y) = (MARGIN + f32::from(column) * WIDTH, MARGIN + f32::from(row) * HEIGHT);
    let width = text.chars().count() as f32 * WIDTH;
    if let Some(background) = &look.background {
        let _ = writeln!(
            svg,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{HEIGHT}\" fill=\"{background}\"/>"
        );
    }
    for (offset, piece) in pieces(text) {
        let x = x + offset as f32 * WIDTH;
        match piece {
            Piece::Word(word) => draw_word(svg, x, y + BASELINE, look, &word),
            Piece::Shape(shape, times) => draw_shape(svg, x, y, look, shape, times as f32),
        }
    }
}

/// A part of a run.
enum Piece {
    /// Letters, drawn by the reader's font.
    Word(String),
    /// A block or a line so many times, which has to meet its neighbours and so is drawn here.
    Shape(char, usize),
}

/// The parts of `text` and the cell that each begins in. Words that one blank parts are one.
fn pieces(text: &str) -> Vec<(usize, Piece)> {
    let mut pieces: Vec<(usize, Piece)> = Vec::new();
    for (cell, character) in text.chars().enumerate().filter(|(_, character)| *character != ' ') {
        if matches!(character, '\u{2500}'..='\u{259f}') {
            match pieces.last_mut() {
                Some((begin, Piece::Shape(shape, times)))
                    if *shape == character && character != '│' && cell == *begin + *times =>
                {
                    *times += 1;
                }
                _ => pieces.push((cell, Piece::Shape(character, 1))),
            }
            continue;
        }
        match pieces.last_mut() {
            Some((begin, Piece::Word(word))) if cell - *begin <= word.chars().count() + 1 => {
                if cell - *begin > word.chars().count() {
                    word.push(' ');
                }
                word.push(character);
            }
            _ => pieces.push((cell, Piece::Word(character.to_string()))),
        }
    }
    pieces
}

fn draw_word(svg: &mut String, x: f32, y: f32, look: &Look, word: &str) {
    let width = word.chars().count() as f32 * WIDTH;
    let mut style = format!(" fill=\"{}\"", look.foreground);
    for (is_so, attribute) in [
        (look.is_bold, " font-weight=\"bold\""),
        (look.is_dim, " opacity=\"0.6\""),
        (look.is_underlined, " text-decoration=\"underline\""),
    ] {
        if is_so {
            style += attribute;
        }
    }
    // However wide the reader's glyphs are, the word takes the cells that it took.
    let _ = writeln!(
        svg,
        "<text x=\"{x}\" y=\"{y}\" textLength=\"{width}\" lengthAdjust=\"spacingAndGlyphs\"\
         {style}>{}</text>",
        escaped(word)
    );
}

/// A block from below, a shade, or the arms of a line; blocks and rules so many times.
fn draw_shape(svg: &mut String, x: f32, y: f32, look: &Look, shape: char, times: f32) {
    let eighths = |eighths: u32| HEIGHT * eighths as f32 / 8.0;
    let shade = match shape {
        '░' => 0.3,
        '▒' => 0.5,
        '▓' => 0.75,
        _ => 1.0,
    };
    let shade = if look.is_dim { shade * 0.6 } else { shade };
    let opacity = if shade < 1.0 { format!(" opacity=\"{shade}\"") } else { String::new() };
    let mut part = |x: f32, y: f32, width: f32, height: f32| {
        let fill = &look.foreground;
        let _ = writeln!(
            svg,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{fill}\" \
            {opacity}/>"
        );
    };
    if let '▁'..='█' = shape {
        let height = eighths(u32::from(shape) - u32::from('▁') + 1);
        return part(x, y + HEIGHT - height, WIDTH * times, height);
    }
    if matches!(shape, '░' | '▒' | '▓') {
        return part(x, y, WIDTH * times, HEIGHT);
    }
    if shape == '─' {
        return part(x, y + HEIGHT / 2.0, WIDTH * times, LINE);
    }
    let (middle, half) = (x + WIDTH / 2.0, HEIGHT / 2.0);
    // Which arms it has: to the left, right, up and down.
    let [left, right, up, down] = match shape {
        '│' => [false, false, true, true],
        '┌' => [false, true, false, true],
        '┐' => [true, false, false, true],
        '└' => [false, true, true, false],
        '┘' => [true, false, true, false],
        '├' => [false, true, true, true],
        '┤' => [true, false, true, true],
        '┬' => [true, true, false, true],
        '┴' => [true, true, true, false],
        '┼' => [true, true, true, true],
        _ => [true, true, false, false],
    };
    for (is_there, x, y, width, height) in [
        (left, x, y + half, WIDTH / 2.0, LINE),
        (right, middle, y + half, WIDTH / 2.0, LINE),
        (up, middle, y, LINE, half),
        (down, middle, y + half, LINE, half),
    ] {
        if is_there {
            part(x, y, width, height);
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU16;

    use super::draw;

    #[test]
    fn a_screen_is_drawn_with_its_colours_where_its_cells_are() {
        let (rows, columns) = (NonZeroU16::new(2), NonZeroU16::new(20));
        let mut parser = vt100::Parser::new(rows.expect("not 0"), columns.expect("not 0"), 0);
        parser.process(b"plain \x1b[1;31m<DOWN>\x1b[0m\r\n\x1b[7m  row \x1b[0m");
        let svg = draw(parser.screen());
        assert!(svg.contains(">plain</text>"), "{svg}");
        let down = "x=\"58\" y=\"23\" textLength=\"48\"";
        assert!(svg.lines().any(|line| line.contains(down) && line.contains("#e06c60")), "{svg}");
        assert!(svg.contains("&lt;DOWN&gt;") && svg.contains("bold"), "{svg}");
        assert!(svg.contains("<rect x=\"10\" y=\"27\" width=\"48\""), "{svg}");
    }
}
