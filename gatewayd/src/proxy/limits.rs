//! Is the request within its route's limits?

use std::net::IpAddr;

use http::header::COOKIE;

use crate::model::{LimitKey, LimitMode};
use crate::policy::{self, Verdict};
use crate::state::{LimitTable, RouteTable, Table};

use super::fields::FieldLines;
use super::quota::Left;
use super::worker::Worker;

/// A limit that is spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spent {
    /// The index of the limit.
    pub(super) limit: usize,
    /// When it admits again.
    pub(super) retry_after_ms: u64,
}

/// Counts the request under every limit of `route`, in their order, until one refuses. What is
/// left of the one that is nearest to its end; `None` where no limit refuses anybody.
///
/// # Errors
/// The limit that refused.
pub(super) fn admit(
    worker: &Worker,
    table: &Table,
    route: &RouteTable,
    client: IpAddr,
    fields: &impl FieldLines,
    now_us: u64,
) -> Result<Option<Left>, Spent> {
    let mut nearest: Option<Left> = None;
    for &index in &route.limits {
        let limit = &table.limits[index];
        let key = key(worker, limit, route, client, fields);
        let cells = limit.cells.of(worker.index);
        match worker.limiter.admit(worker.index, key, &limit.seat, now_us) {
            Verdict::Admitted { left } => {
                cells.passed.add(1);
                let enforced = limit.mode == LimitMode::Enforce;
                if enforced && nearest.is_none_or(|nearest| left < nearest.requests) {
                    nearest = Some(Left { limit: index, requests: left });
                }
            }
            Verdict::Rejected { .. } if limit.mode == LimitMode::Shadow => {
                cells.passed.add(1);
                cells.would_reject.add(1);
            }
            Verdict::Rejected { retry_after_ms } => {
                cells.rejected.add(1);
                return Err(Spent { limit: index, retry_after_ms });
            }
        }
    }
    Ok(nearest)
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
