//! Where bodies end (RFC 9112, section 6.3), one row each.

use crate::model::Refusal::{self, *};
use crate::proxy::http1::tests::{request, response};

use super::*;

fn framed(version: &str, lines: &str) -> Result<RequestFraming, Refusal> {
    let bytes = format!("POST / HTTP/{version}\r\nHost: a\r\n{lines}\r\n");
    match request(bytes) {
        super::super::Parsed::Complete { head, .. } => Ok(head.framing),
        super::super::Parsed::Refused(refusal) => Err(refusal),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_request_without_either_field_has_no_body() {
    assert_eq!(framed("1.1", ""), Ok(RequestFraming::Nothing));
}

#[test]
fn a_content_length_is_one_number() {
    for (value, length) in
        [("0", 0), ("5", 5), (" 5\t", 5), ("0005", 5), ("18446744073709551615", u64::MAX)]
    {
        let lines = format!("Content-Length: {value}\r\n");
        assert_eq!(framed("1.1", &lines), Ok(RequestFraming::Length(length)), "{value:?}");
    }
    for value in [
        "+5",
        "-1",
        "0x5",
        "5_0",
        "5, 5",
        "5,5",
        "5 5",
        "",
        "5.0",
        "5e1",
        "five",
        "\u{a0}5",
        "18446744073709551616",
        "99999999999999999999999",
    ] {
        let lines = format!("Content-Length: {value}\r\n");
        assert_eq!(framed("1.1", &lines), Err(ContentLengthInvalid), "{value:?}");
    }
    for second in ["5", "6"] {
        let lines = format!("Content-Length: 5\r\ncontent-length: {second}\r\n");
        assert_eq!(framed("1.1", &lines), Err(ContentLengthInvalid), "{second:?}");
    }
}

#[test]
fn a_transfer_encoding_is_chunked_and_nothing_else() {
    for value in ["chunked", "Chunked", "\tCHUNKED "] {
        let lines = format!("Transfer-Encoding: {value}\r\n");
        assert_eq!(framed("1.1", &lines), Ok(RequestFraming::Chunked), "{value:?}");
    }
    for (value, refusal) in [
        // A coding that is not known (section 6.1).
        ("gzip, chunked", TeUnsupported),
        ("identity, chunked", TeUnsupported),
        ("xchunked , chunked", TeUnsupported),
        // Not chunked at the end (section 6.3, item 4).
        ("gzip", TeInvalid),
        ("identity", TeInvalid),
        ("chunked, identity", TeInvalid),
        ("xchunked", TeInvalid),
        ("chunkedx", TeInvalid),
        ("chunked;", TeInvalid),
        // Chunked twice (section 7.1).
        ("chunked, chunked", TeInvalid),
        // No coding at all, or an empty one.
        ("", TeInvalid),
        ("chunked,", TeInvalid),
        (",chunked", TeInvalid),
        ("gzip,,chunked", TeInvalid),
        ("\"chunked\"", TeInvalid),
        ("chunked;q=1", TeInvalid),
        ("gzip;q=1, chunked", TeInvalid),
        ("chunked chunked", TeInvalid),
        ("chun ked", TeInvalid),
        ("\u{a0}chunked", TeInvalid),
    ] {
        let lines = format!("Transfer-Encoding: {value}\r\n");
        assert_eq!(framed("1.1", &lines), Err(refusal), "{value:?}");
    }
    for second in ["chunked", "identity", "gzip"] {
        let lines = format!("Transfer-Encoding: chunked\r\ntransfer-encoding: {second}\r\n");
        assert_eq!(framed("1.1", &lines), Err(TeInvalid), "{second:?}");
    }
}

#[test]
fn both_fields_together_are_refused_in_either_order() {
    let (length, coding) = ("Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n");
    for lines in [
        format!("{length}{coding}"),
        format!("{coding}{length}"),
        format!("Content-Length: x\r\n{coding}"),
        format!("{coding}{length}{length}"),
        format!("{length}Transfer-Encoding: gzip, chunked\r\n"),
    ] {
        assert_eq!(framed("1.1", &lines), Err(ClTe), "{lines:?}");
    }
}

#[test]
fn http_1_0_knows_no_transfer_encoding_and_needs_a_length() {
    for lines in [
        "Transfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Transfer-Encoding: gzip, chunked\r\n",
    ] {
        assert_eq!(framed("1.0", lines), Err(TeInvalid), "{lines:?}");
    }
    assert_eq!(framed("1.0", "Content-Length: 5\r\n"), Ok(RequestFraming::Length(5)));
    assert_eq!(framed("1.0", "Connection: keep-alive\r\n"), Err(ContentLengthInvalid));
}

#[test]
fn a_response_is_framed_by_its_request_its_status_and_its_fields() {
    use ResponseFraming::{Chunked, Length, Nothing, UntilClose};
    let (length, coding) = ("Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n");
    let both = &format!("{length}{coding}");
    for (method, status, lines, framing, reusable) in [
        (Method::GET, 200, length, Length(5), true),
        (Method::GET, 200, coding, Chunked, true),
        (Method::GET, 200, both, Chunked, false),
        (Method::GET, 200, "Content-Length: x\r\nTransfer-Encoding: chunked\r\n", Chunked, false),
        (Method::GET, 200, "", UntilClose, false),
        (Method::GET, 200, "Content-Length: 5\r\nConnection: close\r\n", Length(5), false),
        (Method::GET, 500, length, Length(5), true),
        (Method::HEAD, 200, length, Nothing { told: Some(5) }, true),
        (Method::HEAD, 200, coding, Nothing { told: None }, true),
        (Method::HEAD, 200, both, Nothing { told: None }, false),
        (Method::HEAD, 200, "", Nothing { told: None }, true),
        (Method::GET, 304, length, Nothing { told: Some(5) }, true),
        (Method::GET, 304, "", Nothing { told: None }, true),
        (Method::GET, 204, length, Nothing { told: None }, true),
        (Method::GET, 204, coding, Nothing { told: None }, true),
        (Method::GET, 205, "Content-Length: 0\r\n", Nothing { told: Some(0) }, true),
        (Method::GET, 205, length, Nothing { told: Some(0) }, false),
        (Method::GET, 205, coding, Nothing { told: Some(0) }, false),
        (Method::GET, 205, "", Nothing { told: Some(0) }, false),
    ] {
        let told = format!("{method} {status} {lines:?}");
        let bytes = format!("HTTP/1.1 {status} X\r\n{lines}\r\n");
        let seen = response(method, bytes).complete();
        assert_eq!((seen.framed.framing, seen.is_reusable), (framing, reusable), "{told}");
    }
}

#[test]
fn a_response_whose_end_cannot_be_said_is_refused() {
    use ResponseFault::{ContentLength, TransferEncoding};
    for (version, lines, fault) in [
        ("1.1", "Content-Length: 5\r\nContent-Length: 5\r\n", ContentLength),
        ("1.1", "Content-Length: 5\r\nContent-Length: 6\r\n", ContentLength),
        ("1.1", "Content-Length: 5, 5\r\n", ContentLength),
        ("1.1", "Content-Length: -1\r\n", ContentLength),
        ("1.1", "Transfer-Encoding: gzip, chunked\r\n", TransferEncoding),
        ("1.1", "Transfer-Encoding: gzip\r\n", TransferEncoding),
        ("1.1", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", TransferEncoding),
        ("1.0", "Transfer-Encoding: chunked\r\n", TransferEncoding),
    ] {
        let bytes = format!("HTTP/{version} 200 OK\r\n{lines}\r\n");
        for method in [Method::GET, Method::HEAD] {
            assert_eq!(response(method, &bytes).refused(), fault, "{bytes:?}");
        }
    }
}

#[test]
fn chunks_are_for_clients_that_know_them() {
    use ResponseFraming::{Chunked, Length, Nothing, UntilClose};
    for (framing, version, outgoing) in [
        (Chunked, Version::Http11, Chunked),
        (Chunked, Version::Http10, UntilClose),
        (UntilClose, Version::Http11, Chunked),
        (UntilClose, Version::Http10, UntilClose),
        (Length(5), Version::Http10, Length(5)),
        (Nothing { told: Some(5) }, Version::Http11, Nothing { told: Some(5) }),
    ] {
        assert_eq!(framing.toward_client(version), outgoing, "{framing:?} {version:?}");
    }
}
