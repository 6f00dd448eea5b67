//! What do the clients ask? A sequence of requests that follows from a seed.

use std::net::Ipv4Addr;

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

use crate::demo::codes;

/// How many links the clients know; the first are followed most (Zipf).
const LINKS: u32 = 1000;
/// How many addresses the quiet clients come from.
const QUIET_CLIENTS: u8 = 250;
/// These exceed the demo's limits (RFC 5737 TEST-NET-3): one creates links as fast as it can and
/// is refused within seconds, the other follows them.
const SPAMMER: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 7);
const SCRAPER: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 8);
/// Their parts of all requests.
const SPAM: f64 = 0.07;
const SCRAPING: f64 = 0.2;
/// The part of the other requests that create a link, and the part that follow one nobody made.
const CREATIONS: f64 = 0.04;
const MISSES: f64 = 0.02;

/// One request of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) client: Ipv4Addr,
    pub(super) page: Page,
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Page {
    /// `POST /urls` with this URL.
    Create(String),
    /// `GET` of this path.
    Follow(String),
}

/// The sequence of requests.
pub(super) struct Plan {
    rng: SmallRng,
    /// The sums of the links' shares, for drawing by bisection.
    popularity: Vec<f64>,
}

/// The links that clients follow.
pub(super) fn links() -> impl Iterator<Item = String> {
    (0..LINKS).map(link)
}

fn link(number: u32) -> String {
    format!("https://example.org/articles/{number}")
}

impl Plan {
    /// The sequence of `seed`.
    pub(super) fn new(seed: u64) -> Plan {
        let popularity = (1..=LINKS).scan(0.0, |sum, rank| {
            *sum += 1.0 / f64::from(rank);
            Some(*sum)
        });
        Plan { rng: SmallRng::seed_from_u64(seed), popularity: popularity.collect() }
    }

    /// The next request.
    pub(super) fn draw(&mut self) -> Asked {
        let who: f64 = self.rng.random();
        let kind: f64 = self.rng.random();
        if who < SPAM {
            Asked { client: SPAMMER, page: self.creation() }
        } else if who < SPAM + SCRAPING {
            Asked { client: SCRAPER, page: self.popular_page() }
        } else {
            let number = self.rng.random_range(1..=QUIET_CLIENTS);
            let page = if kind < CREATIONS {
                self.creation()
            } else if kind < CREATIONS + MISSES {
                Page::Follow(format!("/missing{}", self.rng.random_range(0..100)))
            } else {
                self.popular_page()
            };
            Asked { client: Ipv4Addr::new(198, 51, 100, number), page }
        }
    }

    fn creation(&mut self) -> Page {
        Page::Create(link(self.rng.random_range(0..LINKS * 50)))
    }

    fn popular_page(&mut self) -> Page {
        Page::Follow(format!("/{}", codes::derive(&self.popular_link(), 0)))
    }

    fn popular_link(&mut self) -> String {
        let all = self.popularity.last().copied().unwrap_or_default();
        let drawn = self.rng.random::<f64>() * all;
        let rank = self.popularity.partition_point(|sum| *sum <= drawn);
        link((rank as u32).min(LINKS - 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_asks_the_same() {
        let (mut one, mut other, mut different) = (Plan::new(7), Plan::new(7), Plan::new(8));
        let drawn: Vec<Asked> = (0..1000).map(|_| one.draw()).collect();
        assert!(drawn.iter().all(|asked| *asked == other.draw()));
        assert!(drawn.iter().any(|asked| *asked != different.draw()));
    }

    #[test]
    fn the_mix_is_mostly_redirects_and_two_clients_ask_for_too_much() {
        let mut plan = Plan::new(1);
        let drawn: Vec<Asked> = (0..10_000).map(|_| plan.draw()).collect();
        let count = |wanted: &dyn Fn(&Asked) -> bool| drawn.iter().filter(|it| wanted(it)).count();
        let creates = |asked: &Asked| matches!(asked.page, Page::Create(_));
        assert!((850..1150).contains(&count(&creates)));
        assert!((600..800).contains(&count(&|asked| asked.client == SPAMMER)));
        assert!((1850..2150).contains(&count(&|asked| asked.client == SCRAPER)));
        assert_eq!(count(&|asked| asked.client == SPAMMER && !creates(asked)), 0);
    }
}
