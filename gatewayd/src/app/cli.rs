//! The command line: what gatewayd can be told when it starts.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::demo::{AppArgs, LoadArgs, duration, rate};
use crate::simulate::SimulateArgs;

const EXAMPLES: &str = "\
Examples:
  gatewayd demo                            everything at once, to look around: no file needed
  gatewayd check gateway.toml              is this file right? all mistakes, with their remedies
  gatewayd simulate doubling-step          what would a load do to a fleet? in virtual time
  gatewayd --config gateway.toml           run in the foreground

While it runs:
  gatewayctl                               the dashboard, in another terminal
  kill -HUP PID                            apply the file again; a bad one changes nothing
  kill -USR2 PID                           hand over to the program as it is on the disk now
  kill -TERM PID                           finish what is in flight, then end

The log goes to stderr; RUST_LOG=debug shows more of it.";

/// Spreads HTTP requests over app servers, under the eyes and hands of its operators.
#[derive(Debug, Parser)]
#[command(version, after_help = EXAMPLES, arg_required_else_help = true)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Cli {
    /// Run the gateway that FILE describes, in the foreground
    #[arg(long, short, value_name = "FILE", required = true)]
    pub config: Option<PathBuf>,
    /// Take the place of the gatewayd at the other end of the standard input, which says this when it
    /// hands over (on SIGUSR2)
    #[arg(long, hide = true, requires = "config")]
    pub take_over: bool,
    /// What to do instead of running a gateway.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What to do instead of running a gateway.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Say whether a configuration file is right: exit 0, or all mistakes and exit 78
    Check(CheckArgs),
    /// Bring up a gateway, a fleet of app servers and a load, to try things on
    Demo(Box<DemoArgs>),
    /// Plan capacity: run the gateway's own policies on modelled servers, in virtual time
    Simulate(SimulateArgs),
}

/// What to check.
#[derive(Args, Debug)]
pub struct CheckArgs {
    /// The file, as for --config
    pub file: PathBuf,
    /// Whether mistakes are coloured
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

const DEMO_EXAMPLES: &str = "\
Examples:
  gatewayd demo                            3 servers, 200 requests per second
  gatewayd demo --servers 20 --work 10ms   more and slower servers
  gatewayd demo --load 0                   the traffic is yours: curl -k https://127.0.0.1:8443/
In another terminal:
  gatewayctl                               the dashboard
  gatewayctl drain app-2                   take a server out and watch nothing fail";

/// A demo, or one of its parts.
#[derive(Args, Debug)]
#[command(after_help = DEMO_EXAMPLES, args_conflicts_with_subcommands = true)]
pub struct DemoArgs {
    /// The size of the demo.
    #[command(flatten)]
    pub options: DemoOptions,
    /// One of its parts alone.
    #[command(subcommand)]
    pub command: Option<DemoCommand>,
}

/// The size of a demo.
#[derive(Args, Clone, Debug, PartialEq)]
pub struct DemoOptions {
    /// Requests per second; 0 leaves the traffic to you
    #[arg(long, value_name = "RPS", default_value_t = 200.0, value_parser = rate)]
    pub load: f64,
    /// App servers that the load wants: one of them may be drained, and as it grows there are more
    #[arg(long, value_name = "N", default_value_t = 3)]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=200))]
    pub servers: u16,
    /// How long a request occupies a server
    #[arg(long, value_name = "TIME", default_value = "8ms", value_parser = duration)]
    pub work: Duration,
    /// The same seed sends the same requests
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Where TLS is spoken, on 127.0.0.1; 0 takes a free port
    #[arg(long, value_name = "PORT", default_value_t = 8443)]
    pub https_port: u16,
    /// Where plain HTTP is spoken, on 127.0.0.1; 0 takes a free port
    #[arg(long, value_name = "PORT", default_value_t = 8080)]
    pub http_port: u16,
    /// The socket of the admin API, for more than one demo at a time [default: as of any gateway]
    #[arg(long, value_name = "PATH")]
    pub socket: Option<PathBuf>,
}

/// One part of a demo.
#[derive(Debug, Subcommand)]
pub enum DemoCommand {
    /// Run one app server
    App(AppArgs),
    /// Send requests to a gateway
    Load(LoadArgs),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;
    use clap::error::ErrorKind;

    use super::*;

    fn refused(line: &str) -> ErrorKind {
        Cli::try_parse_from(line.split(' ')).unwrap_err().kind()
    }

    #[test]
    fn the_tree_of_commands_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_gateway_is_run_from_a_file_and_nothing_else_is_done_with_it() {
        let cli = Cli::try_parse_from(["gatewayd", "--config", "gateway.toml"]).unwrap();
        assert_eq!(cli.config, Some(PathBuf::from("gateway.toml")));
        assert_eq!(refused("gatewayd --config f demo"), ErrorKind::ArgumentConflict);
        assert_eq!(refused("gatewayd"), ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand);
    }

    #[test]
    fn a_demo_is_sized_or_one_of_its_parts_is_run() {
        let cli = Cli::try_parse_from(["gatewayd", "demo", "--load", "0", "--work=7ms"]).unwrap();
        let Some(Command::Demo(demo)) = cli.command else { panic!("{:?}", cli.command) };
        assert_eq!((demo.options.load, demo.options.servers), (0.0, 3));
        assert_eq!(demo.options.work, Duration::from_millis(7));
        assert_eq!(refused("gatewayd demo --servers 0"), ErrorKind::ValueValidation);
        let part = "gatewayd demo --load 1 load --target http://127.0.0.1:1";
        assert_eq!(refused(part), ErrorKind::ArgumentConflict);
    }
}
