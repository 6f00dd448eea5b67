//! The form JSON: an object as protobuf writes it, `{"cpu_utilization": 0.3}` or
//! `{"cpuUtilization": 0.3}`.

use super::LoadReport;

/// How deep values may lie within each other.
const DEEPEST: usize = 8;

/// Text that is read from front to back.
struct Reader<'a>(&'a [u8]);

pub(super) fn report(text: &[u8]) -> Option<LoadReport> {
    let mut reader = Reader(text);
    let mut report = LoadReport::default();
    reader.members(|reader, name| {
        // Within maps there is nothing that is asked for.
        match reader.peek()? {
            b'-' | b'0'..=b'9' => report.set(name, reader.number()?).then_some(()),
            _ => reader.skip(1),
        }
    })?;
    reader.space();
    reader.0.is_empty().then_some(report)
}

impl<'a> Reader<'a> {
    fn space(&mut self) {
        self.0 = self.0.trim_ascii_start();
    }

    /// The next byte that is no space, left where it is.
    fn peek(&mut self) -> Option<u8> {
        self.space();
        self.0.first().copied()
    }

    fn take(&mut self, wanted: u8) -> Option<()> {
        (self.peek()? == wanted).then(|| self.0 = &self.0[1..])
    }

    /// An object, each member's value read by `value`.
    fn members(
        &mut self,
        mut value: impl FnMut(&mut Reader<'a>, &'a [u8]) -> Option<()>,
    ) -> Option<()> {
        self.take(b'{')?;
        if self.peek()? == b'}' {
            return self.take(b'}');
        }
        loop {
            let name = self.string()?;
            self.take(b':')?;
            value(self, name)?;
            if self.peek()? == b'}' {
                return self.take(b'}');
            }
            self.take(b',')?;
        }
    }

    /// What stands between quotes, as it is written.
    fn string(&mut self) -> Option<&'a [u8]> {
        self.take(b'"')?;
        let mut escaped = false;
        let end = self.0.iter().position(|byte| {
            let ends = *byte == b'"' && !escaped;
            escaped = *byte == b'\\' && !escaped;
            ends
        })?;
        let (string, rest) = self.0.split_at(end);
        self.0 = &rest[1..];
        Some(string)
    }

    fn number(&mut self) -> Option<f64> {
        self.space();
        let within = |byte: &u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
        let end = self.0.iter().position(|byte| !within(byte)).unwrap_or(self.0.len());
        let (number, rest) = self.0.split_at(end);
        self.0 = rest;
        str::from_utf8(number).ok()?.parse().ok()
    }

    /// Reads over a value.
    fn skip(&mut self, depth: usize) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        match self.peek()? {
            b'{' => self.members(|reader, _| reader.skip(depth + 1)),
            b'[' => self.items(depth),
            b'"' => self.string().map(|_| ()),
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'n' => self.word(b"null"),
            _ => self.number().map(|_| ()),
        }
    }

    fn items(&mut self, depth: usize) -> Option<()> {
        self.take(b'[')?;
        if self.peek()? == b']' {
            return self.take(b']');
        }
        loop {
            self.skip(depth + 1)?;
            if self.peek()? == b']' {
                return self.take(b']');
            }
            self.take(b',')?;
        }
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        self.0 = self.0.strip_prefix(word)?;
        Some(())
    }
}
