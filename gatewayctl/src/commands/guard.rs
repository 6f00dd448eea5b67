//! A guard: may this gateway be changed, and how sure must one be? Its context says.

use super::{Failure, Kind, change::ChangeFlags, confirm::Stakes, session::Session};
use crate::{
    client::ErrorCode,
    config::Context,
    model::{Edit, Protect},
};

/// How `edit` is confirmed: as its own `stakes` say, or harder where the context wants that.
///
/// Refuses what the context forbids.
pub(super) fn stakes(
    session: &Session,
    edit: &Edit,
    flags: &ChangeFlags,
    stakes: &Stakes,
) -> Result<Stakes, Failure> {
    let context = &session.target()?.context;
    may_change(context)?;
    let reason = flags.reason.as_deref();
    if context.require_reason && reason.is_none_or(|reason| reason.trim().is_empty()) {
        let message = format!("context {} wants a reason for each change", context.name);
        return Err(Failure::usage(message).hint("say why: -m TEXT, or set GATEWAYCTL_REASON"));
    }
    if context.protect != Protect::TypeName {
        return Ok(stakes.clone());
    }
    let names = edit.targets().into_iter().map(str::to_owned).collect();
    Ok(Stakes::Protected { names, context: context.name.clone() })
}

/// Refuses where nothing may be changed.
pub(super) fn may_change(context: &Context) -> Result<(), Failure> {
    if context.protect != Protect::ReadOnly {
        return Ok(());
    }
    let message = format!("context {} is readonly, nothing was changed", context.name);
    Err(Failure::new(Kind::Call(ErrorCode::Guard), message).hint(
        "`protect` of the context or GATEWAYCTL_READONLY says so; use another context, or change it",
    ))
}
