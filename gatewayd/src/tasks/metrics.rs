//! The metrics listener: Prometheus text, `/livez` and `/readyz`. It answers GET and changes
//! nothing.

use std::convert::Infallible;
use std::fmt::Write;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};

use crate::model::{Distribution, Phase, PoolView, ScalerView, Snapshot};
use crate::net::accept;
use crate::state::{Denial, Denials, MessagePace, Observatory, Reloads, Scalers};

use super::backend_metrics;

const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// Serves on `listener` for as long as the process lives.
pub async fn serve_metrics(
    listener: TcpListener,
    observatory: Observatory,
    scalers: Scalers,
    denials: Denials,
    reloads: Reloads,
) {
    let told = Told { observatory, scalers, denials, reloads };
    let pace = MessagePace::default();
    loop {
        let (stream, _) = accept(&listener, |error| {
            if let Some(more) = pace.due() {
                tracing::warn!(%error, more, "metrics wait: this process is short of something");
            }
        })
        .await;
        tokio::spawn(serve(stream, told.clone()));
    }
}

/// What metrics are told from.
#[derive(Clone)]
struct Told {
    observatory: Observatory,
    scalers: Scalers,
    denials: Denials,
    reloads: Reloads,
}

async fn serve(stream: TcpStream, told: Told) {
    let service = service_fn(move |request| {
        let told = told.clone();
        async move { Ok::<_, Infallible>(answer(&request, &told).await) }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    // A scraper that hangs up is no fault of ours.
    let _ = http.serve_connection(TokioIo::new(stream), service).await;
}

async fn answer(request: &Request<Incoming>, told: &Told) -> Response<Full<Bytes>> {
    let Told { observatory, .. } = told;
    if request.method() != Method::GET {
        let mut refused = text(StatusCode::METHOD_NOT_ALLOWED, "only GET\n".into());
        refused.headers_mut().insert(ALLOW, HeaderValue::from_static("GET"));
        return refused;
    }
    match request.uri().path() {
        "/livez" => text(StatusCode::OK, "alive\n".into()),
        "/readyz" => match observatory.fresh().await {
            Some(snapshot) if snapshot.ready => text(StatusCode::OK, "ready\n".into()),
            Some(snapshot) => text(StatusCode::SERVICE_UNAVAILABLE, why_not_ready(&snapshot)),
            None => text(StatusCode::SERVICE_UNAVAILABLE, "stopping\n".into()),
        },
        "/metrics" => match observatory.fresh().await {
            Some(snapshot) => text(StatusCode::OK, exposition(&snapshot, told)),
            None => text(StatusCode::SERVICE_UNAVAILABLE, "stopping\n".into()),
        },
        _ => text(StatusCode::NOT_FOUND, "/metrics, /livez or /readyz\n".into()),
    }
}

fn text(status: StatusCode, body: String) -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::from(body));
    *answer.status_mut() = status;
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    answer.headers_mut().insert(CONTENT_TYPE, kind);
    answer
}

fn why_not_ready(snapshot: &Snapshot) -> String {
    if snapshot.phase != Phase::Running {
        return "not ready:\nit drains to end\n".to_owned();
    }
    let waiting = snapshot.pools.iter().filter(|pool| pool.ready == 0);
    waiting.fold("not ready:\n".to_owned(), |told, pool| {
        told + &format!("pool {} has no backend that takes requests\n", pool.name)
    })
}

/// The text format 0.0.4 of Prometheus.
#[derive(Default)]
pub(super) struct Exposition(String);

impl Exposition {
    /// Begins a family; its samples follow.
    pub(super) fn family(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    /// One sample. Names are plain and need no escapes (`model::Name`).
    pub(super) fn sample(
        &mut self,
        name: &str,
        labels: &[(&str, &str)],
        value: impl std::fmt::Display,
    ) {
        let labels: Vec<String> =
            labels.iter().map(|(label, value)| format!("{label}=\"{value}\"")).collect();
        let labels =
            if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        let _ = writeln!(self.0, "{name}{labels} {value}");
    }

    /// A family of one sample.
    fn single(&mut self, name: &str, kind: &str, help: &str, value: impl std::fmt::Display) {
        self.family(name, kind, help);
        self.sample(name, &[], value);
    }
}

fn exposition(snapshot: &Snapshot, told: &Told) -> String {
    let mut out = Exposition::default();
    gateway(&mut out, snapshot);
    let name = "gateway_admin_denied_total";
    out.family(name, "counter", "Callers of the admin API that were told no, by why.");
    for why in Denial::ALL {
        out.sample(name, &[("why", why.word())], told.denials.total(why));
    }
    reloaded(&mut out, &told.reloads);
    backend_metrics::of_each(&mut out, &snapshot.backends);
    backend_metrics::of_some(&mut out, &snapshot.backends);
    limits(&mut out, snapshot);
    scaling(&mut out, &told.scalers.views());
    let name = "gateway_certificate_expires_seconds";
    out.family(name, "gauge", "Unix time at which the listener's certificate expires.");
    for listener in &snapshot.listeners {
        if let Some(expires_ms) = listener.certificate_expires_ms {
            out.sample(name, &[("listener", listener.name.as_str())], expires_ms / 1000);
        }
    }
    out.0
}

fn reloaded(out: &mut Exposition, reloads: &Reloads) {
    let reloads = reloads.all();
    let name = "gateway_reload_failed_total";
    let help =
        "Times that the file, or a listener's certificates, were refused and the old stayed.";
    out.family(name, "counter", help);
    for (what, it) in &reloads {
        out.sample(name, &[("what", what)], it.refused_total);
    }
    let name = "gateway_reload_good_seconds";
    out.family(name, "gauge", "Unix time at which they were last read and found good.");
    for (what, it) in &reloads {
        out.sample(name, &[("what", what)], it.good_ms as f64 / 1000.0);
    }
}

fn gateway(out: &mut Exposition, snapshot: &Snapshot) {
    let totals = &snapshot.totals;
    let total = totals.requests_total;
    out.single("gateway_requests_total", "counter", "Requests answered.", total);
    out.single("gateway_errors_total", "counter", "Answers of 5xx.", totals.errors_total);
    out.family("gateway_responses_total", "counter", "Answers by the class of their status.");
    for (class, total) in ["1xx", "2xx", "3xx", "4xx", "5xx"].into_iter().zip(totals.by_class) {
        out.sample("gateway_responses_total", &[("class", class)], total);
    }
    out.family("gateway_rejected_total", "counter", "Requests the gateway answered by itself.");
    for refused in &snapshot.refused {
        out.sample("gateway_rejected_total", &[("reason", refused.reason)], refused.total);
    }
    let counters = [
        ("connections_made", "Connections to backends begun.", totals.connections_made_total),
        ("connections_shared", "Idle ones let to other workers.", totals.connections_shared_total),
        ("connections_taken", "Those taken by other workers.", totals.connections_taken_total),
    ];
    for (word, help, total) in counters {
        out.single(&format!("gateway_upstream_{word}_total"), "counter", help, total);
    }
    let counters = [
        ("retries", "Attempts on a second backend.", totals.retries_total),
        (
            "retries_denied",
            "Attempts not made again because too many were under way.",
            totals.retries_denied_total,
        ),
        ("idle_closed", "Idle connections closed to make room.", totals.idle_closed_total),
        (
            "trailers_dropped",
            "Trailers dropped because they must not stand behind a body.",
            totals.trailers_dropped_total,
        ),
        (
            "load_reports_malformed",
            "Load reports of backends (ORCA) that break their grammar.",
            totals.reports_malformed_total,
        ),
        (
            "handshake_failures",
            "Connections that failed to speak TLS.",
            totals.handshake_failures_total,
        ),
        ("access_log_dropped", "Access log lines dropped.", totals.access_log_dropped_total),
        (
            "log_dropped",
            "Lines of the log on stderr dropped, for whoever reads it was too slow.",
            totals.log_dropped_total,
        ),
    ];
    for (word, help, total) in counters {
        out.single(&format!("gateway_{word}_total"), "counter", help, total);
    }
    latency(out, &snapshot.latency);
    out.family("gateway_pool_pending", "gauge", "Requests that wait for a place on a backend.");
    for pool in &snapshot.pools {
        out.sample("gateway_pool_pending", &[("pool", pool.name.as_str())], pool.pending);
    }
    pools(out, &snapshot.pools);
    out.single("gateway_in_flight", "gauge", "Requests under way.", totals.in_flight);
    out.single("gateway_connections", "gauge", "Client connections open.", totals.connections);
    out.single("gateway_revision", "gauge", "Revision of the gateway.", snapshot.revision);
    out.single(
        "gateway_ready",
        "gauge",
        "Whether every routed pool serves.",
        u8::from(snapshot.ready),
    );
    out.single("gateway_rss_bytes", "gauge", "Resident memory of the process.", totals.rss_bytes);
    out.single("gateway_uptime_seconds", "gauge", "Since the start.", snapshot.uptime_s);
}

fn scaling(out: &mut Exposition, scalers: &[ScalerView]) {
    type Read = fn(&ScalerView) -> u32;
    let families: [(&str, &str, Read); 4] = [
        ("gateway_scaler_desired", "Servers that are wanted.", |it| it.desired),
        ("gateway_scaler_current", "Servers there are and to come.", |it| it.ready + it.starting),
        ("gateway_scaler_min", "The fewest servers.", |it| it.min),
        ("gateway_scaler_max", "The most servers.", |it| it.max),
    ];
    for (name, help, read) in families {
        out.family(name, "gauge", help);
        for scaler in scalers {
            out.sample(name, &[("pool", scaler.pool.as_str())], read(scaler));
        }
    }
    let name = "gateway_scaler_condition";
    out.family(name, "gauge", "Whether a condition of the scaler is so, and why.");
    for scaler in scalers {
        let pool = scaler.pool.as_str();
        for it in &scaler.conditions {
            let labels = [("pool", pool), ("condition", it.kind), ("reason", it.reason)];
            out.sample(name, &labels, u8::from(it.status));
        }
    }
}

fn latency(out: &mut Exposition, latency: &Distribution) {
    let name = "gateway_request_duration_seconds";
    out.family(name, "histogram", "Time from a request's head to the end of its answer.");
    let bucket = format!("{name}_bucket");
    let seconds = |us: u64| us as f64 / 1e6;
    for (bound_us, count) in &latency.below_us {
        out.sample(&bucket, &[("le", &seconds(*bound_us).to_string())], count);
    }
    out.sample(&bucket, &[("le", "+Inf")], latency.count);
    out.sample(&format!("{name}_sum"), &[], seconds(latency.sum_us));
    out.sample(&format!("{name}_count"), &[], latency.count);
}

fn pools(out: &mut Exposition, pools: &[PoolView]) {
    type Read = fn(&PoolView) -> u64;
    let families: [(&str, &str, &str, Read); 4] = [
        ("gateway_pool_ejections_total", "counter", "Backends ejected for their answers.", |it| {
            it.ejections_total
        }),
        (
            "gateway_pool_ejections_spared_total",
            "counter",
            "Ejections not made because too few backends would be left.",
            |it| it.ejections_spared_total,
        ),
        (
            "gateway_pool_panics_total",
            "counter",
            "Times so few were healthy that all were used.",
            { |it| it.panics_total },
        ),
        ("gateway_pool_panic", "gauge", "Whether all are used because so few are healthy.", |it| {
            u64::from(it.panic)
        }),
    ];
    for (name, kind, help, read) in families {
        out.family(name, kind, help);
        for pool in pools {
            out.sample(name, &[("pool", pool.name.as_str())], read(pool));
        }
    }
}

fn limits(out: &mut Exposition, snapshot: &Snapshot) {
    type Read = fn(&crate::model::LimitView) -> u64;
    let families: [(&str, &str, &str, Read); 7] = [
        ("gateway_limit_exempted_total", "counter", "Requests it did not concern.", |it| {
            it.exempted_total
        }),
        ("gateway_limit_overflowed_total", "counter", "Counted together for want of room.", |it| {
            it.overflowed_total
        }),
        ("gateway_limit_passed_total", "counter", "Requests let pass.", |it| it.passed_total),
        ("gateway_limit_rejected_total", "counter", "Requests refused.", |it| it.rejected_total),
        ("gateway_limit_would_reject_total", "counter", "Over the limit in shadow mode.", |it| {
            it.would_reject_total
        }),
        ("gateway_limit_keys", "gauge", "Keys counted now.", |it| it.keys),
        ("gateway_limit_evicted_total", "counter", "Keys forgotten for want of room.", |it| {
            it.evicted_total
        }),
    ];
    for (name, kind, help, read) in families {
        out.family(name, kind, help);
        for limit in &snapshot.limits {
            out.sample(name, &[("limit", limit.name.as_str())], read(limit));
        }
    }
}
