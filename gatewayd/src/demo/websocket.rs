//! A WebSocket that says every message back (RFC 6455).

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{CONNECTION, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, UPGRADE};
use http::{Request, StatusCode};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use tokio::io::{self, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::answer::{self, Answer};

/// What RFC 6455 section 1.3 appends to the key before hashing.
const KEY_SUFFIX: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/// The longest frame that is echoed; a longer one ends the connection.
const LARGEST_FRAME_BYTES: u64 = 1 << 20;
const OPCODE: u8 = 0x0f;
const CLOSE: u8 = 0x8;
const PING: u8 = 0x9;
const PONG: u8 = 0xa;

/// Switches `request` to a WebSocket that echoes, or says that it did not ask for one.
pub(super) fn upgrade(mut request: Request<Incoming>) -> Answer {
    let Some(key) = request.headers().get(SEC_WEBSOCKET_KEY).cloned() else {
        let mut answer = answer::problem(StatusCode::UPGRADE_REQUIRED, "this is a WebSocket");
        answer.headers_mut().insert(UPGRADE, HeaderValue::from_static("websocket"));
        return answer;
    };
    let switched = hyper::upgrade::on(&mut request);
    tokio::spawn(async move {
        // A client that leaves in the middle of a frame has nobody to complain to.
        if let Ok(stream) = switched.await {
            let _ = echo(TokioIo::new(stream)).await;
        }
    });
    let mut answer = answer::empty(StatusCode::SWITCHING_PROTOCOLS);
    let accept = HeaderValue::try_from(accept(key.as_bytes())).expect("base64 is visible ASCII");
    let headers = answer.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(SEC_WEBSOCKET_ACCEPT, accept);
    answer
}

fn accept(key: &[u8]) -> String {
    let keyed = [key, KEY_SUFFIX.as_bytes()].concat();
    STANDARD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, &keyed))
}

/// Answers each frame with its payload until the client closes.
async fn echo(mut stream: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<()> {
    loop {
        let first = stream.read_u8().await?;
        let payload = read_payload(&mut stream).await?;
        let opcode = first & OPCODE;
        if opcode == PONG {
            continue;
        }
        let answered = if opcode == PING { (first & !OPCODE) | PONG } else { first };
        stream.write_all(&frame(answered, &payload)).await?;
        stream.flush().await?;
        if opcode == CLOSE {
            return stream.shutdown().await;
        }
    }
}

async fn read_payload(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Vec<u8>> {
    let second = stream.read_u8().await?;
    let length = match second & 0x7f {
        126 => u64::from(stream.read_u16().await?),
        127 => stream.read_u64().await?,
        short => u64::from(short),
    };
    let masked = second & 0x80 != 0;
    if !masked || length > LARGEST_FRAME_BYTES {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut mask = [0; 4];
    stream.read_exact(&mut mask).await?;
    let mut payload = vec![0; length as usize];
    stream.read_exact(&mut payload).await?;
    for (byte, key) in payload.iter_mut().zip(mask.iter().cycle()) {
        *byte ^= key;
    }
    Ok(payload)
}

/// One unmasked frame, as a server sends it.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    match payload.len() {
        length @ 0..126 => frame.push(length as u8),
        length @ 126..65_536 => {
            frame.push(126);
            frame.extend((length as u16).to_be_bytes());
        }
        length => {
            frame.push(127);
            frame.extend((length as u64).to_be_bytes());
        }
    }
    frame.extend(payload);
    frame
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_accept_key_is_the_one_of_the_rfc() {
        assert_eq!(accept(b"dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    #[tokio::test]
    async fn a_masked_message_comes_back_unmasked() {
        let (mut client, server) = io::duplex(256);
        let echoing = tokio::spawn(echo(server));
        // "Hello", the masked example of RFC 6455 section 5.7, then an empty close.
        let hello = [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];
        client.write_all(&hello).await.unwrap();
        client.write_all(&[0x88, 0x80, 0, 0, 0, 0]).await.unwrap();
        let mut answered = Vec::new();
        client.read_to_end(&mut answered).await.unwrap();
        assert_eq!(answered, b"\x81\x05Hello\x88\x00");
        echoing.await.unwrap().unwrap();
    }
}
