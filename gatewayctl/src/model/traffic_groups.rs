//! Groups of requests: who asks most, and who fails?

use std::collections::BTreeMap;

use super::Served;

/// What requests are grouped by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TrafficBy {
    /// The backend that was asked last.
    #[default]
    Backend,
    /// The path, without query.
    Path,
    /// The client.
    Client,
    /// The status.
    Status,
}

/// Requests that have something in common.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TrafficGroup {
    /// What they have in common.
    pub key: String,
    /// How many there are.
    pub requests: u64,
    /// Those of them that ended with 5xx.
    pub errors: u64,
    /// 99th percentile of their times, in milliseconds.
    pub p99_ms: f64,
    /// Their statuses, the most frequent first.
    pub statuses: Vec<u32>,
}

impl TrafficBy {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Backend, Self::Path, Self::Client, Self::Status];

    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Backend => "backend",
            Self::Path => "path",
            Self::Client => "client",
            Self::Status => "status",
        }
    }

    /// The one after it, round and round.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::Backend => Self::Path,
            Self::Path => Self::Client,
            Self::Client => Self::Status,
            Self::Status => Self::Backend,
        }
    }

    /// What a request has in common with others of its group.
    fn key(self, it: &Served) -> String {
        let told = |text: &str, otherwise: &str| {
            if text.is_empty() { otherwise.to_owned() } else { text.to_owned() }
        };
        match self {
            // Who was never sent anywhere is no backend's.
            Self::Backend => told(&it.backend, "(rejected)"),
            Self::Path => told(&it.path, "(unreadable)"),
            Self::Client => it.client.clone(),
            Self::Status => it.status.map_or_else(|| "(left)".into(), |it| it.to_string()),
        }
    }
}

impl TrafficGroup {
    /// The part of them that ended with 5xx, 0..=1.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
    pub fn error_ratio(&self) -> f64 {
        self.errors as f64 / self.requests.max(1) as f64
    }
}

/// The groups of `requests`, the largest first.
#[must_use]
pub fn groups<'a>(
    requests: impl IntoIterator<Item = &'a Served>,
    by: TrafficBy,
) -> Vec<TrafficGroup> {
    let mut members: BTreeMap<String, Vec<&Served>> = BTreeMap::new();
    for it in requests {
        members.entry(by.key(it)).or_default().push(it);
    }
    let mut groups: Vec<TrafficGroup> =
        members.into_iter().map(|(key, members)| group(key, &members)).collect();
    // Stable: of the same size they stand by name.
    groups.sort_by_key(|group| std::cmp::Reverse(group.requests));
    groups
}

fn group(key: String, members: &[&Served]) -> TrafficGroup {
    let mut times: Vec<f64> = members.iter().map(|it| it.total_ms).collect();
    times.sort_by(f64::total_cmp);
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    for status in members.iter().filter_map(|it| it.status) {
        *counts.entry(status).or_default() += 1;
    }
    let mut statuses: Vec<(u32, usize)> = counts.into_iter().collect();
    statuses.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    TrafficGroup {
        key,
        requests: members.len() as u64,
        errors: members.iter().filter(|it| it.is_error()).count() as u64,
        p99_ms: times[(times.len() * 99).div_ceil(100) - 1],
        statuses: statuses.into_iter().map(|(status, _)| status).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn served(backend: &str, status: u32, total_ms: f64) -> Served {
        let (backend, status) = (backend.to_owned(), Some(status));
        Served { backend, status, total_ms, ..Served::default() }
    }

    #[test]
    fn the_largest_group_comes_first_with_what_its_requests_came_to() {
        let all = [
            served("api-1", 200, 5.0),
            served("api-7", 502, 10.0),
            served("api-7", 502, 30.0),
            served("api-7", 504, 20.0),
            served("", 429, 0.1),
        ];
        let by_backend = groups(&all, TrafficBy::Backend);
        let keys: Vec<&str> = by_backend.iter().map(|group| group.key.as_str()).collect();
        assert_eq!(keys, ["api-7", "(rejected)", "api-1"]);
        let worst = &by_backend[0];
        assert_eq!((worst.requests, worst.errors, worst.p99_ms), (3, 3, 30.0));
        assert_eq!(worst.statuses, [502, 504]);
        let by_status = groups(&all, TrafficBy::Status);
        assert_eq!(by_status[0].key, "502");
        assert!(groups(&[], TrafficBy::Client).is_empty());
    }

    #[test]
    fn the_99th_percentile_leaves_one_of_a_hundred_above() {
        let all: Vec<Served> = (1..=200).map(|ms| served("a", 200, f64::from(ms))).collect();
        assert_eq!(groups(&all, TrafficBy::Backend)[0].p99_ms, 198.0);
    }
}
