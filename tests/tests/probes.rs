//! Probes that are no requests of HTTP: a connection, and the health of a gRPC server.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::net::SocketAddr;

use gateway_tests::{EVERYTHING, Gateway, Recorder, Setup, until};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::Server;
use tonic_health::ServingStatus;
use tonic_health::server::{HealthReporter, health_reporter};

/// A pool `app` of one backend with this probe, asked often.
fn pool(address: SocketAddr, keys: &str, health: &str) -> String {
    format!(
        "{EVERYTHING}\n[[pool]]\nname = \"app\"\nslow_start = \"0s\"\n{keys}\n\
         health = {{ {health}, interval = \"100ms\", healthy_after = 1, unhealthy_after = 1 }}\n\
         [[pool.backend]]\nname = \"app-1\"\naddress = \"{address}\"\n"
    )
}

/// A gateway that may have nobody to serve with.
fn gateway(text: &str) -> Gateway {
    Setup::default().workers(1).start(text)
}

fn wait_for_reason(gateway: &Gateway, health: &str, words: &str) {
    until(&format!("app-1 is {health}: {words}"), || {
        let shown = gateway.ctl.backend("app-1");
        let reason = shown["health_reason"].as_str().unwrap_or_default();
        (shown["health"] == health && reason.starts_with(words)).then_some(())
    });
}

/// A gRPC server that tells its health.
struct Healthy {
    address: SocketAddr,
    reporter: HealthReporter,
    runtime: Option<Runtime>,
}

impl Healthy {
    fn start() -> Healthy {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let (reporter, service) = health_reporter();
        runtime.spawn(
            Server::builder()
                .add_service(service)
                .serve_with_incoming(TcpListenerStream::new(listener)),
        );
        Healthy { address, reporter, runtime: Some(runtime) }
    }

    fn says(&self, service: &str, status: ServingStatus) {
        let runtime = self.runtime.as_ref().unwrap();
        runtime.block_on(self.reporter.set_service_status(service, status));
    }
}

impl Drop for Healthy {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

#[test]
fn a_server_that_takes_connections_is_healthy_where_no_more_is_asked() {
    // It speaks no HTTP at all.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let gateway = gateway(&pool(address, "", "kind = \"tcp\""));
    wait_for_reason(&gateway, "healthy", "connected in ");
    drop(listener);
    wait_for_reason(&gateway, "unhealthy", "connection refused");
}

#[test]
fn a_grpc_server_is_as_healthy_as_it_says() {
    let server = Healthy::start();
    let gateway = gateway(&pool(server.address, "h2 = true", "kind = \"grpc\""));
    wait_for_reason(&gateway, "healthy", "SERVING in ");
    server.says("", ServingStatus::NotServing);
    wait_for_reason(&gateway, "unhealthy", "NOT_SERVING");
    server.says("", ServingStatus::Serving);
    wait_for_reason(&gateway, "healthy", "SERVING in ");
}

#[test]
fn a_service_of_a_grpc_server_is_asked_for_by_name() {
    let server = Healthy::start();
    server.says("shop.Urls", ServingStatus::Serving);
    let health = "kind = \"grpc\", service = \"shop.Urls\"";
    let gateway = gateway(&pool(server.address, "h2 = true", health));
    wait_for_reason(&gateway, "healthy", "SERVING in ");
    server.says("shop.Urls", ServingStatus::NotServing);
    wait_for_reason(&gateway, "unhealthy", "NOT_SERVING");
    server.says("", ServingStatus::NotServing);
    server.says("shop.Urls", ServingStatus::Serving);
    wait_for_reason(&gateway, "healthy", "SERVING in ");
}

#[test]
fn a_change_of_the_probe_asks_in_the_new_way_and_a_wrong_one_says_why() {
    let backend = Recorder::answering();
    let gateway = gateway(&pool(backend.address, "", "kind = \"tcp\""));
    wait_for_reason(&gateway, "healthy", "connected in ");
    gateway.write_file(&pool(backend.address, "", "path = \"/healthz\""));
    gateway.signal(gateway_tests::Signal::SIGHUP);
    wait_for_reason(&gateway, "healthy", "200 in ");
    // No server of gRPC is there.
    gateway.write_file(&pool(backend.address, "", "kind = \"grpc\""));
    gateway.signal(gateway_tests::Signal::SIGHUP);
    until("it is unhealthy", || {
        let shown = gateway.ctl.backend("app-1");
        (shown["health"] == "unhealthy" && shown["health_reason"].is_string()).then_some(())
    });
}
