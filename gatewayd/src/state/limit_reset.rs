//! A reset: what was counted of a limit, or of one of its keys, is forgotten.

use std::net::IpAddr;
use std::sync::Arc;

use crate::model::{LimitKey, LimitTarget, unwrapped};

use super::{Inquiry, LimitTable, Seat, Seats, Table, Tier};

impl Inquiry {
    /// What is counted of `target` now, in words.
    pub(super) fn counted(&self, table: &Table, target: &LimitTarget) -> Option<String> {
        let limit = table.limit(target.name.as_str())?;
        let Some(value) = &target.key else {
            let cells = &limit.cells;
            let entered = cells.sum(|cell| cell.keys_entered.read());
            let keys = entered.saturating_sub(cells.sum(|cell| cell.keys_left.read()));
            return Some(format!("{keys} {} counted", if keys == 1 { "key" } else { "keys" }));
        };
        let now_us = self.clock.now_us();
        let used = self.keys(table, limit, &limit.seats, value).into_iter().map(|(key, seat)| {
            let used = self.limiter.used(key, seat, now_us);
            u64::from(seat.measure().count(used, now_us))
        });
        Some(format!("{} of {} used", used.sum::<u64>(), limit.rule))
    }

    /// Forgets what is counted of `target`, by its candidate too.
    pub(super) fn forget(&self, table: &Table, target: &LimitTarget) {
        let Some(limit) = table.limit(target.name.as_str()) else { return };
        let tried = limit.candidate.as_ref().map(|it| &it.seats);
        let all = [Some(&limit.seats), tried].into_iter().flatten();
        match &target.key {
            None => {
                let seats: Vec<Arc<Seat>> = all.flat_map(Seats::all).cloned().collect();
                self.limiter.forget_all(&seats);
            }
            Some(value) => {
                for (key, seat) in all.flat_map(|seats| self.keys(table, limit, seats, value)) {
                    self.limiter.forget_key(key, seat);
                }
            }
        }
    }

    /// What is counted of `value` in these `seats` of a limit, and in which of them.
    fn keys<'a>(
        &self,
        table: &Table,
        limit: &LimitTable,
        seats: &'a Seats,
        value: &str,
    ) -> Vec<(u64, &'a Seat)> {
        let address: Option<IpAddr> = value.parse().ok().map(unwrapped);
        let client = address.filter(|_| limit.key.has_client_ip());
        let tier = client.map_or(Tier::Own, |client| limit.tier_of(client));
        let Some(seat) = seats.of(tier) else { return Vec::new() };
        let of_route = |route: &str| {
            let key = match client {
                Some(client) => self.limiter.key_of_client(limit, (tier, seat), client, route),
                None => self.limiter.key_of_value(limit, seat, value),
            };
            Some((key?, &**seat))
        };
        let by_route = client.is_some() && limit.key.parts().contains(&LimitKey::Route);
        let routes = table.routes.iter().map(|route| route.name.as_str());
        let routes: Vec<&str> = if by_route { routes.collect() } else { vec![""] };
        routes.into_iter().filter_map(of_route).collect()
    }
}
