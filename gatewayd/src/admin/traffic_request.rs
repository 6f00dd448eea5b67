//! A request that is over, as the wire tells it.

use gateway_proto as wire;

use crate::model::{Name, Query, Refusal, Served, TlsVersion, Tried, TryEnd};

/// The request as watchers are told it.
pub(super) fn of(served: &Served) -> wire::ServedRequest {
    let name = |name: Option<&Name>| name.map(ToString::to_string).unwrap_or_default();
    wire::ServedRequest {
        id: served.id,
        time_ms: served.time_ms,
        client: served.client.to_string(),
        method: served.method.as_ref().map(ToString::to_string).unwrap_or_default(),
        host: served.host.clone(),
        path: served.path.clone(),
        query: match &served.query {
            Query::Told(query) => Some(query.clone()),
            Query::None | Query::Masked => None,
        },
        query_masked: served.query == Query::Masked,
        protocol: served.protocol.to_owned(),
        tls: served.tls.map_or("", TlsVersion::word).to_owned(),
        status: served.status.unwrap_or_default().into(),
        refused: served.refused.map_or("", Refusal::word).to_owned(),
        rule: name(served.rule.as_ref()),
        route: name(served.route.as_ref()),
        pool: name(served.pool.as_ref()),
        backend: name(served.backend()),
        total_us: served.total_us,
        queue_us: served.queue_us,
        connect_us: served.connect_us,
        ttfb_us: served.ttfb_us,
        in_bytes: served.in_bytes,
        out_bytes: served.out_bytes,
        agent: served.agent.clone(),
        request_id: served.request_id.clone(),
        trace_id: served.trace_id.clone(),
        attempts: served.attempts.iter().map(attempt).collect(),
    }
}

fn attempt(tried: &Tried) -> wire::RequestAttempt {
    wire::RequestAttempt {
        backend: tried.backend.to_string(),
        ended: tried.ended.map(TryEnd::words).unwrap_or_default(),
        took_us: tried.took_us,
        reused: tried.reused,
    }
}
