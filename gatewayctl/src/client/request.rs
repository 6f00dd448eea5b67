//! Edits become wire requests here.

use std::time::Duration;

use gateway_proto as wire;

use crate::model::{
    CandidateEdit, DrainOrder, Intent, LimitEdit, LimitMode, LoadEdit, OnDeadline, RuleEdit,
    Standing, Then, WeightEdit,
};

/// The wire's word for a standing.
pub(super) fn standing(standing: Standing) -> i32 {
    match standing {
        Standing::Active => wire::Standing::Active,
        Standing::Draining => wire::Standing::Draining,
        Standing::Maintenance => wire::Standing::Maintenance,
    }
    .into()
}

/// The wire's word for a limit's mode; absent stays as it is.
fn limit_mode(mode: Option<LimitMode>) -> i32 {
    match mode {
        None => wire::LimitMode::Unspecified,
        Some(LimitMode::Enforce) => wire::LimitMode::Enforce,
        Some(LimitMode::Shadow) => wire::LimitMode::Shadow,
    }
    .into()
}

/// A change of a limit.
pub(super) fn set_limit(
    name: String,
    edit: LimitEdit,
    intent: Option<wire::Intent>,
) -> wire::SetLimitRequest {
    let RuleEdit { max, rate, burst, concurrent } = edit.rule;
    wire::SetLimitRequest {
        name,
        max,
        rate,
        burst,
        concurrent,
        mode: limit_mode(edit.mode),
        ttl_ms: edit.ttl.map(ms),
        candidate: edit.candidate.map(candidate),
        intent,
    }
}

fn candidate(edit: CandidateEdit) -> wire::set_limit_request::Candidate {
    use wire::set_limit_request::Candidate;
    match edit {
        CandidateEdit::Set(RuleEdit { rate: Some(rate), burst, .. }) => {
            Candidate::CandidateRate(wire::CandidateRate { rate, burst })
        }
        CandidateEdit::Set(RuleEdit { concurrent: Some(most), .. }) => {
            Candidate::CandidateConcurrent(most)
        }
        CandidateEdit::Set(RuleEdit { max, .. }) => {
            Candidate::CandidateMax(max.unwrap_or_default())
        }
        CandidateEdit::Drop => Candidate::DropCandidate(true),
        CandidateEdit::Promote => Candidate::PromoteCandidate(true),
    }
}

/// When a block ends.
pub(super) fn end(ttl: Option<Duration>) -> wire::add_block_request::End {
    use wire::add_block_request::End;
    ttl.map_or(End::Permanent(true), |ttl| End::TtlMs(ms(ttl)))
}

/// How long something holds.
pub(super) fn ms(ttl: Duration) -> u64 {
    u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX)
}

/// How a drain goes.
pub(super) fn drain(order: &DrainOrder) -> wire::DrainOrder {
    use wire::drain_order::Then as Told;
    wire::DrainOrder {
        requests_ms: order.requests.map(ms),
        streams_ms: order.streams.map(ms),
        spread_ms: order.spread.map(ms),
        on_deadline: match order.on_deadline {
            OnDeadline::Wait => wire::OnDeadline::Wait,
            OnDeadline::Kill => wire::OnDeadline::Kill,
            OnDeadline::Undo => wire::OnDeadline::Undo,
        }
        .into(),
        then: match order.then {
            Then::Stay => None,
            Then::Remove => Some(Told::Remove(true)),
            Then::EnableAfter(after) => Some(Told::EnableAfterMs(ms(after))),
        },
    }
}

/// One backend's new weight.
pub(super) fn weight_edit((name, edit): &(String, WeightEdit)) -> wire::WeightEdit {
    use wire::weight_edit::Weight;
    let weight = match *edit {
        WeightEdit::Absolute(weight) => Weight::Absolute(weight),
        WeightEdit::Delta(delta) => Weight::Delta(delta),
        WeightEdit::Percent(percent) => Weight::Percent(percent),
    };
    wire::WeightEdit { name: name.clone(), weight: Some(weight) }
}

/// A new load of the demo.
pub(super) fn load(edit: LoadEdit) -> wire::SetLoadRequest {
    use wire::set_load_request::Load;
    let load = match edit {
        LoadEdit::Rps(rps) => Load::Rps(rps),
        LoadEdit::Factor(factor) => Load::Factor(factor),
    };
    wire::SetLoadRequest { load: Some(load) }
}

/// Who, why, on which condition.
pub(super) fn intent(intent: &Intent) -> Option<wire::Intent> {
    Some(wire::Intent {
        reason: intent.reason.clone(),
        expected_revision: intent.expected_revision,
        validate_only: intent.validate_only,
        via: intent.via.clone(),
        force: intent.force,
        ttl_ms: intent.terms.ttl.map(ms),
        confirm_within_ms: intent.terms.confirm_within.map(ms),
        guard: intent.terms.guard.clone(),
        idempotency_key: intent.idempotency_key.clone(),
        allow_below_min: intent.allow_below_min,
    })
}
