//! Traffic, and the filter that the gateway judges requests by, on the wire.

use std::time::Duration;

use futures_util::stream::BoxStream;
use gateway_proto::{self as wire, traffic_client::TrafficClient, traffic_filter::Condition};

use super::{
    Client, Error,
    calls::{answer, converted},
};
use crate::model::{
    Comparison, Expression, Query, Served, Test, TrafficAsked, TrafficBatch, Tried,
};

/// Requests as they are answered; ends when the gateway ends it, an error is its last item.
pub type Traffic = BoxStream<'static, Result<TrafficBatch, Error>>;

impl Client {
    /// Requests as they are answered from now on, four batches in a second at most.
    ///
    /// # Errors
    /// When the gateway cannot be reached or does not answer in time, as many watch as may, or the
    /// filter is none that requests are judged by.
    pub async fn traffic(&self, asked: &TrafficAsked) -> Result<Traffic, Error> {
        let mut traffic = TrafficClient::new(self.channel.clone());
        let filter = asked.filter.as_ref().map(|filter| told(filter.expression()));
        let call = traffic.tail(wire::TailRequest { filter, sample: asked.sample });
        Ok(converted(answer(self.request_timeout, call).await?))
    }
}

fn told(expression: &Expression) -> wire::TrafficFilter {
    let condition = match expression {
        Expression::Or(parts) => Condition::Any(all(parts)),
        Expression::And(parts) => Condition::All(all(parts)),
        Expression::Not(part) => Condition::Not(Box::new(told(part))),
        Expression::Test(one) => Condition::Test(test(one)),
    };
    wire::TrafficFilter { condition: Some(condition) }
}

fn all(parts: &[Expression]) -> wire::TrafficFilters {
    wire::TrafficFilters { filters: parts.iter().map(told).collect() }
}

fn test(one: &Test) -> wire::TrafficTest {
    let comparison = match one.comparison {
        Comparison::Equal => wire::Comparison::Equal,
        Comparison::Unequal => wire::Comparison::Unequal,
        Comparison::Less => wire::Comparison::Less,
        Comparison::AtMost => wire::Comparison::AtMost,
        Comparison::More => wire::Comparison::More,
        Comparison::AtLeast => wire::Comparison::AtLeast,
        Comparison::Contains => wire::Comparison::Contains,
    };
    let value =
        |it: &crate::model::Wanted| wire::TrafficValue { text: it.text.clone(), number: it.number };
    wire::TrafficTest {
        field: one.field.clone(),
        comparison: comparison.into(),
        values: one.wanted.iter().map(value).collect(),
    }
}

impl TryFrom<wire::TailBatch> for TrafficBatch {
    type Error = Error;

    fn try_from(it: wire::TailBatch) -> Result<Self, Error> {
        Ok(Self {
            time_ms: it.time_ms,
            interval: Duration::from_millis(it.interval_ms.into()),
            matched: it.matched,
            dropped: it.dropped,
            requests: it.requests.into_iter().map(served).collect(),
        })
    }
}

fn served(it: wire::ServedRequest) -> Served {
    Served {
        id: it.id,
        time_ms: it.time_ms,
        client: it.client,
        method: it.method,
        host: it.host,
        path: it.path,
        query: match it.query {
            Some(query) => Query::Told(query),
            None if it.query_masked => Query::Masked,
            None => Query::None,
        },
        protocol: it.protocol,
        tls: it.tls,
        status: (it.status > 0).then_some(it.status),
        refused: it.refused,
        rule: it.rule,
        route: it.route,
        pool: it.pool,
        backend: it.backend,
        total_ms: ms(it.total_us),
        queue_ms: it.queue_us.map(ms),
        connect_ms: it.connect_us.map(ms),
        ttfb_ms: it.ttfb_us.map(ms),
        in_bytes: it.in_bytes,
        out_bytes: it.out_bytes,
        agent: it.agent,
        request_id: it.request_id,
        trace_id: it.trace_id,
        attempts: it.attempts.into_iter().map(tried).collect(),
    }
}

fn tried(it: wire::RequestAttempt) -> Tried {
    let took_ms = ms(it.took_us);
    Tried { backend: it.backend, ended: it.ended, took_ms, reused: it.reused }
}

#[expect(clippy::cast_precision_loss, reason = "no request takes a century")]
fn ms(us: u64) -> f64 {
    us as f64 / 1000.0
}
