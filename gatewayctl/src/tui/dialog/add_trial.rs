//! The trial of an address: how the gateway itself finds it, while it is typed.

use super::{canvas::Row, trial::Trial};
use crate::{
    client,
    model::ProbeReport,
    tui::{
        look::Look,
        lore::{Finding, Found, Inquiry},
        moment::Moment,
        theme::Role,
    },
};

/// The pool and the address as they are typed, and how the gateway finds it.
pub(super) type AddressTrial = Trial<(String, String), ProbeReport>;

/// The question about an address, once its operator paused typing.
pub(super) fn ask(
    trial: &mut AddressTrial,
    typed: Option<(String, String)>,
    now: Moment,
) -> Option<Inquiry> {
    let (pool, address) = trial.ask(typed, now)?;
    Some(Inquiry::Probe { pool, address })
}

/// Takes an answer.
pub(super) fn learn(trial: &mut AddressTrial, found: &Found) {
    let Inquiry::Probe { pool, address } = &found.inquiry else { return };
    let asked = (pool.clone(), address.clone());
    match &found.result {
        Ok(Finding::Probe(report)) => trial.learn(&asked, Ok(report.clone())),
        Err(error) => trial.learn(&asked, Err(error.clone())),
        Ok(_) => {}
    }
}

/// What is known of an address, in rows.
pub(super) fn rows<'a>(
    trial: &AddressTrial,
    typed: Option<(String, String)>,
    look: Look,
    width: usize,
) -> Vec<Row<'a>> {
    let say = |role, text: &str| Row::words(look, 1, role, &format!("probe    {text}"), width);
    let Some(typed) = typed else { return say(Role::Muted, "when the address is complete") };
    match trial.answer(&typed) {
        None => say(Role::Muted, "the gateway asks it for its health"),
        Some(Err(error)) => say(Role::Warn, &format!("not made: {}", error.message)),
        Some(Ok(it)) if it.passed() => say(Role::Ok, &format!("ok  {}", it.told())),
        Some(Ok(it)) => say(Role::Bad, &format!("!! {}; only to be added drained", it.told())),
    }
}

/// Where a backend would be, and what is to be known of it; why not where it may not be added so.
pub(super) fn verdict(
    answer: Option<&Result<ProbeReport, client::Error>>,
    is_drained: bool,
) -> Result<(Option<String>, String), String> {
    match answer {
        None => Err("address: the gateway has not asked it yet".to_owned()),
        Some(Err(error)) => Ok((None, format!("not probed: {}", error.message))),
        Some(Ok(it)) if it.address.is_empty() => Err(format!("address: {}", it.told())),
        Some(Ok(it)) if it.passed() => {
            Ok((Some(it.address.clone()), format!("probed from the gateway: {}", it.told())))
        }
        Some(Ok(it)) if is_drained => {
            Ok((Some(it.address.clone()), format!("not well: {}", it.told())))
        }
        Some(Ok(it)) => Err(format!("address: {}; start it drained, or mend it", it.told())),
    }
}
