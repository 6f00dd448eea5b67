//! `[[pool]]`: interchangeable backends, how traffic is spread over them, how they are checked.

use std::num::NonZeroU32;
use std::time::Duration;

use super::autoscale::autoscale;
use super::ejection::ejection;
use super::fields::Fields;
use super::health::health;
use super::names::Noun;
use super::sticky::sticky;
use super::value::Value;
use super::words::{choice, suggestion};
use crate::model::{
    Backend, Balance, Capacity, EjectionRules, HashKey, HealthCheck, LimitKey, Pool, Source,
    Standing, Weight, Weights,
};

const DEFAULT_SLOW_START: Duration = Duration::from_secs(30);
const MOST_REQUESTS: i64 = 1_000_000;
const SHORTEST_PATIENCE: Duration = Duration::from_millis(1);
const LONGEST_PATIENCE: Duration = Duration::from_secs(60);
const LONGEST_SLOW_START: Duration = Duration::from_secs(60 * 60);

const BALANCES: [(&str, Method); 4] = [
    ("round-robin", Method::RoundRobin),
    ("least-connections", Method::LeastConnections),
    ("consistent-hash", Method::ConsistentHash),
    ("peak-ewma", Method::PeakEwma),
];

/// A way to balance before its hash key is known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Method {
    RoundRobin,
    LeastConnections,
    ConsistentHash,
    PeakEwma,
}

/// Reads one `[[pool]]`.
pub(super) fn pool(value: Value<'_>) -> Option<Pool> {
    value.table("[[pool]]", &[], |fields| {
        let name = fields.required("name", "\"app\"", |value| value.new_name(Noun::Pool));
        let balance = balance(fields);
        let weights = weights(fields, &balance);
        let slow_start = fields.defaulted("slow_start", DEFAULT_SLOW_START, |value| {
            value.duration(Duration::ZERO..=LONGEST_SLOW_START)
        });
        let health = fields.defaulted("health", HealthCheck::default(), health);
        let rules = EjectionRules::default();
        let ejection = fields.defaulted("ejection", rules, ejection);
        let threshold = Pool::DEFAULT_PANIC_THRESHOLD;
        let panic_threshold = fields.defaulted("panic_threshold", threshold, |value| {
            u8::try_from(value.number(0..=100)?).ok()
        });
        let capacity = capacity(fields);
        let h2 = fields.defaulted("h2", false, Value::flag);
        let sticky = fields.defaulted("sticky", None, |value| sticky(value).map(Some));
        let backends = fields.each("backend", "[[pool.backend]]", backend);
        let scaled = fields.place("autoscale").is_some();
        let autoscale = fields.optional("autoscale", autoscale);
        if scaled && autoscale.is_none() {
            return None;
        }
        Some(Pool {
            name: name?,
            balance,
            weights: weights?,
            slow_start: slow_start?,
            health: health?,
            ejection: ejection?,
            panic_threshold: panic_threshold?,
            capacity: capacity?,
            h2: h2?,
            sticky: sticky?,
            backends,
            autoscale,
        })
    })
}

fn capacity(fields: &mut Fields<'_>) -> Option<Capacity> {
    let usual = Capacity::default();
    let requests = fields.optional("max_requests", |value| {
        let number = value.number(1..=MOST_REQUESTS)?;
        u32::try_from(number).ok().and_then(NonZeroU32::new)
    });
    if requests.is_none() && fields.place("max_requests").is_none() {
        for key in ["max_pending", "pending_timeout"] {
            let message = format!("{key} without max_requests: nobody ever waits");
            fields.refuse(key, &message, "write max_requests, or leave this out");
        }
    }
    let pending = fields.defaulted("max_pending", usual.pending, |value| {
        u32::try_from(value.number(0..=MOST_REQUESTS)?).ok()
    });
    let patience = fields.defaulted("pending_timeout", usual.patience, |value| {
        value.duration(SHORTEST_PATIENCE..=LONGEST_PATIENCE)
    });
    Some(Capacity { requests, pending: pending?, patience: patience? })
}

/// Reads how a pool is balanced.
pub(crate) fn balance(fields: &mut Fields<'_>) -> Balance {
    let method = fields.optional("balance", |value| value.one_of(&BALANCES));
    let key = fields.optional("hash_key", hash_key);
    let hashed = method == Some(Method::ConsistentHash);
    if !hashed && (method.is_some() || fields.place("balance").is_none()) {
        fields.refuse(
            "hash_key",
            "a hash_key without consistent hashing",
            "write balance = \"consistent-hash\", or leave hash_key out",
        );
    }
    match method {
        Some(Method::ConsistentHash) => Balance::ConsistentHash(key.unwrap_or(HashKey::ClientIp)),
        Some(Method::LeastConnections) => Balance::LeastConnections,
        Some(Method::PeakEwma) => Balance::PeakEwma,
        Some(Method::RoundRobin) | None => Balance::RoundRobin,
    }
}

/// Reads whose word on weights counts.
fn weights(fields: &mut Fields<'_>, balance: &Balance) -> Option<Weights> {
    let words = [("fixed", Weights::Fixed), ("orca", Weights::Orca)];
    let weights = fields.defaulted("weights", Weights::Fixed, |value| value.one_of(&words));
    if weights == Some(Weights::Orca) && matches!(balance, Balance::ConsistentHash(_)) {
        let message = "weights that follow reports would move keys all the time";
        fields.refuse("weights", message, "leave weights out, or balance in another way");
        return None;
    }
    weights
}

/// A hash key is written as a limit's key is, but for the path, and a route is none.
fn hash_key(value: Value<'_>) -> Option<HashKey> {
    let text = value.text()?;
    let words = ["client-ip", "path", "header:NAME", "cookie:NAME"];
    match (text, text.parse()) {
        ("path", _) => Some(HashKey::Path),
        (_, Ok(LimitKey::ClientIp)) => Some(HashKey::ClientIp),
        (_, Ok(LimitKey::Header(name))) => Some(HashKey::Header(name)),
        (_, Ok(LimitKey::Cookie(name))) => Some(HashKey::Cookie(name)),
        (_, Ok(LimitKey::Route | LimitKey::Global) | Err(_)) => value.refuse(
            format!("{text:?} is not a hash key, expected {}", choice(&words)),
            &suggestion(text, &words),
        ),
    }
}

fn backend(value: Value<'_>) -> Option<Backend> {
    value.table("[[pool.backend]]", &[], |fields| {
        let name = fields.required("name", "\"app-1\"", |value| value.new_name(Noun::Backend));
        let address = fields.required("address", "\"10.0.0.11:9000\"", Value::backend_address);
        let weight = fields.defaulted("weight", Weight::DEFAULT, weight);
        Some(Backend {
            name: name?,
            address: address?,
            weight: weight?,
            standing: Standing::Active,
            mark: None,
            ramp: None,
            source: Source::Hand,
        })
    })
}

fn weight(value: Value<'_>) -> Option<Weight> {
    value.number(0..=i64::from(Weight::MAX.get()))?.try_into().ok()
}
