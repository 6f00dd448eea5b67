//! The chunked coding (RFC 9112, section 7.1): read strictly, and written.

mod decoder;
mod encoder;
mod trailers;

pub(super) use decoder::Decoder;
pub(in crate::proxy) use encoder::{
    CHUNK_END, write_chunk_size, write_last_chunk, write_last_chunk_of_map,
};
pub(in crate::proxy) use trailers::Trailers;

use crate::model::Refusal;

/// Why bytes are no chunked body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::proxy) enum ChunkFault {
    /// No size of 1 to 16 hexadecimal digits, or what is behind it ends in no CRLF.
    #[error("a chunk has no size that can be read")]
    Size,
    /// An extension with a control in it.
    #[error("a chunk has a malformed extension")]
    Extension,
    /// More than 16 KiB of extensions.
    #[error("the body has more than 16 KiB of chunk extensions")]
    Extensions,
    /// Something else than CRLF behind a chunk.
    #[error("a chunk is not as long as it says")]
    End,
    /// A trailer section that breaks the grammar.
    #[error("the trailer section is malformed")]
    Trailer,
    /// More than 100 trailers, or more than 16 KiB.
    #[error("the trailer section has more than 100 fields or 16 KiB")]
    Trailers,
}

impl ChunkFault {
    /// Why a client that sends such a body is refused.
    pub(in crate::proxy) fn refusal(self) -> Refusal {
        match self {
            ChunkFault::Size | ChunkFault::Extension | ChunkFault::Extensions | ChunkFault::End => {
                Refusal::ChunkInvalid
            }
            ChunkFault::Trailer | ChunkFault::Trailers => Refusal::TrailerInvalid,
        }
    }
}
