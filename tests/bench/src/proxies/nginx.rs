//! nginx: one worker under a master, a request limit for each address. It has no health checks.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::{Missing, Stage, on_path};

pub(super) fn find() -> Result<PathBuf, Missing> {
    on_path("nginx", "apt-get install nginx-light")
}

pub(super) fn command(program: &Path, stage: &Stage<'_>) -> Result<Command> {
    let file = stage.directory.join("nginx.conf");
    fs::write(&file, configuration(stage))?;
    let mut command = Command::new(program);
    command.arg("-p").arg(stage.directory).arg("-e").arg("stderr").arg("-c").arg(file);
    Ok(command)
}

/// Nothing goes to disk. An upload fits into its buffer; those for answers are of the size that
/// large answers cost least with: the defaults cost more, and so do larger ones.
fn configuration(stage: &Stage<'_>) -> String {
    let Stage { directory, backend, http, https, certificate } = stage;
    let directory = directory.display();
    let (cert, key) = (certificate.certificate.display(), certificate.key.display());
    let places: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("    {kind}_temp_path {directory}/{kind};\n"))
        .concat();
    format!(
        r#"daemon off;
user root;
pid {directory}/nginx.pid;
worker_processes 1;
worker_rlimit_nofile 20000;
error_log stderr crit;
events {{ worker_connections 10000; multi_accept on; }}
http {{
    access_log off;
    tcp_nodelay on;
{places}
    keepalive_timeout 75s;
    keepalive_requests 100000000;
    limit_req_zone $binary_remote_addr zone=per_ip:16m rate=1000000r/s;
    limit_req zone=per_ip burst=1000000 nodelay;
    upstream app {{
        server {backend};
        keepalive 1024;
        keepalive_requests 100000000;
    }}
    server {{
        listen {http} backlog=4096;
        listen {https} ssl http2 backlog=4096;
        ssl_certificate {cert};
        ssl_certificate_key {key};
        ssl_protocols TLSv1.2 TLSv1.3;
        ssl_session_cache shared:tls:10m;
        client_body_buffer_size 64k;
        location / {{
            proxy_pass http://app;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_buffers 16 32k;
            proxy_busy_buffers_size 128k;
            proxy_max_temp_file_size 0;
        }}
    }}
}}
"#
    )
}
