//! The columns of the small tables of Overview.

use crate::{
    model::{Limit, Pool},
    output,
    tui::{
        column::{Cell, Column, Width},
        columns::Table,
        figures,
        screens::{
            backends::columns::errors,
            limits::columns::{name, refused, trend},
        },
        theme::Role,
        widgets::gauge::gauge,
    },
};

/// The pools.
#[rustfmt::skip]
pub(crate) static POOLS: Table<Pool> = Table {
    fields: output::columns::POOL,
    id: |pool| &pool.name,
    columns: &[
        Column { title: "POOL",     width: Width::Names(5, 16), rank: 0, key: None, cell: |it, _| Cell::text(Role::Plain, it.name.as_str()) },
        Column { title: "UP/ALL",   width: Width::Figure(7),    rank: 1, key: None, cell: |it, _| ready(it) },
        Column { title: "DRN",      width: Width::Figure(4),    rank: 6, key: None, cell: |it, _| some(it.draining) },
        Column { title: "RPS",      width: Width::Figure(7),    rank: 2, key: None, cell: |it, _| Cell::figure(Role::Plain, figures::rate(it.rps, 6)) },
        Column { title: "INFL",     width: Width::Figure(6),    rank: 5, key: None, cell: |it, _| Cell::figure(Role::Plain, figures::whole(it.in_flight, 5)) },
        Column { title: "P99",      width: Width::Figure(6),    rank: 3, key: None, cell: |it, _| Cell::figure(Role::Plain, figures::ms(it.p99_ms, 5)) },
        Column { title: "ERR%",     width: Width::Figure(6),    rank: 4, key: None, cell: |it, _| Cell::figure(errors(it.error_ratio), figures::percent(it.error_ratio)) },
        Column { title: "FREE",     width: Width::Text(10),     rank: 7, key: None, cell: |it, lens| free(it, lens.look) },
    ],
};

/// The limits.
#[rustfmt::skip]
pub(crate) static LIMITS: Table<Limit> = Table {
    fields: output::columns::LIMIT,
    id: |limit| &limit.name,
    columns: &[
        Column { title: "RULE",     width: Width::Names(5, 20), rank: 0, key: None, cell: |it, _| name(it) },
        Column { title: "LIMIT",    width: Width::Names(5, 12), rank: 2, key: None, cell: |it, _| Cell::text(Role::Plain, it.rule.as_str()) },
        Column { title: "REJ/S",    width: Width::Figure(7),    rank: 1, key: None, cell: |it, _| refused(it) },
        Column { title: "TREND",    width: Width::Text(16),     rank: 3, key: None, cell: trend },
    ],
};

fn ready(pool: &Pool) -> Cell {
    let role = match (pool.ready, pool.panic) {
        (0, _) | (_, true) => Role::Bad,
        (ready, _) if ready < pool.backends => Role::Warn,
        _ => Role::Ok,
    };
    Cell::figure(role, format!("{}/{}", pool.ready, pool.backends))
}

fn some(count: u32) -> Cell {
    Cell::figure(if count > 0 { Role::Warn } else { Role::Plain }, count.to_string())
}

/// How much of its capacity is free.
fn free(pool: &Pool, look: crate::tui::look::Look) -> Cell {
    match pool.headroom_ratio {
        None => Cell::text(Role::Muted, figures::UNKNOWN),
        Some(ratio) => {
            let role = if ratio < 0.15 { Role::Warn } else { Role::Plain };
            let text = format!("{:>4} {}", figures::load(Some(ratio)), gauge(look, 1.0 - ratio, 5));
            Cell::text(role, text)
        }
    }
}
