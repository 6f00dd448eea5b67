//! Requests become changes and intents here, or are refused with the field that is wrong.

use std::num::NonZeroU32;
use std::time::Duration;

use gateway_proto as wire;
use tonic::{Request, Response, Status};
use tonic_types::StatusExt;

use crate::model::{
    AbortIf, Allowance, AuditEntry, CandidateEdit, Change, Intent, LimitEdit, LimitMode,
    LimitTarget, Name, Ramp, Rule, RuleEdit, Source, Standing, Terms, Weight, WeightEdit,
};

use super::blocks::ttl;
use super::caller::{actor_of, call_of};
use super::rejection::{invalid, rejected};
use super::{Admin, operations};

/// The longest reason in characters.
const LONGEST_REASON: usize = 500;
/// The longest idempotency key in characters.
const LONGEST_IDEMPOTENCY_KEY: usize = 64;
/// The longest key of a limit in characters.
const LONGEST_KEY: usize = 1000;
/// The most backends that one change names.
const MOST_NAMES: usize = 1000;

impl Admin {
    /// Applies the change in `request`, asked by its caller with the intent it carries.
    pub(super) async fn apply<T>(
        &self,
        request: Request<T>,
        read: impl FnOnce(T) -> Result<(Change, Option<wire::Intent>), Status>,
    ) -> Result<Response<wire::Operation>, Status> {
        let asker = asker(&request);
        let asked = read(request.into_inner());
        let asked = asked.and_then(|(change, told)| Ok((change, intent(&asker, told)?)));
        let (change, intent) = self.sensible(&asker, asked).await?;
        let (target, told) = (change.target(), intent.clone());
        match self.writer.submit(change, intent).await {
            Ok(operation) => Ok(Response::new(operations::operation(operation))),
            Err(rejection) => {
                self.note(&told, target, rejection.to_string()).await;
                Err(rejected(&rejection))
            }
        }
    }

    /// What somebody asked for; that it makes no sense is audited. Of what was said, only which field
    /// is wrong is told there, for it may be a secret in the wrong place.
    pub(super) async fn sensible<T>(
        &self,
        asker: &Intent,
        asked: Result<T, Status>,
    ) -> Result<T, Status> {
        if let Err(nonsense) = &asked {
            let details = nonsense.get_error_details();
            let why = match details.bad_request() {
                None => nonsense.message().to_owned(),
                Some(wrong) => {
                    let fields = wrong.field_violations.iter().map(|it| it.field.as_str());
                    let fields = fields.collect::<Vec<_>>().join(", ");
                    format!("what it says of {fields} makes no sense")
                }
            };
            self.note(asker, String::new(), why).await;
        }
        asked
    }

    /// Writes to the audit log what comes to nothing anyway, so that it does not matter here whether it
    /// can be written. Who only asked what would happen tried nothing.
    pub(super) async fn note(&self, intent: &Intent, target: String, why: String) {
        if !intent.validate_only {
            let _ = self.audit.append(AuditEntry::rejected(intent, target, why)).await;
        }
    }
}

/// Who asks, as far as is known before what is asked is read.
pub(super) fn asker<T>(request: &Request<T>) -> Intent {
    Intent { actor: actor_of(request), call: call_of(request), ..Intent::default() }
}

/// The intent of `asker`, whose call it is, as far as the request says more.
pub(super) fn intent(asker: &Intent, asked: Option<wire::Intent>) -> Result<Intent, Status> {
    let asked = asked.unwrap_or_default();
    if asked.reason.chars().count() > LONGEST_REASON {
        return Err(invalid("intent.reason", format!("at most {LONGEST_REASON} characters")));
    }
    if asked.reason.contains(char::is_control) {
        return Err(invalid("intent.reason", "one line of text, without control characters"));
    }
    let via = match asked.via.as_str() {
        "" => "api",
        known @ ("cli" | "tui" | "api") => known,
        other => return Err(invalid("intent.via", format!("{other:?} is not cli, tui or api"))),
    };
    let key = asked.idempotency_key.as_str();
    let printable = key.chars().all(|it| it.is_ascii_graphic());
    if key.len() > LONGEST_IDEMPOTENCY_KEY || !printable {
        let what = format!("1 to {LONGEST_IDEMPOTENCY_KEY} printable characters, without spaces");
        return Err(invalid("intent.idempotency_key", what));
    }
    Ok(Intent {
        via: via.to_owned(),
        key: (!key.is_empty()).then(|| key.to_owned()),
        terms: terms(&asked)?,
        reason: asked.reason,
        expected_revision: asked.expected_revision,
        validate_only: asked.validate_only,
        force: asked.force,
        allow_below_min: asked.allow_below_min,
        ..asker.clone()
    })
}

/// For how long a change holds, and what takes it back before.
fn terms(asked: &wire::Intent) -> Result<Terms, Status> {
    let lasting = |field, ms: Option<u64>| match ms.map(Duration::from_millis) {
        Some(it) if !(Duration::from_secs(1)..=Terms::LONGEST).contains(&it) => {
            Err(invalid(field, "expected a second to a year"))
        }
        some => Ok(some),
    };
    let guard = Some(asked.guard.as_str()).filter(|text| !text.is_empty());
    let guard = guard.map(str::parse::<AbortIf>).transpose();
    Ok(Terms {
        ttl: lasting("intent.ttl_ms", asked.ttl_ms)?,
        confirm_within: lasting("intent.confirm_within_ms", asked.confirm_within_ms)?,
        guard: guard.map_err(|error| invalid("intent.guard", error))?,
    })
}

pub(super) fn add(request: &wire::AddBackendRequest) -> Result<Change, Status> {
    let standing = match request.standing {
        0 => Standing::Active,
        number => standing(number)?,
    };
    if standing == Standing::Maintenance {
        return Err(invalid("standing", "a backend is added active or draining"));
    }
    Ok(Change::AddBackend {
        pool: name("pool", &request.pool)?,
        name: name("name", &request.name)?,
        address: request.address.parse().map_err(|_| {
            let found = &request.address;
            invalid(
                "address",
                format!("{found:?} is not like 10.0.0.13:9000 or [2001:db8::1]:9000"),
            )
        })?,
        weight: request.weight.map_or(Ok(Weight::DEFAULT), |number| weight("weight", number))?,
        standing,
        source: Source::Hand,
    })
}

pub(super) fn remove(request: &wire::RemoveBackendsRequest) -> Result<Change, Status> {
    Ok(Change::RemoveBackends(names(&request.names)?))
}

pub(super) fn set_weights(request: &wire::SetWeightsRequest) -> Result<Change, Status> {
    use wire::weight_edit::Weight as Told;
    if request.edits.len() > MOST_NAMES {
        return Err(invalid("edits", format!("at most {MOST_NAMES} in one change")));
    }
    let edits = request.edits.iter().map(|edit| {
        let told = match edit.weight {
            Some(Told::Absolute(number)) => WeightEdit::Absolute(weight("edits.absolute", number)?),
            Some(Told::Delta(delta)) => WeightEdit::Delta(delta),
            Some(Told::Percent(percent @ 0..=10_000)) => WeightEdit::Percent(percent),
            Some(Told::Percent(_)) => return Err(invalid("edits.percent", "expected 0 to 10000")),
            None => return Err(invalid("edits.weight", "say a weight")),
        };
        Ok((name("edits.name", &edit.name)?, told))
    });
    let edits = edits.collect::<Result<_, Status>>()?;
    let Some(order) = &request.ramp else { return Ok(Change::SetWeights(edits)) };
    let lasts = Duration::from_millis(order.lasts_ms);
    if !Ramp::LENGTHS.contains(&lasts) {
        return Err(invalid("ramp.lasts_ms", "a ramp takes 1 second to 7 days"));
    }
    let abort_if = Some(order.abort_if.as_str()).filter(|text| !text.is_empty());
    let abort_if = abort_if.map(str::parse::<AbortIf>).transpose();
    let abort_if = abort_if.map_err(|error| invalid("ramp.abort_if", error))?;
    Ok(Change::RampWeights { edits, lasts, abort_if })
}

pub(super) fn set_limit(request: &wire::SetLimitRequest) -> Result<Change, Status> {
    let rule = rule_edit(request)?;
    let mode = match wire::LimitMode::try_from(request.mode) {
        Ok(wire::LimitMode::Unspecified) => None,
        Ok(wire::LimitMode::Enforce) => Some(LimitMode::Enforce),
        Ok(wire::LimitMode::Shadow) => Some(LimitMode::Shadow),
        Err(_) => return Err(invalid("mode", format!("{} is not a mode", request.mode))),
    };
    let candidate = candidate(request)?;
    let ttl = request.ttl_ms.map(ttl).transpose()?;
    let edit = LimitEdit { rule, mode, candidate, ttl };
    Ok(Change::SetLimit { name: name("name", &request.name)?, edit })
}

fn candidate(request: &wire::SetLimitRequest) -> Result<Option<CandidateEdit>, Status> {
    use wire::set_limit_request::Candidate as Told;
    Ok(match &request.candidate {
        None => None,
        Some(Told::CandidateMax(text)) => {
            let max = text.parse().map_err(|error| invalid("candidate_max", error))?;
            Some(CandidateEdit::Set(RuleEdit::Max(max)))
        }
        Some(Told::CandidateRate(rate)) => {
            let pace = rate.rate.parse().map_err(|error| invalid("candidate_rate", error))?;
            let burst = rate.burst.map(NonZeroU32::try_from).transpose();
            let burst = burst.map_err(|_| invalid("candidate_rate", "a burst is 1 to 1000000"))?;
            Some(CandidateEdit::Set(RuleEdit::Rate(pace, burst)))
        }
        Some(Told::CandidateConcurrent(most)) => {
            Some(CandidateEdit::Set(RuleEdit::Concurrent(at_once("candidate_concurrent", *most)?)))
        }
        Some(Told::DropCandidate(true)) => Some(CandidateEdit::Drop),
        Some(Told::PromoteCandidate(true)) => Some(CandidateEdit::Promote),
        Some(Told::DropCandidate(false) | Told::PromoteCandidate(false)) => None,
    })
}

fn rule_edit(request: &wire::SetLimitRequest) -> Result<Option<RuleEdit>, Status> {
    let allowance = |field, text: &Option<String>| {
        let read = text.as_deref().map(str::parse::<Allowance>).transpose();
        read.map_err(|error| invalid(field, error))
    };
    let burst = request.burst.map(NonZeroU32::try_from).transpose();
    let burst = burst.map_err(|_| invalid("burst", "expected 1 to 1000000"))?;
    if let Some(most) = request.concurrent {
        if request.max.is_some() || request.rate.is_some() || burst.is_some() {
            return Err(invalid("concurrent", "a limit has one of max, rate and concurrent"));
        }
        return Ok(Some(RuleEdit::Concurrent(at_once("concurrent", most)?)));
    }
    match (allowance("max", &request.max)?, allowance("rate", &request.rate)?, burst) {
        (None, None, None) => Ok(None),
        (Some(max), None, None) => Ok(Some(RuleEdit::Max(max))),
        (Some(_), Some(_), _) => Err(invalid("rate", "a limit has max or rate, not both")),
        (Some(_), None, Some(_)) => Err(invalid("burst", "goes with rate, not with max")),
        (None, Some(pace), burst) => Ok(Some(RuleEdit::Rate(pace, burst))),
        (None, None, Some(burst)) => Ok(Some(RuleEdit::Burst(burst))),
    }
}

fn at_once(field: &str, most: u32) -> Result<NonZeroU32, Status> {
    let most = NonZeroU32::new(most).filter(|most| *most <= Rule::MOST_AT_ONCE);
    most.ok_or_else(|| invalid(field, "expected 1 to 1000000"))
}

pub(super) fn reset_limit(request: &wire::ResetLimitRequest) -> Result<Change, Status> {
    let key = request.key.clone();
    if key.as_ref().is_some_and(|key| key.is_empty() || key.chars().count() > LONGEST_KEY) {
        return Err(invalid("key", format!("expected 1 to {LONGEST_KEY} characters")));
    }
    Ok(Change::ResetLimit(LimitTarget { name: name("name", &request.name)?, key }))
}

pub(super) fn names(told: &[String]) -> Result<Vec<Name>, Status> {
    if told.len() > MOST_NAMES {
        return Err(invalid("names", format!("at most {MOST_NAMES} in one change")));
    }
    told.iter().map(|text| name("names", text)).collect()
}

pub(super) fn name(field: &str, text: &str) -> Result<Name, Status> {
    text.parse().map_err(|error| invalid(field, error))
}

fn weight(field: &str, number: u32) -> Result<Weight, Status> {
    i64::from(number).try_into().map_err(|error| invalid(field, error))
}

pub(super) fn standing(number: i32) -> Result<Standing, Status> {
    match wire::Standing::try_from(number) {
        Ok(wire::Standing::Active) => Ok(Standing::Active),
        Ok(wire::Standing::Draining) => Ok(Standing::Draining),
        Ok(wire::Standing::Maintenance) => Ok(Standing::Maintenance),
        Ok(wire::Standing::Unspecified) | Err(_) => {
            Err(invalid("standing", "expected active, draining or maintenance"))
        }
    }
}
