//! A request that is over: what became of it, for the access log and for those who watch traffic.

use std::net::{IpAddr, Ipv4Addr};

use http::Method;

use super::{Name, Refusal, TlsVersion};

/// The most bytes of a path or query that watchers are told.
const LONGEST_TOLD: usize = 512;

/// What became of one request. Times are in microseconds.
#[derive(Clone, Debug)]
pub struct Served {
    /// Its number, unique in this process.
    pub id: u64,
    /// When it was over, milliseconds since the Unix epoch.
    pub time_ms: i64,
    /// The client's address, as decided.
    pub client: IpAddr,
    /// The method; `None` when the head could not be read, and then host and path are empty.
    pub method: Option<Method>,
    /// The host it asked for.
    pub host: String,
    /// The canonical path, without query.
    pub path: String,
    /// What it asked beside that.
    pub query: Query,
    /// The protocol: "HTTP/1.1", "HTTP/2.0".
    pub protocol: &'static str,
    /// How it was protected on the way.
    pub tls: Option<TlsVersion>,
    /// The status; absent when the client left before it was known.
    pub status: Option<u16>,
    /// Why the gateway answered by itself, or broke off; absent when it relayed.
    pub refused: Option<Refusal>,
    /// The limit that refused it.
    pub rule: Option<Name>,
    /// The route that matched.
    pub route: Option<Name>,
    /// The pool it was for.
    pub pool: Option<Name>,
    /// From its head to its end.
    pub total_us: u64,
    /// How long it waited for a place on a backend; absent when it got none.
    pub queue_us: Option<u64>,
    /// How long the last connection to a backend took; absent when it was a kept one, or none.
    pub connect_us: Option<u64>,
    /// From there to the head of the answer; absent when none came.
    pub ttfb_us: Option<u64>,
    /// Bytes of body that came from the client.
    pub in_bytes: u64,
    /// Bytes of body that went to it.
    pub out_bytes: u64,
    /// What the client calls itself, cut.
    pub agent: String,
    /// The client's x-request-id, cut; empty when it told none.
    pub request_id: String,
    /// The trace it is part of; empty when it told none.
    pub trace_id: String,
    /// Its attempts on backends, in their order.
    pub attempts: Vec<Tried>,
}

/// What a request asks for beside its path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Query {
    /// Nothing.
    #[default]
    None,
    /// Something that is nobody's business.
    Masked,
    /// This.
    Told(String),
}

/// One try of a request on one backend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// The backend.
    pub backend: Name,
    /// Whether a kept connection was used.
    pub reused: bool,
    /// How it ended; absent while it goes on.
    pub ended: Option<TryEnd>,
    /// How long it took to there.
    pub took_us: u64,
}

/// How a try ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TryEnd {
    /// With an answer of this status.
    Answered(u16),
    /// Without one, or in the middle of it.
    Failed(Refusal),
    /// The client left.
    ClientLeft,
}

impl Served {
    /// A request of which nothing is known.
    #[must_use]
    pub fn unknown() -> Served {
        Served {
            id: 0,
            time_ms: 0,
            client: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            method: None,
            host: String::new(),
            path: String::new(),
            query: Query::None,
            protocol: "",
            tls: None,
            status: None,
            refused: None,
            rule: None,
            route: None,
            pool: None,
            total_us: 0,
            queue_us: None,
            connect_us: None,
            ttfb_us: None,
            in_bytes: 0,
            out_bytes: 0,
            agent: String::new(),
            request_id: String::new(),
            trace_id: String::new(),
            attempts: Vec::new(),
        }
    }

    /// Forgets everything but the room it takes.
    pub fn clear(&mut self) {
        // Each field by its name, in place: it is done for each request that somebody wants to know.
        let Served {
            id,
            time_ms,
            client,
            method,
            host,
            path,
            query,
            protocol,
            tls,
            status,
            refused,
            rule,
            route,
            pool,
            total_us,
            queue_us,
            connect_us,
            ttfb_us,
            in_bytes,
            out_bytes,
            agent,
            request_id,
            trace_id,
            attempts,
        } = self;
        [host, path, agent, request_id, trace_id].into_iter().for_each(String::clear);
        attempts.clear();
        [rule, route, pool].into_iter().for_each(|name| *name = None);
        [queue_us, connect_us, ttfb_us].into_iter().for_each(|us| *us = None);
        [id, total_us, in_bytes, out_bytes].into_iter().for_each(|number| *number = 0);
        *client = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        *time_ms = 0;
        *method = None;
        *query = Query::None;
        *protocol = "";
        *tls = None;
        *status = None;
        *refused = None;
    }

    /// The backend that was asked last.
    #[must_use]
    pub fn backend(&self) -> Option<&Name> {
        self.attempts.last().map(|tried| &tried.backend)
    }

    /// What watchers are told of the path.
    #[must_use]
    pub fn told_path(&self) -> &str {
        cut(&self.path, LONGEST_TOLD)
    }

    /// The copy that watchers are told.
    #[must_use]
    pub fn told(&self) -> Served {
        let query = match &self.query {
            Query::Told(query) => Query::Told(cut(query, LONGEST_TOLD).to_owned()),
            other => other.clone(),
        };
        // Field by field, so that a long path is not copied to be cut.
        Served {
            host: self.host.clone(),
            path: self.told_path().to_owned(),
            query,
            method: self.method.clone(),
            rule: self.rule.clone(),
            route: self.route.clone(),
            pool: self.pool.clone(),
            agent: self.agent.clone(),
            request_id: self.request_id.clone(),
            trace_id: self.trace_id.clone(),
            attempts: self.attempts.clone(),
            ..*self
        }
    }
}

/// The beginning of `text`, at most so many bytes.
#[must_use]
pub fn cut(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

impl TryEnd {
    /// How it is told: a status, or why there was none.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            TryEnd::Answered(status) => status.to_string(),
            TryEnd::Failed(refusal) => refusal.word().to_owned(),
            TryEnd::ClientLeft => "client_left".to_owned(),
        }
    }
}

impl TlsVersion {
    /// Its number as people write it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            TlsVersion::V1_2 => "1.2",
            TlsVersion::V1_3 => "1.3",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cleared_keeps_its_room_and_nothing_else() {
        let mut served = Served::unknown();
        served.path.push_str("/a/long/path");
        served.query = Query::Masked;
        served.status = Some(200);
        let room = served.path.capacity();
        served.clear();
        assert_eq!((served.path.as_str(), served.path.capacity()), ("", room));
        assert_eq!((served.query, served.status), (Query::None, None));
    }

    #[test]
    fn long_texts_are_told_up_to_a_whole_character() {
        let mut served = Served::unknown();
        served.path = "/ä".repeat(400);
        served.query = Query::Told("q".repeat(600));
        let told = served.told();
        assert_eq!(told.path.len(), 511);
        assert_eq!(told.query, Query::Told("q".repeat(512)));
    }
}
