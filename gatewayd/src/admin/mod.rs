//! The admin API: gRPC on unix sockets and by mutual TLS, answered from what state knows.

mod access;
mod audit;
mod backends;
mod blocks;
mod caller;
mod certificates;
mod change;
mod configuration;
mod connections;
mod convert;
mod demo;
mod door;
mod drain;
mod external_scaler;
mod gate;
mod history;
mod inquiries;
mod limits;
mod operations;
mod probe;
mod progress;
mod rejection;
mod roles;
mod scaler;
mod several;
mod socket;
mod traffic;
mod traffic_filter;
mod traffic_request;
mod watch;
mod what_if;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use gateway_proto as wire;
use tonic::service::Routes;
use tonic::transport::Server;

use crate::model::Access;
use crate::state::{
    Audit, Certificates, ConfigFile, Denials, Events, History, Inquiry, Observatory, Prober,
    Scalers, Traffic, Writer,
};

pub use demo::{Fault, FaultOrder, Playground};
pub use door::{Door, TlsNow};
pub use external_scaler::serve_external_scaler;
pub use socket::{AdminSocket, SocketError, SocketKind};

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
    /// Who may do what.
    pub access: Arc<Access>,
    /// Where it is written who tried what.
    pub audit: Audit,
    /// How often callers were told no.
    pub denials: Denials,
    /// Where changes go, and where operations are.
    pub writer: Writer,
    /// Who keeps the file.
    pub file: ConfigFile,
    /// Where snapshots are.
    pub observatory: Observatory,
    /// What happened.
    pub events: Events,
    /// What figures were.
    pub history: History,
    /// What clients ask for now.
    pub traffic: Traffic,
    /// What workers remember of late.
    pub inquiry: Inquiry,
    /// The certificates that are served, and who reads them.
    pub certificates: Certificates,
    /// How pools are scaled.
    pub scalers: Scalers,
    /// Who tries addresses.
    pub prober: Prober,
    /// What can be practised on; absent in every gateway but a demo.
    pub demo: Option<Playground>,
}

/// Serves those who come by `door` for as long as it is polled.
///
/// # Errors
/// When the contract's descriptors cannot be read, or the listener breaks.
pub async fn serve(admin: Admin, door: Door) -> io::Result<()> {
    let (access, denials) = (Arc::clone(&admin.access), admin.denials.clone());
    let gate = gate::Gate::new(admin.audit.clone(), denials.clone());
    let mut server = Server::builder()
        .timeout(DEADLINE)
        .concurrency_limit_per_connection(MOST_CALLS)
        .http2_keepalive_interval(Some(KEEPALIVE))
        .http2_keepalive_timeout(Some(KEEPALIVE))
        .layer(gate);
    let routes = routes(admin, matches!(door, Door::Socket(..))).await?;
    let router = server.add_routes(routes);
    let served = match door {
        Door::Socket(listener, owner) => {
            router.serve_with_incoming(door::by_socket(listener, owner, access)).await
        }
        Door::ViewerSocket(listener) => {
            router.serve_with_incoming(door::by_viewer_socket(listener)).await
        }
        Door::Tcp(listener, tls) => {
            router.serve_with_incoming(door::by_tcp(listener, tls, access, denials)).await
        }
    };
    served.map_err(io::Error::other)
}

/// Every service; only operators on this machine are told by reflection what there is.
async fn routes(admin: Admin, reflecting: bool) -> io::Result<Routes> {
    let (health, health_service) = tonic_health::server::health_reporter();
    health.set_service_status("", tonic_health::ServingStatus::Serving).await;
    let mut routes = Routes::builder();
    routes.add_service(health_service.max_decoding_message_size(LARGEST_MESSAGE_BYTES));
    macro_rules! add {
        ($most:ident: $($module:ident :: $server:ident),* $(,)?) => {$(
            let service = wire::$module::$server::new(admin.clone());
            routes.add_service(service.max_decoding_message_size($most));
        )*};
    }
    add!(LARGEST_FILE_BYTES: config_server::ConfigServer);
    add!(
        LARGEST_MESSAGE_BYTES:
        access_server::AccessServer,
        audit_server::AuditServer,
        backends_server::BackendsServer,
        blocks_server::BlocksServer,
        certificates_server::CertificatesServer,
        demo_server::DemoServer,
        limits_server::LimitsServer,
        operations_server::OperationsServer,
        scaler_server::ScalerServer,
        traffic_server::TrafficServer,
        watch_server::WatchServer,
    );
    if reflecting {
        let reflection = tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(wire::DESCRIPTORS)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
            .build_v1()
            .map_err(io::Error::other)?;
        routes.add_service(reflection.max_decoding_message_size(LARGEST_MESSAGE_BYTES));
    }
    Ok(routes.routes())
}
