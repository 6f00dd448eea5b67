//! A head read plainly: the grammar of RFC 9112, section 2, written down without care for speed and
//! without a line in common with the parser. What the parser takes has to pass here.

/// The lines of a head.
#[derive(Debug)]
pub(super) struct PlainHead<'a> {
    /// The request line or the status line.
    pub(super) start: &'a [u8],
    /// Names and values.
    pub(super) fields: Vec<(&'a [u8], &'a [u8])>,
}

impl<'a> PlainHead<'a> {
    /// Reads all of `head`.
    ///
    /// # Panics
    /// If it breaks the grammar, or holds more than 100 fields.
    pub(super) fn read(head: &'a [u8]) -> PlainHead<'a> {
        assert!(!head.contains(&0), "a NUL was taken");
        for (at, byte) in head.iter().enumerate() {
            match byte {
                b'\r' => assert_eq!(head.get(at + 1), Some(&b'\n'), "a bare CR was taken"),
                b'\n' => assert!(head[..at].ends_with(b"\r"), "a bare LF was taken"),
                _ => {}
            }
        }
        let text = head.strip_suffix(b"\r\n\r\n").expect("a head ends with an empty line");
        let mut lines = text.split(|byte| *byte == b'\n').map(without_cr);
        let start = lines.next().expect("there is always a first one");
        let fields: Vec<_> = lines.map(|line| field(line).expect("a field line")).collect();
        assert!(fields.len() <= 100, "{} fields were taken", fields.len());
        PlainHead { start, fields }
    }

    /// The values of the fields called `name`.
    pub(super) fn all(&self, name: &str) -> Vec<&'a [u8]> {
        let called = |it: &&(&[u8], &[u8])| it.0.eq_ignore_ascii_case(name.as_bytes());
        self.fields.iter().filter(called).map(|(_, value)| *value).collect()
    }

    /// Whether a field called `name` lists `member`.
    pub(super) fn lists(&self, name: &str, member: &[u8]) -> bool {
        let members = self.all(name).into_iter().flat_map(|value| value.split(|it| *it == b','));
        members.map(trimmed).any(|it| it.eq_ignore_ascii_case(member))
    }

    /// The length that is told, with one line of digits.
    ///
    /// # Panics
    /// If it is told in another way.
    pub(super) fn length(&self) -> Option<u64> {
        let told = self.all("content-length");
        assert!(told.len() <= 1, "two lengths were taken");
        let digits = told.first()?;
        assert!(digits.iter().all(u8::is_ascii_digit), "a length of other than digits was taken");
        let digits = str::from_utf8(digits).expect("digits");
        Some(digits.parse().expect("a length of 64 bits at most"))
    }

    /// Whether the body comes in chunks.
    ///
    /// # Panics
    /// If there is a coding other than one `chunked`.
    pub(super) fn is_chunked(&self) -> bool {
        let told = self.all("transfer-encoding");
        assert!(told.len() <= 1, "two codings were taken");
        let chunked = told.iter().all(|it| it.eq_ignore_ascii_case(b"chunked"));
        assert!(chunked, "a coding other than chunked was taken");
        !told.is_empty()
    }
}

/// A line without its CR; the last one has none.
fn without_cr(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Name and value of a line without its end, if it is a field line.
pub(super) fn field(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let (name, value) = (&line[..colon], trimmed(&line[colon + 1..]));
    let sound = is_token(name) && value.iter().all(|byte| is_text(*byte));
    sound.then_some((name, value))
}

/// Whether `name` is a token (RFC 9110, section 5.6.2).
pub(super) fn is_token(name: &[u8]) -> bool {
    let in_token = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    !name.is_empty() && name.iter().all(in_token)
}

/// What may stand in a value (RFC 9110, section 5.5).
pub(super) fn is_text(byte: u8) -> bool {
    byte == b'\t' || (byte >= b' ' && byte != 0x7f)
}

fn trimmed(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = text {
        text = rest;
    }
    text
}
