//! Which header fields go on to the other side, and which are ours to write?

use std::net::IpAddr;

use http::header::{
    CONNECTION, CONTENT_LENGTH, EXPECT, HOST, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, SERVER, TE,
    TRAILER, TRANSFER_ENCODING, UPGRADE, VIA,
};
use http::{HeaderMap, HeaderName, HeaderValue};

const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
const PROXY_CONNECTION: HeaderName = HeaderName::from_static("proxy-connection");
const HTTP2_SETTINGS: HeaderName = HeaderName::from_static("http2-settings");
pub(super) const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED: HeaderName = HeaderName::from_static("forwarded");
const REAL_IP: HeaderName = HeaderName::from_static("x-real-ip");
const POWERED_BY: HeaderName = HeaderName::from_static("x-powered-by");
pub(super) const LOAD_METRICS: HeaderName = HeaderName::from_static("endpoint-load-metrics");
const LOAD_METRICS_BIN: HeaderName = HeaderName::from_static("endpoint-load-metrics-bin");

/// Fields that end at the next hop (RFC 9110 section 7.6.1).
const HOP_BY_HOP: [HeaderName; 10] = [
    CONNECTION,
    KEEP_ALIVE,
    PROXY_CONNECTION,
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
    HTTP2_SETTINGS,
];

/// How a client came to us.
pub(super) struct Origin<'a> {
    /// The other end of the connection.
    pub(super) peer: IpAddr,
    /// Whether its word on earlier hops is believed.
    pub(super) trusted: bool,
    /// "http" or "https".
    pub(super) scheme: &'static str,
    /// The authority it asked for.
    pub(super) authority: &'a HeaderValue,
}

/// Makes a client's fields the gateway's own request.
pub(super) fn toward_backend(fields: &mut HeaderMap, origin: &Origin<'_>) {
    remove_hop_by_hop(fields);
    // Framing is derived from the body, never copied; expectations are met by us.
    fields.remove(CONTENT_LENGTH);
    fields.remove(EXPECT);
    remove_underscored(fields);
    fields.insert(HOST, origin.authority.clone());
    let peer = origin.peer.to_string();
    let chain = match origin.trusted {
        true => appended(fields, &peer),
        false => peer,
    };
    if !origin.trusted {
        for name in [FORWARDED, REAL_IP, FORWARDED_PROTO, FORWARDED_HOST] {
            fields.remove(name);
        }
    }
    fields
        .insert(FORWARDED_FOR, HeaderValue::try_from(chain).expect("addresses are visible ASCII"));
    fields.entry(FORWARDED_PROTO).or_insert(HeaderValue::from_static(origin.scheme));
    fields.entry(FORWARDED_HOST).or_insert(origin.authority.clone());
}

/// Makes a backend's fields the gateway's own answer: nothing of the fleet goes out.
pub(super) fn toward_client(fields: &mut HeaderMap) {
    remove_hop_by_hop(fields);
    for name in [SERVER, VIA, POWERED_BY, LOAD_METRICS, LOAD_METRICS_BIN] {
        fields.remove(name);
    }
}

/// Whether the client asks for a WebSocket.
pub(super) fn asks_for_websocket(fields: &HeaderMap) -> bool {
    let listed = |name: HeaderName, word: &str| {
        let values = fields.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).any(|part| part.trim().eq_ignore_ascii_case(word))
    };
    listed(CONNECTION, "upgrade") && listed(UPGRADE, "websocket")
}

/// Writes the fields that turn a request or answer into a WebSocket's.
pub(super) fn upgrade_to_websocket(fields: &mut HeaderMap) {
    fields.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    fields.insert(UPGRADE, HeaderValue::from_static("websocket"));
}

fn remove_hop_by_hop(fields: &mut HeaderMap) {
    if fields.contains_key(CONNECTION) {
        let nominated: Vec<HeaderName> = fields
            .get_all(CONNECTION)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .filter_map(|name| name.trim().parse().ok())
            .filter(|name| *name != HOST)
            .collect();
        for name in nominated {
            fields.remove(name);
        }
    }
    for name in HOP_BY_HOP {
        fields.remove(name);
    }
}

/// Names with an underscore read like their cousins with a dash in many app servers.
fn remove_underscored(fields: &mut HeaderMap) {
    let underscored = |name: &&HeaderName| name.as_str().contains('_');
    if fields.keys().any(|name| underscored(&name)) {
        let names: Vec<HeaderName> = fields.keys().filter(underscored).cloned().collect();
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
        toward_backend(
            &mut fields,
            &Origin { peer, trusted, scheme: "https", authority: &authority },
        );
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
    fn a_websocket_is_asked_for_by_both_fields() {
        let both = [("connection", "keep-alive, Upgrade"), ("upgrade", "WebSocket")];
        assert!(asks_for_websocket(&fields(&both)));
        assert!(!asks_for_websocket(&fields(&both[..1])));
        assert!(!asks_for_websocket(&fields(&[("connection", "upgrade"), ("upgrade", "h2c")])));
    }
}
