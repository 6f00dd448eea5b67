//! Edits of blocks.

use std::net::IpAddr;
use std::time::Duration;

use ipnet::IpNet;

use crate::model::{Block, Gateway, Intent, Rejection};

use super::Effect;
use super::backends::mark;

/// The most blocks at once.
const MOST: usize = 1000;
/// The longest reason in characters: every picture has all of them.
const LONGEST_REASON: usize = 200;
/// Networks wider than this are refused unless forced.
const WIDEST_V4: u8 = 16;
const WIDEST_V6: u8 = 32;

/// Blocks `network` for so long; `own` is where the caller comes from, as far as it is known.
pub(super) fn add(
    gateway: &Gateway,
    network: IpNet,
    ttl: Option<Duration>,
    own: Option<IpAddr>,
    intent: &Intent,
    now_ms: i64,
) -> Result<Effect, Rejection> {
    if intent.reason.chars().count() > LONGEST_REASON {
        let what = format!("at most {LONGEST_REASON} characters for a block");
        return Err(Rejection::Invalid { field: "reason", what });
    }
    let mut warnings = Vec::new();
    for what in dangers(gateway, network, own) {
        if !intent.force {
            return Err(Rejection::Guard { what });
        }
        warnings.push(format!("forced: {what}"));
    }
    let until_ms = ttl.map(|ttl| now_ms.saturating_add(ttl.as_millis() as i64));
    let mut next = gateway.clone();
    let full = next.blocks.len() >= MOST;
    let before = match next.blocks.iter_mut().find(|block| block.network == network) {
        Some(block) => {
            let before = words(block);
            // It is blocked since it first was.
            let since_ms = block.mark.since_ms;
            // What is blocked until it is removed is so again when the time is over.
            let under = match block.until_ms {
                _ if ttl.is_none() => None,
                None => Some(block.mark.clone()),
                Some(_) => block.under.take(),
            };
            *block = Block { network, mark: mark(intent, now_ms), until_ms, under };
            block.mark.since_ms = since_ms;
            before
        }
        None if full => {
            let what = format!("there are {MOST} blocks: remove some, or block wider networks");
            return Err(Rejection::Invalid { field: "network", what });
        }
        None => {
            let mark = mark(intent, now_ms);
            next.blocks.push(Block { network, mark, until_ms, under: None });
            "passes".to_owned()
        }
    };
    let again = next.blocks.iter().any(|it| it.network == network && it.under.is_some());
    let after = match ttl {
        Some(ttl) if again => format!("blocked for {}, then until removed", shown(ttl)),
        Some(ttl) => format!("blocked for {}", shown(ttl)),
        None => "blocked until removed".to_owned(),
    };
    Ok(Effect {
        gateway: next,
        what: "block",
        targets: vec![format!("block/{network}")],
        before: vec![before],
        after: vec![after],
        warnings,
    })
}

pub(super) fn remove(gateway: &Gateway, networks: &[IpNet]) -> Result<Effect, Rejection> {
    let mut next = gateway.clone();
    let mut effect = Effect {
        gateway: gateway.clone(),
        what: "unblock",
        targets: Vec::new(),
        before: Vec::new(),
        after: vec!["passes".to_owned()],
        warnings: Vec::new(),
    };
    for network in networks {
        let Some(place) = next.blocks.iter().position(|block| block.network == *network) else {
            return Err(Rejection::Invalid { field: "networks", what: missing(gateway, *network) });
        };
        effect.before.push(words(&next.blocks.remove(place)));
        effect.targets.push(format!("block/{network}"));
    }
    effect.gateway = next;
    Ok(effect)
}

fn missing(gateway: &Gateway, network: IpNet) -> String {
    let near = gateway.blocks.iter().find(|block| block.network.contains(&network));
    match near {
        Some(block) => format!("{network} is not blocked by itself, but within {}", block.network),
        None => format!("{network} is not blocked"),
    }
}

/// Why a block could hurt more than it is meant to.
fn dangers(gateway: &Gateway, network: IpNet, own: Option<IpAddr>) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(own) = own.filter(|own| network.contains(own)) {
        found.push(format!("{network} has your own address {own} in it"));
    }
    let widest = if network.addr().is_ipv4() { WIDEST_V4 } else { WIDEST_V6 };
    if network.prefix_len() < widest {
        found.push(format!("{network} is wider than /{widest}"));
    }
    let shared = |it: &&IpNet| network.contains(*it) || it.contains(&network);
    if let Some(proxy) = gateway.trusted_proxies.iter().find(shared) {
        found.push(format!("{network} has trusted proxies of {proxy} in it"));
    }
    found
}

pub(super) fn words(block: &Block) -> String {
    format!("blocked by {}", block.mark.owner)
}

fn shown(ttl: Duration) -> String {
    let seconds = ttl.as_secs();
    match seconds {
        s if s > 0 && s.is_multiple_of(3600) => format!("{}h", s / 3600),
        s if s > 0 && s.is_multiple_of(60) => format!("{}m", s / 60),
        s => format!("{s}s"),
    }
}
