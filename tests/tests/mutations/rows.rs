//! The rows: how each kind of change is asked for, and what is true of it.

/// One kind of change.
pub(crate) struct Row {
    /// The variant of `Change` in `gatewayd/src/model/change.rs`.
    pub(crate) variant: &'static str,
    /// What comes before it: lines of gatewayctl.
    pub(crate) before: &'static [&'static str],
    /// How it comes about.
    pub(crate) comes: Comes,
}

/// How a change comes about.
pub(crate) enum Comes {
    /// Somebody asks for it by this line of gatewayctl, and it can be undone. `{op}` is the operation of
    /// the last line before it, `{revision}` the revision before all of them, `{file}` another file of
    /// the gateway's, `{commands}` a file of commands, `{address}` a server that is in no pool.
    Asked(&'static str),
    /// The same, and it leaves nothing to put back.
    Noted(&'static str),
    /// Somebody asks for it where it is so already: elsewhere a test sees to the rest.
    Idle(&'static str),
    /// The gateway makes it by itself some time after this line; operations tell of it by this verb.
    ByItself(&'static str, &'static str),
}

use Comes::{Asked, ByItself, Idle, Noted};

const fn row(variant: &'static str, before: &'static [&'static str], comes: Comes) -> Row {
    Row { variant, before, comes }
}

/// Every kind of change, some of them more than once.
pub(crate) const ROWS: &[Row] = &[
    row("AddBackend", &[], Asked("backend add --pool app --name new --address {address}")),
    row(
        "AddBackend",
        &[],
        Asked("backend add --pool app --name new --address {address} --weight 300"),
    ),
    row("RemoveBackends", &[], Asked("backend remove app-3")),
    row("SetStanding", &[], Asked("backend maintenance app-2 -m disks")),
    row("SetStanding", &["drain app-2 --no-wait -m patch"], Asked("undrain app-2")),
    row("Drain", &[], Asked("drain app-1 --no-wait -m patch")),
    row("Kill", &["drain app-1 --no-wait -m patch"], Asked("backend kill app-1 -m now")),
    row(
        "StepDrain",
        &[],
        ByItself("drain app-2 --no-wait --then enable-after=1s -m patch", "enable"),
    ),
    row("SetWeights", &[], Asked("backend weight app-1=50 app-2=+100 app-3=80%")),
    row("SetWeights", &[], Asked("pool shift --from app-1 --to app-2 --percent 80")),
    row("RampWeights", &[], Asked("backend weight app-1=700 --ramp 10s")),
    row(
        "AbortRamp",
        &[],
        ByItself("backend weight app-2=300 --ramp 2h --abort-if error>0%", "abort"),
    ),
    row("SetLimit", &[], Asked("limit set per-ip --max 90000/minute")),
    row("SetLimit", &[], Asked("limit set per-ip --rate 9000/second --ttl 1h")),
    row("ResetLimit", &[], Noted("limit reset per-ip")),
    row("ReloadCertificates", &[], Idle("cert reload")),
    row("AddBlock", &[], Asked("block add 198.51.100.0/28 --ttl 1h -m abuse")),
    row(
        "RemoveBlocks",
        &["block add 198.51.100.0/28 --permanent"],
        Asked("block remove 198.51.100.0/28"),
    ),
    row("Expire", &[], ByItself("block add 198.51.100.0/28 --ttl 1s", "expire")),
    row("SetScaler", &[], Asked("scaler set app --max 20")),
    row("SetScaler", &[], Asked("scaler pause app --ttl 1h")),
    row("All", &[], Asked("change -f {commands}")),
    row("Undo", &["backend weight app-1=50 -m canary"], Asked("op undo {op}")),
    row("Revert", &[], ByItself("backend weight app-1=50 --ttl 1s", "revert")),
    row(
        "Rollback",
        &["backend weight app-1=50", "drain app-3 --no-wait -m patch"],
        Asked("config rollback {revision}"),
    ),
    row("Confirm", &["backend weight app-1=50 --confirm-within 1h"], Noted("op confirm {op}")),
    row("ApplyFile", &["backend weight app-2=70"], Asked("config apply -f {file}")),
];
