//! Verbs for blocks: networks whose clients are refused.

use std::time::Duration;

use clap::{Args, Subcommand};

use super::{
    Failure, Verdict,
    change::{self, ChangeFlags},
    complete,
    confirm::Stakes,
    list,
    list::ListFlags,
    session::Session,
};
use crate::{duration, model::Edit, output::columns::BLOCK};

const LIST_EXAMPLES: &str = "\
Examples:
  gatewayctl block list
  gatewayctl block list --sort-by -hits_total
  gatewayctl block list -o name";

const ADD_EXAMPLES: &str = "\
Examples:
  gatewayctl block add 203.0.113.44 --ttl 1h -m \"credential stuffing\"
  gatewayctl block add 198.51.100.0/28 --ttl 2h -n
  gatewayctl block add 2001:db8:7::/64 --permanent -m \"abuse ticket 4412\"

Clients in it get 403 until the time is over, from the first request after this returns. Networks that
have your own address or a trusted proxy in them, or that are wider than /16 (IPv6: /32), are refused
unless forced.";

const REMOVE_EXAMPLES: &str = "\
Examples:
  gatewayctl block remove 203.0.113.44
  gatewayctl block list --filter 'owner=auto' -o name | xargs gatewayctl block remove -y";

/// What can be done with blocks.
#[derive(Debug, Subcommand)]
pub(super) enum BlockVerb {
    /// Every blocked network: by whom, why, until when, and how often it was refused
    #[command(visible_alias = "ls", after_long_help = LIST_EXAMPLES)]
    List(BlockListArgs),
    /// Refuse the clients of a network
    #[command(after_long_help = ADD_EXAMPLES)]
    Add(AddArgs),
    /// Let the clients of networks pass again
    #[command(visible_alias = "rm", after_long_help = REMOVE_EXAMPLES)]
    Remove(RemoveArgs),
}

#[derive(Debug, Args)]
pub(super) struct BlockListArgs {
    #[command(flatten)]
    list: ListFlags,
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("end").required(true).args(["ttl", "permanent"]))]
pub(super) struct AddArgs {
    /// The network: 192.0.2.0/24, or an address alone
    #[arg(value_name = "CIDR")]
    network: String,
    /// For so long, then it passes again
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    ttl: Option<Duration>,
    /// Until somebody removes it
    #[arg(long)]
    permanent: bool,
    #[command(flatten)]
    change: ChangeFlags,
}

#[derive(Debug, Args)]
pub(super) struct RemoveArgs {
    /// The networks, as `block list` shows them
    #[arg(required = true, value_name = "CIDR", add = complete::blocks())]
    networks: Vec<String>,
    #[command(flatten)]
    change: ChangeFlags,
}

impl BlockVerb {
    /// Whether it changes something.
    pub(super) const fn changes(&self) -> bool {
        !matches!(self, Self::List(_))
    }

    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        match self {
            Self::List(args) => {
                let pick = |picture: &crate::model::Snapshot| Ok(picture.blocks.clone());
                list::show(session, &args.list, "BlockList", BLOCK, pick).await
            }
            Self::Add(args) => {
                let AddArgs { network, ttl, change, .. } = args;
                apply(session, Edit::AddBlock { network, ttl, own_address: own_address() }, &change)
                    .await
            }
            Self::Remove(args) => {
                apply(session, Edit::RemoveBlocks { networks: args.networks }, &args.change).await
            }
        }
    }
}

async fn apply(session: &Session, edit: Edit, flags: &ChangeFlags) -> Result<Verdict, Failure> {
    let client = session.connect().await?;
    change::apply(session, &client, &edit, flags, &Stakes::Low).await?;
    Ok(Verdict::Done)
}

/// Where this shell is used from, when that is over ssh: sshd tells it first in SSH_CONNECTION.
pub(super) fn own_address() -> String {
    let told = std::env::var("SSH_CONNECTION").unwrap_or_default();
    let address = told.split_whitespace().next().unwrap_or_default();
    // What is no address is nobody's.
    if address.parse::<std::net::IpAddr>().is_ok() { address.to_owned() } else { String::new() }
}
