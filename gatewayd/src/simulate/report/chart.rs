//! A chart for the terminal: a run in columns of text.

use super::Point;
use super::figures::{clock, short};

const WIDTH: usize = 72;
const HEIGHT: usize = 8;

/// A layer of a chart: what is drawn, and with which sign.
struct Layer {
    sign: char,
    heights: Vec<f64>,
}

/// What was answered and lost per second, and how many servers there were, over time.
pub(super) fn charts(series: &[Point]) -> String {
    if series.is_empty() {
        return String::new();
    }
    let column = |value: fn(&Point) -> f64| columns(series, value);
    let answered = column(|it| f64::from(it.answered));
    let lost = column(|it| f64::from(it.answered + it.lost));
    let mut text = draw(
        "requests/s   █ answered  ▒ lost",
        &[Layer { sign: '▒', heights: lost }, Layer { sign: '█', heights: answered }],
        None,
    );
    let serving = column(|it| f64::from(it.serving));
    let all = column(|it| f64::from(it.servers));
    text += "\n";
    text += &draw(
        "servers   █ serving  ░ starting, draining or ill  ─ needed",
        &[Layer { sign: '░', heights: all }, Layer { sign: '█', heights: serving }],
        Some(&column(|it| it.needed)),
    );
    text + &axis(series.len() as u64)
}

/// A value over time in one line, as high as `top` at most.
pub(super) fn sparkline(series: &[Point], value: fn(&Point) -> f64, top: f64) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let bar = |value: f64| {
        let step = (value / top.max(1.0) * BARS.len() as f64).ceil() as usize;
        BARS[step.clamp(1, BARS.len()) - 1]
    };
    if series.is_empty() {
        return String::new();
    }
    columns(series, value).into_iter().map(bar).collect()
}

/// The mean of each column's seconds.
fn columns(series: &[Point], value: fn(&Point) -> f64) -> Vec<f64> {
    let width = WIDTH.min(series.len());
    let column = |at: usize| {
        let (from, to) = (at * series.len() / width, (at + 1) * series.len() / width);
        let seconds = &series[from..to];
        seconds.iter().map(value).sum::<f64>() / seconds.len() as f64
    };
    (0..width).map(column).collect()
}

fn draw(title: &str, layers: &[Layer], line: Option<&[f64]>) -> String {
    let values = layers.iter().flat_map(|layer| &layer.heights).chain(line.into_iter().flatten());
    let top = values.copied().fold(0.0, f64::max).max(1.0);
    let mut text = format!("  {title}\n");
    for row in (0..HEIGHT).rev() {
        let label = if row + 1 == HEIGHT { short(top) } else { String::new() };
        let cells = (0..layers[0].heights.len()).map(|at| cell(layers, line, at, row, top));
        let cells: String = cells.collect();
        text += &format!("{label:>8} │{}\n", cells.trim_end());
    }
    text + &format!("{:>8} └{}\n", 0, "─".repeat(layers[0].heights.len()))
}

/// What stands in one place: the line over the last layer that reaches it.
fn cell(layers: &[Layer], line: Option<&[f64]>, at: usize, row: usize, top: f64) -> char {
    let rows = |value: f64| (value / top * HEIGHT as f64).round() as usize;
    if line.is_some_and(|line| line[at] > 0.0 && rows(line[at]).max(1) == row + 1) {
        return '─';
    }
    let mut reaching = layers
        .iter()
        .filter(|layer| rows(layer.heights[at]) > row || (row == 0 && layer.heights[at] > 0.0));
    reaching.next_back().map_or(' ', |layer| layer.sign)
}

fn axis(seconds: u64) -> String {
    let width = WIDTH.min(seconds as usize);
    let (middle, end) = (clock(seconds / 2), clock(seconds));
    let half = width.saturating_sub(middle.len()) / 2;
    let rest = width.saturating_sub(half + middle.len() + 1);
    format!("{:>10}{:half$}{middle}{end:>rest$}\n", "0", "")
}
