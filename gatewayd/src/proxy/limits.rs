//! Is the request within its route's limits?

use std::net::IpAddr;

use http::header::COOKIE;

use crate::model::{LimitKey, LimitMode};
use crate::policy::{self, Verdict};
use crate::state::{LimitTable, RouteTable, Table};

use super::fields::FieldLines;
use super::worker::Worker;

/// Counts the request under every limit of `route`, in their order, until one refuses.
///
/// # Errors
/// The milliseconds after which the refusing limit admits again.
pub(super) fn admit(
    worker: &Worker,
    table: &Table,
    route: &RouteTable,
    client: IpAddr,
    fields: &impl FieldLines,
    now_us: u64,
) -> Result<(), u64> {
    for limit in route.limits.iter().map(|index| &table.limits[*index]) {
        let key = key(worker, limit, route, client, fields);
        let cells = limit.cells.of(worker.index);
        match worker.limiter.admit(worker.index, key, &limit.seat, now_us) {
            Verdict::Admitted { .. } => cells.passed.add(1),
            Verdict::Rejected { .. } if limit.mode == LimitMode::Shadow => {
                cells.passed.add(1);
                cells.would_reject.add(1);
            }
            Verdict::Rejected { retry_after_ms } => {
                cells.rejected.add(1);
                return Err(retry_after_ms);
            }
        }
    }
    Ok(())
}

fn key(
    worker: &Worker,
    limit: &LimitTable,
    route: &RouteTable,
    client: IpAddr,
    fields: &impl FieldLines,
) -> u64 {
    let of = |bytes: &[u8]| worker.limiter.key(&limit.seat, bytes);
    match &limit.key {
        LimitKey::ClientIp => of(&policy::limit_prefix(client)),
        LimitKey::Route => of(route.name.as_str().as_bytes()),
        LimitKey::Header(name) => of(fields.lines(name).next().unwrap_or_default()),
        LimitKey::Cookie(name) => {
            of(policy::cookie(fields.lines(&COOKIE), name).unwrap_or_default())
        }
    }
}
