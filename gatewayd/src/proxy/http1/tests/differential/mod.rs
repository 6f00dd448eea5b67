//! hyper's HTTP/1 reads the same bytes: it sees what we see, or we are stricter, in ways that are
//! listed here.

mod requests;
mod responses;

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use http::HeaderMap;
use http_body_util::BodyExt;
use hyper::body::Incoming;

use super::super::{BodyReader, Step, Trailers};

/// More than any of these conversations has to say, so that nobody waits for the other.
const ROOM: usize = 1024 * 1024;

/// Fields by name in lower case, each with its values in order; framing and trailers aside.
type FieldMap = BTreeMap<String, Vec<Vec<u8>>>;

/// A body and its trailers; `None` if it did not come to its end.
type Body = Option<(Vec<u8>, FieldMap)>;

/// Runs a conversation that has all its bytes from the start.
fn block_on<T>(conversation: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let bound = Duration::from_secs(60);
        tokio::time::timeout(bound, conversation).await.expect("a conversation does not end")
    })
}

fn field_map<'a>(fields: impl Iterator<Item = (&'a [u8], &'a [u8])>) -> FieldMap {
    let mut map = FieldMap::new();
    for (name, value) in fields {
        let name = String::from_utf8(name.to_ascii_lowercase()).unwrap();
        if !["content-length", "transfer-encoding"].contains(&name.as_str()) {
            map.entry(name).or_default().push(value.to_vec());
        }
    }
    map
}

fn hypers_field_map(fields: &HeaderMap) -> FieldMap {
    field_map(fields.iter().map(|(name, value)| (name.as_str().as_bytes(), value.as_bytes())))
}

async fn hypers_body(body: Incoming) -> Body {
    let collected = body.collect().await.ok()?;
    let trailers = collected.trailers().map(hypers_field_map).unwrap_or_default();
    Some((collected.to_bytes().to_vec(), trailers))
}

/// Reads a body to its end in `bytes`, which the sender closes behind the last one; says how many
/// were its own.
fn our_body(
    mut reader: BodyReader,
    bytes: &[u8],
) -> Result<(Body, usize), super::super::ChunkFault> {
    let (mut data, mut at) = (Vec::new(), 0);
    while let Step::Data(range) = reader.step(bytes, &mut at)? {
        data.extend_from_slice(&bytes[range]);
    }
    if !reader.is_over() && reader.close().is_err() {
        return Ok((None, at));
    }
    let trailers = reader.trailers().map(|it: &Trailers| field_map(it.iter())).unwrap_or_default();
    Ok((Some((data, trailers)), at))
}
