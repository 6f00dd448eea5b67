//! The command tree: every noun, verb and flag, as parsed and as explained by `--help`.

use clap::{Parser, Subcommand};

use super::{
    audit::AuditVerb,
    backend::{BackendVerb, DrainArgs, UndrainArgs},
    block::BlockVerb,
    cert::CertVerb,
    client::ClientVerb,
    completion::CompletionArgs,
    config::ConfigVerb,
    context::ContextVerb,
    demo::DemoVerb,
    doctor::DoctorArgs,
    event::EventVerb,
    global::Global,
    health::HealthArgs,
    help::HelpArgs,
    limit::LimitVerb,
    man::ManArgs,
    op::OpVerb,
    pool::PoolVerb,
    scaler::ScalerVerb,
    schema::SchemaArgs,
    several::SeveralArgs,
    status::StatusArgs,
    top::TopArgs,
    traffic::TrafficVerb,
    version::VersionArgs,
    whoami::WhoamiArgs,
};

const EXAMPLES: &str = "\
Examples:
  gatewayctl                                   the dashboard, on a terminal
  gatewayctl status                            is all well? exit 0, or 3 when degraded
  gatewayctl backend list                      the servers, with traffic and health
  gatewayctl drain api-3 -m \"kernel patch\"     take one out, wait until it is idle
  gatewayctl undrain api-3                     and back
  gatewayctl backend list -o json | jq         for scripts: see `gatewayctl help output`

Every change can be looked at first with --dry-run, and says who did it and why in `event tail`.";

/// Watch and steer an API gateway.
///
/// Without a command on a terminal, the dashboard opens.
#[derive(Debug, Parser)]
#[command(
    name = "gatewayctl",
    version,
    max_term_width = 100,
    disable_help_subcommand = true,
    args_override_self = true,
    after_long_help = EXAMPLES,
    after_help = "More with --help; topics with `gatewayctl help`."
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// One screen: is the gateway well, what does it do, what needs attention
    Status(StatusArgs),
    /// Is it as well as it should be? For pipelines and scripts
    Health(HealthArgs),
    /// The servers behind the gateway
    #[command(subcommand, visible_alias = "be")]
    Backend(BackendVerb),
    /// Groups of interchangeable backends
    #[command(subcommand)]
    Pool(PoolVerb),
    /// Allowed rates
    #[command(subcommand)]
    Limit(LimitVerb),
    /// Networks whose clients are refused
    #[command(subcommand)]
    Block(BlockVerb),
    /// What the gateway knows of one client
    #[command(subcommand)]
    Client(ClientVerb),
    /// What listeners prove themselves by, and until when
    #[command(subcommand)]
    Cert(CertVerb),
    /// The gateway's file and what operators said since; and your own: keys, edit, path
    #[command(subcommand)]
    Config(ConfigVerb),
    /// How the number of servers follows the load
    #[command(subcommand)]
    Scaler(ScalerVerb),
    /// What clients ask for now, and what becomes of it
    #[command(subcommand)]
    Traffic(TrafficVerb),
    /// What happened, who did it and why
    #[command(subcommand, visible_alias = "ev")]
    Event(EventVerb),
    /// Who tried to change what, and whether the log still says so
    #[command(subcommand)]
    Audit(AuditVerb),
    /// Who one is for the gateway, and what one may do
    Whoami(WhoamiArgs),
    /// Several changes as one, from a file of commands: all of them or none
    Change(SeveralArgs),
    /// What was done and by whom, and taking it back
    #[command(subcommand)]
    Op(OpVerb),
    /// Steer a demo gateway
    #[command(subcommand)]
    Demo(DemoVerb),
    /// Which gateways there are, and which of them is meant
    #[command(subcommand)]
    Context(ContextVerb),
    /// The dashboard
    Top(TopArgs),
    /// Take backends out of service and wait until they are idle: `backend drain`
    Drain(DrainArgs),
    /// Put backends back into service: `backend undrain`
    Undrain(UndrainArgs),
    /// Print a shell's completion script
    Completion(CompletionArgs),
    /// Print the JSON Schema of an answer
    Schema(SchemaArgs),
    /// Print a manual page, or write those of all commands
    Man(ManArgs),
    /// Does everything between you and the gateway work?
    Doctor(DoctorArgs),
    /// The versions of this program and of the gateway
    Version(VersionArgs),
    /// Explain a command or a topic: exit-codes, output, filters, keys
    Help(HelpArgs),
}

impl Command {
    /// Whether it changes the gateway in a way that can be one of several.
    pub(super) const fn changes(&self) -> bool {
        match self {
            Self::Backend(verb) => verb.changes(),
            Self::Limit(verb) => verb.changes(),
            Self::Block(verb) => verb.changes(),
            Self::Scaler(verb) => verb.changes(),
            Self::Drain(_) | Self::Undrain(_) => true,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests;
