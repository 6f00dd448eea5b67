//! Does an answer that is taken have one reading, and is that what the client is sent?

use http::Method;

use super::Verdict;
use super::cuts::{assert_alike, cuts};
use super::http1::{
    Asked, Begun, Lines, Parsed, ResponseFault, ResponseFraming, ResponseHead, ResponseParser,
    Stage, ToClient, Version, write_interim, write_response,
};
use super::plain_head::{PlainHead, is_text};

const DATE: &[u8] = b"Tue, 15 Nov 1994 08:12:31 GMT";
/// The largest head.
const MOST_BYTES: usize = 64 * 1024;

/// An answer's head, apart from the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    version: Version,
    status: u16,
    reason: String,
    fields: Vec<(Vec<u8>, Vec<u8>)>,
    framing: ResponseFraming,
    doubtful: bool,
    stage: Stage,
    is_reusable: bool,
}

impl Seen {
    fn of(head: &ResponseHead<'_>) -> Seen {
        Seen {
            version: head.version,
            status: head.status.as_u16(),
            reason: head.reason.to_owned(),
            fields: head.fields.iter().map(|it| (it.0.to_vec(), it.1.to_vec())).collect(),
            framing: head.framed.framing,
            doubtful: head.framed.doubtful,
            stage: head.stage(),
            is_reusable: head.is_reusable(),
        }
    }
}

/// Reads the head that `bytes` begin with, as the answer to a GET, which the verdict is on, and to
/// something else: a HEAD or a wish for a WebSocket, whichever their number decides.
///
/// # Panics
/// When the pieces in which it comes matter, or what follows; when something is taken that two
/// readers could read in two ways; and when what goes on to a client differs from what was read.
pub fn response_head(bytes: &[u8]) -> Verdict {
    let verdict = judge(bytes, Asked { method: &Method::GET, for_websocket: false });
    match bytes.len() % 2 {
        0 => judge(bytes, Asked { method: &Method::HEAD, for_websocket: false }),
        _ => judge(bytes, Asked { method: &Method::GET, for_websocket: true }),
    };
    verdict
}

fn judge(bytes: &[u8], asked: Asked<'_>) -> Verdict {
    let whole = read(bytes, &[], asked);
    // The pieces in which a head comes know nothing of what was asked.
    for ends in
        cuts(bytes).into_iter().filter(|_| !asked.for_websocket && *asked.method == Method::GET)
    {
        assert_alike(&read(bytes, &ends, asked), &whole, bytes, MOST_BYTES);
    }
    match &whole {
        Parsed::Complete { head, len } => {
            let cut_off = read(&bytes[..*len], &[], asked);
            assert_eq!(cut_off, whole, "what follows a head changes it");
            assert!(*len <= MOST_BYTES, "a head of {len} bytes was taken");
            let plain = PlainHead::read(&bytes[..*len]);
            assert_one_reading(&plain, head, asked);
            assert_goes_on(&bytes[..*len], &plain, head, asked);
        }
        Parsed::Incomplete => {
            assert!(bytes.len() < MOST_BYTES, "{} bytes are waited for", bytes.len());
            assert!(!bytes.windows(4).any(|end| end == b"\r\n\r\n"), "a head's end was not seen");
        }
        Parsed::Refused(_) => {}
    }
    Verdict::of(&whole)
}

fn read(bytes: &[u8], ends: &[usize], asked: Asked<'_>) -> Parsed<Seen, ResponseFault> {
    let (mut parser, mut lines) = (ResponseParser::default(), Lines::new());
    for end in ends.iter().copied().chain([bytes.len()]) {
        match parser.parse(&bytes[..end], asked, &mut lines) {
            Parsed::Incomplete => {}
            Parsed::Refused(fault) => return Parsed::Refused(fault),
            Parsed::Complete { head, len } => {
                return Parsed::Complete { head: Seen::of(&head), len };
            }
        }
    }
    Parsed::Incomplete
}

fn assert_one_reading(head: &PlainHead<'_>, seen: &Seen, asked: Asked<'_>) {
    let fields: Vec<_> = head.fields.iter().map(|it| (it.0.to_vec(), it.1.to_vec())).collect();
    assert_eq!(seen.fields, fields);
    let is_old = head.start.starts_with(b"HTTP/1.0 ");
    assert!(is_old || head.start.starts_with(b"HTTP/1.1 "), "{:?} was taken", head.start);
    assert_eq!(seen.version, if is_old { Version::Http10 } else { Version::Http11 });
    let (code, reason) = head.start[9..].split_at(3);
    assert_eq!(code, seen.status.to_string().as_bytes());
    assert!((100..600).contains(&seen.status), "status {}", seen.status);
    assert!(reason.is_empty() || reason[0] == b' ', "{:?} was taken", head.start);
    assert!(reason.iter().all(|byte| is_text(*byte)), "a reason with controls was taken");
    assert!(seen.reason.is_empty() || reason[1..] == *seen.reason.as_bytes());
    let stage = match seen.status {
        101 => Stage::Switched,
        100..200 => Stage::Interim,
        _ => Stage::Final,
    };
    assert_eq!(seen.stage, stage);
    let websocket = asked.for_websocket && !is_old && head.lists("upgrade", b"websocket");
    assert!(stage != Stage::Switched || websocket, "a switch that nobody asked for was taken");
    assert_framing(head, is_old, seen, asked);
}

fn assert_framing(head: &PlainHead<'_>, is_old: bool, seen: &Seen, asked: Asked<'_>) {
    let chunked = head.is_chunked();
    let both = chunked && !head.all("content-length").is_empty();
    // What is told beside chunks does not count, however it is told.
    let length = if chunked { None } else { head.length() };
    assert!(!(chunked && is_old), "HTTP/1.0 knows no codings");
    let framing = match (seen.status, length) {
        (100..200 | 204, _) => ResponseFraming::Nothing { told: None },
        (304, told) => ResponseFraming::Nothing { told },
        (_, told) if *asked.method == Method::HEAD => ResponseFraming::Nothing { told },
        (205, _) => ResponseFraming::Nothing { told: Some(0) },
        _ if chunked => ResponseFraming::Chunked,
        (_, Some(length)) => ResponseFraming::Length(length),
        (_, None) => ResponseFraming::UntilClose,
    };
    assert_eq!(seen.framing, framing);
    let stays = if is_old { head.lists("connection", b"keep-alive") } else { true };
    let may_be_used_again = stays
        && !head.lists("connection", b"close")
        && !both
        && seen.stage == Stage::Final
        && framing != ResponseFraming::UntilClose;
    assert!(may_be_used_again || !seen.is_reusable, "its connection would be used again");
    let sure = may_be_used_again && seen.status != 205;
    assert!(!sure || seen.is_reusable, "its connection would be thrown away");
}

/// Fields that end here, or tell of the fleet.
const ENDS_HERE: [&str; 16] = [
    "connection",
    "content-length",
    "endpoint-load-metrics",
    "endpoint-load-metrics-bin",
    "http2-settings",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "server",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
    "x-powered-by",
];

/// Asserts that every kind of client gets what was read.
fn assert_goes_on(bytes: &[u8], plain: &PlainHead<'_>, seen: &Seen, asked: Asked<'_>) {
    let mut lines = Lines::new();
    let Parsed::Complete { head, .. } = ResponseParser::default().parse(bytes, asked, &mut lines)
    else {
        panic!("it was a head before");
    };
    let goes_on = |name: &[u8]| {
        !ENDS_HERE.iter().any(|known| name.eq_ignore_ascii_case(known.as_bytes()))
            && !plain.lists("connection", name)
    };
    let kept: Vec<_> = seen.fields.iter().filter(|it| goes_on(&it.0)).cloned().collect();
    if seen.stage == Stage::Interim {
        let mut out = Vec::new();
        write_interim(&head, &mut out);
        let sent = again(&out, asked);
        assert_eq!((sent.status, sent.fields), (seen.status, kept));
        return;
    }
    for (version, persists) in
        [(Version::Http10, true), (Version::Http11, false), (Version::Http11, true)]
    {
        let client = ToClient { version, persists, date: DATE, quota: None, cookie: None };
        let mut out = Vec::new();
        let begun = write_response(&head, &client, &mut out);
        // With our own fields it may be more than we would take.
        if seen.fields.len() > 97 || bytes.len() > MOST_BYTES - 200 {
            continue;
        }
        let sent = again(&out, asked);
        assert_eq!((sent.status, &sent.reason), (seen.status, &seen.reason));
        assert_sent(seen, &kept, &sent, client, begun);
    }
}

fn assert_sent(
    seen: &Seen,
    kept: &[(Vec<u8>, Vec<u8>)],
    sent: &Seen,
    client: ToClient<'_>,
    begun: Begun,
) {
    assert_eq!(sent.framing, begun.framing, "the body ends otherwise than the head says");
    assert!(!sent.doubtful && (begun.persists || !sent.is_reusable));
    assert!(client.persists || !begun.persists, "the connection was to end");
    let is_old = client.version == Version::Http10;
    assert!(!(is_old && sent.framing == ResponseFraming::Chunked), "HTTP/1.0 knows no chunks");
    let framing = match (seen.framing, is_old) {
        (ResponseFraming::Chunked, true) => ResponseFraming::UntilClose,
        (ResponseFraming::UntilClose, false) => ResponseFraming::Chunked,
        (same, _) => same,
    };
    assert_eq!(begun.framing, framing);
    let (mine, others): (Vec<_>, Vec<_>) = sent.fields.iter().cloned().partition(|(name, _)| {
        ["connection", "content-length", "transfer-encoding", "upgrade"]
            .iter()
            .any(|it| name.eq_ignore_ascii_case(it.as_bytes()))
    });
    assert!(mine.len() <= 2, "{mine:?}");
    let mut expected = kept.to_vec();
    if !kept.iter().any(|it| it.0.eq_ignore_ascii_case(b"date")) {
        expected.push((b"Date".to_vec(), DATE.to_vec()));
    }
    assert_eq!(others, expected);
}

/// What was written, as a client reads it.
fn again(out: &[u8], asked: Asked<'_>) -> Seen {
    match read(out, &[], asked) {
        Parsed::Complete { head, len } => {
            assert_eq!(len, out.len(), "more goes on than the head");
            head
        }
        other => panic!("{other:?} goes on: {:?}", String::from_utf8_lossy(out)),
    }
}
