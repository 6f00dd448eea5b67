use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::model::{
    Backend, CandidateEdit, DrainOrder, DrainPlan, DrainStep, Limit, LimitEdit, LimitMode,
    LimitTarget, OnDeadline, Rule, RuleEdit, ScalerEdit, ScalingMode, Then, Weight, WeightEdit,
    example,
};

pub(super) fn name(text: &str) -> Name {
    text.parse().unwrap()
}

pub(super) fn backend(number: u16) -> Backend {
    let address = ([127, 0, 0, 1], 9000 + number).into();
    Backend { address, ..example::backend(&format!("app-{number}")) }
}

pub(super) fn desired() -> Desired {
    let (pool, limit) = (example::pool((1..=3).map(backend)), example::limit("100/minute"));
    let file = Gateway { pools: vec![pool], limits: vec![limit], ..Gateway::default() };
    Desired { revision: 7, gateway: file.clone(), file, ..Desired::default() }
}

pub(super) fn by(actor: &str, reason: &str) -> Intent {
    Intent { actor: actor.into(), reason: reason.into(), via: "cli".into(), ..Intent::default() }
}

fn done(change: &Change) -> Applied {
    apply(&desired(), change, &by("ana", "patch"), 1000).unwrap()
}

fn refused(change: &Change) -> Rejection {
    apply(&desired(), change, &by("ana", "patch"), 1000).unwrap_err()
}

#[test]
fn a_drain_says_who_when_and_why_and_what_it_was() {
    let applied = done(&Change::SetStanding(vec![name("app-1")], Standing::Draining));
    let (_, backend) = applied.desired.gateway.backend("app-1").unwrap();
    assert_eq!(backend.standing, Standing::Draining);
    let mark = backend.mark.clone().unwrap();
    assert_eq!((&*mark.owner, &*mark.reason, mark.since_ms), ("ana", "patch", 1000));
    assert_eq!(applied.desired.revision, 8);
    assert_eq!(applied.desired.touched("backend/app-1"), 8);
    assert_eq!(applied.desired.touched("backend/app-2"), 0);
    let operation = applied.operation;
    assert_eq!((&*operation.what, &*operation.target), ("drain", "backend/app-1"));
    assert_eq!(
        (&*operation.before, &*operation.after),
        ("active weight 100", "draining weight 100")
    );
}

#[test]
fn asking_for_what_holds_changes_nothing_and_keeps_the_first_owner() {
    let drain = Change::SetStanding(vec![name("app-1")], Standing::Draining);
    let first = done(&drain).desired;
    for (actor, reason) in [("bob", ""), ("bob", "patch")] {
        let again = apply(&first, &drain, &by(actor, reason), 2000).unwrap();
        assert!(again.operation.unchanged);
        assert_eq!(again.desired, first);
        assert_eq!(again.operation.revision, 8);
    }
    let enable = Change::SetStanding(vec![name("app-1")], Standing::Active);
    assert!(done(&enable).operation.unchanged, "nobody has to sign for what always was");
}

#[test]
fn another_reason_for_the_same_standing_is_told_and_does_not_make_it_younger() {
    let drain = Change::SetStanding(vec![name("app-1")], Standing::Draining);
    let first = done(&drain).desired;
    let again = apply(&first, &drain, &by("bob", "disk too"), 2000).unwrap();
    let mark = again.desired.gateway.backend("app-1").unwrap().1.mark.clone().unwrap();
    assert_eq!((&*mark.owner, &*mark.reason, mark.since_ms), ("bob", "disk too", 1000));
    assert_eq!(again.operation.revision, 9);
}

#[test]
fn weights_are_told_absolutely_relatively_and_by_percent() {
    let edits = vec![
        (name("app-1"), WeightEdit::Absolute(Weight::nearest(7))),
        (name("app-2"), WeightEdit::Delta(-500)),
        (name("app-3"), WeightEdit::Percent(250)),
    ];
    let applied = done(&Change::SetWeights(edits));
    let weights: Vec<u16> =
        applied.desired.gateway.backends().map(|(_, backend)| backend.weight.get()).collect();
    assert_eq!(weights, [7, 0, 250]);
    assert_eq!(applied.operation.warnings.len(), 1, "weight 0 is worth a warning");
}

/// app-1 on its way from 100 to 300 in 100 s.
fn ramping() -> Applied {
    let edits = vec![(name("app-1"), WeightEdit::Absolute(Weight::nearest(300)))];
    let abort_if = Some("error>1%".parse().unwrap());
    let lasts = Duration::from_secs(100);
    done(&Change::RampWeights { edits, lasts, abort_if })
}

/// The weight and the ramp of app-1 after a change at this second.
fn after(change: &Change, second: i64) -> (u16, bool, Vec<String>) {
    let intent = by("ana", "");
    let applied = apply(&ramping().desired, change, &intent, 1000 + second * 1000).unwrap();
    let (_, backend) = applied.desired.gateway.backend("app-1").unwrap();
    (backend.weight.get(), backend.ramp.is_some(), applied.operation.warnings)
}

#[test]
fn a_ramp_is_told_and_ends_with_its_time_a_new_weight_or_a_drain() {
    let begun = ramping();
    assert_eq!(begun.operation.after, "active weight 100 to 300 in 100s unless error>1%");
    let (_, backend) = begun.desired.gateway.backend("app-1").unwrap();
    assert_eq!(backend.weight.get(), 300, "what is wanted");
    assert_eq!(after(&Change::Expire, 99), (300, true, vec![]));
    assert_eq!(after(&Change::Expire, 100), (300, false, vec![]));
    let same = vec![(name("app-1"), WeightEdit::Absolute(Weight::nearest(300)))];
    assert_eq!(after(&Change::SetWeights(same), 50), (300, false, vec![]));
    for standing in [Standing::Draining, Standing::Maintenance] {
        let (weight, ramps, told) = after(&Change::SetStanding(vec![name("app-1")], standing), 50);
        assert_eq!((weight, ramps), (200, false), "where it was");
        assert_eq!(told, ["the ramp of app-1 from 100 to 300 ends at 200"]);
    }
    assert!(after(&Change::SetStanding(vec![name("app-1")], Standing::Active), 50).1);
}

#[test]
fn a_new_ramp_begins_where_the_old_one_was() {
    let edits = vec![(name("app-1"), WeightEdit::Absolute(Weight::ZERO))];
    let lasts = Duration::from_secs(10);
    let again = Change::RampWeights { edits, lasts, abort_if: None };
    let applied = apply(&ramping().desired, &again, &by("ana", ""), 51_000).unwrap();
    let (_, backend) = applied.desired.gateway.backend("app-1").unwrap();
    assert_eq!(backend.ramp.as_ref().unwrap().from.get(), 200);
    assert!(backend.takes_requests(), "until it is at 0");
}

#[test]
fn only_the_ramp_that_is_meant_is_given_up() {
    let give_up = |since_ms| Change::AbortRamp {
        name: name("app-1"),
        since_ms,
        why: "error 9.0%, error>1% gives it up".to_owned(),
    };
    assert_eq!(after(&give_up(999), 50), (300, true, vec![]));
    let told = "app-1 goes back to weight 100: error 9.0%, error>1% gives it up".to_owned();
    assert_eq!(after(&give_up(1000), 50), (100, false, vec![told]));
}

#[test]
fn one_wrong_name_changes_none() {
    let names = vec![name("app-1"), name("app-9")];
    let Rejection::Unknown { noun, nearest, .. } = refused(&Change::RemoveBackends(names)) else {
        panic!("expected an unknown backend");
    };
    assert_eq!((noun, nearest.is_some()), ("backend", true));
    let twice = Change::RemoveBackends(vec![name("app-1"), name("app-1")]);
    assert!(matches!(refused(&twice), Rejection::Invalid { .. }));
    assert!(matches!(refused(&Change::SetWeights(vec![])), Rejection::Invalid { .. }));
}

#[test]
fn a_backend_is_added_once() {
    let add = |name_: &str, pool: &str| Change::AddBackend {
        pool: name(pool),
        name: name(name_),
        address: ([127, 0, 0, 1], 9001).into(),
        weight: Weight::DEFAULT,
        standing: Standing::Active,
        source: crate::model::Source::Hand,
    };
    let applied = done(&add("app-4", "app"));
    assert_eq!(applied.desired.gateway.backends().count(), 4);
    assert_eq!(applied.operation.warnings.len(), 1, "app-1 has the same address");
    assert!(matches!(refused(&add("app-1", "app")), Rejection::Taken { .. }));
    assert!(matches!(refused(&add("app-4", "ap")), Rejection::Unknown { noun: "pool", .. }));
}

#[test]
fn a_limit_keeps_what_is_not_named() {
    let set = |max: Option<&str>, mode| Change::SetLimit {
        name: name("create"),
        edit: LimitEdit {
            rule: max.map(|max| RuleEdit::Max(max.parse().unwrap())),
            mode,
            ..LimitEdit::default()
        },
    };
    let applied = done(&set(Some("8/minute"), None));
    let limit = applied.desired.gateway.limit("create").unwrap();
    assert_eq!((limit.rule.to_string().as_str(), limit.mode), ("8/minute", LimitMode::Enforce));
    assert!(matches!(refused(&set(None, None)), Rejection::Invalid { .. }));
}

/// What becomes of the limit, edit by edit.
fn edited(edits: &[LimitEdit]) -> Limit {
    let mut now = desired();
    for edit in edits {
        let change = Change::SetLimit { name: name("create"), edit: *edit };
        now = apply(&now, &change, &by("ana", "try"), 1000).unwrap().desired;
    }
    now.gateway.limit("create").unwrap().clone()
}

fn max(text: &str, ttl_s: Option<u64>) -> LimitEdit {
    LimitEdit {
        rule: Some(RuleEdit::Max(text.parse().unwrap())),
        ttl: ttl_s.map(Duration::from_secs),
        ..LimitEdit::default()
    }
}

#[test]
fn a_limit_set_for_a_while_goes_back_to_what_it_was_before_the_first_time() {
    let limit = edited(&[max("8/minute", Some(60)), max("9/minute", Some(5))]);
    let lapse = limit.next_lapse().unwrap();
    assert_eq!((lapse.to.0.to_string().as_str(), lapse.until_ms), ("100/minute", 6000));
    assert_eq!(edited(&[max("8/minute", Some(60)), max("9/minute", None)]).next_lapse(), None);
    let tried = LimitEdit { candidate: Some(CandidateEdit::Drop), ..LimitEdit::default() };
    let limit = edited(&[max("8/minute", Some(60)), tried]);
    assert!(limit.next_lapse().is_some(), "a trial changes nothing");
}

fn mode(mode: LimitMode, ttl_s: Option<u64>) -> LimitEdit {
    let ttl = ttl_s.map(Duration::from_secs);
    LimitEdit { mode: Some(mode), ttl, ..LimitEdit::default() }
}

/// Rule and mode after `edits` at 1 s and what has ended until `at_s`.
fn left(edits: &[LimitEdit], at_s: i64) -> (String, LimitMode) {
    let mut now = desired();
    for edit in edits {
        let change = Change::SetLimit { name: name("create"), edit: *edit };
        now = apply(&now, &change, &by("ana", "try"), 1000).unwrap().desired;
    }
    let ended = apply(&now, &Change::Expire, &by("gateway", ""), at_s * 1000).unwrap().desired;
    let limit = ended.gateway.limit("create").unwrap();
    (limit.rule.to_string(), limit.mode)
}

#[test]
fn only_what_was_set_for_a_while_goes_back_and_to_what_it_was_before() {
    use LimitMode::{Enforce, Shadow};
    let tight = max("8/minute", Some(60));
    for (edits, at_s, rule, left_mode) in [
        (&[tight, max("8/minute", None)][..], 99, "8/minute", Enforce),
        (&[tight, mode(Shadow, None)], 99, "100/minute", Shadow),
        (&[mode(Shadow, Some(60)), max("9/minute", None)], 99, "9/minute", Enforce),
        (&[tight, mode(Shadow, Some(10))], 30, "8/minute", Enforce),
        (&[tight, mode(Shadow, Some(10))], 99, "100/minute", Enforce),
        (&[mode(Shadow, Some(60)), mode(Shadow, None), tight], 99, "100/minute", Shadow),
        (&[max("9/minute", None), tight], 99, "9/minute", Enforce),
    ] {
        assert_eq!(left(edits, at_s), (rule.to_owned(), left_mode), "{edits:?} at {at_s} s");
    }
    let tried = Some(CandidateEdit::Set(RuleEdit::Max("1/hour".parse().unwrap())));
    let edit = LimitEdit { candidate: tried, ..max("1/hour", Some(9)) };
    let edit = LimitEdit { rule: None, ..edit };
    let change = Change::SetLimit { name: name("create"), edit };
    assert!(matches!(refused(&change), Rejection::Invalid { field: "ttl", .. }));
}

#[test]
fn a_block_for_a_while_gives_way_to_the_one_that_was_there_for_good() {
    let network: ipnet::IpNet = "192.0.2.0/24".parse().unwrap();
    let after = |ttls: &[Option<u64>], at_ms| {
        let mut now = desired();
        for (number, ttl) in ttls.iter().enumerate() {
            let ttl = ttl.map(Duration::from_secs);
            let change = Change::AddBlock { network, ttl, own: None };
            let reason = format!("{number}");
            now = apply(&now, &change, &by("ana", &reason), 1000).unwrap().desired;
        }
        let ended = apply(&now, &Change::Expire, &by("gateway", ""), at_ms).unwrap().desired;
        ended.gateway.blocks.first().map(|it| (it.mark.reason.clone(), it.until_ms))
    };
    let block = |reason: &str, until_ms| Some((reason.to_owned(), until_ms));
    assert_eq!(after(&[None, Some(5)], 5000), block("1", Some(6000)));
    assert_eq!(after(&[None, Some(5)], 6000), block("0", None));
    assert_eq!(after(&[None, Some(9), Some(5)], 6000), block("0", None));
    assert_eq!(after(&[Some(5), None], 6000), block("1", None));
    assert_eq!(after(&[Some(9), Some(5)], 6000), None, "it was shortened");
}

#[test]
fn what_is_over_ends_and_nothing_else() {
    let network = |text: &str| -> ipnet::IpNet { text.parse().unwrap() };
    let mut now = desired();
    for (text, ttl) in
        [("192.0.2.0/24", Some(1)), ("198.51.100.0/24", Some(9)), ("10.0.0.0/16", None)]
    {
        let ttl = ttl.map(Duration::from_secs);
        let change = Change::AddBlock { network: network(text), ttl, own: None };
        now = apply(&now, &change, &by("ana", "abuse"), 1000).unwrap().desired;
    }
    let expired = apply(&now, &Change::Expire, &by("gateway", ""), 2000).unwrap();
    assert_eq!(expired.operation.target, "block/192.0.2.0/24");
    let left: Vec<_> = expired.desired.gateway.blocks.iter().map(|it| it.network).collect();
    assert_eq!(left, [network("198.51.100.0/24"), network("10.0.0.0/16")]);
    assert!(
        apply(&expired.desired, &Change::Expire, &by("gateway", ""), 2000)
            .unwrap()
            .operation
            .unchanged
    );
}

#[test]
fn force_needs_a_reason() {
    let intent = Intent { force: true, ..by("ana", " ") };
    let change = Change::SetStanding(vec![name("app-1")], Standing::Draining);
    assert_eq!(apply(&desired(), &change, &intent, 0), Err(Rejection::ForceWithoutReason));
}

fn any_change() -> impl Strategy<Value = Change> {
    let names =
        proptest::collection::vec((1_u16..=4).prop_map(|n| name(&format!("app-{n}"))), 0..3);
    let standing =
        prop_oneof![Just(Standing::Active), Just(Standing::Draining), Just(Standing::Maintenance)];
    let edit = prop_oneof![
        (0_i64..=1000).prop_map(|weight| WeightEdit::Absolute(Weight::nearest(weight))),
        any::<i32>().prop_map(WeightEdit::Delta),
        any::<u32>().prop_map(WeightEdit::Percent),
    ];
    prop_oneof![
        names.clone().prop_map(Change::RemoveBackends),
        (names.clone(), standing)
            .prop_map(|(names, standing)| Change::SetStanding(names, standing)),
        (names, edit).prop_map(|(names, edit)| {
            Change::SetWeights(names.into_iter().map(|name| (name, edit)).collect())
        }),
    ]
}

proptest! {
    #[test]
    fn a_revision_rises_by_one_exactly_when_something_changed(changes in proptest::collection::vec(any_change(), 0..20)) {
        let mut now = desired();
        for change in changes {
            let Ok(applied) = apply(&now, &change, &by("ana", ""), 0) else { continue };
            let changed = applied.desired.gateway != now.gateway;
            prop_assert_eq!(applied.desired.revision, now.revision + u64::from(changed));
            prop_assert_eq!(applied.operation.unchanged, !changed);
            now = applied.desired;
        }
    }
}

#[test]
fn a_scaler_is_set_within_reason_and_held_by_orders() {
    let scaled = |edit: ScalerEdit| {
        let mut desired = desired();
        desired.gateway.pools[0].autoscale = Some(crate::model::Autoscale {
            driver: crate::model::Driver::Advise,
            mode: ScalingMode::Act,
            rules: crate::model::ScalingRules::within(2, 20),
            order: None,
        });
        let change = Change::SetScaler { pool: name("app"), edit };
        apply(&desired, &change, &by("ana", "fair"), 1000)
    };
    let rules = |min, max| ScalerEdit::Rules {
        min,
        max,
        target_cpu: Some(60),
        target_rps: None,
        mode: None,
    };
    let set = scaled(rules(Some(4), None)).unwrap().operation;
    assert_eq!((set.what.as_str(), set.target.as_str()), ("set", "scaler/app"));
    assert_eq!(set.before, "act 2..20, 70 % CPU");
    assert_eq!(set.after, "act 4..20, 60 % CPU");
    assert!(scaled(rules(Some(21), None)).is_err());
    assert!(scaled(rules(Some(0), Some(0))).is_err());
    let order = |desired, ttl: Option<u64>| ScalerEdit::Order {
        desired,
        ttl: ttl.map(Duration::from_millis),
    };
    let held = scaled(order(Some(5), Some(1000))).unwrap().desired;
    let scaler = held.gateway.pools[0].autoscale.clone().unwrap();
    assert_eq!(scaler.order_at(1999).map(|it| it.desired), Some(Some(5)));
    assert_eq!(scaler.order_at(2000), None, "it is over by itself");
    assert!(scaled(order(Some(21), None)).is_err(), "bounds hold for orders");
    assert_eq!(scaled(order(None, None)).unwrap().operation.what, "pause");
    assert!(scaled(ScalerEdit::Resume).unwrap().operation.unchanged);
    let unscaled = Change::SetScaler { pool: name("app"), edit: ScalerEdit::Resume };
    assert!(matches!(refused(&unscaled), Rejection::Invalid { field: "pool", .. }));
}

#[test]
fn there_are_so_many_blocks_and_no_more_and_their_reasons_are_short() {
    let block = |number: u32| {
        let network = std::net::Ipv4Addr::from_bits(number << 8).into();
        let network = ipnet::IpNet::new(network, 32).unwrap();
        Change::AddBlock { network, ttl: None, own: None }
    };
    let mut now = desired();
    for number in 0..1000 {
        now = apply(&now, &block(number), &by("ana", "abuse"), 1000).unwrap().desired;
    }
    let full = apply(&now, &block(1000), &by("ana", "abuse"), 1000).unwrap_err();
    assert!(full.to_string().contains("there are 1000 blocks: remove some"), "{full}");
    assert!(apply(&now, &block(7), &by("ana", "again"), 1000).is_ok(), "it is there already");
    let long = apply(&desired(), &block(1), &by("ana", &"x".repeat(201)), 1000).unwrap_err();
    assert!(long.to_string().contains("at most 200 characters"), "{long}");
}

#[test]
fn a_reset_is_told_and_changes_nothing_that_is_desired() {
    let reset = |key: Option<&str>| {
        let key = key.map(str::to_owned);
        Change::ResetLimit(LimitTarget { name: name("create"), key })
    };
    let applied = done(&reset(Some("::ffff:192.0.2.7")));
    let operation = applied.operation;
    assert!(!operation.unchanged);
    assert_eq!((operation.revision, applied.desired.revision), (8, 8));
    assert_eq!(applied.desired.gateway, desired().gateway);
    assert_eq!((&*operation.what, &*operation.target), ("reset", "limit/create"));
    assert_eq!(operation.after, "nothing used of 192.0.2.7");
    assert!(matches!(refused(&reset(Some("me"))), Rejection::Invalid { field: "key", .. }));
    let mut several = desired();
    several.gateway.limits[0].rule = Rule::Concurrent(5.try_into().unwrap());
    let refused = apply(&several, &reset(None), &by("ana", ""), 1000).unwrap_err();
    assert!(refused.to_string().contains("ends by itself"), "{refused}");
}

#[test]
fn candidates_take_no_more_places_than_there_are() {
    let mut many = desired();
    let one = many.gateway.limits[0].clone();
    let more = (1..Limit::MOST_COUNTS - 1).map(|number| {
        let name = name(&format!("l{number}"));
        Limit { name, ..one.clone() }
    });
    many.gateway.limits.extend(more);
    let tried = Some(CandidateEdit::Set(RuleEdit::Max("1/hour".parse().unwrap())));
    let edit = LimitEdit { candidate: tried, ..LimitEdit::default() };
    let set = |on: &Desired, text: &str| {
        let change = Change::SetLimit { name: name(text), edit };
        apply(on, &change, &by("ana", ""), 1000)
    };
    let with_one = set(&many, "create").unwrap().desired;
    let refused = set(&with_one, "l1").unwrap_err();
    assert!(refused.to_string().contains("drop a candidate"), "{refused}");
}

fn order(on_deadline: OnDeadline, then: Then) -> DrainOrder {
    DrainOrder { on_deadline, then, ..DrainOrder::default() }
}

fn plan_of(applied: &Applied) -> Option<DrainPlan> {
    applied.desired.gateway.backend("app-1").unwrap().1.mark.as_ref()?.drain.clone()
}

#[test]
fn a_drain_keeps_its_course_until_it_is_told_another() {
    let drain = |order| Change::Drain(vec![name("app-1")], order);
    let first = done(&drain(Some(order(OnDeadline::Kill, Then::Remove))));
    let plan = plan_of(&first).unwrap();
    assert_eq!((plan.revision, plan.from_ms), (8, 1000));
    assert_eq!(
        first.operation.after,
        "draining weight 100, requests 30s, streams 5m, else kill, then remove"
    );
    let again = apply(&first.desired, &drain(None), &by("ana", "patch"), 9000).unwrap();
    assert!(again.operation.unchanged, "{again:?}");
    let other = Some(order(OnDeadline::Undo, Then::Stay));
    let other = apply(&first.desired, &drain(other), &by("bo", ""), 9000).unwrap();
    let plan = plan_of(&other).unwrap();
    assert_eq!((plan.from_ms, plan.order.on_deadline), (9000, OnDeadline::Undo));
    let too_long =
        DrainOrder { requests: Duration::from_secs(8 * 86_400), ..DrainOrder::default() };
    assert!(matches!(
        refused(&drain(Some(too_long))),
        Rejection::Invalid { field: "drain.requests_ms", .. }
    ));
}

#[test]
fn a_step_is_made_of_the_drain_that_is_meant_and_of_no_other() {
    let drained = done(&Change::Drain(vec![name("app-1")], None)).desired;
    let step = |from_ms, step| Change::StepDrain { name: name("app-1"), from_ms, step };
    let make = |change: &Change| apply(&drained, change, &by("gateway", "over"), 5000).unwrap();
    assert!(make(&step(999, DrainStep::Remove)).operation.unchanged);
    assert_eq!(plan_of(&make(&step(1000, DrainStep::Drained))).unwrap().drained_ms, Some(5000));
    assert!(make(&step(1000, DrainStep::Remove)).desired.gateway.backend("app-1").is_none());
    let over = make(&step(1000, DrainStep::Drained)).desired;
    assert_eq!(over.touched("backend/app-1"), drained.touched("backend/app-1"), "it is news");
    let taken_back = make(&step(1000, DrainStep::Undo));
    assert_eq!(taken_back.operation.what, "enable");
    assert!(taken_back.desired.touched("backend/app-1") > drained.touched("backend/app-1"));
    assert_eq!(plan_of(&taken_back), None);
}

#[test]
fn only_what_takes_no_requests_is_killed() {
    let kill = Change::Kill(vec![name("app-1")]);
    assert!(matches!(refused(&kill), Rejection::Invalid { field: "names", .. }));
    for standing in [Standing::Draining, Standing::Maintenance] {
        let out = done(&Change::SetStanding(vec![name("app-1")], standing)).desired;
        let killed = apply(&out, &kill, &by("ana", ""), 5000).unwrap();
        assert_eq!(plan_of(&killed).unwrap().killed_ms, Some(5000));
        let again = apply(&killed.desired, &kill, &by("ana", ""), 6000).unwrap();
        assert!(again.operation.unchanged);
    }
}
