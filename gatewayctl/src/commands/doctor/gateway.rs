//! What is on the way to the gateway, and how far the two fit one another.

use std::{
    fs,
    os::unix::fs::FileTypeExt as _,
    path::Path,
    time::{Duration, Instant},
};

use jiff::Timestamp;

use crate::{
    client::Address,
    commands::session::Session,
    duration,
    model::{Finding, Snapshot},
};

/// Clocks may differ by so much before ages and rates are told wrongly.
const SKEW: Duration = Duration::from_secs(2);

/// How the way to the gateway is, and how the gateway fits; nothing without an address.
pub(super) async fn findings(session: &Session) -> Vec<Finding> {
    let Ok(target) = session.target() else { return Vec::new() };
    let began = Instant::now();
    let asked = async {
        let client = session.connect().await?;
        Ok::<_, super::Failure>(client.snapshot().await?)
    };
    match asked.await {
        Ok(picture) => {
            let took = began.elapsed();
            let sentence = format!("answered as {} in {}", picture.caller, duration::short(took));
            vec![
                Finding::ok("connection", sentence),
                version(&picture),
                clock(&picture, Timestamp::now().as_millisecond(), took),
                state(&picture),
            ]
        }
        Err(failure) => {
            let mut findings = Vec::new();
            if let Address::Unix(path) = &target.context.address {
                findings.extend(socket(path));
            }
            let remedy = failure.hints.join("; ");
            findings.push(Finding::bad("connection", failure.message, remedy));
            findings
        }
    }
}

/// What is wrong with the socket itself, if that is it.
fn socket(path: &Path) -> Option<Finding> {
    let shown = path.display();
    let missing = || {
        let there = path.ancestors().skip(1).find(|folder| folder.exists());
        let there = there.unwrap_or(Path::new("/")).display();
        let remedy =
            "start gatewayd, or name its socket: `socket` in [admin] of its file says where";
        Finding::bad(
            "socket",
            format!("there is no {shown}; what is there ends at {there}"),
            remedy,
        )
    };
    match fs::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            let remedy =
                "ask the gateway's operator to let you into the group that owns the folder";
            Some(Finding::bad("socket", format!("{shown}: {error}"), remedy))
        }
        Err(_) => Some(missing()),
        Ok(meta) if !meta.file_type().is_socket() => Some(Finding::bad(
            "socket",
            format!("{shown} is no socket"),
            "name the gateway's socket",
        )),
        Ok(_) => None,
    }
}

fn version(picture: &Snapshot) -> Finding {
    let ours = env!("CARGO_PKG_VERSION");
    let theirs = &picture.version;
    let minor = |version: &str| version.split('.').take(2).collect::<Vec<_>>().join(".");
    if minor(ours) == minor(theirs) {
        return Finding::ok("version", format!("gatewayd {theirs} on {}", picture.host));
    }
    let sentence = format!("gatewayd {theirs} on {}, this is {ours}", picture.host);
    Finding::warn("version", sentence, "use the gatewayctl that came with the gateway")
}

/// How far the clocks are apart. The question took `took`, so that much is not known.
fn clock(picture: &Snapshot, now_ms: i64, took: Duration) -> Finding {
    let apart = Duration::from_millis(now_ms.abs_diff(picture.time_ms)).saturating_sub(took);
    // The gateway's picture is up to a second old.
    let apart = apart.saturating_sub(Duration::from_secs(1));
    let shown = duration::short(apart);
    if apart < SKEW {
        return Finding::ok("clock", "this clock and the gateway's agree");
    }
    let sentence = format!("this clock and the gateway's are {shown} apart: ages are told wrongly");
    Finding::warn("clock", sentence, "let NTP set both: `timedatectl set-ntp true`")
}

fn state(picture: &Snapshot) -> Finding {
    if picture.is_healthy() {
        return Finding::ok("gateway", format!("ready, at revision {}", picture.revision));
    }
    let problems = picture.problems.len();
    let sentence = format!("degraded, {problems} need attention");
    Finding::warn("gateway", sentence, "`gatewayctl status` tells which")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Grade;

    #[test]
    fn clocks_may_differ_by_what_is_not_known() {
        let picture = Snapshot { time_ms: 1_000_000, ..Snapshot::default() };
        let grade = |now_ms, took_ms| clock(&picture, now_ms, Duration::from_millis(took_ms)).grade;
        assert_eq!(grade(1_000_000, 0), Grade::Ok);
        assert_eq!(grade(1_002_900, 0), Grade::Ok);
        assert_eq!(grade(1_003_000, 0), Grade::Warn);
        assert_eq!(grade(997_000, 0), Grade::Warn);
        assert_eq!(grade(1_009_000, 7_000), Grade::Ok);
    }

    #[test]
    fn another_minor_version_is_told() {
        let of = |version: &str| version_of(version).grade;
        assert_eq!(of(env!("CARGO_PKG_VERSION")), Grade::Ok);
        assert_eq!(of("99.0.0"), Grade::Warn);
        assert_eq!(of(""), Grade::Warn);
    }

    fn version_of(version: &str) -> Finding {
        super::version(&Snapshot { version: version.to_owned(), ..Snapshot::default() })
    }
}
