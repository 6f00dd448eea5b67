//! A chart as SVG: requests above, servers below, one line for each policy that was run.

use std::fmt::Write;

use super::figures::{clock, short};
use super::{Point, Report};
use crate::simulate::scenario::Scenario;

const WIDTH: f64 = 960.0;
const PANEL: f64 = 220.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 20.0;
const TOP: f64 = 50.0;
const GAP: f64 = 60.0;
const HEIGHT: f64 = TOP + 2.0 * PANEL + GAP + 60.0;
/// The most points of a line.
const MOST_POINTS: usize = 900;
/// Colours that the colour-blind can tell apart (Okabe and Ito).
const COLOURS: [&str; 4] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7"];
const GREY: &str = "#777";

/// One line of a panel.
struct Line<'a> {
    name: String,
    colour: &'a str,
    dashed: bool,
    values: Vec<f64>,
}

/// The runs as a chart.
pub(in crate::simulate) fn svg(scenario: &Scenario, seed: u64, reports: &[Report]) -> String {
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         font-family=\"sans-serif\" font-size=\"13\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n\
         <text x=\"{LEFT}\" y=\"20\" font-size=\"16\">{}, seed {seed}</text>\n",
        escaped(&scenario.name)
    );
    let Some(first) = reports.first() else { return text + "</svg>\n" };
    let line = |report: &Report, colour, what: &str, value: fn(&Point) -> f64| Line {
        name: format!("{}{what}", report.policy),
        colour,
        dashed: false,
        values: thinned(&report.series, value),
    };
    let reference = |name: &str, value| Line {
        name: name.to_owned(),
        colour: GREY,
        dashed: true,
        values: thinned(&first.series, value),
    };
    let colours = || reports.iter().zip(COLOURS.iter().cycle());
    let mut requests = vec![reference("offered", |it| f64::from(it.offered))];
    requests.extend(
        colours().map(|(it, colour)| line(it, colour, " answered", |it| f64::from(it.answered))),
    );
    let mut servers = vec![reference("needed", |it| it.needed)];
    servers.extend(
        colours().map(|(it, colour)| line(it, colour, " serving", |it| f64::from(it.serving))),
    );
    panel(&mut text, TOP, "requests/s", &requests, first);
    panel(&mut text, TOP + PANEL + GAP, "servers", &servers, first);
    text + "</svg>\n"
}

fn panel(text: &mut String, top: f64, title: &str, lines: &[Line<'_>], report: &Report) {
    let most = lines.iter().flat_map(|line| &line.values).copied().fold(1.0, f64::max);
    let (right, bottom) = (WIDTH - RIGHT, top + PANEL);
    // Writing to a String does not fail.
    let mut put = |element: String| {
        let _ = writeln!(text, "{element}");
    };
    for fault in &report.faults {
        let x = |second: u64| LEFT + second as f64 / report.seconds.max(1) as f64 * (right - LEFT);
        let (from, to) = (x(fault.second), x(fault.second + fault.seconds).min(right));
        put(format!(
            "<rect x=\"{from:.1}\" y=\"{top}\" width=\"{:.1}\" height=\"{PANEL}\" fill=\"#f0e442\" \
             opacity=\"0.3\"><title>{}</title></rect>",
            (to - from).max(1.0),
            escaped(&fault.what)
        ));
    }
    put(format!("<path d=\"M{LEFT} {top}V{bottom}H{right}\" fill=\"none\" stroke=\"#333\"/>"));
    put(format!(
        "<text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"end\">{}</text>",
        LEFT - 8.0,
        top + 10.0,
        short(most)
    ));
    put(format!("<text x=\"{:.0}\" y=\"{bottom}\" text-anchor=\"end\">0</text>", LEFT - 8.0));
    for quarter in 0..=4_u64 {
        let x = LEFT + quarter as f64 / 4.0 * (right - LEFT);
        let at = clock(report.seconds * quarter / 4);
        put(format!(
            "<text x=\"{x:.1}\" y=\"{:.0}\" text-anchor=\"middle\">{at}</text>",
            bottom + 18.0
        ));
    }
    let mut x = LEFT;
    put(format!("<text x=\"{x}\" y=\"{:.0}\" font-weight=\"bold\">{title}</text>", top - 8.0));
    x += 90.0;
    for line in lines {
        let (Line { colour, name, .. }, y) = (line, top - 8.0);
        put(format!("<text x=\"{x}\" y=\"{y:.0}\" fill=\"{colour}\">{}</text>", escaped(name)));
        x += 8.0 * name.len() as f64 + 16.0;
        put(polyline(line, most, top));
    }
}

fn polyline(line: &Line<'_>, most: f64, top: f64) -> String {
    let last = line.values.len().saturating_sub(1).max(1) as f64;
    let point = |(at, value): (usize, &f64)| {
        let x = LEFT + at as f64 / last * (WIDTH - RIGHT - LEFT);
        format!("{x:.1},{:.1}", top + PANEL - value / most * PANEL)
    };
    let points: Vec<String> = line.values.iter().enumerate().map(point).collect();
    let dashes = if line.dashed { " stroke-dasharray=\"4 3\"" } else { "" };
    format!(
        "<polyline fill=\"none\" stroke=\"{}\" stroke-width=\"1.5\"{dashes} points=\"{}\"/>",
        line.colour,
        points.join(" ")
    )
}

/// At most so many points, each the mean of its seconds.
fn thinned(series: &[Point], value: fn(&Point) -> f64) -> Vec<f64> {
    let each = series.len().div_ceil(MOST_POINTS).max(1);
    let mean = |seconds: &[Point]| seconds.iter().map(value).sum::<f64>() / seconds.len() as f64;
    series.chunks(each).map(mean).collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
