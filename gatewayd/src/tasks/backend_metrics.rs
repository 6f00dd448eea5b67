//! The metrics of backends.

use crate::model::{AttemptFailure, BackendView, Health};

use super::metrics::Exposition;

/// What each backend has.
pub(super) fn of_each(out: &mut Exposition, backends: &[BackendView]) {
    type Read = fn(&BackendView) -> f64;
    let families: [(&str, &str, &str, Read); 8] = [
        ("gateway_backend_attempts_total", "counter", "Attempts.", |it| it.requests_total as f64),
        ("gateway_backend_failures_total", "counter", "Failed attempts.", |it| {
            it.errors_total as f64
        }),
        (
            "gateway_backend_retried_away_total",
            "counter",
            "Requests that went from it to another backend because it failed them.",
            |it| it.retried_away_total as f64,
        ),
        ("gateway_backend_in_flight", "gauge", "Requests under way.", |it| it.in_flight as f64),
        ("gateway_backend_connections", "gauge", "Connections to it that are open.", |it| {
            f64::from(it.connections)
        }),
        ("gateway_backend_weight", "gauge", "Weight the balancer uses now.", |it| {
            f64::from(it.effective_weight)
        }),
        ("gateway_backend_ejected", "gauge", "Whether it is out for its answers.", |it| {
            f64::from(u8::from(it.health == Health::Ejected))
        }),
        ("gateway_backend_healthy", "gauge", "Whether probes and traffic find it so.", |it| {
            f64::from(u8::from(it.health == Health::Healthy))
        }),
    ];
    for (name, kind, help, read) in families {
        out.family(name, kind, help);
        for backend in backends {
            let labels = [("pool", backend.pool.as_str()), ("backend", backend.name.as_str())];
            out.sample(name, &labels, read(backend));
        }
    }
}

/// What only some backends have: failures of a kind, idle connections, a memory that they tell of.
pub(super) fn of_some(out: &mut Exposition, backends: &[BackendView]) {
    let name = "gateway_backend_failures_by_reason_total";
    out.family(name, "counter", "Failed attempts by why, of each that there was.");
    for it in backends {
        for failure in AttemptFailure::ALL {
            let labels = [
                ("pool", it.pool.as_str()),
                ("backend", it.name.as_str()),
                ("reason", failure.word()),
            ];
            if it.failures.of(failure) > 0 {
                out.sample(name, &labels, it.failures.of(failure));
            }
        }
    }
    type Read = fn(&BackendView) -> Option<f64>;
    let families: [(&str, &str, Read); 2] = [
        ("gateway_backend_connections_idle", "Those of them that wait for a request.", |it| {
            it.connections_idle.map(f64::from)
        }),
        ("gateway_backend_memory_ratio", "Memory use it reported.", |it| it.memory_ratio),
    ];
    for (name, help, read) in families {
        out.family(name, "gauge", help);
        for it in backends {
            let labels = [("pool", it.pool.as_str()), ("backend", it.name.as_str())];
            if let Some(value) = read(it) {
                out.sample(name, &labels, value);
            }
        }
    }
}
