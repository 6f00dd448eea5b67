//! `health = { … }` of a pool: what is asked, how often, and how many answers change a verdict.

use std::time::Duration;

use super::value::Value;
use crate::model::HealthCheck;

const SHORTEST: Duration = Duration::from_millis(10);
const LONGEST: Duration = Duration::from_secs(60 * 60);
const MOST_PROBES: i64 = 1000;

/// Reads the `health` of a pool.
pub(crate) fn health(value: Value<'_>) -> Option<HealthCheck> {
    value.table("health", &[], |fields| {
        let default = HealthCheck::default();
        let path = fields.defaulted("path", default.path, path);
        let time = |value: Value<'_>| value.duration(SHORTEST..=LONGEST);
        let interval = fields.defaulted("interval", default.interval, time);
        let timeout = fields.defaulted("timeout", default.timeout, time);
        let healthy_after = fields.defaulted("healthy_after", default.healthy_after, probes);
        let unhealthy_after = fields.defaulted("unhealthy_after", default.unhealthy_after, probes);
        Some(HealthCheck {
            path: path?,
            interval: interval?,
            timeout: timeout?,
            healthy_after: healthy_after?,
            unhealthy_after: unhealthy_after?,
        })
    })
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
