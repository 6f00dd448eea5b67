//! The chart: a group of bars for each scenario, one for each proxy, a line where the cheapest
//! peer is.

use std::fmt::Write;

use crate::proxies::Proxy;
use crate::results::Results;
use crate::scenario::Scenario;

const WIDTH: f64 = 840.0;
/// Where the bars begin.
const LEFT: f64 = 200.0;
const BAR: f64 = 14.0;
const GAP: f64 = 16.0;
const TOP: f64 = 76.0;
/// A bar for a longer ratio is cut there, and its number tells the rest.
const LONGEST_RATIO: f64 = 4.0;
/// Room for the number behind the longest bar.
const NUMBER: f64 = 50.0;
const SCALE: f64 = (WIDTH - LEFT - NUMBER) / LONGEST_RATIO;

/// An SVG of the costs.
pub(crate) fn chart(results: &Results, scenarios: &[Scenario], proxies: &[Proxy]) -> String {
    let mut bars = String::new();
    let mut y = TOP;
    for scenario in scenarios {
        y = group(&mut bars, y, results, scenario, proxies);
    }
    let (height, one) = (y + 8.0, LEFT + SCALE);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
         font-family=\"system-ui, sans-serif\" font-size=\"12\">\n\
         <title>Processor time per request, relative to the cheapest peer</title>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n\
         <text x=\"16\" y=\"26\" font-size=\"16\" font-weight=\"600\" fill=\"#1f2328\">\
         Processor time per request, relative to the cheapest peer (less is better)</text>\n\
         <line x1=\"{one}\" x2=\"{one}\" y1=\"{}\" y2=\"{y}\" stroke=\"#1f2328\" \
         stroke-dasharray=\"3 3\"/>\n{}{bars}</svg>\n",
        TOP - 10.0,
        legend(proxies),
    )
}

fn legend(proxies: &[Proxy]) -> String {
    let mut legend = String::new();
    for (place, proxy) in proxies.iter().enumerate() {
        let x = 16.0 + 110.0 * place as f64;
        let (color, name) = (color(*proxy), proxy.name());
        let _ = writeln!(
            legend,
            "<rect x=\"{x}\" y=\"40\" width=\"12\" height=\"12\" fill=\"{color}\"/>\
             <text x=\"{}\" y=\"50\" fill=\"#1f2328\">{name}</text>",
            x + 18.0
        );
    }
    legend
}

/// Draws the bars of a scenario from `y` on: where the next group begins.
fn group(
    bars: &mut String,
    mut y: f64,
    results: &Results,
    scenario: &Scenario,
    proxies: &[Proxy],
) -> f64 {
    let _ = writeln!(
        bars,
        "<text x=\"{}\" y=\"{}\" text-anchor=\"end\" fill=\"#1f2328\">{}</text>",
        LEFT - 12.0,
        y + 11.0,
        scenario.title
    );
    for proxy in proxies {
        let Some(ratio) = results.ratio(scenario.name, *proxy) else { continue };
        let length = ratio.median.min(LONGEST_RATIO) * SCALE;
        let weight = if *proxy == Proxy::Gatewayd { 700 } else { 400 };
        let _ = writeln!(
            bars,
            "<rect x=\"{LEFT}\" y=\"{y}\" width=\"{length:.1}\" height=\"{}\" fill=\"{}\"/>\
             <text x=\"{:.1}\" y=\"{}\" font-size=\"11\" font-weight=\"{weight}\" fill=\"#1f2328\" \
             stroke=\"#ffffff\" stroke-width=\"4\" paint-order=\"stroke\">\
             {:.2}</text>",
            BAR - 2.0,
            color(*proxy),
            LEFT + length + 6.0,
            y + 10.0,
            ratio.median
        );
        y += BAR;
    }
    y + GAP
}

/// Told apart by people who see few colors too: one strong, the others light to dark.
fn color(proxy: Proxy) -> &'static str {
    match proxy {
        Proxy::Relay => "#d0d7de",
        Proxy::Gatewayd => "#d1480f",
        Proxy::Before | Proxy::Unlimited | Proxy::Watched | Proxy::Filtered => "#f2b591",
        Proxy::Nginx => "#7fb77e",
        Proxy::Haproxy => "#5b8fd6",
        Proxy::Envoy => "#8c6bb1",
        Proxy::Pingora => "#57606a",
    }
}
