//! `config show` and `config diff`: what is said of the gateway, and what the file does not say.

use clap::Args;

use super::super::{Failure, Verdict, session::Session, shown::Shown};
use crate::output::{Format, columns::FIELD};

const SHOW_EXAMPLES: &str = "\
Examples:
  gatewayctl config show
  gatewayctl config show backend/api-3 limit/create-per-ip
  gatewayctl config show --filter 'provenance=operator'
  gatewayctl config export                    the whole of it, as a file";

const DIFF_EXAMPLES: &str = "\
Examples:
  gatewayctl config diff
  gatewayctl config diff -o json > drift.json || [ $? -eq 3 ]
  gatewayctl config diff --filter 'persists'  what `config persist` would write

Servers that an autoscaler started are not expected in the file. Standings, blocks, candidates and
what ends by itself are told here and cannot be written there.";

#[derive(Debug, Args)]
#[command(after_long_help = SHOW_EXAMPLES)]
pub(in crate::commands) struct ShowArgs {
    /// Only of these: backend/NAME, limit/NAME, scaler/POOL, block/NETWORK
    #[arg(value_name = "TARGET")]
    targets: Vec<String>,
    #[command(flatten)]
    shown: Shown,
}

#[derive(Debug, Args)]
#[command(after_long_help = DIFF_EXAMPLES)]
pub(in crate::commands) struct DiffArgs {
    #[command(flatten)]
    shown: Shown,
}

impl ShowArgs {
    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let client = session.connect().await?;
        let mut fields = client.fields().await?;
        for target in &self.targets {
            if fields.iter().all(|it| it.target != *target) {
                let known = fields.iter().map(|it| it.target.as_str());
                return Err(Failure::not_found("target", target, known, "gatewayctl config show"));
            }
        }
        fields.retain(|it| self.targets.is_empty() || self.targets.contains(&it.target));
        self.shown.show(session, &client, "FieldList", FIELD, fields).await?;
        Ok(Verdict::Done)
    }
}

impl DiffArgs {
    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let client = session.connect().await?;
        let mut fields = client.fields().await?;
        fields.retain(|it| it.differs && it.provenance != "autoscaler");
        if fields.is_empty() && session.format() == Format::Table {
            session.done("nothing differs from the file")?;
            return Ok(Verdict::Done);
        }
        match self.shown.show(session, &client, "ConfigDiff", FIELD, fields).await? {
            0 => Ok(Verdict::Done),
            _ => Ok(Verdict::NotOk),
        }
    }
}
