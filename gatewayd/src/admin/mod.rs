//! The admin API: gRPC on a unix socket, answered from what state knows.

mod backends;
mod blocks;
mod caller;
mod change;
mod configuration;
mod convert;
mod demo;
mod external_scaler;
mod history;
mod inquiries;
mod limits;
mod rejection;
mod scaler;
mod socket;
mod tcp_callers;
mod watch;
mod what_if;

use std::io;
use std::time::Duration;

use gateway_proto as wire;
use tokio::net::UnixListener;
use tonic::service::InterceptorLayer;
use tonic::transport::Server;

use crate::state::{ConfigFile, Events, History, Inquiry, Observatory, Scalers, Writer};

pub use demo::LoadKnob;
pub use external_scaler::serve_external_scaler;
pub use socket::{AdminSocket, SocketError};

/// The largest message that is read.
const LARGEST_MESSAGE_BYTES: usize = 1024 * 1024;
/// The largest one with a file in it.
const LARGEST_FILE_BYTES: usize = 2 * LARGEST_MESSAGE_BYTES;
/// How long a call may take; streams may take as long to begin.
const DEADLINE: Duration = Duration::from_secs(10);
/// Calls under way on one connection.
const MOST_CALLS: usize = 64;
/// A silent peer is asked for a sign of life after this long, and given as long again.
const KEEPALIVE: Duration = Duration::from_secs(10);

/// What the admin API answers from; cheap to clone.
#[derive(Clone, Debug)]
pub struct Admin {
    /// Where changes go.
    pub writer: Writer,
    /// Who keeps the file.
    pub file: ConfigFile,
    /// Where snapshots are.
    pub observatory: Observatory,
    /// What happened.
    pub events: Events,
    /// What figures were.
    pub history: History,
    /// What workers remember of late.
    pub inquiry: Inquiry,
    /// How pools are scaled.
    pub scalers: Scalers,
    /// The load of a demo; absent in every other gateway.
    pub load: Option<LoadKnob>,
}

/// Serves on `listener` for as long as it is polled.
///
/// # Errors
/// When the contract's descriptors cannot be read, or the listener breaks.
pub async fn serve(admin: Admin, listener: UnixListener) -> io::Result<()> {
    let reflection = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(wire::DESCRIPTORS)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .build_v1()
        .map_err(io::Error::other)?;
    let (health, health_service) = tonic_health::server::health_reporter();
    health.set_service_status("", tonic_health::ServingStatus::Serving).await;
    let backends = wire::backends_server::BackendsServer::new(admin.clone());
    let limits = wire::limits_server::LimitsServer::new(admin.clone());
    let blocks = wire::blocks_server::BlocksServer::new(admin.clone());
    let scaler = wire::scaler_server::ScalerServer::new(admin.clone());
    let config = wire::config_server::ConfigServer::new(admin.clone());
    let watch = wire::watch_server::WatchServer::new(admin.clone());
    let demo = wire::demo_server::DemoServer::new(admin);
    Server::builder()
        .timeout(DEADLINE)
        .concurrency_limit_per_connection(MOST_CALLS)
        .http2_keepalive_interval(Some(KEEPALIVE))
        .http2_keepalive_timeout(Some(KEEPALIVE))
        .layer(InterceptorLayer::new(caller::paced()))
        .add_service(backends.max_decoding_message_size(LARGEST_MESSAGE_BYTES))
        .add_service(limits.max_decoding_message_size(LARGEST_MESSAGE_BYTES))
        .add_service(blocks.max_decoding_message_size(LARGEST_MESSAGE_BYTES))
        .add_service(config.max_decoding_message_size(LARGEST_FILE_BYTES))
        .add_service(scaler.max_decoding_message_size(LARGEST_MESSAGE_BYTES))
        .add_service(watch.max_decoding_message_size(LARGEST_MESSAGE_BYTES))
        .add_service(demo.max_decoding_message_size(LARGEST_MESSAGE_BYTES))
        .add_service(health_service)
        .add_service(reflection)
        .serve_with_incoming(socket::callers(listener))
        .await
        .map_err(io::Error::other)
}
