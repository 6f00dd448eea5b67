//! Fields: the field lines of a head, where they stand in the caller's buffer.

use super::super::super::field_name::FieldName;
use super::MOST_FIELDS;
use crate::policy::{self, LoadReport, MalformedReport};

/// Where one field line stands. A head has at most 64 KiB, so that every place fits 16 bits.
#[derive(Clone, Copy, Debug)]
struct Line {
    name: u16,
    name_len: u16,
    value: u16,
    value_len: u16,
    meaning: FieldName,
}

/// Room for the places of a head's field lines. A worker has one and uses it for every head.
#[derive(Debug)]
pub(in crate::proxy) struct Lines {
    lines: [Line; MOST_FIELDS],
}

/// The field lines of a head, in the order they came.
#[derive(Clone, Copy, Debug)]
pub(in crate::proxy) struct Fields<'a> {
    head: &'a [u8],
    lines: &'a [Line],
    /// One bit for each [`FieldName`] that is there.
    present: u32,
}

/// A line ends with a bare LF (RFC 9112, section 2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::proxy) struct BareLf;

/// A field that stands once at most stands there twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::proxy::http1) struct Several;

impl Lines {
    /// Room for the most fields a head may have.
    pub(in crate::proxy) fn new() -> Lines {
        let nowhere =
            Line { name: 0, name_len: 0, value: 0, value_len: 0, meaning: FieldName::Other };
        Lines { lines: [nowhere; MOST_FIELDS] }
    }

    /// Notes where the lines stand that `httparse` found in `head`, which is all of the head and
    /// nothing more.
    ///
    /// `httparse` takes a bare LF for the end of a line. As no value holds one, it is enough to
    /// look at the two bytes before each name and at the last four.
    pub(in crate::proxy::http1) fn note<'a>(
        &'a mut self,
        head: &'a [u8],
        found: &[httparse::Header<'a>],
    ) -> Result<Fields<'a>, BareLf> {
        let place = |part: *const u8| part.addr() - head.as_ptr().addr();
        let mut present = 0;
        for (line, field) in self.lines.iter_mut().zip(found) {
            let name = place(field.name.as_ptr());
            // A trailer section begins with its first name.
            if name > 0 && !head[..name].ends_with(b"\r\n") {
                return Err(BareLf);
            }
            let meaning = FieldName::of(field.name.as_bytes());
            present |= 1 << meaning as u32;
            *line = Line {
                name: name as u16,
                name_len: field.name.len() as u16,
                value: place(field.value.as_ptr()) as u16,
                value_len: field.value.len() as u16,
                meaning,
            };
        }
        if !head.ends_with(b"\r\n\r\n") {
            return Err(BareLf);
        }
        Ok(Fields { head, lines: &self.lines[..found.len()], present })
    }
}

impl<'a> Fields<'a> {
    /// No field.
    pub(in crate::proxy::http1) fn none() -> Fields<'a> {
        Fields { head: b"\r\n", lines: &[], present: 0 }
    }

    /// Whether there is a field with this meaning.
    pub(in crate::proxy) fn has(&self, meaning: FieldName) -> bool {
        self.present & 1 << meaning as u32 != 0
    }

    /// Names, values and meanings, in the order they came.
    pub(in crate::proxy) fn iter(
        &self,
    ) -> impl DoubleEndedIterator<Item = (&'a [u8], &'a [u8], FieldName)> + use<'a> {
        let head = self.head;
        self.lines.iter().map(move |line| (line.name(head), line.value(head), line.meaning))
    }

    /// The values of the fields with this meaning.
    pub(in crate::proxy) fn values(
        &self,
        meaning: FieldName,
    ) -> impl DoubleEndedIterator<Item = &'a [u8]> + use<'a> {
        let lines = if self.has(meaning) { self.lines } else { &[] };
        let head = self.head;
        lines.iter().filter(move |line| line.meaning == meaning).map(move |line| line.value(head))
    }

    /// What a backend says of its own load, if it does.
    pub(in crate::proxy) fn load_report(&self) -> Option<Result<LoadReport, MalformedReport>> {
        if !self.has(FieldName::OfTheFleet) {
            return None;
        }
        self.iter().find_map(|(name, value, _)| policy::load_report(name, value))
    }

    /// The value of the one field with this meaning.
    pub(in crate::proxy::http1) fn only(
        &self,
        meaning: FieldName,
    ) -> Result<Option<&'a [u8]>, Several> {
        let mut values = self.values(meaning);
        let first = values.next();
        if values.next().is_some() { Err(Several) } else { Ok(first) }
    }

    /// The values of the fields called `name`, in whatever case.
    pub(in crate::proxy) fn called<'n>(
        &self,
        name: &'n [u8],
    ) -> impl DoubleEndedIterator<Item = &'a [u8]> + use<'a, 'n> {
        self.iter().filter(move |(it, ..)| it.eq_ignore_ascii_case(name)).map(|(_, value, _)| value)
    }

    /// Appends the lines that `keep` keeps, as they came: neighbours in one go.
    pub(super) fn write_kept(
        &self,
        mut keep: impl FnMut(&'a [u8], FieldName) -> bool,
        out: &mut Vec<u8>,
    ) {
        let mut run = None;
        for line in self.lines {
            let begin = usize::from(line.name);
            if keep(line.name(self.head), line.meaning) {
                run.get_or_insert(begin);
            } else if let Some(first) = run.take() {
                out.extend_from_slice(&self.head[first..begin]);
            }
        }
        if let Some(first) = run {
            // All but the empty line.
            out.extend_from_slice(&self.head[first..self.head.len() - 2]);
        }
    }
}

impl Line {
    fn name<'a>(&self, head: &'a [u8]) -> &'a [u8] {
        &head[usize::from(self.name)..][..usize::from(self.name_len)]
    }

    fn value<'a>(&self, head: &'a [u8]) -> &'a [u8] {
        &head[usize::from(self.value)..][..usize::from(self.value_len)]
    }
}
