//! What is known of one client: its address and why, its blocks, what each limit has of it.

use std::net::IpAddr;

use crate::model::{ClientView, Desired, LimitKey, Refuser, UseView, unwrapped};
use crate::policy::{self, Verdict};

use super::{Inquiry, LimitTable, Table, Tier};

/// What is remembered of one client's requests.
#[derive(Default)]
struct Seen {
    asked: u64,
    refused: u64,
    first_us: Option<u64>,
    last_us: Option<u64>,
}

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
        let seen = self.seen(table, client);
        let blocks = desired.gateway.blocks.iter().filter(|it| it.network.contains(&client));
        ClientView {
            client,
            why: why(table, peer, client, forwarded),
            blocked_by: blocks.map(|block| block.network.to_string()).collect(),
            asked: seen.asked,
            refused: seen.refused,
            first_seen_ms: seen.first_us.map(|it| self.wall_ms(it)),
            last_seen_ms: seen.last_us.map(|it| self.wall_ms(it)),
            paths: self.paths(client),
            uses: table.limits.iter().flat_map(|limit| self.uses(table, limit, client)).collect(),
        }
    }

    /// Looks once through all that is remembered.
    fn seen(&self, table: &Table, client: IpAddr) -> Seen {
        let marks: Vec<u32> = table.limits.iter().map(|limit| limit.mark).collect();
        let mut seen = Seen::default();
        for cell in self.cells.iter() {
            cell.arrivals.each(0, |mark, arrival| {
                if arrival.client() != client || !marks.contains(&mark) {
                    return;
                }
                let at_us = arrival.at_us;
                seen.asked += 1;
                seen.refused += u64::from(arrival.refused);
                seen.first_us = Some(seen.first_us.map_or(at_us, |it| it.min(at_us)));
                seen.last_us = seen.last_us.max(Some(at_us));
            });
        }
        seen
    }

    /// Where it was refused of late.
    fn paths(&self, client: IpAddr) -> Vec<String> {
        let refused = self.tallies(0).into_iter();
        let refused =
            refused.filter(|it| it.who.refuser != Refuser::Candidate && it.who.is_about(client));
        let mut paths: Vec<String> = refused.map(|tally| tally.who.path.clone()).collect();
        paths.sort_unstable();
        paths.dedup();
        paths
    }

    /// What `limit` has of `client`: one line, or one for each route that it counts apart; the same
    /// again for what is counted coarser.
    fn uses(&self, table: &Table, limit: &LimitTable, client: IpAddr) -> Vec<UseView> {
        if !limit.key.has_client_ip() {
            return Vec::new();
        }
        let tier = limit.tier_of(client);
        let is_wide = tier == Tier::Own && limit.wide.is_some() && client.is_ipv6();
        let tiers = [Some(tier), is_wide.then_some(Tier::Wide)];
        let mut uses = Vec::new();
        for tier in tiers.into_iter().flatten() {
            if !limit.key.parts().contains(&LimitKey::Route) {
                uses.push(self.one(limit, client, tier, ""));
                continue;
            }
            let has = |limits: &[usize]| {
                limits.iter().any(|index| table.limits[*index].name == limit.name)
            };
            let routes = table.routes.iter().filter(|route| has(&route.limits));
            uses.extend(routes.map(|route| self.one(limit, client, tier, route.name.as_str())));
        }
        uses
    }

    fn one(&self, limit: &LimitTable, client: IpAddr, tier: Tier, route: &str) -> UseView {
        let mut view = UseView {
            limit: limit.name.clone(),
            route: route.to_owned(),
            rule: limit.adjusted(limit.rule, tier),
            mode: limit.mode,
            used: None,
            free_ms: None,
            note: note(limit, tier, client),
        };
        let Some(seat) = limit.seats.of(tier) else { return view };
        let Some(key) = self.limiter.key_of_client(limit, (tier, seat), client, route) else {
            view.note = "counted by more than an address".to_owned();
            return view;
        };
        let now_us = self.clock.now_us();
        let mut used = self.limiter.used(key, seat, now_us);
        view.used = Some(seat.measure().count(used, now_us));
        view.free_ms = Some(match seat.measure().admit(&mut used, now_us) {
            Verdict::Admitted { .. } => 0,
            Verdict::Rejected { retry_after_ms } => retry_after_ms,
        });
        view
    }
}

/// What is special about a count.
fn note(limit: &LimitTable, tier: Tier, client: IpAddr) -> String {
    match (tier, limit.wide) {
        (Tier::Adjusted(place), _) => {
            let it = &limit.adjustments[place];
            match it.times {
                None => format!("exempt by {}", it.network),
                Some(times) => format!("{times} times as much by {}", it.network),
            }
        }
        (Tier::Wide, Some(wide)) => {
            format!("all of {} together", policy::limit_prefix_words(client, wide.prefix))
        }
        (Tier::Own | Tier::Wide, _) => String::new(),
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
