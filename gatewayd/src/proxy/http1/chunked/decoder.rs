//! Reading chunks, from slices that end anywhere.
//!
//! ```text
//!          ┌──────────────── CRLF ◀── data ◀─┐
//!          ▼                                 │ size > 0
//!        size ──┬────────────▶ LF of the size line
//!               └▶ extension ─▶ ┘            │ size = 0
//!                                            ▼
//!                     ended ◀── CRLF ◀── trailers
//! ```

use std::ops::Range;

use super::super::body::Step;
use super::{ChunkFault, Trailers};

/// The most bytes of extensions in one body; hyper draws the line in the same place. Nobody needs
/// them, and a body of extensions costs its reader more than its writer.
const MOST_EXTENSION_BYTES: usize = 16 * 1024;
/// As many as fit 64 bits.
const MOST_SIZE_DIGITS: u8 = 16;

/// Reads one chunked body.
#[derive(Debug, Default)]
pub(in crate::proxy::http1) struct Decoder {
    state: State,
    /// The chunk's size while that is read, then what is left of the chunk.
    left: u64,
    digits: u8,
    extension_bytes: usize,
    trailers: Trailers,
}

/// What the next byte belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Size,
    Extension,
    SizeLf,
    Data,
    DataCr,
    DataLf,
    Trailers,
    Ended,
}

impl Decoder {
    /// Reads on in `bytes` from `*at`, which it moves. Whatever is no data is gone.
    ///
    /// # Errors
    /// When the bytes are no chunked body. Nothing can be read behind that.
    pub(in crate::proxy::http1) fn step(
        &mut self,
        bytes: &[u8],
        at: &mut usize,
    ) -> Result<Step, ChunkFault> {
        while let Some(&byte) = bytes.get(*at) {
            match self.state {
                State::Size => self.size(byte)?,
                State::Extension => self.extension(byte)?,
                State::SizeLf if byte == b'\n' && self.left == 0 => self.state = State::Trailers,
                State::SizeLf if byte == b'\n' => self.state = State::Data,
                State::SizeLf => return Err(ChunkFault::Size),
                State::Data => return Ok(Step::Data(self.data(bytes.len(), at))),
                State::DataCr if byte == b'\r' => self.state = State::DataLf,
                State::DataLf if byte == b'\n' => self.begin(),
                State::DataCr | State::DataLf => return Err(ChunkFault::End),
                State::Trailers => {
                    if self.trailers.read(bytes, at)? {
                        self.state = State::Ended;
                    }
                    continue;
                }
                State::Ended => break,
            }
            *at += 1;
        }
        Ok(if self.is_over() { Step::End } else { Step::More })
    }

    /// Whether the last byte was read.
    pub(in crate::proxy::http1) fn is_over(&self) -> bool {
        self.state == State::Ended
    }

    /// The trailers that may go on, once the body has ended.
    pub(in crate::proxy::http1) fn trailers(&self) -> &Trailers {
        &self.trailers
    }

    fn begin(&mut self) {
        self.state = State::Size;
        self.left = 0;
        self.digits = 0;
    }

    /// No sign, no prefix, no space, no more digits than fit (RFC 9112, section 7.1).
    fn size(&mut self, byte: u8) -> Result<(), ChunkFault> {
        if let Some(digit) = char::from(byte).to_digit(16) {
            self.digits += 1;
            if self.digits > MOST_SIZE_DIGITS {
                return Err(ChunkFault::Size);
            }
            self.left = self.left << 4 | u64::from(digit);
            return Ok(());
        }
        self.state = match byte {
            b'\r' if self.digits > 0 => State::SizeLf,
            b';' if self.digits > 0 => State::Extension,
            _ => return Err(ChunkFault::Size),
        };
        Ok(())
    }

    /// Skips an extension (section 7.1.1).
    fn extension(&mut self, byte: u8) -> Result<(), ChunkFault> {
        match byte {
            b'\r' => self.state = State::SizeLf,
            b'\t' | b' '..=b'~' | 0x80.. => {
                self.extension_bytes += 1;
                if self.extension_bytes > MOST_EXTENSION_BYTES {
                    return Err(ChunkFault::Extensions);
                }
            }
            _ => return Err(ChunkFault::Extension),
        }
        Ok(())
    }

    fn data(&mut self, len: usize, at: &mut usize) -> Range<usize> {
        let here = len - *at;
        let taken = usize::try_from(self.left).map_or(here, |left| left.min(here));
        self.left -= taken as u64;
        if self.left == 0 {
            self.state = State::DataCr;
        }
        let first = *at;
        *at += taken;
        first..*at
    }
}

#[cfg(test)]
mod tests;
