//! Verbs for limits.

mod rejections;
mod reset;
mod set;
mod show;
mod simulate;
mod verbs;

use clap::{Args, Subcommand};

use super::{Failure, Verdict, list, list::ListFlags, session::Session};
use crate::{
    model::{CandidateEdit, LimitEdit, LimitMode},
    output::columns::LIMIT,
};

const LIST_EXAMPLES: &str = "\
Examples:
  gatewayctl limit list
  gatewayctl limit list --filter 'rejected>0' --sort-by -rejected_per_s
  gatewayctl limit list -w";

const PROMOTE_EXAMPLES: &str = "\
Examples:
  gatewayctl limit set create-per-ip --candidate 50/minute
  gatewayctl limit show create-per-ip -o json | jq '.items[0].candidate_would_reject_total'
  gatewayctl limit promote create-per-ip -m \"tried for a day\"";

const SHADOW_EXAMPLES: &str = "\
Examples:
  gatewayctl limit shadow create-per-ip -m \"it hurts, look first\"
  gatewayctl limit enforce create-per-ip";

const ENFORCE_EXAMPLES: &str = "\
Examples:
  gatewayctl limit list --filter 'would_reject>0'       what shadows would have refused
  gatewayctl limit enforce create-per-ip -m \"tried for a day\"";

/// What can be done with limits.
#[derive(Debug, Subcommand)]
pub(super) enum LimitVerb {
    /// Every limit with its rule, use and rejections
    #[command(visible_alias = "ls")]
    List(LimitListArgs),
    /// Everything known about limits, networks treated apart included
    Show(show::ShowArgs),
    /// Change a limit, for a while with --ttl; what is not named stays
    Set(set::SetArgs),
    /// Forget what was counted, of everybody or of one client
    Reset(reset::ResetArgs),
    /// Whom limits refused of late, most first
    Rejections(rejections::RejectionsArgs),
    /// What another rule would have done with the requests of late
    Simulate(simulate::SimulateArgs),
    /// Make the candidate of a limit its own rule
    #[command(after_long_help = PROMOTE_EXAMPLES)]
    Promote(verbs::NamedArgs),
    /// Count what is over a limit, but refuse nobody
    #[command(after_long_help = SHADOW_EXAMPLES)]
    Shadow(verbs::NamedArgs),
    /// Refuse what is over a limit
    #[command(after_long_help = ENFORCE_EXAMPLES)]
    Enforce(verbs::NamedArgs),
}

#[derive(Debug, Args)]
#[command(after_long_help = LIST_EXAMPLES)]
pub(super) struct LimitListArgs {
    #[command(flatten)]
    list: ListFlags,
}

impl LimitVerb {
    /// Whether it changes what is desired.
    pub(super) const fn changes(&self) -> bool {
        matches!(self, Self::Set(_) | Self::Promote(_) | Self::Shadow(_) | Self::Enforce(_))
    }

    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        match self {
            Self::List(args) => {
                let pick = |picture: &crate::model::Snapshot| Ok(picture.limits.clone());
                list::show(session, &args.list, "LimitList", LIMIT, pick).await
            }
            Self::Show(args) => args.run(session).await,
            Self::Set(args) => args.run(session).await,
            Self::Reset(args) => args.run(session).await,
            Self::Rejections(args) => args.run(session).await,
            Self::Simulate(args) => args.run(session).await,
            Self::Promote(args) => {
                let candidate = Some(CandidateEdit::Promote);
                args.run(LimitEdit { candidate, ..LimitEdit::default() }, session).await
            }
            Self::Shadow(args) => {
                let mode = Some(LimitMode::Shadow);
                args.run(LimitEdit { mode, ..LimitEdit::default() }, session).await
            }
            Self::Enforce(args) => {
                let mode = Some(LimitMode::Enforce);
                args.run(LimitEdit { mode, ..LimitEdit::default() }, session).await
            }
        }
    }
}
