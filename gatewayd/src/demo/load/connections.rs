//! The connections of the load: kept alive, bounded in number, to targets asked in turn.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST};
use http::{Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio_rustls::TlsConnector;

use super::plan::{Asked, Page};

/// How many connections there are to each target at most.
const MOST: usize = 128;
/// How long a client waits for its answer.
const DEADLINE: Duration = Duration::from_secs(10);

type Sender = SendRequest<Full<Bytes>>;

/// All connections.
pub(super) struct Connections {
    targets: Vec<Target>,
    turn: AtomicUsize,
}

struct Target {
    host: String,
    address: SocketAddr,
    tls: Option<(TlsConnector, ServerName<'static>)>,
    free: Semaphore,
    idle: Mutex<Vec<Sender>>,
}

impl Connections {
    /// Prepares connections to `targets`; none is opened yet.
    pub(super) fn to(targets: &[Uri]) -> io::Result<Connections> {
        let targets = targets.iter().map(Target::new).collect::<io::Result<Vec<_>>>()?;
        if targets.is_empty() {
            return Err(io::Error::other("a load needs a target"));
        }
        Ok(Connections { targets, turn: AtomicUsize::new(0) })
    }

    /// Waits until every target accepts connections.
    pub(super) async fn wait_until_reachable(&self, patience: Duration) -> io::Result<()> {
        let end = Instant::now() + patience;
        for target in &self.targets {
            while let Err(refused) = TcpStream::connect(target.address).await {
                if Instant::now() >= end {
                    let what = format!("{} does not listen: {refused}", target.address);
                    return Err(io::Error::new(refused.kind(), what));
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        Ok(())
    }

    /// Sends one request and reads its answer to the end.
    pub(super) async fn ask(&self, asked: Asked) -> anyhow::Result<StatusCode> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let target = &self.targets[turn % self.targets.len()];
        let exchange = target.exchange(asked);
        tokio::time::timeout(DEADLINE, exchange).await.context("no answer in time")?
    }
}

impl Target {
    fn new(uri: &Uri) -> io::Result<Target> {
        let wrong = |what: &str| io::Error::other(format!("target {uri}: {what}"));
        let host = uri.host().ok_or_else(|| wrong("expected http://HOST:PORT or https://…"))?;
        let bare = host.trim_matches(['[', ']']);
        let (tls, default_port) = match uri.scheme_str() {
            Some("http") => (None, 80),
            Some("https") => {
                let name =
                    ServerName::try_from(bare.to_owned()).map_err(|_| wrong("not a host name"))?;
                (Some((TlsConnector::from(trusting_config()), name)), 443)
            }
            _ => return Err(wrong("expected http:// or https://")),
        };
        let port = uri.port_u16().unwrap_or(default_port);
        let mut addresses = std::net::ToSocketAddrs::to_socket_addrs(&(bare, port))?;
        Ok(Target {
            host: format!("{host}:{port}"),
            address: addresses.next().ok_or_else(|| wrong("the host has no address"))?,
            tls,
            free: Semaphore::new(MOST),
            idle: Mutex::default(),
        })
    }

    async fn exchange(&self, asked: Asked) -> anyhow::Result<StatusCode> {
        let _permit = self.free.acquire().await?;
        let mut sender = self.checkout().await?;
        let answer = sender.send_request(self.request(asked)?).await?;
        let status = answer.status();
        let mut body = answer.into_body();
        while let Some(frame) = body.frame().await {
            frame?;
        }
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(sender);
        Ok(status)
    }

    fn request(&self, asked: Asked) -> anyhow::Result<Request<Full<Bytes>>> {
        let builder = Request::builder()
            .header(HOST, &self.host)
            .header("x-forwarded-for", asked.client.to_string());
        Ok(match asked.page {
            Page::Follow(path) => builder.uri(path).body(Full::default())?,
            Page::Create(url) => builder
                .method(Method::POST)
                .uri("/urls")
                .header(CONTENT_TYPE, "application/json")
                .body(Full::from(serde_json::json!({ "url": url }).to_string()))?,
        })
    }

    /// An idle connection that is still open, or a new one.
    async fn checkout(&self) -> anyhow::Result<Sender> {
        loop {
            let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let Some(mut sender) = idle else {
                return self.dial().await;
            };
            if sender.ready().await.is_ok() {
                return Ok(sender);
            }
        }
    }

    async fn dial(&self) -> anyhow::Result<Sender> {
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        match &self.tls {
            None => handshake(stream).await,
            Some((connector, name)) => {
                handshake(connector.connect(name.clone(), stream).await?).await
            }
        }
    }
}

async fn handshake<S>(stream: S) -> anyhow::Result<Sender>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // Its end shows in the sender.
    tokio::spawn(connection);
    Ok(sender)
}

fn trusting_config() -> Arc<ClientConfig> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .expect("the provider supports TLS 1.2 and 1.3")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyCertificate(provider)))
        .with_no_client_auth();
    Arc::new(config)
}

/// Accepts every certificate: a demo gateway signs its own, and the load sends nothing of value.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(targets: &[&'static str]) -> Option<String> {
        let targets: Vec<Uri> = targets.iter().map(|uri| Uri::from_static(uri)).collect();
        Connections::to(&targets).err().map(|error| error.to_string())
    }

    #[test]
    fn a_target_names_scheme_and_host() {
        assert_eq!(problem(&["https://127.0.0.1:8443", "http://[::1]:1"]), None);
        assert!(problem(&[]).is_some());
        assert!(problem(&["127.0.0.1:80"]).is_some());
        assert!(problem(&["ftp://127.0.0.1"]).is_some());
    }
}
