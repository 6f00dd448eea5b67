//! Flags that every command takes, wherever they stand.

use std::time::Duration;

use clap::{Args, ColorChoice};

use super::{complete, format::FormatParser};
use crate::{client::Address, duration, output::Format};

/// Flags of every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub(super) struct Global {
    /// The gateway, by the name it has in the file of contexts [env: GATEWAYCTL_CONTEXT]
    #[arg(long, global = true, value_name = "NAME", add = complete::contexts())]
    pub(super) context: Option<String>,
    /// The gateway, by its admin API: unix:///path/admin.sock or https://host:port; without either,
    /// the context in use, else this user's own gateway [env: GATEWAYCTL_ADDR]
    // Both variables are read where a gateway is chosen: a flag goes before either.
    #[arg(long, global = true, value_name = "URL")]
    pub(super) addr: Option<Address>,
    /// How answers are written; `help output` tells more
    #[arg(
        short,
        long,
        global = true,
        env = "GATEWAYCTL_OUTPUT",
        hide_env_values = true,
        value_name = "FORMAT",
        value_parser = FormatParser,
        default_value = "table"
    )]
    pub(super) output: Format,
    /// When to use colours; NO_COLOR and FORCE_COLOR are honoured
    #[arg(
        long,
        hide_short_help = true,
        global = true,
        value_name = "WHEN",
        default_value = "auto"
    )]
    pub(super) color: ColorChoice,
    /// Only ASCII characters of our own
    #[arg(
        long,
        hide_short_help = true,
        global = true,
        env = "GATEWAYCTL_ASCII",
        hide_env_values = true
    )]
    pub(super) ascii: bool,
    /// Show times in UTC
    #[arg(long, hide_short_help = true, global = true)]
    pub(super) utc: bool,
    /// Show times in this machine's zone, also where the answer goes to a file or a pipe
    #[arg(long, hide_short_help = true, global = true, overrides_with = "utc")]
    pub(super) local: bool,
    /// Show figures in tables as they are in CSV: ratios, milliseconds, bytes
    #[arg(long, hide_short_help = true, global = true)]
    pub(super) raw_units: bool,
    /// Only data and errors, no progress and no confirmations of success
    #[arg(short, long, global = true)]
    pub(super) quiet: bool,
    /// How long to wait for a connection
    #[arg(
        long,
        hide_short_help = true, global = true,
        env = "GATEWAYCTL_CONNECT_TIMEOUT",
        value_name = "DURATION",
        default_value = "3s",
        value_parser = duration::parse
    )]
    pub(super) connect_timeout: Duration,
    /// How long to wait for an answer
    #[arg(
        long,
        hide_short_help = true, global = true,
        env = "GATEWAYCTL_REQUEST_TIMEOUT",
        value_name = "DURATION",
        default_value = "10s",
        value_parser = duration::parse
    )]
    pub(super) request_timeout: Duration,
    /// Never ask; fail where a question would be needed
    #[arg(
        long,
        hide_short_help = true,
        global = true,
        env = "GATEWAYCTL_NO_INPUT",
        hide_env_values = true
    )]
    pub(super) no_input: bool,
}
