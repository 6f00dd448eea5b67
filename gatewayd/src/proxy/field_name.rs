//! Which field names mean something to the gateway, and how far do they go?
//!
//! The one list of names for HTTP/1 and HTTP/2 alike.

/// What a field's name means to the gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FieldName {
    /// Nothing: it is between client and backend.
    Other,
    /// An underscore in it: it reads like its cousin with a dash in many app servers.
    Underscored,
    /// `Connection`.
    Connection,
    /// `Transfer-Encoding`.
    TransferEncoding,
    /// `Content-Length`.
    ContentLength,
    /// `Upgrade`.
    Upgrade,
    /// Ends at the next hop and tells us nothing: `Keep-Alive`, `TE`, `Proxy-Connection` …
    HopByHop,
    /// `Host`.
    Host,
    /// `Expect`.
    Expect,
    /// `X-Forwarded-For`.
    ForwardedFor,
    /// `X-Forwarded-Proto`.
    ForwardedProto,
    /// `X-Forwarded-Host`.
    ForwardedHost,
    /// Another word on earlier hops: `Forwarded`, `X-Real-IP`, `True-Client-IP`.
    EarlierHop,
    /// `Date`.
    Date,
    /// `Via`.
    Via,
    /// Tells of the fleet: `Server`, `X-Powered-By`, the load reports of backends.
    OfTheFleet,
}

impl FieldName {
    /// What `name` means, in whatever case it is written (RFC 9110, section 5.1).
    pub(super) fn of(name: &[u8]) -> FieldName {
        let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
        match name.len() {
            2 if is("te") => FieldName::HopByHop,
            3 if is("via") => FieldName::Via,
            4 if is("host") => FieldName::Host,
            4 if is("date") => FieldName::Date,
            6 if is("expect") => FieldName::Expect,
            6 if is("server") => FieldName::OfTheFleet,
            7 if is("upgrade") => FieldName::Upgrade,
            7 if is("trailer") => FieldName::HopByHop,
            9 if is("forwarded") || is("x-real-ip") => FieldName::EarlierHop,
            10 if is("connection") => FieldName::Connection,
            10 if is("keep-alive") => FieldName::HopByHop,
            12 if is("x-powered-by") => FieldName::OfTheFleet,
            14 if is("content-length") => FieldName::ContentLength,
            14 if is("http2-settings") => FieldName::HopByHop,
            14 if is("true-client-ip") => FieldName::EarlierHop,
            15 if is("x-forwarded-for") => FieldName::ForwardedFor,
            16 if is("x-forwarded-host") => FieldName::ForwardedHost,
            16 if is("proxy-connection") => FieldName::HopByHop,
            17 if is("transfer-encoding") => FieldName::TransferEncoding,
            17 if is("x-forwarded-proto") => FieldName::ForwardedProto,
            18 if is("proxy-authenticate") => FieldName::HopByHop,
            19 if is("proxy-authorization") => FieldName::HopByHop,
            21 if is("endpoint-load-metrics") => FieldName::OfTheFleet,
            25 if is("endpoint-load-metrics-bin") => FieldName::OfTheFleet,
            _ if name.contains(&b'_') => FieldName::Underscored,
            _ => FieldName::Other,
        }
    }

    /// Whether it ends at the next hop (RFC 9110, section 7.6.1).
    pub(super) fn is_hop_by_hop(self) -> bool {
        matches!(
            self,
            FieldName::Connection
                | FieldName::TransferEncoding
                | FieldName::Upgrade
                | FieldName::HopByHop
        )
    }

    /// Whether a client's field goes on to a backend as it came. The others are dropped, or
    /// written anew by us; `trusted` is whether the client's word on earlier hops is believed.
    pub(super) fn goes_to_backend(self, trusted: bool) -> bool {
        match self {
            FieldName::Other | FieldName::Date | FieldName::Via | FieldName::OfTheFleet => true,
            FieldName::EarlierHop | FieldName::ForwardedProto | FieldName::ForwardedHost => trusted,
            _ => false,
        }
    }

    /// Whether a backend's field goes on to the client as it came.
    pub(super) fn goes_to_client(self) -> bool {
        let dropped = matches!(self, FieldName::ContentLength | FieldName::Via)
            || self == FieldName::OfTheFleet
            || self.is_hop_by_hop();
        !dropped
    }
}

/// Names that must not stand behind a body, because they say how to read, route or authorise what
/// came before (RFC 9110, section 6.5.1); those of [`FieldName`] aside.
const NOT_IN_TRAILERS: [&str; 24] = [
    "age",
    "authorization",
    "cache-control",
    "content-encoding",
    "content-range",
    "content-type",
    "cookie",
    "expires",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "last-modified",
    "location",
    "max-forwards",
    "pragma",
    "range",
    "retry-after",
    "set-cookie",
    "vary",
    "warning",
    "www-authenticate",
    "authentication-info",
];

/// Whether a field may stand behind a body.
pub(super) fn may_trail(name: &[u8]) -> bool {
    FieldName::of(name) == FieldName::Other
        && !NOT_IN_TRAILERS.iter().any(|it| name.eq_ignore_ascii_case(it.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_in_any_case() {
        for (name, meaning) in [
            ("host", FieldName::Host),
            ("HOST", FieldName::Host),
            ("Content-Length", FieldName::ContentLength),
            ("Transfer-Encoding", FieldName::TransferEncoding),
            ("transfer_encoding", FieldName::Underscored),
            ("X_Forwarded_For", FieldName::Underscored),
            ("HTTP2-Settings", FieldName::HopByHop),
            ("Accept", FieldName::Other),
            ("Hosts", FieldName::Other),
            ("", FieldName::Other),
        ] {
            assert_eq!(FieldName::of(name.as_bytes()), meaning, "{name}");
        }
    }

    #[test]
    fn what_ends_at_the_next_hop_goes_nowhere() {
        for name in [
            "Connection",
            "Keep-Alive",
            "Proxy-Connection",
            "Proxy-Authenticate",
            "Proxy-Authorization",
            "TE",
            "Trailer",
            "Transfer-Encoding",
            "Upgrade",
            "HTTP2-Settings",
        ] {
            let meaning = FieldName::of(name.as_bytes());
            assert!(meaning.is_hop_by_hop(), "{name}");
            assert!(!meaning.goes_to_backend(true) && !meaning.goes_to_client(), "{name}");
            assert!(!may_trail(name.as_bytes()), "{name}");
        }
    }

    #[test]
    fn nothing_that_frames_routes_or_authorises_trails() {
        for name in ["Content-Length", "Host", "Authorization", "X-Forwarded-For", "Set-Cookie"] {
            assert!(!may_trail(name.as_bytes()), "{name}");
        }
        for name in ["grpc-status", "grpc-message", "ETag", "Digest", "X-Checksum", "Server-Timing"]
        {
            assert!(may_trail(name.as_bytes()), "{name}");
        }
    }
}
