//! Which header fields go on to the other side, and which are ours to write?

use std::net::IpAddr;

use http::header::{CONNECTION, CONTENT_TYPE, HOST, TE};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::policy::{self, LoadReport, MalformedReport};

use super::field_name::{FieldName, may_trail};
use super::http1::Fields;

pub(super) const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const LOAD_METRICS: HeaderName = HeaderName::from_static("endpoint-load-metrics");
const LOAD_METRICS_BIN: HeaderName = HeaderName::from_static("endpoint-load-metrics-bin");

/// What TE says where trailers are taken.
pub(super) const TRAILERS: &str = "trailers";
/// What the content of every call of gRPC is, with or without the coding of its messages.
pub(super) const GRPC: &str = "application/grpc";

/// Field lines, whatever protocol brought them.
pub(super) trait FieldLines {
    /// The values of the fields called `name`, in the order they came.
    fn lines<'a>(&'a self, name: &'a HeaderName) -> impl DoubleEndedIterator<Item = &'a [u8]>;

    /// The values of the first fields with these names.
    fn firsts<'a, const N: usize>(&'a self, names: [&'a HeaderName; N]) -> [Option<&'a [u8]>; N] {
        names.map(|name| self.lines(name).next())
    }
}

impl FieldLines for HeaderMap {
    fn lines<'a>(&'a self, name: &'a HeaderName) -> impl DoubleEndedIterator<Item = &'a [u8]> {
        self.get_all(name).into_iter().map(|value| value.as_bytes())
    }
}

impl FieldLines for Fields<'_> {
    fn lines<'a>(&'a self, name: &'a HeaderName) -> impl DoubleEndedIterator<Item = &'a [u8]> {
        self.called(name.as_str().as_bytes())
    }

    /// In one pass.
    fn firsts<'a, const N: usize>(&'a self, names: [&'a HeaderName; N]) -> [Option<&'a [u8]>; N] {
        let names = names.map(|name| name.as_str().as_bytes());
        let mut firsts = [None; N];
        for (found, value, _) in self.iter() {
            let wanted = names.iter().position(|name| found.eq_ignore_ascii_case(name));
            if let Some(index) = wanted {
                firsts[index].get_or_insert(value);
            }
        }
        firsts
    }
}

/// How a client came to us.
#[derive(Clone, Copy, Debug)]
pub(super) struct Origin {
    /// The other end of the connection.
    pub(super) peer: IpAddr,
    /// Whether its word on earlier hops is believed.
    pub(super) trusted: bool,
    /// "http" or "https".
    pub(super) scheme: &'static str,
}

/// Makes a client's fields the gateway's own request to the `authority` it asked for.
pub(super) fn toward_backend(fields: &mut HeaderMap, authority: &HeaderValue, origin: &Origin) {
    remove_nominated(fields);
    let peer = origin.peer.to_string();
    let chain = match origin.trusted {
        true => appended(fields, &peer),
        false => peer,
    };
    retain(fields, |name| name.goes_to_backend(origin.trusted));
    fields.insert(HOST, authority.clone());
    fields
        .insert(FORWARDED_FOR, HeaderValue::try_from(chain).expect("addresses are visible ASCII"));
    fields.entry(FORWARDED_PROTO).or_insert(HeaderValue::from_static(origin.scheme));
    fields.entry(FORWARDED_HOST).or_insert(authority.clone());
}

/// Makes a backend's fields the gateway's own answer; how long its body is is told anew.
pub(super) fn toward_client(fields: &mut HeaderMap) {
    remove_nominated(fields);
    retain(fields, FieldName::goes_to_client);
}

/// Leaves of trailers those that may stand behind a body; says how many others there were.
pub(super) fn sift_trailers(fields: &mut HeaderMap) -> usize {
    let before = fields.len();
    let goes = |name: &&HeaderName| !may_trail(name.as_str().as_bytes());
    let names: Vec<HeaderName> = fields.keys().filter(goes).cloned().collect();
    for name in names {
        fields.remove(name);
    }
    before - fields.len()
}

/// Whether a client says that it takes trailers (RFC 9110, section 10.1.4).
pub(super) fn takes_trailers(fields: &impl FieldLines) -> bool {
    let mut members = fields.lines(&TE).flat_map(|line| line.split(|byte| *byte == b','));
    members.any(|member| member.trim_ascii().eq_ignore_ascii_case(TRAILERS.as_bytes()))
}

/// Whether a request is a call of gRPC: then so is its answer, whoever gives it.
pub(super) fn asks_grpc(fields: &impl FieldLines) -> bool {
    let kind = fields.lines(&CONTENT_TYPE).next().unwrap_or_default();
    let rest = kind
        .trim_ascii()
        .split_at_checked(GRPC.len())
        .and_then(|(begin, rest)| begin.eq_ignore_ascii_case(GRPC.as_bytes()).then_some(rest));
    rest.is_some_and(|rest| matches!(rest.first(), None | Some(b'+' | b';' | b'-' | b' ')))
}

/// What a backend says of its own load, if it does.
pub(super) type Report = Result<LoadReport, MalformedReport>;

/// The report among fields of HTTP/2.
pub(super) fn load_report(fields: &HeaderMap) -> Option<Report> {
    let report = |name: &HeaderName| {
        policy::load_report(name.as_str().as_bytes(), fields.get(name)?.as_bytes())
    };
    report(&LOAD_METRICS).or_else(|| report(&LOAD_METRICS_BIN))
}

/// Removes what Connection nominates; it goes itself with all that ends here.
fn remove_nominated(fields: &mut HeaderMap) {
    if fields.contains_key(CONNECTION) {
        let nominated: Vec<HeaderName> = fields
            .get_all(CONNECTION)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .filter_map(|name| name.trim().parse().ok())
            .collect();
        for name in nominated {
            fields.remove(name);
        }
    }
}

/// Removes what `stays` does not keep.
fn retain(fields: &mut HeaderMap, stays: impl Fn(FieldName) -> bool) {
    let goes = |name: &&HeaderName| !stays(FieldName::of(name.as_str().as_bytes()));
    if fields.keys().any(|name| goes(&name)) {
        let names: Vec<HeaderName> = fields.keys().filter(goes).cloned().collect();
        for name in names {
            fields.remove(name);
        }
    }
}

/// The X-Forwarded-For of earlier hops with `peer` after it.
fn appended(fields: &HeaderMap, peer: &str) -> String {
    let earlier = fields.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok());
    let mut chain: Vec<&str> = earlier.collect();
    chain.push(peer);
    chain.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(lines: &[(&str, &str)]) -> HeaderMap {
        let line = |(name, value): &(&str, &str)| (name.parse().unwrap(), value.parse().unwrap());
        let mut fields = HeaderMap::new();
        lines.iter().map(line).for_each(|(name, value): (HeaderName, HeaderValue)| {
            fields.append(name, value);
        });
        fields
    }

    fn sent(lines: &[(&str, &str)], trusted: bool) -> HeaderMap {
        let mut fields = fields(lines);
        let authority = HeaderValue::from_static("a.example");
        let peer = [192, 0, 2, 1].into();
        toward_backend(&mut fields, &authority, &Origin { peer, trusted, scheme: "https" });
        fields
    }

    #[test]
    fn what_connection_nominates_goes_and_what_we_write_stays() {
        let fields = sent(
            &[
                ("connection", "close, X-Secret, X-Forwarded-For, Host, X-Forwarded-Proto"),
                ("x-secret", "1"),
                ("te", "trailers"),
                ("transfer-encoding", "chunked"),
                ("content-length", "5"),
                ("content_length", "5"),
                ("x-kept", "yes"),
            ],
            true,
        );
        let mut names: Vec<&str> = fields.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        let ours = ["host", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-kept"];
        assert_eq!(names, ours);
        assert_eq!(fields["x-forwarded-for"], "192.0.2.1");
    }

    #[test]
    fn an_untrusted_peers_word_on_earlier_hops_is_dropped() {
        let told = [
            ("x-forwarded-for", "203.0.113.9"),
            ("x-forwarded-for", "203.0.113.8"),
            ("x-forwarded-proto", "gopher"),
            ("forwarded", "for=203.0.113.9"),
            ("x-real-ip", "203.0.113.9"),
        ];
        let fields = sent(&told, false);
        assert_eq!(fields.get_all("x-forwarded-for").iter().count(), 1);
        assert_eq!(fields["x-forwarded-for"], "192.0.2.1");
        assert_eq!(fields["x-forwarded-proto"], "https");
        assert!(!fields.contains_key("forwarded") && !fields.contains_key("x-real-ip"));
        let fields = sent(&told, true);
        assert_eq!(fields["x-forwarded-for"], "203.0.113.9, 203.0.113.8, 192.0.2.1");
        assert_eq!(fields["x-forwarded-proto"], "gopher");
    }

    #[test]
    fn a_call_of_grpc_is_known_by_its_content_and_nothing_like_it() {
        let asks = |kind: &str| asks_grpc(&fields(&[("content-type", kind)]));
        for kind in ["application/grpc", "Application/GRPC+proto", "application/grpc;a=b"] {
            assert!(asks(kind), "{kind}");
        }
        for kind in ["application/grpcs", "application/json", "application", ""] {
            assert!(!asks(kind), "{kind}");
        }
    }

    #[test]
    fn trailers_are_taken_by_those_who_say_so() {
        let takes = |lines: &[(&str, &str)]| takes_trailers(&fields(lines));
        assert!(takes(&[("te", "gzip"), ("te", "deflate;q=0.5 , Trailers")]));
        assert!(!takes(&[("te", "trailers2")]) && !takes(&[("trailer", "trailers")]));
    }

    #[test]
    fn of_trailers_and_of_an_answer_only_what_may_go_on_stays() {
        let lines = [
            ("grpc-status", "0"),
            ("content-length", "5"),
            ("connection", "x-secret"),
            ("x-secret", "1"),
            ("server", "x/1"),
        ];
        let mut answer = fields(&lines);
        toward_client(&mut answer);
        assert_eq!(answer.keys().collect::<Vec<_>>(), ["grpc-status"]);
        let mut trailers = fields(&lines);
        assert_eq!(sift_trailers(&mut trailers), 3);
        assert_eq!(trailers.keys().collect::<Vec<_>>(), ["grpc-status", "x-secret"]);
    }
}
