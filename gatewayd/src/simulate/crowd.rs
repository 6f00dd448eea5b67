//! The crowd: the clients of a run. When does the next request come, from where, and what work is it?
//!
//! All of it is drawn from a stream of its own, so that every policy is given the same requests.

use std::time::Duration;

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use rand_distr::{Distribution, Exp1, LogNormal, Zipf};

use super::request::Request;
use super::scenario::{Addresses, Arrivals, Load, SECOND_NS, Scenario, Spread};

/// A rate is taken to be constant for so long.
const SLICE_NS: u64 = SECOND_NS / 10;

/// The clients of a run.
pub(super) struct Crowd<'a> {
    load: &'a Load,
    rng: SmallRng,
    zipf: Option<Zipf<f64>>,
    work: Work,
    end_ns: u64,
    /// Up to when time has been accounted for.
    at_ns: f64,
    slice: Slice,
    /// What is left until the next arrival, in expected arrivals.
    left: f64,
}

/// A stretch of time in which the rate stays.
struct Slice {
    end_ns: u64,
    per_ns: f64,
}

/// How the work of requests is drawn; 1 on average.
enum Work {
    Constant,
    Exponential,
    LogNormal(LogNormal<f64>),
}

impl<'a> Crowd<'a> {
    /// The clients of `scenario`.
    pub(super) fn new(scenario: &'a Scenario, seed: u64) -> Crowd<'a> {
        let Addresses { clients, zipf, .. } = scenario.load.addresses;
        let zipf = (zipf > 0.0).then(|| {
            Zipf::new(f64::from(clients), zipf).expect("the scenario has clients and an exponent")
        });
        let mut crowd = Crowd {
            load: &scenario.load,
            rng: SmallRng::seed_from_u64(seed ^ 0x63_726f_7764),
            zipf,
            work: Work::new(scenario.server.spread),
            end_ns: scenario.duration().as_nanos() as u64,
            at_ns: 0.0,
            slice: Slice { end_ns: 0, per_ns: 0.0 },
            left: 0.0,
        };
        crowd.left = crowd.gap();
        crowd
    }

    /// The next request; none when the run is over.
    pub(super) fn next(&mut self) -> Option<Request> {
        loop {
            let due = self.at_ns + self.left / self.slice.per_ns;
            if due < self.slice.end_ns as f64 {
                self.at_ns = due;
                self.left = self.gap();
                return Some(self.request(due as u64));
            }
            let rest = (self.slice.end_ns as f64 - self.at_ns) * self.slice.per_ns;
            self.left = (self.left - rest).max(0.0);
            self.at_ns = self.slice.end_ns as f64;
            if self.slice.end_ns >= self.end_ns {
                return None;
            }
            let rps = self.load.rps_at(Duration::from_nanos(self.slice.end_ns));
            let end_ns = (self.slice.end_ns + SLICE_NS).min(self.end_ns);
            self.slice = Slice { end_ns, per_ns: rps / SECOND_NS as f64 };
        }
    }

    fn gap(&mut self) -> f64 {
        match self.load.arrivals {
            Arrivals::Poisson => Exp1.sample(&mut self.rng),
            Arrivals::Even => 1.0,
        }
    }

    fn request(&mut self, born_ns: u64) -> Request {
        let address = self.address();
        let work = self.work.draw(&mut self.rng);
        Request { born_ns, address, retries: 0, work }
    }

    /// The address of a client: the most frequent have the lowest numbers, shared ones come last.
    fn address(&mut self) -> u32 {
        let Addresses { clients, nat_percent, nat_addresses, .. } = self.load.addresses;
        let client = match &self.zipf {
            Some(zipf) => zipf.sample(&mut self.rng) as u32 - 1,
            None => self.rng.random_range(0..clients),
        };
        // Which clients are behind a shared address does not change while they come.
        let hash = client.wrapping_mul(0x9e37_79b1).rotate_left(15).wrapping_mul(0x85eb_ca77);
        if hash % 100 < nat_percent { clients + (hash / 100) % nat_addresses } else { client }
    }
}

impl Work {
    fn new(spread: Spread) -> Work {
        match spread {
            Spread::Constant => Work::Constant,
            Spread::Exponential => Work::Exponential,
            Spread::LogNormal(cv) => Work::LogNormal(
                LogNormal::from_mean_cv(1.0, cv).expect("the mean and its spread are positive"),
            ),
        }
    }

    fn draw(&self, rng: &mut SmallRng) -> f64 {
        match self {
            Work::Constant => 1.0,
            Work::Exponential => Exp1.sample(rng),
            Work::LogNormal(spread) => spread.sample(rng),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::scenario::parse;

    fn crowd(load: &str) -> Vec<Request> {
        let text =
            format!("server = {{ work = \"1ms\" }}\npool = {{ servers = 1 }}\n[load]\n{load}");
        let scenario = parse("test.toml", &text).unwrap_or_else(|wrong| panic!("{wrong}"));
        let mut crowd = Crowd::new(&scenario, 1);
        std::iter::from_fn(|| crowd.next()).collect()
    }

    #[test]
    fn as_many_come_as_the_rate_says_one_after_the_other() {
        let phases = "phases = [{ for = \"10s\", rps = 0 }, { for = \"10s\", rps = 0, to = 1000 }]";
        let poisson = crowd(phases);
        assert!((4800..5200).contains(&poisson.len()), "{}", poisson.len());
        assert!(poisson.windows(2).all(|pair| pair[0].born_ns <= pair[1].born_ns));
        assert!(poisson[0].born_ns >= 10 * SECOND_NS);
        let even = crowd(&format!("arrivals = \"even\"\n{phases}"));
        assert!((4940..=5000).contains(&even.len()), "{}", even.len());
    }

    #[test]
    fn few_clients_send_most_and_some_share_an_address() {
        let phases = "phases = [{ for = \"20s\", rps = 1000 }]\nclients = 1000";
        let from =
            |sent: &[Request], address| sent.iter().filter(|it| it.address == address).count();
        let sent = crowd(phases);
        // By Zipf's law the first sends one in H(1000) = 7.49.
        assert!((2500..2850).contains(&from(&sent, 0)), "{}", from(&sent, 0));
        assert!(from(&sent, 9) * 8 < from(&sent, 0));
        let alike = crowd(&format!("{phases}\nzipf = 0\nnat = {{ percent = 30, addresses = 3 }}"));
        assert!(from(&alike, 0) < 50);
        let shared = alike.iter().filter(|it| (1000..1003).contains(&it.address)).count();
        assert!((5000..7000).contains(&shared), "{shared}");
        assert!(alike.iter().all(|it| it.address < 1003));
    }
}
