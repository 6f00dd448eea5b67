//! `backend maintenance`: out of service, and not even checked.

use clap::Args;

use super::{
    super::{
        Failure, Verdict,
        change::{ChangeFlags, TtlFlag},
        complete,
        session::Session,
    },
    drain::set,
};
use crate::model::Standing;

const EXAMPLES: &str = "\
Examples:
  gatewayctl backend maintenance api-3 -m \"new disks\"
  gatewayctl undrain api-3                             ends it

Like a drain, but health checks stop too. It does not wait; `backend wait api-3 --for drained` does.";

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(in crate::commands) struct MaintenanceArgs {
    /// The backends
    #[arg(required = true, value_name = "NAME", add = complete::backends())]
    names: Vec<String>,
    #[command(flatten)]
    lasts: TtlFlag,
    #[command(flatten)]
    change: ChangeFlags,
}

impl MaintenanceArgs {
    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        set(session, self.names, Standing::Maintenance, &self.change.lasting(self.lasts), None)
            .await
    }
}
