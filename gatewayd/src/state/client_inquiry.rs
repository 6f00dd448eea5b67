//! What is known of one client: its address and why, its blocks, what each limit has of it.

use std::net::IpAddr;

use crate::model::{ClientView, Desired, LimitKey, UseView, unwrapped};
use crate::policy::{self, Verdict};

use super::{Inquiry, LimitTable, Table, Tier};

impl Inquiry {
    /// What is known of the client behind `peer`, which brings these lines of X-Forwarded-For.
    #[must_use]
    pub fn client(
        &self,
        table: &Table,
        desired: &Desired,
        peer: IpAddr,
        forwarded: &[String],
    ) -> ClientView {
        let lines = forwarded.iter().map(|line| line.as_bytes());
        let client = policy::client_ip(peer, lines, &table.trusted_proxies);
        let mut came: Vec<_> = table
            .limits
            .iter()
            .flat_map(|limit| self.arrivals(limit, 0))
            .filter(|it| it.client() == client)
            .collect();
        came.sort_by_key(|it| it.at_us);
        let seen = |at_us: u64| self.wall_ms(at_us);
        let mut paths: Vec<String> =
            self.refused(client, 0).into_iter().map(|tally| tally.who.path).collect();
        paths.sort_unstable();
        paths.dedup();
        let blocks = desired.gateway.blocks.iter().filter(|it| it.network.contains(&client));
        ClientView {
            client,
            why: why(table, peer, client, forwarded),
            blocked_by: blocks.map(|block| block.network.to_string()).collect(),
            asked: came.len() as u64,
            refused: came.iter().filter(|it| it.refused).count() as u64,
            first_seen_ms: came.first().map(|it| seen(it.at_us)),
            last_seen_ms: came.last().map(|it| seen(it.at_us)),
            paths,
            uses: table.limits.iter().flat_map(|limit| self.uses(table, limit, client)).collect(),
        }
    }

    /// What `limit` has of `client`: one line, or one for each route that it counts apart.
    fn uses(&self, table: &Table, limit: &LimitTable, client: IpAddr) -> Vec<UseView> {
        let parts = limit.key.parts();
        if !limit.key.has_client_ip() {
            return Vec::new();
        }
        if !parts.contains(&LimitKey::Route) {
            return vec![self.one(limit, client, "")];
        }
        let has =
            |limits: &[usize]| limits.iter().any(|index| table.limits[*index].name == limit.name);
        let routes = table.routes.iter().filter(|route| has(&route.limits));
        routes.map(|route| self.one(limit, client, route.name.as_str())).collect()
    }

    fn one(&self, limit: &LimitTable, client: IpAddr, route: &str) -> UseView {
        let adjustment = limit.adjustment(client);
        let times = adjustment.map(|place| &limit.adjustments[place]);
        let mut view = UseView {
            limit: limit.name.clone(),
            route: route.to_owned(),
            rule: Some(limit.rule),
            mode: limit.mode,
            used: None,
            free_ms: None,
            note: String::new(),
        };
        if let Some(it) = times {
            view.rule = it.times.map(|times| limit.rule.times(times));
            view.note = match it.times {
                None => format!("exempt by {}", it.network),
                Some(times) => format!("{times} times as much by {}", it.network),
            };
        }
        let tier = adjustment.map_or(Tier::Own, Tier::Adjusted);
        let Some(seat) = limit.seat_of(tier) else { return view };
        let known = |part: &LimitKey| {
            matches!(part, LimitKey::ClientIp | LimitKey::Route | LimitKey::Global)
        };
        if !limit.key.parts().iter().all(known) {
            view.note = "counted by more than an address".to_owned();
            return view;
        }
        let mut key = None;
        for part in limit.key.parts() {
            let prefix = policy::limit_prefix(client, limit.v6_prefix);
            let bytes: &[u8] = match part {
                LimitKey::ClientIp => &prefix,
                LimitKey::Route => route.as_bytes(),
                _ => &[],
            };
            key = Some(match key {
                None => self.limiter.key(seat, bytes),
                Some(before) => self.limiter.joined(before, bytes),
            });
        }
        let now_us = self.clock.now_us();
        let mut used = self.limiter.used(key.unwrap_or_default(), seat, now_us);
        view.used = Some(seat.measure().count(used, now_us));
        view.free_ms = Some(match seat.measure().admit(&mut used, now_us) {
            Verdict::Admitted { .. } => 0,
            Verdict::Rejected { retry_after_ms } => retry_after_ms,
        });
        view
    }
}

/// Why `client` is the client behind `peer`.
fn why(table: &Table, peer: IpAddr, client: IpAddr, forwarded: &[String]) -> String {
    let peer = unwrapped(peer);
    let trusted = policy::is_trusted(peer, &table.trusted_proxies);
    match (trusted, forwarded.is_empty()) {
        (false, true) => "it connects itself".to_owned(),
        (false, false) => {
            format!("{peer} is not in trusted_proxies: its X-Forwarded-For is not believed")
        }
        (true, true) => format!("{peer} is a trusted proxy, but says nothing of its clients"),
        (true, false) if client == peer => {
            format!("what {peer} says in X-Forwarded-For names no address")
        }
        (true, false) if policy::is_trusted(client, &table.trusted_proxies) => {
            "all of X-Forwarded-For that is believed are trusted proxies".to_owned()
        }
        (true, false) => "the last address in X-Forwarded-For that is no trusted proxy".to_owned(),
    }
}
