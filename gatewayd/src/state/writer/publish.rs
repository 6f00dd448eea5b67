//! Publishing: the table for the workers, gates, and the word of what was done.

use std::sync::Arc;

use super::room::Room;
use crate::model::{Desired, EventKind, Operation, Severity, Standing};
use crate::state::{PoolTable, Table};

impl Room {
    /// Compiles and publishes. Gates are shut before and opened after, so that a request either
    /// sees the new table or a shut gate.
    pub(super) fn publish(&mut self) {
        let now = (self.clock.now_ms(), self.clock.wall_ms());
        let table = Table::compile(&self.desired, Some(&self.table), &self.limiter, now);
        let before = std::mem::replace(&mut self.table, Arc::new(table));
        for gone in before.backends() {
            let stays = self
                .desired
                .gateway
                .backend(gone.name.as_str())
                .is_some_and(|(_, it)| it.takes_requests() && it.address == gone.address);
            if !stays {
                gone.set_open(false);
            }
        }
        self.published.store(Arc::clone(&self.table));
        self.set_gates();
        for pool in &self.table.pools {
            pool.live.changed();
            self.tell_panic(pool, before.pool(pool.name.as_str()).is_some_and(|it| it.panic));
        }
    }

    /// Tells that a pool has so few healthy backends that all are used, and when it has more again.
    fn tell_panic(&self, pool: &PoolTable, before: bool) {
        let ranks = pool.ranks();
        let counts = format!("{} of {} backends are healthy", ranks.healthy, ranks.eligible);
        let (severity, what) = match (before, pool.panic) {
            (false, true) => {
                (Severity::Error, format!("panic: {counts}, too few, so all are used"))
            }
            (true, false) => (Severity::Info, format!("panic is over: {counts}")),
            _ => return,
        };
        if pool.panic {
            pool.live.panicked();
        }
        let target = format!("pool/{}", pool.name);
        self.events.record(EventKind::Health, severity, "gateway", &target, &what);
    }

    pub(super) fn set_gates(&self) {
        for (_, backend) in self.desired.gateway.backends() {
            if let Some(live) = self.table.backend(backend.name.as_str()) {
                live.set_open(backend.takes_requests());
            }
        }
    }

    /// Remembers what was under way where a standing changed, and starts slow starts.
    pub(super) fn note_standings(&self, before: &Desired) {
        for (_, backend) in self.desired.gateway.backends() {
            let name = backend.name.as_str();
            let was = before.gateway.backend(name).map(|(_, it)| it.standing);
            let Some(live) = self.table.backend(name) else { continue };
            if was != Some(backend.standing) {
                live.mark_standing();
                if was == Some(Standing::Maintenance) {
                    live.check_anew(self.clock.now_ms());
                }
                if backend.standing == Standing::Active {
                    live.join(self.clock.now_ms());
                }
            }
        }
    }

    pub(super) fn tell(&self, operation: &Operation) {
        let Operation { actor, what, target, before, after, reason, id, .. } = operation;
        let why = if reason.is_empty() { String::new() } else { format!(" ({reason})") };
        let sentence = format!("{what}: {before} -> {after}{why}");
        let kind = if what == "config" { EventKind::Config } else { EventKind::Change };
        self.events.record_op(kind, Severity::Info, actor, target, &sentence, id);
        for warning in &operation.warnings {
            self.events.record_op(kind, Severity::Warn, actor, target, warning, id);
        }
    }
}
