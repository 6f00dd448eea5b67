//! Names that a gateway or the file knows, and begin as typed.

use std::{cell::RefCell, ffi::OsStr, time::Duration};

use clap_complete::CompletionCandidate;

use super::{cache, candidate, words};
use crate::{
    client::Client,
    commands::{
        runtime,
        target::{Target, Wanted},
    },
    config,
    model::{Operation, OperationsAsked, Snapshot},
};

/// A shell waits no longer for names: connecting, asking and all.
const BUDGET: Duration = Duration::from_millis(250);

/// So many of the latest operations are named.
const OPERATIONS: u32 = 50;

/// What names are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Noun {
    Backends,
    Pools,
    Limits,
    Blocks,
    Operations,
    Revisions,
}

/// A name and what is said beside it.
pub(super) type Named = (String, String);

/// The names a gateway knows.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Names {
    backends: Vec<Named>,
    pools: Vec<Named>,
    limits: Vec<Named>,
    blocks: Vec<Named>,
    #[serde(default)]
    operations: Vec<Named>,
    #[serde(default)]
    revisions: Vec<Named>,
}

impl Names {
    fn of(self, noun: Noun) -> Vec<Named> {
        match noun {
            Noun::Backends => self.backends,
            Noun::Pools => self.pools,
            Noun::Limits => self.limits,
            Noun::Blocks => self.blocks,
            Noun::Operations => self.operations,
            Noun::Revisions => self.revisions,
        }
    }

    fn in_picture(picture: &Snapshot) -> Self {
        let backends = picture.backends.iter().map(|it| {
            let state = it.state().word().to_uppercase();
            (it.name.clone(), format!("{state}  {} in flight", it.in_flight))
        });
        let pools = picture.pools.iter();
        let pools =
            pools.map(|it| (it.name.clone(), format!("{} of {} healthy", it.ready, it.backends)));
        let limits = picture.limits.iter().map(|it| (it.name.clone(), it.rule.clone()));
        let blocks = picture.blocks.iter().map(|it| (it.network.clone(), it.reason.clone()));
        Self {
            backends: backends.collect(),
            pools: pools.collect(),
            limits: limits.collect(),
            blocks: blocks.collect(),
            operations: Vec::new(),
            revisions: Vec::new(),
        }
    }

    fn with(self, operations: &[Operation]) -> Self {
        let said = |it: &Operation| format!("{} {} by {}", it.what, it.target, it.actor);
        let revisions = operations.iter().map(|it| (it.revision.to_string(), said(it))).collect();
        let operations = operations.iter().map(|it| (it.id.clone(), said(it))).collect();
        Self { operations, revisions, ..self }
    }
}

/// The names of `noun` that begin as `typed`, each with `after` behind it.
pub(super) fn like(typed: &OsStr, noun: Noun, after: &str) -> Vec<CompletionCandidate> {
    let typed = typed.to_string_lossy();
    let known = known().unwrap_or_default().of(noun);
    let found = known.iter().filter(|(name, _)| name.starts_with(&*typed) && is_plain(name));
    found.map(|(name, help)| candidate(&format!("{name}{after}"), help)).collect()
}

/// The contexts of the file that begin as `typed`.
pub(super) fn contexts(typed: &OsStr) -> Vec<CompletionCandidate> {
    let typed = typed.to_string_lossy();
    let config = config::load().unwrap_or_default();
    let found = config.contexts.iter().filter(|it| it.name.starts_with(&*typed));
    found.map(|it| candidate(&it.name, &it.address.to_string())).collect()
}

/// A name that a shell would take apart or obey is typed by hand.
fn is_plain(name: &str) -> bool {
    name.chars().all(|character| character.is_ascii_alphanumeric() || "-_.:/[]".contains(character))
}

thread_local! {
    /// What is known already, where nobody has to be asked.
    static KNOWN: RefCell<Option<Names>> = const { RefCell::new(None) };
}

/// What `complete` finds where the names of `picture` are those that are known.
pub(in crate::commands) fn within<T>(picture: &Snapshot, complete: impl FnOnce() -> T) -> T {
    KNOWN.set(Some(Names::in_picture(picture)));
    let found = complete();
    KNOWN.set(None);
    found
}

fn known() -> Option<Names> {
    if let Some(names) = KNOWN.with_borrow(Clone::clone) {
        return Some(names);
    }
    let target = target(&words())?;
    if let Some(names) = cache::read(&target.context.address) {
        return Some(names);
    }
    let names = ask(&target)?;
    cache::write(&target.context.address, &names);
    Some(names)
}

/// The gateway that the line being typed is about.
fn target(words: &[String]) -> Option<Target> {
    let address = flag(words, "--addr").map(|url| url.parse()).transpose().ok()?;
    Wanted::new(address.as_ref(), flag(words, "--context")).resolve(config::load).ok()
}

/// The value of a flag that takes one: `--flag value` or `--flag=value`.
fn flag<'a>(words: &'a [String], name: &str) -> Option<&'a str> {
    let at = words.iter().position(|word| word == name).map(|at| at + 1);
    let apart = at.and_then(|at| words.get(at)).map(String::as_str);
    let joined = || {
        words.iter().find_map(|word| word.strip_prefix(name).and_then(|it| it.strip_prefix('=')))
    };
    apart.or_else(joined)
}

fn ask(target: &Target) -> Option<Names> {
    let asked = async {
        let tls = target.context.tls.with_environment();
        let client = Client::connect(&target.context.address, &tls, BUDGET).await.ok()?;
        let picture = client.snapshot().await.ok()?;
        let latest = OperationsAsked { limit: OPERATIONS, ..OperationsAsked::default() };
        // Other names are good without them.
        let operations = client.operations(&latest).await.unwrap_or_default();
        Some(Names::in_picture(&picture).with(&operations))
    };
    runtime::block_on(async { tokio::time::timeout(BUDGET, asked).await.ok() }).ok()??
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn the_gateway_is_the_one_the_line_names() {
        let words = line("gatewayctl --context=prod drain ap");
        assert_eq!(flag(&words, "--context"), Some("prod"));
        let words = line("gatewayctl drain --addr unix:///x.sock ap");
        assert_eq!(flag(&words, "--addr"), Some("unix:///x.sock"));
        assert_eq!(flag(&words, "--context"), None);
        assert_eq!(flag(&line("gatewayctl --addr"), "--addr"), None);
    }

    #[test]
    fn no_name_is_offered_that_a_shell_would_obey() {
        for name in ["a b", "$(reboot)", "a;b", "a\u{1b}[2J", "`x`", "a'b", "*"] {
            assert!(!is_plain(name), "{name}");
        }
        for name in ["api-1", "10.0.0.0/8", "[2001:db8::1]:80", "a_b.c"] {
            assert!(is_plain(name), "{name}");
        }
    }
}
