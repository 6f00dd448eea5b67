//! A relay that parses nothing: each connection gets one to the backend, and bytes go both ways.
//!
//! What it costs is the floor: no proxy on the same runtime can move the bytes for less.

use std::net::SocketAddr;

use anyhow::Result;
use tokio::io::copy_bidirectional_with_sizes;
use tokio::net::{TcpListener, TcpStream};

const BUFFER_BYTES: usize = 16 * 1024;

/// Relays between whoever connects to `listen` and `backend`, for ever.
pub(crate) fn run(listen: SocketAddr, backend: SocketAddr) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(listen).await?;
        loop {
            let (client, _) = listener.accept().await?;
            tokio::spawn(relay(client, backend));
        }
    })
}

async fn relay(mut client: TcpStream, backend: SocketAddr) -> Result<()> {
    let mut upstream = TcpStream::connect(backend).await?;
    client.set_nodelay(true)?;
    upstream.set_nodelay(true)?;
    let (there, back) = (BUFFER_BYTES, BUFFER_BYTES);
    copy_bidirectional_with_sizes(&mut client, &mut upstream, there, back).await?;
    Ok(())
}
