//! Which one path do all spellings of a request's path mean?

use std::borrow::Cow;

/// Why a path has no canonical form. Each of these is a way to show the gateway one path and the
/// backend another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// It does not begin with a slash.
    #[error("the path does not begin with a slash")]
    Relative,
    /// A percent sign without two hexadecimal digits.
    #[error("the path has a percent sign without two hexadecimal digits")]
    BadEscape,
    /// `%2f`.
    #[error("the path has an encoded slash")]
    EncodedSlash,
    /// `\` or `%5c`.
    #[error("the path has a backslash")]
    Backslash,
    /// `%00`.
    #[error("the path has an encoded NUL")]
    EncodedNul,
    /// `%2e%2e` and the like, or a dot segment with a parameter (`..;x`).
    #[error("the path has a disguised dot segment")]
    DisguisedDots,
    /// A control, space, `?`, `#` or anything outside of ASCII.
    #[error("the path has the byte {0:#04x}")]
    IllegalByte(u8),
}

/// The one form of `raw`, the part of a request target before any `?`.
///
/// Escapes of unreserved characters are decoded and the others written in upper case; characters
/// that RFC 3986 keeps out of paths are escaped; adjacent slashes are merged; dot segments are
/// resolved and never lead above the root (RFC 3986, sections 5.2.4 and 6.2.2). Borrowed if `raw`
/// is that form already, and canonical of itself.
///
/// # Errors
///
/// What cannot be told apart from an attempt to mislead, see [`PathError`].
pub fn canonical(raw: &str) -> Result<Cow<'_, str>, PathError> {
    let rest = raw.strip_prefix('/').ok_or(PathError::Relative)?;
    if is_plain(raw) || is_canonical(rest)? {
        return Ok(Cow::Borrowed(raw));
    }
    rewritten(rest).map(Cow::Owned)
}

/// What a byte of a path asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Stands for itself.
    Plain,
    /// `%`.
    Escape,
    /// Is written as an escape.
    Escaped,
    /// Has no place in a path.
    Illegal,
}

/// RFC 3986, appendix A: `pchar` and the slash are plain.
const CLASSES: [Class; 256] = {
    let mut classes = [Class::Illegal; 256];
    let mut byte = 0;
    while byte < classes.len() {
        let character = byte as u8;
        classes[byte] = match character {
            b'%' => Class::Escape,
            b'/' | b':' | b'@' => Class::Plain,
            b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=' => {
                Class::Plain
            }
            b'"' | b'<' | b'>' | b'[' | b']' | b'^' | b'`' | b'{' | b'|' | b'}' => Class::Escaped,
            _ if is_unreserved(character) => Class::Plain,
            _ => Class::Illegal,
        };
        byte += 1;
    }
    classes
};

const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// Whether one glance shows that there is nothing to do: true of nearly all traffic.
fn is_plain(raw: &str) -> bool {
    let mut before = 0;
    raw.bytes().all(|byte| {
        let segment_to_look_at = before == b'/' && (byte == b'/' || byte == b'.');
        before = byte;
        !segment_to_look_at && CLASSES[usize::from(byte)] == Class::Plain
    })
}

/// Whether every segment of `rest` (a path without its first slash) is in its final form.
fn is_canonical(rest: &str) -> Result<bool, PathError> {
    let mut all = true;
    let mut segments = rest.split('/').peekable();
    while let Some(segment) = segments.next() {
        let merged = segment.is_empty() && segments.peek().is_some();
        let mut left = segment.bytes();
        let mut same = !merged && !is_dots(segment);
        spell(segment, |byte| same &= left.next() == Some(byte))?;
        all &= same && left.next().is_none();
    }
    Ok(all)
}

fn rewritten(rest: &str) -> Result<String, PathError> {
    let mut path = Vec::with_capacity(rest.len() + 1);
    let mut segments = rest.split('/').peekable();
    while let Some(segment) = segments.next() {
        match segment {
            "" | "." => {}
            ".." => path.truncate(path.iter().rposition(|byte| *byte == b'/').unwrap_or(0)),
            _ => {
                path.push(b'/');
                spell(segment, |byte| path.push(byte))?;
                continue;
            }
        }
        if segments.peek().is_none() {
            path.push(b'/');
        }
    }
    Ok(String::from_utf8(path).expect("only ASCII is spelled"))
}

/// Writes the final form of a segment, byte by byte.
fn spell(segment: &str, mut write: impl FnMut(u8)) -> Result<(), PathError> {
    if is_disguised(segment) {
        return Err(PathError::DisguisedDots);
    }
    let mut bytes = segment.bytes();
    while let Some(byte) = bytes.next() {
        let byte = match CLASSES[usize::from(byte)] {
            Class::Plain => {
                write(byte);
                continue;
            }
            Class::Escape => unescaped(bytes.next(), bytes.next())?,
            Class::Escaped => byte,
            Class::Illegal if byte == b'\\' => return Err(PathError::Backslash),
            Class::Illegal => return Err(PathError::IllegalByte(byte)),
        };
        if is_unreserved(byte) {
            write(byte);
        } else {
            let digit = |nibble: u8| b"0123456789ABCDEF"[usize::from(nibble)];
            [b'%', digit(byte >> 4), digit(byte & 15)].into_iter().for_each(&mut write);
        }
    }
    Ok(())
}

/// The byte behind an escape.
fn unescaped(high: Option<u8>, low: Option<u8>) -> Result<u8, PathError> {
    let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
    let (Some(high), Some(low)) = (digit(high), digit(low)) else {
        return Err(PathError::BadEscape);
    };
    match (high << 4 | low) as u8 {
        b'/' => Err(PathError::EncodedSlash),
        b'\\' => Err(PathError::Backslash),
        0 => Err(PathError::EncodedNul),
        byte => Ok(byte),
    }
}

fn is_dots(segment: &str) -> bool {
    matches!(segment, "." | "..")
}

/// Whether some backend would take for a dot segment what is not literally one. Servers that know
/// path parameters drop them before they resolve dots.
fn is_disguised(segment: &str) -> bool {
    let mut rest = segment;
    let mut dots = 0;
    while let Some(after) = [".", "%2e", "%2E"].iter().find_map(|dot| rest.strip_prefix(dot)) {
        rest = after;
        dots += 1;
    }
    let ends = rest.is_empty() || [";", "%3b", "%3B"].iter().any(|end| rest.starts_with(end));
    ends && (dots == 1 || dots == 2) && !is_dots(segment)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn same(raw: &str) -> bool {
        matches!(canonical(raw), Ok(Cow::Borrowed(path)) if path == raw)
    }

    #[test]
    fn a_canonical_path_is_borrowed() {
        for raw in [
            "/",
            "/urls",
            "/a/b.c/d-e_f~g/",
            "/.well-known/acme-challenge/x",
            "/...",
            "/a/..b/c..",
            "/caf%C3%A9%20au%20lait",
            "/a;v=1/b,c:d@e!$&'()*+=",
            "/%252f",
        ] {
            assert!(same(raw), "{raw}: {:?}", canonical(raw));
        }
    }

    #[test]
    fn other_spellings_become_the_canonical_one() {
        for (raw, path) in [
            ("//", "/"),
            ("//admin", "/admin"),
            ("/./admin", "/admin"),
            ("/admin/.", "/admin/"),
            ("/x/../admin", "/admin"),
            ("/x/..", "/"),
            ("/x/y/..", "/x/"),
            ("/..", "/"),
            ("/../../admin", "/admin"),
            ("/a//../admin", "/admin"),
            ("/%61dmin", "/admin"),
            ("/%7euser/%2Dx%5f%2e.html", "/~user/-x_..html"),
            ("/caf%c3%a9", "/caf%C3%A9"),
            ("/a%2eb/%2ehidden", "/a.b/.hidden"),
            ("/a|b[c]{d}", "/a%7Cb%5Bc%5D%7Bd%7D"),
            ("/.well-known//x", "/.well-known/x"),
        ] {
            assert_eq!(canonical(raw).as_deref(), Ok(path), "{raw}");
        }
    }

    #[test]
    fn what_has_two_readings_is_refused() {
        use PathError::*;
        for (raw, error) in [
            ("", Relative),
            ("admin", Relative),
            ("*", Relative),
            ("\\admin", Relative),
            ("/admin%2f", EncodedSlash),
            ("/admin%2Fx", EncodedSlash),
            ("/admin%5c", Backslash),
            ("/admin%5Cx", Backslash),
            ("/a\\b", Backslash),
            ("/admin%00", EncodedNul),
            ("/%2e%2e/admin", DisguisedDots),
            ("/x/%2E./admin", DisguisedDots),
            ("/x/.%2e", DisguisedDots),
            ("/%2e", DisguisedDots),
            ("/x/..;/admin", DisguisedDots),
            ("/x/.;a=b/admin", DisguisedDots),
            ("/x/%2e%2e%3bx", DisguisedDots),
            ("/%", BadEscape),
            ("/%4", BadEscape),
            ("/%4g", BadEscape),
            ("/%+1", BadEscape),
            ("/%u0061", BadEscape),
            ("/a b", IllegalByte(b' ')),
            ("/a?b", IllegalByte(b'?')),
            ("/a#b", IllegalByte(b'#')),
            ("/a\u{1b}[2J", IllegalByte(0x1b)),
            ("/a\r\nb", IllegalByte(b'\r')),
            ("/caf\u{e9}", IllegalByte(0xc3)),
            ("/a\u{7f}", IllegalByte(0x7f)),
            // What a dot segment would drop must be sound too.
            ("/%2f/../admin", EncodedSlash),
        ] {
            assert_eq!(canonical(raw), Err(error), "{raw:?}");
        }
    }

    /// `/admin` with each letter written in one of its ways, behind detours that lead nowhere.
    fn spelling_of_admin() -> impl Strategy<Value = String> {
        let letter = |letter: char| {
            let code = u32::from(letter);
            prop_oneof![
                Just(letter.to_string()),
                Just(format!("%{code:x}")),
                Just(format!("%{code:X}"))
            ]
        };
        let detour =
            prop_oneof![Just("/"), Just("/."), Just("/x/.."), Just("/a/b/../.."), Just("/..")];
        let detours = prop::collection::vec(detour, 0..5);
        let letters: Vec<_> = "admin".chars().map(letter).collect();
        (detours, letters).prop_map(|(detours, letters)| detours.concat() + "/" + &letters.concat())
    }

    proptest! {
        #[test]
        fn every_spelling_of_a_path_is_one_path(raw in spelling_of_admin()) {
            prop_assert_eq!(canonical(&raw), Ok(Cow::Borrowed("/admin")));
        }

        #[test]
        fn a_canonical_path_is_canonical_of_itself(raw in "/[a-zA-F0-9/.%;|~\\\\ -]{0,24}") {
            if let Ok(path) = canonical(&raw) {
                prop_assert!(same(&path), "{path}");
                prop_assert!(!path.contains("//"));
                prop_assert!(!path.split('/').any(is_dots));
            }
        }

        #[test]
        fn anything_has_an_answer(raw in any::<String>(), tail in any::<String>()) {
            let _ = canonical(&raw);
            if let Ok(path) = canonical(&format!("/{tail}")) {
                prop_assert!(path.bytes().all(|byte| byte.is_ascii_graphic()));
            }
        }

        #[test]
        fn nothing_is_said_that_was_not_meant(raw in "(/|/\\.|/\\.\\.|/[ab%41-9]{1,3}){1,8}") {
            // The oracle: percent-decoding what is kept gives what RFC 3986 keeps of the original.
            if let Ok(path) = canonical(&raw) {
                let decode = |text: &str| {
                    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
                };
                let mut kept = Vec::new();
                for segment in raw.split('/') {
                    match segment {
                        "" | "." => {}
                        ".." => drop(kept.pop()),
                        name => kept.push(decode(name)),
                    }
                }
                let told: Vec<_> = path.split('/').filter(|it| !it.is_empty()).map(decode).collect();
                prop_assert_eq!(told, kept);
            }
        }
    }
}
