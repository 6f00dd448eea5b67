//! `context add`: one more gateway in the file.

use std::path::PathBuf;

use clap::Args;

use super::super::{Failure, Verdict, session::Session};
use crate::{
    client::TlsFiles,
    config::{self, Context},
    model::{Hue, Protect},
};

const EXAMPLES: &str = "\
Examples:
  gatewayctl context add dev --addr unix:///run/gatewayd/admin.sock --use
  gatewayctl context add prod-eu --addr https://edge-1.ops:9901 --ca ~/.pki/ops-ca.pem \\
      --cert ~/.pki/ops-1.pem --key ~/.pki/ops-1.key \\
      --protect type-name --header-color red --require-reason

The first one that is added is in use at once.";

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(in crate::commands) struct AddArgs {
    /// Its name: letters, digits, - and _
    name: String,
    /// Certificates of the authorities that the gateway's own may come from
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Your certificate
    #[arg(long, value_name = "FILE", requires = "key")]
    cert: Option<PathBuf>,
    /// Its private key
    #[arg(long, value_name = "FILE", requires = "cert")]
    key: Option<PathBuf>,
    /// How changes are confirmed: confirm (as each asks), type-name (always by the name), readonly
    #[arg(long, value_name = "HOW", default_value = "confirm")]
    protect: Protect,
    /// The colour of its name in the dashboard: red, green, yellow, blue, magenta, cyan
    #[arg(long, value_name = "COLOUR")]
    header_color: Option<Hue>,
    /// Each change needs a reason
    #[arg(long)]
    require_reason: bool,
    /// Use it from now on
    #[arg(long = "use")]
    uses: bool,
}

impl AddArgs {
    pub(super) fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let Some(address) = session.global.addr.clone() else {
            return Err(Failure::usage("where is the gateway?")
                .hint("say --addr unix:///path/admin.sock or --addr https://host:port"));
        };
        let context = Context {
            name: self.name,
            address,
            tls: TlsFiles {
                ca: self.ca.map(absolute).transpose()?,
                cert: self.cert.map(absolute).transpose()?,
                key: self.key.map(absolute).transpose()?,
            },
            protect: self.protect,
            header_color: self.header_color,
            require_reason: self.require_reason,
        };
        let mut uses = self.uses;
        let path = config::store(|text, before| {
            uses |= before.contexts.is_empty();
            let text = config::add(text, &context)?;
            if uses { config::use_context(&text, &context.name) } else { Ok(text) }
        })?;
        let used = if uses { ", and is in use for new commands" } else { "" };
        session.done(&format!("context {} is in {}{used}", context.name, path.display()))?;
        Ok(Verdict::Done)
    }
}

/// A path that means the same wherever a later command is run.
fn absolute(path: PathBuf) -> Result<PathBuf, Failure> {
    Ok(std::path::absolute(path)?)
}
