//! A client of the gateway: one connection, HTTP/1.1 or HTTP/2, plain or TLS.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST};
use http::{HeaderMap, Method, Request, Response, StatusCode, Version};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio_rustls::TlsConnector;

/// How long a client waits for one answer.
const DEADLINE: Duration = Duration::from_secs(30);

/// What a client speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// HTTP/1.1 without TLS.
    Http,
    /// HTTP/1.1 over TLS.
    Https,
    /// HTTP/2 over TLS.
    Http2,
}

/// One client; its connection is kept alive and made anew when it was closed.
pub struct Client {
    runtime: Runtime,
    connection: Connection,
    headers: HeaderMap,
}

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The protocol it came by.
    pub version: Version,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// The fields behind it.
    pub trailers: HeaderMap,
}

/// A connection that can be asked, for harness code that is async already.
pub(crate) struct Connection {
    address: SocketAddr,
    protocol: Protocol,
    sender: Option<Sender>,
}

enum Sender {
    Http1(http1::SendRequest<Full<Bytes>>),
    Http2(http2::SendRequest<Full<Bytes>>),
}

impl Client {
    /// A client that speaks `protocol` to `address`; it connects when it first asks.
    pub fn new(protocol: Protocol, address: SocketAddr) -> Client {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Client {
            runtime,
            connection: Connection::new(protocol, address),
            headers: HeaderMap::new(),
        }
    }

    /// The same client with a header that it sends each time.
    pub fn with(mut self, name: &'static str, value: &str) -> Client {
        self.headers.insert(name, value.parse().unwrap());
        self
    }

    /// Asks for `path`; panics when no answer comes.
    #[track_caller]
    pub fn get(&mut self, path: &str) -> Reply {
        self.ask(Method::GET, path, Bytes::new()).unwrap_or_else(|e| panic!("GET {path}: {e:#}"))
    }

    /// Asks for the short code of `url`.
    #[track_caller]
    pub fn shorten(&mut self, url: &str) -> Reply {
        let body = serde_json::json!({ "url": url }).to_string();
        self.post("/urls", "application/json", body)
    }

    /// Posts `body` to `path`.
    #[track_caller]
    pub fn post(&mut self, path: &str, content_type: &'static str, body: String) -> Reply {
        let before = self.headers.insert(CONTENT_TYPE, content_type.parse().unwrap());
        let answer = self.ask(Method::POST, path, body.into());
        match before {
            Some(before) => self.headers.insert(CONTENT_TYPE, before),
            None => self.headers.remove(CONTENT_TYPE),
        };
        answer.unwrap_or_else(|error| panic!("POST {path}: {error:#}"))
    }

    /// Asks, and tells what went wrong when no answer comes.
    pub fn ask(&mut self, method: Method, path: &str, body: Bytes) -> anyhow::Result<Reply> {
        let mut request = Request::builder().method(method).uri(path).body(Full::new(body))?;
        request.headers_mut().extend(self.headers.clone());
        self.runtime.block_on(self.connection.ask(request))
    }
}

impl Reply {
    /// The header `name`, empty when absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The app server that answered.
    pub fn served_by(&self) -> &str {
        self.header("x-served-by")
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.body)))
    }
}

impl Connection {
    pub(crate) fn new(protocol: Protocol, address: SocketAddr) -> Connection {
        Connection { address, protocol, sender: None }
    }

    /// Sends `request`, whose URI is a path, and reads the answer.
    pub(crate) async fn ask(&mut self, request: Request<Full<Bytes>>) -> anyhow::Result<Reply> {
        tokio::time::timeout(DEADLINE, self.exchange(request)).await.context("no answer in time")?
    }

    async fn exchange(&mut self, mut request: Request<Full<Bytes>>) -> anyhow::Result<Reply> {
        self.connect().await?;
        let host = format!("localhost:{}", self.address.port());
        let answered = match self.sender.as_mut().context("not connected")? {
            Sender::Http1(sender) => {
                request.headers_mut().entry(HOST).or_insert(host.parse()?);
                sender.send_request(request).await
            }
            Sender::Http2(sender) => {
                *request.uri_mut() = format!("https://{host}{}", request.uri()).parse()?;
                sender.send_request(request).await
            }
        };
        let reply = match answered {
            Ok(answer) => read(answer).await,
            Err(error) => Err(error.into()),
        };
        if reply.is_err() {
            self.sender = None;
        }
        reply
    }

    /// Makes sure there is a connection that was not closed in the meantime.
    async fn connect(&mut self) -> anyhow::Result<()> {
        let open = match &mut self.sender {
            Some(Sender::Http1(sender)) => sender.ready().await.is_ok(),
            Some(Sender::Http2(sender)) => sender.ready().await.is_ok(),
            None => false,
        };
        if !open {
            let stream = TcpStream::connect(self.address).await?;
            stream.set_nodelay(true)?;
            self.sender = Some(match self.protocol {
                Protocol::Http => http1_over(stream).await?,
                Protocol::Https => http1_over(tls(stream, b"http/1.1").await?).await?,
                Protocol::Http2 => http2_over(tls(stream, b"h2").await?).await?,
            });
        }
        Ok(())
    }
}

async fn read(answer: Response<Incoming>) -> anyhow::Result<Reply> {
    let (parts, body) = answer.into_parts();
    let whole = body.collect().await?;
    let trailers = whole.trailers().cloned().unwrap_or_default();
    let http::response::Parts { status, version, headers, .. } = parts;
    Ok(Reply { status, version, headers, body: whole.to_bytes(), trailers })
}

async fn http1_over<S>(stream: S) -> anyhow::Result<Sender>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    Ok(Sender::Http1(sender))
}

async fn http2_over<S>(stream: S) -> anyhow::Result<Sender>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    Ok(Sender::Http2(sender))
}

pub(crate) async fn tls(
    stream: TcpStream,
    protocol: &[u8],
) -> anyhow::Result<tokio_rustls::client::TlsStream<TcpStream>> {
    let config = accepting_any_certificate(protocol)?;
    let name = ServerName::try_from("localhost")?;
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
    let agreed = stream.get_ref().1.alpn_protocol();
    anyhow::ensure!(agreed == Some(protocol), "ALPN agreed on {agreed:?}");
    Ok(stream)
}

/// What a client that speaks `protocol` needs to accept any certificate.
pub(crate) fn accepting_any_certificate(protocol: &[u8]) -> anyhow::Result<ClientConfig> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyCertificate(provider)))
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    Ok(config)
}

/// Accepts the certificates that gateways under test sign themselves.
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
