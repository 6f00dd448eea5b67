//! A target: the gateway that one run is about, and who chose it.

use std::env;

use super::Failure;
use crate::{
    client::{Address, TlsFiles},
    config::{Config, ConfigError, Context},
    model::{Hue, Protect},
};

/// What may choose a gateway, beside the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) flag_addr: Option<Address>,
    pub(super) flag_context: Option<String>,
    pub(super) env_addr: Option<String>,
    pub(super) env_context: Option<String>,
    /// Whether nothing may be changed, whatever the context says.
    pub(super) read_only: bool,
}

/// The gateway that one run is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) context: Context,
    pub(super) chosen_by: Choice,
}

/// Who chose a gateway. The first that speaks decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice {
    Flag,
    Environment,
    File,
    Default,
}

impl Choice {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Flag => "flag",
            Self::Environment => "environment",
            Self::File => "file",
            Self::Default => "default",
        }
    }
}

impl Wanted {
    /// What the flags and the environment of this run want.
    pub(super) fn new(addr: Option<&Address>, context: Option<&str>) -> Self {
        Self {
            flag_addr: addr.cloned(),
            flag_context: context.map(str::to_owned),
            env_addr: set("GATEWAYCTL_ADDR"),
            env_context: set("GATEWAYCTL_CONTEXT"),
            read_only: is_read_only(),
        }
    }

    /// The gateway: flags go before the environment, that before the file, that before this user's
    /// own. The file is read only where it decides.
    pub(super) fn resolve(
        &self,
        config: impl FnOnce() -> Result<Config, ConfigError>,
    ) -> Result<Target, Failure> {
        let mut target = self.choose(config)?;
        if self.read_only {
            target.context.protect = Protect::ReadOnly;
        }
        Ok(target)
    }

    fn choose(
        &self,
        config: impl FnOnce() -> Result<Config, ConfigError>,
    ) -> Result<Target, Failure> {
        let by = |context, chosen_by| Ok(Target { context, chosen_by });
        match (&self.flag_addr, &self.flag_context) {
            (Some(_), Some(_)) => return Err(two("--addr", "--context", "say one of them")),
            (Some(address), None) => return by(bare(address.clone()), Choice::Flag),
            (None, Some(name)) => return by(named(&config()?, name)?, Choice::Flag),
            (None, None) => {}
        }
        match (&self.env_addr, &self.env_context) {
            (Some(_), Some(_)) => {
                return Err(two("GATEWAYCTL_ADDR", "GATEWAYCTL_CONTEXT", "unset one of them"));
            }
            (Some(address), None) => {
                let address = address.parse::<Address>().map_err(|error| {
                    Failure::usage(format!("GATEWAYCTL_ADDR: {error}"))
                        .hint("set it so, or unset it")
                })?;
                return by(bare(address), Choice::Environment);
            }
            (None, Some(name)) => {
                let found = named(&config()?, name);
                let found = found.map_err(|failure| failure.hint("GATEWAYCTL_CONTEXT names it"))?;
                return by(found, Choice::Environment);
            }
            (None, None) => {}
        }
        let config = config()?;
        match &config.current {
            Some(name) => by(named(&config, name)?, Choice::File),
            None => {
                let address =
                    Address::local().map_err(|error| Failure::usage(error.to_string()))?;
                by(Context { name: "local".to_owned(), ..bare(address) }, Choice::Default)
            }
        }
    }
}

/// A gateway without a context is called by its address.
fn bare(address: Address) -> Context {
    Context {
        name: address.to_string(),
        address,
        tls: TlsFiles::default(),
        protect: Protect::default(),
        header_color: None::<Hue>,
        require_reason: false,
    }
}

fn named(config: &Config, name: &str) -> Result<Context, Failure> {
    config.context(name).cloned().ok_or_else(|| {
        let known = config.contexts.iter().map(|known| known.name.as_str());
        Failure::not_found("context", name, known, "gatewayctl context list")
    })
}

fn two(one: &str, other: &str, remedy: &str) -> Failure {
    Failure::usage(format!("{one} and {other} name two gateways")).hint(remedy)
}

/// A variable of the environment; an empty one is not set.
pub(super) fn set(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// Whether the environment forbids every change.
pub(super) fn is_read_only() -> bool {
    set("GATEWAYCTL_READONLY").is_some_and(|value| is_yes(&value))
}

/// Whether a variable that is set says yes.
fn is_yes(value: &str) -> bool {
    !matches!(value.to_lowercase().as_str(), "0" | "false" | "no" | "off" | "n" | "f")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::{Kind, exit_code};

    fn config() -> Result<Config, ConfigError> {
        let context = |name: &str| Context {
            name: name.to_owned(),
            protect: Protect::TypeName,
            ..bare(format!("unix:///run/{name}.sock").parse().unwrap())
        };
        Ok(Config {
            current: Some("prod".to_owned()),
            contexts: vec![context("prod"), context("dev")],
            ..Config::default()
        })
    }

    fn unread() -> Result<Config, ConfigError> {
        panic!("the file is not needed here")
    }

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn flags_go_before_the_environment_and_that_before_the_file() {
        let address = || "unix:///x.sock".parse().ok();
        let all = Wanted { env_context: some("dev"), flag_addr: address(), ..Wanted::default() };
        let target = all.resolve(unread).unwrap();
        assert_eq!((&*target.context.name, target.chosen_by), ("unix:///x.sock", Choice::Flag));
        assert_eq!(target.context.protect, Protect::Confirm, "of no context");
        let named = Wanted { flag_context: some("dev"), env_addr: some("unix:///y"), ..all };
        let named = Wanted { flag_addr: None, env_context: None, ..named };
        let target = named.resolve(config).unwrap();
        assert_eq!((&*target.context.name, target.chosen_by), ("dev", Choice::Flag));
        let env = Wanted { env_context: some("dev"), ..Wanted::default() };
        assert_eq!(env.resolve(config).unwrap().chosen_by, Choice::Environment);
        let target = Wanted::default().resolve(config).unwrap();
        assert_eq!((&*target.context.name, target.chosen_by), ("prod", Choice::File));
    }

    #[test]
    fn two_names_for_a_gateway_are_refused_and_so_is_one_that_is_not_there() {
        let address = "unix:///x.sock".parse().ok();
        for (wanted, code) in [
            (Wanted { flag_addr: address, flag_context: some("dev"), ..Wanted::default() }, 2),
            (
                Wanted {
                    env_addr: some("unix:///x"),
                    env_context: some("dev"),
                    ..Wanted::default()
                },
                2,
            ),
            (Wanted { env_addr: some("localhost"), ..Wanted::default() }, 2),
            (Wanted { flag_context: some("prd"), ..Wanted::default() }, 5),
            (Wanted { env_context: some("prd"), ..Wanted::default() }, 5),
        ] {
            let failure = wanted.resolve(config).unwrap_err();
            assert!(!failure.hints.is_empty(), "{failure}");
            assert_eq!(exit_code(&Err(failure)), code, "{wanted:?}");
        }
    }

    #[test]
    fn an_environment_that_forbids_changes_forbids_them_everywhere() {
        let wanted = Wanted { read_only: true, ..Wanted::default() };
        assert_eq!(wanted.resolve(config).unwrap().context.protect, Protect::ReadOnly);
        for (value, yes) in [("1", true), ("true", true), ("0", false), ("false", false)] {
            assert_eq!(is_yes(value), yes);
        }
    }

    #[test]
    fn a_file_that_cannot_be_used_is_told_where_it_decides() {
        let failure = Wanted::default().resolve(|| Err(ConfigError::NoHome)).unwrap_err();
        assert_eq!(failure.kind, Kind::Usage);
    }
}
