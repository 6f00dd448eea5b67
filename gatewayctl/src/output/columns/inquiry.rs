//! The columns of rejections, simulations and clients.

use crate::{
    model::{ClientPicture, LimitUse, Rejection, Simulation, Value},
    output::{Column, Rank, Unit},
};

use super::limit::offenders;

type OfRejection = Column<Rejection>;
type OfSimulation = Column<Simulation>;
type OfClient = Column<ClientPicture>;

/// The columns of rejections.
pub const REJECTION: &[Column<Rejection>] = &[
    OfRejection::new("rule", "RULE", Unit::Name, |it, _| Value::text(&it.rule)).rank(Rank::Key),
    OfRejection::new("by", "BY", Unit::Name, |it, _| Value::text(&it.by)).rank(Rank::Detail),
    OfRejection::new("client", "CLIENT", Unit::Name, |it, _| Value::told(&it.client))
        .rank(Rank::Key),
    OfRejection::new("key", "KEY", Unit::Text, |it, _| Value::told(&it.key)).rank(Rank::Extra),
    OfRejection::new("path", "PATH", Unit::Text, |it, _| Value::told(&it.path)),
    OfRejection::new("rejected_per_s", "REJ/S", Unit::Rate, |it, _| it.rejected_per_s.into())
        .rank(Rank::Key),
    OfRejection::new("error_per_s", "±", Unit::Rate, |it, _| it.error_per_s.into())
        .rank(Rank::Detail),
    OfRejection::new("passed_per_s", "PASS/S", Unit::Rate, |it, _| it.passed_per_s.into()),
    OfRejection::new("since", "SINCE", Unit::Since, |it, _| Value::Time(it.since_ms)),
];

/// The columns of a simulation.
pub const SIMULATION: &[Column<Simulation>] = &[
    OfSimulation::new("limit", "LIMIT", Unit::Name, |it, _| Value::text(&it.limit)).rank(Rank::Key),
    OfSimulation::new("rule", "WITH", Unit::Name, |it, _| Value::text(&it.rule)).rank(Rank::Key),
    OfSimulation::new("covered_s", "OF THE LAST", Unit::Seconds, |it, _| it.covered_s.into()),
    OfSimulation::new("arrived", "REQUESTS", Unit::Count, |it, _| it.arrived.into()),
    OfSimulation::new("rejected", "WERE REJECTED", Unit::Count, |it, _| it.were_refused.into()),
    OfSimulation::new("would_reject", "WOULD BE", Unit::Count, |it, _| it.would_refuse.into()),
    OfSimulation::new("keys", "CLIENTS", Unit::Count, |it, _| it.keys.into()),
    OfSimulation::new("keys_rejected", "CLIENTS REJECTED", Unit::Count, |it, _| {
        it.keys_were_refused.into()
    }),
    OfSimulation::new("keys_would_reject", "WOULD BE REJECTED", Unit::Count, |it, _| {
        it.keys_would_refuse.into()
    }),
    OfSimulation::new("keys_newly_rejected", "OF THEM NEW", Unit::Count, |it, _| {
        it.keys_newly_refused.into()
    }),
    OfSimulation::new("top", "MOST REJECTED", Unit::List, |it, _| offenders(&it.top)),
];

/// The columns of a client.
pub const CLIENT: &[Column<ClientPicture>] = &[
    OfClient::new("client", "CLIENT", Unit::Name, |it, _| Value::text(&it.address)).rank(Rank::Key),
    OfClient::new("why", "WHY", Unit::Text, |it, _| Value::text(&it.why)),
    OfClient::new("blocked_by", "BLOCKED BY", Unit::List, |it, _| texts(&it.blocked_by)),
    OfClient::new("asked", "ASKED", Unit::Count, |it, _| it.asked.into()),
    OfClient::new("rejected", "REJECTED", Unit::Count, |it, _| it.refused.into()),
    OfClient::new("first_seen", "FIRST SEEN", Unit::Moment, |it, _| Value::time(it.first_seen_ms)),
    OfClient::new("last_seen", "LAST SEEN", Unit::Moment, |it, _| Value::time(it.last_seen_ms)),
    OfClient::new("paths", "REJECTED AT", Unit::List, |it, _| texts(&it.paths)),
    OfClient::new("rules", "RULES", Unit::List, |it, _| {
        Value::List(it.uses.iter().map(rule).collect())
    }),
];

fn rule(it: &LimitUse) -> Value {
    Value::Parts(vec![
        ("rule", Value::text(&it.rule)),
        ("route", Value::told(&it.route)),
        ("allows", Value::told(&it.allows)),
        ("mode", Value::text(it.mode.word())),
        ("used", it.used.map_or(Value::Unknown, Value::from)),
        ("free_in_s", it.free_s.map_or(Value::Unknown, Value::Number)),
        ("note", Value::told(&it.note)),
    ])
}

fn texts(all: &[String]) -> Value {
    Value::List(all.iter().map(|text| Value::text(text)).collect())
}
