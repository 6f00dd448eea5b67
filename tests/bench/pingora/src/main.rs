//! The Pingora that gatewayd is measured beside: one pool, health checks, a limit for each client.
//!
//! `pingora-peer HTTP HTTPS BACKEND CERTIFICATE KEY`

use std::error::Error;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use async_trait::async_trait;
use pingora::http::RequestHeader;
use pingora::lb::LoadBalancer;
use pingora::lb::health_check::HttpHealthCheck;
use pingora::lb::selection::RoundRobin;
use pingora::listeners::tls::TlsSettings;
use pingora::prelude::{HttpPeer, Result, Server, background_service, http_proxy_service};
use pingora::proxy::{ProxyHttp, Session};
use pingora_limits::rate::Rate;

/// More than anybody asks for: the limit is there to be checked, not to be reached.
const MOST_REQUESTS_PER_SECOND: isize = 1_000_000;
const TOO_MANY_REQUESTS: u16 = 429;

static RATE: LazyLock<Rate> = LazyLock::new(|| Rate::new(Duration::from_secs(1)));

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments == ["--version"] {
        println!("pingora 0.9.1");
        return Ok(());
    }
    let [http, https, backend, certificate, key] = arguments.as_slice() else {
        return Err("usage: pingora-peer HTTP HTTPS BACKEND CERTIFICATE KEY".into());
    };
    let mut server = Server::new(None)?;
    server.bootstrap();
    let mut backends = LoadBalancer::<RoundRobin>::try_from_iter([backend])?;
    let mut check = HttpHealthCheck::new("bench.example", false);
    check.req.set_uri("/healthz".try_into()?);
    backends.set_health_check(Box::new(check));
    backends.health_check_frequency = Some(Duration::from_secs(2));
    let checks = background_service("health checks", backends);

    let mut proxy = http_proxy_service(&server.configuration, Peer(checks.task()));
    proxy.add_tcp(http);
    let mut tls = TlsSettings::intermediate(certificate, key)?;
    tls.enable_h2();
    proxy.add_tls_with_settings(https, None, tls);
    server.add_service(proxy);
    server.add_service(checks);
    server.run_forever()
}

/// Sends every request to the pool.
struct Peer(Arc<LoadBalancer<RoundRobin>>);

#[async_trait]
impl ProxyHttp for Peer {
    type CTX = ();

    fn new_ctx(&self) {}

    async fn request_filter(&self, session: &mut Session, _ctx: &mut ()) -> Result<bool> {
        let client = session.client_addr().and_then(|address| address.as_inet());
        let seen = client.map_or(0, |client| RATE.observe(&client.ip(), 1));
        if seen > MOST_REQUESTS_PER_SECOND {
            session.respond_error(TOO_MANY_REQUESTS).await?;
            return Ok(true);
        }
        Ok(false)
    }

    async fn upstream_peer(&self, _session: &mut Session, _ctx: &mut ()) -> Result<Box<HttpPeer>> {
        let backend = self.0.select(b"", 8);
        let backend = backend.ok_or_else(|| pingora::Error::new_str("no healthy backend"))?;
        Ok(Box::new(HttpPeer::new(backend, false, String::new())))
    }

    async fn upstream_request_filter(
        &self,
        session: &mut Session,
        request: &mut RequestHeader,
        _ctx: &mut (),
    ) -> Result<()> {
        if let Some(client) = session.client_addr().and_then(|address| address.as_inet()) {
            request.insert_header("X-Forwarded-For", client.ip().to_string())?;
        }
        let tls = session.digest().is_some_and(|digest| digest.ssl_digest.is_some());
        request.insert_header("X-Forwarded-Proto", if tls { "https" } else { "http" })
    }
}
