//! HAProxy: one thread, health checks, a request rate tracked and denied for each address.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::{Missing, Stage, on_path};

pub(super) fn find() -> Result<PathBuf, Missing> {
    on_path("haproxy", "apt-get install haproxy")
}

pub(super) fn command(program: &Path, stage: &Stage<'_>) -> Result<Command> {
    let file = stage.directory.join("haproxy.cfg");
    fs::write(&file, configuration(stage))?;
    let mut command = Command::new(program);
    command.arg("-db").arg("-f").arg(file);
    Ok(command)
}

fn configuration(stage: &Stage<'_>) -> String {
    let Stage { backend, http, https, certificate, .. } = stage;
    let both = certificate.both.display();
    format!(
        r#"global
    nbthread 1
    maxconn 4000

defaults
    mode http
    timeout client 60s
    timeout server 60s
    timeout connect 2s
    timeout http-keep-alive 60s
    timeout http-request 10s
    option http-keep-alive
    option splice-auto
    http-reuse always

frontend all
    bind {http} backlog 4096
    bind {https} backlog 4096 ssl crt {both} alpn h2,http/1.1 ssl-min-ver TLSv1.2
    option forwardfor
    http-request set-header X-Forwarded-Proto https if {{ ssl_fc }}
    http-request set-header X-Forwarded-Proto http if !{{ ssl_fc }}
    stick-table type ipv6 size 100k expire 60s store http_req_rate(1s)
    http-request track-sc0 src
    http-request deny deny_status 429 if {{ sc_http_req_rate(0) gt 1000000 }}
    default_backend app

backend app
    balance leastconn
    option httpchk
    http-check send meth GET uri /healthz ver HTTP/1.1 hdr Host bench.example
    server app-1 {backend} check inter 2s pool-max-conn 2048
"#
    )
}
