//! Which host is a request for?

use std::borrow::Cow;
use std::net::Ipv6Addr;

/// A host as routes know it, and the port beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host<'a> {
    /// Lower case, without port and final dot; an IPv6 address in brackets and in its shortest form.
    pub name: Cow<'a, str>,
    /// The port, if told.
    pub port: Option<u16>,
}

/// Why a text is not a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HostError {
    /// Nothing is there.
    #[error("the host is empty")]
    Empty,
    /// Longer than the 253 bytes that DNS allows.
    #[error("the host is longer than 253 bytes")]
    Long,
    /// Two dots in a row or one at the beginning.
    #[error("the host has an empty label")]
    EmptyLabel,
    /// User information, a list, a path, a space or anything else that a host does not hold.
    #[error("the host has the byte {0:#04x}")]
    IllegalByte(u8),
    /// Brackets that do not hold an IPv6 address.
    #[error("the host is in brackets and not an IPv6 address")]
    NotIpv6,
    /// Not a number of 1 to 65535.
    #[error("the host's port is not one of 1 to 65535")]
    BadPort,
}

const LONGEST: usize = 253;

/// Reads the value of a Host field or an authority: `a.example`, `A.example.:8080`, `[::1]:80`.
///
/// # Errors
///
/// Whatever is not one host with at most one port (RFC 9110, section 7.2), see [`HostError`].
pub fn host(text: &str) -> Result<Host<'_>, HostError> {
    if let Some(rest) = text.strip_prefix('[') {
        let (address, after) = rest.split_once(']').ok_or(HostError::NotIpv6)?;
        return Ok(Host { port: port(after)?, name: ipv6(&text[..address.len() + 2])? });
    }
    let (name, after) = text.split_at(text.find(':').unwrap_or(text.len()));
    Ok(Host { name: dns(name)?, port: port(after)? })
}

/// A DNS name or an IPv4 address.
fn dns(text: &str) -> Result<Cow<'_, str>, HostError> {
    let name = text.strip_suffix('.').unwrap_or(text);
    let mut before = b'.';
    let mut lower = true;
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' => {}
            b'A'..=b'Z' => lower = false,
            b'.' if before == b'.' => return Err(HostError::EmptyLabel),
            b'.' => {}
            _ => return Err(HostError::IllegalByte(byte)),
        }
        before = byte;
    }
    match name.len() {
        0 => Err(HostError::Empty),
        length if length > LONGEST => Err(HostError::Long),
        _ if before == b'.' => Err(HostError::EmptyLabel),
        _ if lower => Ok(Cow::Borrowed(name)),
        _ => Ok(Cow::Owned(name.to_ascii_lowercase())),
    }
}

/// An IPv6 address in its brackets.
fn ipv6(text: &str) -> Result<Cow<'_, str>, HostError> {
    let address: Ipv6Addr = text[1..text.len() - 1].parse().map_err(|_| HostError::NotIpv6)?;
    let name = format!("[{address}]");
    Ok(if name == text { Cow::Borrowed(text) } else { Cow::Owned(name) })
}

/// What follows a host: nothing, or a colon and a port.
fn port(text: &str) -> Result<Option<u16>, HostError> {
    if text.is_empty() {
        return Ok(None);
    }
    let digits = text.strip_prefix(':').ok_or(HostError::BadPort)?;
    // `parse` alone would take a sign.
    let plain = digits.len() <= 5 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let port = digits.parse().ok().filter(|port| plain && *port > 0);
    port.map(Some).ok_or(HostError::BadPort)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> (String, Option<u16>) {
        let host = host(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        (host.name.into_owned(), host.port)
    }

    #[test]
    fn a_host_is_read_with_and_without_its_port() {
        for (text, name, port) in [
            ("a.example", "a.example", None),
            ("A.Example:8080", "a.example", Some(8080)),
            ("localhost:1", "localhost", Some(1)),
            ("a.example.", "a.example", None),
            ("a.example.:65535", "a.example", Some(65535)),
            ("my_app-1", "my_app-1", None),
            ("10.0.0.1:80", "10.0.0.1", Some(80)),
            ("[::1]", "[::1]", None),
            ("[2001:DB8:0::1]:443", "[2001:db8::1]", Some(443)),
        ] {
            assert_eq!(read(text), (name.to_owned(), port), "{text}");
        }
    }

    #[test]
    fn a_host_in_lower_case_is_borrowed() {
        for text in ["a.example", "a.example:80", "a.example.", "[2001:db8::1]:443"] {
            assert!(matches!(host(text).unwrap().name, Cow::Borrowed(_)), "{text}");
        }
    }

    #[test]
    fn what_is_not_one_host_is_refused() {
        use HostError::*;
        for (text, error) in [
            ("", Empty),
            (".", Empty),
            (":80", Empty),
            ("a b", IllegalByte(b' ')),
            (" a", IllegalByte(b' ')),
            ("a,b", IllegalByte(b',')),
            ("a/b", IllegalByte(b'/')),
            ("u@a", IllegalByte(b'@')),
            ("u:p@a", BadPort),
            ("a%2eb", IllegalByte(b'%')),
            ("caf\u{e9}", IllegalByte(0xc3)),
            ("a\u{1b}", IllegalByte(0x1b)),
            ("a..b", EmptyLabel),
            (".a", EmptyLabel),
            ("a..", EmptyLabel),
            ("a:99999", BadPort),
            ("a:0", BadPort),
            ("a:", BadPort),
            ("a:+80", BadPort),
            ("a:8a", BadPort),
            ("a:80:80", BadPort),
            ("a:000080", BadPort),
            ("::1", Empty),
            ("[::1", NotIpv6),
            ("[]", NotIpv6),
            ("[1.2.3.4]", NotIpv6),
            ("[fe80::1%eth0]", NotIpv6),
            ("[::1]80", BadPort),
            ("[::1]x:80", BadPort),
        ] {
            assert_eq!(host(text), Err(error), "{text:?}");
        }
        assert_eq!(host(&"a".repeat(254)), Err(Long));
    }

    proptest! {
        #[test]
        fn a_name_that_was_read_reads_as_itself(text in "[a-zA-Z0-9.:@_\\[\\]-]{0,12}") {
            if let Ok(read) = host(&text) {
                let again = host(&read.name).unwrap();
                prop_assert_eq!(&again.name, &read.name);
                prop_assert!(matches!(again.name, Cow::Borrowed(_)));
                prop_assert_eq!(again.port, None);
            }
        }

        #[test]
        fn anything_has_an_answer(text in any::<String>()) {
            let _ = host(&text);
        }
    }
}
