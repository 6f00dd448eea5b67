//! Limits: what one client may ask, what the rejected one hears, and who is not concerned.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod answers;
mod at_once;
mod blocks;
mod collapse;
mod counting;
mod every_window;
mod inquiries;
mod keys;
mod rates;
mod reset;
mod shadow;
mod spray;
mod trials;

use gateway_tests::{Client, Fleet, Gateway, Protocol, Setup};
use serde_json::Value;

/// A gateway in front of `fleet` that believes whoever says whose request it brings.
fn trusting(rest: &str, fleet: &Fleet) -> Gateway {
    Setup::default().trusting("127.0.0.0/8").start(&(rest.to_owned() + &fleet.pool("")))
}

/// One route for everything, with the limit `all` written as `keys`.
fn limited(keys: &str) -> String {
    format!(
        r#"
[[route]]
name = "everything"
match = {{ path = "/*" }}
pool = "app"
limits = ["all"]

[[limit]]
name = "all"
{keys}

"#
    )
}

/// A client of `gateway` that comes from `address`.
fn client(gateway: &Gateway, address: &str) -> Client {
    gateway.client(Protocol::Http).with("x-forwarded-for", address)
}

/// The statuses of `times` requests.
fn statuses(client: &mut Client, times: usize) -> Vec<u16> {
    (0..times).map(|_| client.get("/healthz").status.as_u16()).collect()
}

/// How many of `times` requests pass.
fn passed(client: &mut Client, times: usize) -> usize {
    statuses(client, times).iter().filter(|status| **status != 429).count()
}

/// The limit `all`, as `limit list` shows it.
fn listed(gateway: &Gateway) -> Value {
    gateway.ctl.items("limit list").into_iter().find(|it| it["name"] == "all").unwrap()
}
