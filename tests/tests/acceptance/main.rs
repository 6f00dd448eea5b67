//! The acceptance of the data plane: hostile requests, slow clients, faulty backends. Each case is
//! judged by its answer, by the one reason that is counted, by what a recording backend saw of it,
//! and by the next request being served.
//!
//! Tests are named for the case that they are of. Where each of them is:
//!
//! | case | of what | where |
//! |---|---|---|
//! | 1–8 | framing: lengths, codings (130 and more mutations), versions, chunks, trailers | [`hostile_framing`] |
//! | 9, 10, 15, 16 | grammar, Host, what Connection nominates, underscores | [`hostile_heads`] |
//! | 11–14 | absolute form, methods, spellings of a path (100 and more), fragments | [`hostile_targets`] |
//! | 17–20 | upgrades, expectations, unread bodies, pipelines | [`hostile_messages`] |
//! | 21, 22 | sizes, and what of a request comes back in fields of ours | [`hostile_heads`] |
//! | 35–40 | slow clients: silence, heads, bodies, readers, idle and half-closed connections | [`deadlines`] |
//! | 66 | refused, swallowed, short of descriptors; `net/dial.rs` has the other local errors | [`unreachable_backends`] |
//! | 67, 68, 70–73 | broken off, cut, garbage, surplus, early answers, bodies that must not be | [`faulty_backends`] |
//! | 69 | mute, deaf, stopped and half-open backends | [`deadlines`] |
//! | 74 | without a backend; flapping and draining are in `failures.rs`, `drain.rs`, `scaling.rs` | [`faulty_backends`] |
//!
//! Of the control plane, in files of their own beside this one:
//!
//! | case | of what | where |
//! |---|---|---|
//! | 53 | certificates that are bad: the old stay, and it is counted | `certificates.rs` |
//! | 56–58 | doors, certificates, roles of every method | `access.rs`, `lifecycle.rs`; sockets: `admin/socket.rs` |
//! | 59, 60 | writers on one revision, replays, floods | `admin_api.rs`; descriptors: `overload.rs` |
//! | 61 | secrets | `audit.rs` |
//! | 62, 63 | bad files, at the start and while it runs, counted | `config/` |
//! | 64 | hostile names and texts by the API | `admin_api.rs` |
//! | 77 | kills, damage, journals of later versions, full disks | `durability.rs`, `audit.rs`, `lifecycle.rs` |
//!
//! What the cases ask for and nothing here does: names of backends are resolved by nobody (66), no
//! request is echoed in a field but in Location (22), and the oldest idle connections are not
//! closed before a cap is reached (40).

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test fails by panicking, aloud")]

mod deadlines;
mod faulty_backends;
mod hostile_framing;
mod hostile_heads;
mod hostile_messages;
mod hostile_targets;
mod unreachable_backends;

use gateway_tests::Verdict;

/// A verdict of 400.
const fn bad(reason: &'static str) -> Verdict {
    Verdict { status: 400, reason }
}

/// A verdict of another status.
const fn verdict(status: u16, reason: &'static str) -> Verdict {
    Verdict { status, reason }
}
