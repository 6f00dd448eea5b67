//! `health = { … }` of a pool: what is asked, how often, and how many answers change a verdict.

use std::time::Duration;

use super::fields::Fields;
use super::value::Value;
use crate::model::{HealthCheck, ProbeKind};

const SHORTEST: Duration = Duration::from_millis(10);
const LONGEST: Duration = Duration::from_secs(60 * 60);
const MOST_PROBES: i64 = 1000;
const LONGEST_SERVICE: usize = 127;

const KINDS: [(&str, ProbeKind); 3] =
    [("http", ProbeKind::Http), ("tcp", ProbeKind::Tcp), ("grpc", ProbeKind::Grpc(String::new()))];

/// Reads the `health` of a pool.
pub(crate) fn health(value: Value<'_>) -> Option<HealthCheck> {
    value.table("health", &[], |fields| {
        let default = HealthCheck::default();
        let kind = kind(fields);
        let path = fields.defaulted("path", default.path, path);
        let time = |value: Value<'_>| value.duration(SHORTEST..=LONGEST);
        let interval = fields.defaulted("interval", default.interval, time);
        let timeout = fields.defaulted("timeout", default.timeout, time);
        let healthy_after = fields.defaulted("healthy_after", default.healthy_after, probes);
        let unhealthy_after = fields.defaulted("unhealthy_after", default.unhealthy_after, probes);
        Some(HealthCheck {
            kind: kind?,
            path: path?,
            interval: interval?,
            timeout: timeout?,
            healthy_after: healthy_after?,
            unhealthy_after: unhealthy_after?,
        })
    })
}

/// Reads how it is asked, and refuses what goes with another way.
fn kind(fields: &mut Fields<'_>) -> Option<ProbeKind> {
    let kind = fields.defaulted("kind", ProbeKind::Http, |value| value.one_of(&KINDS));
    let service = fields.defaulted("service", String::new(), service);
    let kind = kind?;
    if kind != ProbeKind::Http {
        let message = "a path that nothing asks for";
        fields.refuse("path", message, "leave it out, or write kind = \"http\"");
    }
    match kind {
        ProbeKind::Grpc(_) => Some(ProbeKind::Grpc(service?)),
        kind => {
            let message = "a service, which only gRPC asks for";
            fields.refuse("service", message, "write kind = \"grpc\", or leave it out");
            Some(kind)
        }
    }
}

fn service(value: Value<'_>) -> Option<String> {
    let text = value.text()?;
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/".contains(&byte);
    if text.len() <= LONGEST_SERVICE && text.bytes().all(legal) {
        return Some(text.to_owned());
    }
    let message = format!("{text:?} is not the name of a service");
    value.refuse(message, "write it as in its .proto, \"package.Service\", in 127 bytes at most")
}

fn probes(value: Value<'_>) -> Option<u32> {
    value.number(1..=MOST_PROBES)?.try_into().ok()
}

fn path(value: Value<'_>) -> Option<String> {
    let text = value.text()?;
    let legal =
        text.starts_with('/') && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#');
    if legal {
        return Some(text.to_owned());
    }
    let message = format!("{text:?} is not a path that can be asked for");
    value.refuse(message, "write a path that begins with a slash, as \"/healthz\"")
}
