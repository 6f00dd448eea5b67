//! Is a request one that a watcher wants to see, and is it this one of so many that is shown?

use std::io::Write as _;
use std::net::IpAddr;

use crate::model::{
    NumberComparison, NumberField, Served, TextComparison, TextField, TrafficFilter, TrafficTest,
    WantedClient,
};

/// Whether `served` fits `filter`. What is not known equals `-` and nothing else.
#[must_use]
pub fn admits(filter: &TrafficFilter, served: &Served) -> bool {
    match filter {
        TrafficFilter::Any(parts) => parts.iter().any(|part| admits(part, served)),
        TrafficFilter::All(parts) => parts.iter().all(|part| admits(part, served)),
        TrafficFilter::Not(part) => !admits(part, served),
        TrafficFilter::Test(test) => holds(test, served),
    }
}

/// Whether the `nth` request that fits, from 0, is the one of every `sample` that is shown. Which of
/// them it is changes by chance, so that it is never the same backend's turn.
#[must_use]
pub fn is_shown(nth: u64, sample: u32, seed: u64) -> bool {
    let sample = u64::from(sample.max(1));
    if sample == 1 {
        return true;
    }
    nth % sample == mixed(seed ^ (nth / sample)) % sample
}

/// The finalizer of SplitMix64.
fn mixed(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

fn holds(test: &TrafficTest, served: &Served) -> bool {
    match test {
        TrafficTest::Client(comparison, wanted) => {
            let is = |wanted: &WantedClient| is_client(wanted, *comparison, served.client);
            wanted.iter().any(is) != (*comparison == TextComparison::Unequal)
        }
        TrafficTest::Text(field, comparison, wanted) => {
            let text = text(*field, served);
            let is = |wanted: &String| is_text(wanted, *comparison, text);
            wanted.iter().any(is) != (*comparison == TextComparison::Unequal)
        }
        TrafficTest::Number(field, comparison, wanted) => {
            let number = number(*field, served);
            let is = |wanted: &Option<f64>| is_number(*wanted, *comparison, number);
            wanted.iter().any(is) != (*comparison == NumberComparison::Unequal)
        }
    }
}

/// Whether the client is one that is wanted; of an inequality, whether it is one that is not.
fn is_client(wanted: &WantedClient, comparison: TextComparison, client: IpAddr) -> bool {
    match wanted {
        WantedClient::In(network) => network.contains(&client),
        WantedClient::Like(pattern) => {
            // As long as an address is at most; each request is judged, so nothing is allocated.
            let mut room = [0_u8; 64];
            let mut rest = &mut room[..];
            let written = write!(rest, "{client}").map(|()| rest.len());
            let length = 64 - written.unwrap_or(64);
            is_text(pattern, comparison, std::str::from_utf8(&room[..length]).ok())
        }
    }
}

/// The same of a text.
fn is_text(wanted: &str, comparison: TextComparison, text: Option<&str>) -> bool {
    match (comparison, text) {
        (TextComparison::Contains, Some(text)) => contains(text, wanted),
        (TextComparison::Contains, None) => false,
        (_, Some(text)) => fits(wanted, text),
        (_, None) => wanted == "-",
    }
}

/// The same of a number.
fn is_number(wanted: Option<f64>, comparison: NumberComparison, number: Option<f64>) -> bool {
    match comparison {
        NumberComparison::Equal | NumberComparison::Unequal => wanted == number,
        NumberComparison::Less => wanted.zip(number).is_some_and(|(wanted, it)| it < wanted),
        NumberComparison::AtMost => wanted.zip(number).is_some_and(|(wanted, it)| it <= wanted),
        NumberComparison::More => wanted.zip(number).is_some_and(|(wanted, it)| it > wanted),
        NumberComparison::AtLeast => wanted.zip(number).is_some_and(|(wanted, it)| it >= wanted),
    }
}

/// Whether `text` is `pattern`, where each `*` stands for any text.
fn fits(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(start) else { return false };
    let Some((middle, end)) = rest.rsplit_once('*') else { return text.ends_with(rest) };
    for part in middle.split('*') {
        let Some(at) = text.find(part) else { return false };
        text = &text[at + part.len()..];
    }
    text.ends_with(end)
}

/// Whether `wanted`, in lower case, is somewhere in `text`.
fn contains(text: &str, wanted: &str) -> bool {
    let (text, wanted) = (text.as_bytes(), wanted.as_bytes());
    let Some(first) = wanted.first() else { return true };
    let mut rest = text;
    while let Some(at) = memchr::memchr2(*first, first.to_ascii_uppercase(), rest) {
        rest = &rest[at..];
        let Some(part) = rest.get(..wanted.len()) else { return false };
        if part.eq_ignore_ascii_case(wanted) {
            return true;
        }
        rest = &rest[1..];
    }
    false
}

fn text(field: TextField, served: &Served) -> Option<&str> {
    let told = |text: &'static str| Some(text).filter(|text| !text.is_empty());
    let some = |text| Some(text).filter(|text: &&str| !text.is_empty());
    match field {
        TextField::Method => served.method.as_ref().map(http::Method::as_str),
        TextField::Host => some(&served.host),
        TextField::Path => some(served.told_path()),
        TextField::Route => served.route.as_ref().map(|it| it.as_str()),
        TextField::Pool => served.pool.as_ref().map(|it| it.as_str()),
        TextField::Backend => served.backend().map(|it| it.as_str()),
        TextField::Rule => served.rule.as_ref().map(|it| it.as_str()),
        TextField::Refused => served.refused.map(|it| it.word()),
        TextField::Protocol => told(served.protocol),
        TextField::Tls => served.tls.map(|it| it.word()),
        TextField::Agent => some(&served.agent),
        TextField::RequestId => some(&served.request_id),
        TextField::TraceId => some(&served.trace_id),
    }
}

fn number(field: NumberField, served: &Served) -> Option<f64> {
    let ms = |us: u64| us as f64 / 1000.0;
    match field {
        NumberField::Status => served.status.map(f64::from),
        NumberField::TotalMs => Some(ms(served.total_us)),
        NumberField::QueueMs => served.queue_us.map(ms),
        NumberField::ConnectMs => served.connect_us.map(ms),
        NumberField::TtfbMs => served.ttfb_us.map(ms),
        NumberField::InBytes => Some(served.in_bytes as f64),
        NumberField::OutBytes => Some(served.out_bytes as f64),
        NumberField::Tries => Some(served.attempts.len() as f64),
        NumberField::Id => Some(served.id as f64),
    }
}

#[cfg(test)]
mod tests;
