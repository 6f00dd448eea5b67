//! Does a request that is taken have one reading, and is that what the backend is sent?

use std::net::{IpAddr, Ipv4Addr};

use http::Method;

use super::Verdict;
use super::cuts::{assert_alike, cuts};
use super::fields::Origin;
use super::http1::{
    Lines, Parsed, RequestFraming, RequestHead, RequestParser, Version, write_request,
};
use super::plain_head::{PlainHead, is_token};
use crate::model::Refusal;

const PEER: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
/// The largest head.
const MOST_BYTES: usize = 16 * 1024;

/// A request's head, apart from the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    method: Method,
    version: Version,
    path: String,
    query: Option<String>,
    host: String,
    port: Option<u16>,
    authority: String,
    fields: Vec<(Vec<u8>, Vec<u8>)>,
    framing: RequestFraming,
    expects_continue: bool,
    asks_for_websocket: bool,
    persists: bool,
    len: usize,
}

impl Seen {
    fn of(head: &RequestHead<'_>, len: usize) -> Seen {
        let owned = |(name, value): (&[u8], &[u8])| (name.to_vec(), value.to_vec());
        Seen {
            method: head.method.clone(),
            version: head.version,
            path: head.target.path().to_owned(),
            query: head.target.query().map(str::to_owned),
            host: head.host.name.as_ref().to_owned(),
            port: head.host.port,
            authority: head.authority.to_owned(),
            fields: head.fields.iter().map(|(name, value, _)| owned((name, value))).collect(),
            framing: head.framing,
            expects_continue: head.expects_continue,
            asks_for_websocket: head.asks_for_websocket,
            persists: head.persists(),
            len,
        }
    }
}

/// Reads the head that `bytes` begin with.
///
/// # Panics
/// When the pieces in which it comes matter, or what follows; when something is taken that two
/// readers could read in two ways; and when what goes on to a backend differs from what was read.
pub fn request_head(bytes: &[u8]) -> Verdict {
    let whole = read(bytes, &[]);
    for ends in cuts(bytes) {
        assert_alike(&read(bytes, &ends), &whole, bytes, MOST_BYTES);
    }
    match &whole {
        Parsed::Complete { head, len } => {
            let cut_off = read(&bytes[..*len], &[]);
            assert_eq!(cut_off, whole, "what follows a head changes it");
            assert_one_reading(&bytes[..*len], head);
            for trusted in [false, true] {
                assert_goes_on(&bytes[..*len], head, trusted);
            }
        }
        Parsed::Incomplete => {
            assert!(bytes.len() < MOST_BYTES, "{} bytes are waited for", bytes.len());
            let begun = bytes.iter().position(|byte| !b"\r\n".contains(byte));
            let text = &bytes[begun.unwrap_or(bytes.len())..];
            assert!(!text.windows(4).any(|end| end == b"\r\n\r\n"), "a head's end was not seen");
        }
        Parsed::Refused(_) => {}
    }
    Verdict::of(&whole)
}

fn read(bytes: &[u8], ends: &[usize]) -> Parsed<Seen, Refusal> {
    let (mut parser, mut lines) = (RequestParser::new("http"), Lines::new());
    for end in ends.iter().copied().chain([bytes.len()]) {
        match parser.parse(&bytes[..end], &mut lines) {
            Parsed::Incomplete => {}
            Parsed::Refused(refusal) => return Parsed::Refused(refusal),
            Parsed::Complete { head, len } => {
                return Parsed::Complete { head: Seen::of(&head, len), len };
            }
        }
    }
    Parsed::Incomplete
}

fn assert_one_reading(bytes: &[u8], seen: &Seen) {
    assert!(bytes.len() <= MOST_BYTES, "a head of {} bytes was taken", bytes.len());
    let empty = bytes.chunks(2).take_while(|line| *line == b"\r\n").count();
    assert!(empty <= 4, "{empty} empty lines were skipped");
    let head = PlainHead::read(&bytes[2 * empty..]);
    let fields: Vec<_> = head.fields.iter().map(|it| (it.0.to_vec(), it.1.to_vec())).collect();
    assert_eq!(seen.fields, fields);
    let parts: Vec<&[u8]> = head.start.split(|byte| *byte == b' ').collect();
    let [method, target, version] = parts[..] else { panic!("a request line of {parts:?}") };
    assert!(is_token(method) && method == seen.method.as_str().as_bytes());
    assert!(!["CONNECT", "TRACE"].contains(&seen.method.as_str()));
    let is_old = version == b"HTTP/1.0";
    assert!(is_old || version == b"HTTP/1.1", "{version:?} was taken");
    assert_eq!(seen.version, if is_old { Version::Http10 } else { Version::Http11 });
    assert_target(target, seen);
    assert_host(target, &head, is_old, seen);
    assert_framing(&head, is_old, seen);
    let expected = head.all("expect");
    assert!(
        expected.len() <= 1 && expected.iter().all(|it| it.eq_ignore_ascii_case(b"100-continue"))
    );
    assert_eq!(seen.expects_continue, !expected.is_empty() && !is_old);
    let stays = if is_old { head.lists("connection", b"keep-alive") } else { true };
    assert_eq!(seen.persists, stays && !head.lists("connection", b"close"));
    let upgrade = head.lists("connection", b"upgrade") && head.lists("upgrade", b"websocket");
    assert_eq!(seen.asks_for_websocket, upgrade && method == b"GET" && !is_old);
}

fn assert_target(target: &[u8], seen: &Seen) {
    assert!((1..=8 * 1024).contains(&target.len()), "a target of {} bytes", target.len());
    let visible = target.iter().all(|byte| (b'!'..=b'~').contains(byte) && *byte != b'#');
    assert!(visible, "a target with controls, a fragment or more than ASCII was taken");
    let query = target.iter().position(|byte| *byte == b'?').map(|at| &target[at + 1..]);
    assert_eq!(seen.query.as_deref().map(str::as_bytes), query);
    let path = &seen.path;
    assert!(path.starts_with('/') && !path.contains("//") && !path.contains('\\'), "{path}");
    let lower = path.to_ascii_lowercase();
    for trick in ["%2f", "%5c", "%00", "%2e", "%61"] {
        assert!(!lower.contains(trick), "{path} has {trick}");
    }
    for segment in path.split('/') {
        let name = segment.split(';').next().unwrap_or_default();
        assert!(name != "." && name != "..", "{path} has dot segments");
    }
}

fn assert_host(target: &[u8], head: &PlainHead<'_>, is_old: bool, seen: &Seen) {
    let hosts = head.all("host");
    assert!(hosts.len() == 1 || (is_old && hosts.is_empty()), "{} hosts were taken", hosts.len());
    let absolute = target.first() != Some(&b'/') && target != b"*";
    if let Some(host) = hosts.first() {
        assert!(host.eq_ignore_ascii_case(seen.authority.as_bytes()));
        let rest = target.get(b"http://".len()..).unwrap_or_default();
        let named = || rest.len() >= host.len() && rest[..host.len()].eq_ignore_ascii_case(host);
        assert!(!absolute || named(), "target and Host name two hosts");
    }
    let strange = |byte: u8| byte <= b' ' || b"@,/\\?#ABCDEFGHIJKLMNOPQRSTUVWXYZ".contains(&byte);
    assert!(!seen.host.is_empty() && !seen.host.bytes().any(strange), "host {:?}", seen.host);
    assert_ne!(seen.port, Some(0));
}

fn assert_framing(head: &PlainHead<'_>, is_old: bool, seen: &Seen) {
    let (length, chunked) = (head.length(), head.is_chunked());
    assert!(!(chunked && length.is_some()), "a length and a coding were taken");
    assert!(!(chunked && is_old), "HTTP/1.0 knows no codings");
    let framing = match length {
        _ if chunked => RequestFraming::Chunked,
        Some(length) => RequestFraming::Length(length),
        None => RequestFraming::Nothing,
    };
    assert_eq!(seen.framing, framing);
    let wants_length = is_old && ["POST", "PUT", "PATCH"].contains(&seen.method.as_str());
    assert!(!wants_length || length.is_some(), "nobody can tell the end of its body");
}

/// Fields that end here, whoever sends them.
const ENDS_HERE: [&str; 13] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];
/// Words on earlier hops, which only count from those who are trusted.
const HOPS: [&str; 5] =
    ["forwarded", "true-client-ip", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"];

/// Asserts that a backend gets what was read, the fields that go on in their order, and ours.
fn assert_goes_on(bytes: &[u8], seen: &Seen, trusted: bool) {
    let out = written(bytes, trusted);
    let (sent, len) = match read(&out, &[]) {
        Parsed::Complete { head, len } => (head, len),
        // With our own fields it may be more than we would take.
        Parsed::Refused(Refusal::TooManyFields) if seen.fields.len() > 95 => return,
        Parsed::Refused(Refusal::HeadTooLarge | Refusal::TargetTooLong)
            if bytes.len() > MOST_BYTES / 8 =>
        {
            return;
        }
        other => panic!("{other:?} goes on: {:?}", String::from_utf8_lossy(&out)),
    };
    assert_eq!(len, out.len(), "more goes on than the head");
    assert_eq!(
        (&sent.method, &sent.path, &sent.query, &sent.host, sent.port, sent.framing),
        (&seen.method, &seen.path, &seen.query, &seen.host, seen.port, seen.framing)
    );
    assert_eq!(sent.fields, expected(bytes, seen, trusted));
    assert!(sent.persists && !sent.expects_continue);
    assert_eq!(sent.asks_for_websocket, seen.asks_for_websocket);
}

fn written(bytes: &[u8], trusted: bool) -> Vec<u8> {
    let mut lines = Lines::new();
    let Parsed::Complete { head, .. } = RequestParser::new("http").parse(bytes, &mut lines) else {
        panic!("it was a head before");
    };
    let mut out = Vec::new();
    write_request(&head, &Origin { peer: PEER, trusted, scheme: "http" }, &mut out);
    out
}

/// The fields that a backend gets.
fn expected(bytes: &[u8], seen: &Seen, trusted: bool) -> Vec<(Vec<u8>, Vec<u8>)> {
    let begun = bytes.iter().position(|byte| !b"\r\n".contains(byte)).unwrap_or_default();
    let head = PlainHead::read(&bytes[begun..]);
    let is = |name: &[u8], known: &str| name.eq_ignore_ascii_case(known.as_bytes());
    let goes_on = |name: &[u8]| {
        !ENDS_HERE.iter().any(|known| is(name, known))
            && !is(name, "x-forwarded-for")
            && !(name.contains(&b'_'))
            && (trusted || !HOPS.iter().any(|known| is(name, known)))
            && !head.lists("connection", name)
    };
    let kept: Vec<_> = head.fields.iter().copied().filter(|it| goes_on(it.0)).collect();
    let has = |name: &str| kept.iter().any(|it| is(it.0, name));
    let mut hops: Vec<&[u8]> = match trusted && !head.lists("connection", b"x-forwarded-for") {
        true => head.all("x-forwarded-for"),
        false => vec![],
    };
    let peer = PEER.to_string();
    hops.push(peer.as_bytes());
    let hops = hops.join(&b", "[..]);
    let authority = seen.authority.as_bytes();
    let mut all = vec![(&b"Host"[..], authority)];
    all.extend(kept.iter().copied());
    all.push((b"X-Forwarded-For", &hops));
    if !has("x-forwarded-proto") {
        all.push((b"X-Forwarded-Proto", b"http"));
    }
    if !has("x-forwarded-host") {
        all.push((b"X-Forwarded-Host", authority));
    }
    if seen.asks_for_websocket {
        all.extend([(&b"Connection"[..], &b"upgrade"[..]), (b"Upgrade", b"websocket")]);
    }
    let length = match seen.framing {
        RequestFraming::Length(length) => length.to_string(),
        _ => String::new(),
    };
    match seen.framing {
        RequestFraming::Nothing => {}
        RequestFraming::Length(_) => all.push((b"Content-Length", length.as_bytes())),
        RequestFraming::Chunked => all.push((b"Transfer-Encoding", b"chunked")),
    }
    all.into_iter().map(|(name, value)| (name.to_vec(), value.to_vec())).collect()
}
