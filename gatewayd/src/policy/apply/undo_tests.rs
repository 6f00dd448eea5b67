use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;

use super::tests::{backend, by, desired, name};
use super::*;
use crate::model::{
    Autoscale, CandidateEdit, Driver, LimitEdit, LimitMode, PathPattern, Route, RuleEdit,
    ScalerEdit, ScalingMode, ScalingRules, Source, Undo, Weight, WeightEdit,
};

/// When everything happens that is not told to happen later.
pub(super) const NOW_MS: i64 = 1000;

/// Three backends, a limit, a route, and a pool that is scaled.
pub(super) fn whole() -> Desired {
    let mut desired = desired();
    let file = &mut desired.file;
    file.routes.push(route("all", &["create"]));
    file.pools[0].autoscale = Some(Autoscale {
        driver: Driver::Advise,
        mode: ScalingMode::Act,
        rules: ScalingRules::within(2, 20),
        order: None,
    });
    Desired { gateway: file.clone(), ..desired }
}

fn route(text: &str, limits: &[&str]) -> Route {
    Route {
        name: name(text),
        hosts: Vec::new(),
        path: PathPattern::Exact(format!("/{text}")),
        methods: Vec::new(),
        pool: name("app"),
        limits: limits.iter().map(|it| name(it)).collect(),
        max_body_bytes: 0,
    }
}

pub(super) fn applied(
    desired: &Desired,
    change: &Change,
    intent: &Intent,
    now_ms: i64,
) -> Option<Applied> {
    let mut applied = apply(desired, change, intent, now_ms).ok()?;
    applied.operation.id = Operation::id_of(applied.desired.revision);
    Some(applied)
}

pub(super) fn undone(desired: &Desired, operation: &Operation) -> Applied {
    undone_at(desired, operation, NOW_MS)
}

fn undone_at(desired: &Desired, operation: &Operation, now_ms: i64) -> Applied {
    let change = Change::Undo(Arc::new(operation.clone()));
    applied(desired, &change, &by("bob", "no"), now_ms).unwrap()
}

/// What happens to one backend, limit, block or scaler, to several at once, or to all of them by a
/// file.
pub(super) fn any_change() -> impl Strategy<Value = Change> {
    prop_oneof![
        4 => any_edit(),
        1 => proptest::collection::vec(any_edit(), 1..4).prop_map(Change::All),
        1 => any_file(),
    ]
}

fn any_edit() -> impl Strategy<Value = Change> {
    let one = || (1_u16..=5).prop_map(|n| name(&format!("app-{n}")));
    let some = || proptest::collection::vec(one(), 1..3);
    let standing =
        prop_oneof![Just(Standing::Active), Just(Standing::Draining), Just(Standing::Maintenance)];
    let edit = || {
        prop_oneof![
            (0_i64..=1000).prop_map(|weight| WeightEdit::Absolute(Weight::nearest(weight))),
            (-50..50).prop_map(WeightEdit::Delta),
        ]
    };
    let network = || (0_u8..3).prop_map(|n| format!("192.0.{n}.0/24").parse().unwrap());
    let ttl = || proptest::option::of((2_u64..90).prop_map(Duration::from_secs));
    let max = || (1_u32..5).prop_map(|n| format!("{n}/minute").parse().unwrap());
    prop_oneof![
        (4_u16..=5).prop_map(|n| Change::AddBackend {
            pool: name("app"),
            name: name(&format!("app-{n}")),
            address: backend(n).address,
            weight: Weight::DEFAULT,
            standing: Standing::Active,
            source: Source::Hand,
        }),
        some().prop_map(Change::RemoveBackends),
        (some(), standing).prop_map(|(names, standing)| Change::SetStanding(names, standing)),
        (one(), edit()).prop_map(|(name, edit)| Change::SetWeights(vec![(name, edit)])),
        (one(), edit()).prop_map(|(name, edit)| Change::RampWeights {
            edits: vec![(name, edit)],
            lasts: Duration::from_secs(60),
            abort_if: None,
        }),
        (max(), ttl()).prop_map(|(max, ttl)| limited(LimitEdit {
            rule: Some(RuleEdit::Max(max)),
            ttl,
            ..LimitEdit::default()
        })),
        ttl().prop_map(|ttl| limited(LimitEdit {
            mode: Some(LimitMode::Shadow),
            ttl,
            ..LimitEdit::default()
        })),
        max().prop_map(|max| limited(LimitEdit {
            candidate: Some(CandidateEdit::Set(RuleEdit::Max(max))),
            ..LimitEdit::default()
        })),
        (network(), ttl()).prop_map(|(network, ttl)| Change::AddBlock { network, ttl, own: None }),
        network().prop_map(|network| Change::RemoveBlocks(vec![network])),
        (1_u32..9, 10_u32..20).prop_map(|(min, max)| scaled(ScalerEdit::Rules {
            min: Some(min),
            max: Some(max),
            target_cpu: None,
            target_rps: None,
            mode: None,
        })),
        (proptest::option::of(3_u32..9), ttl())
            .prop_map(|(desired, ttl)| scaled(ScalerEdit::Order { desired, ttl })),
        Just(scaled(ScalerEdit::Resume)),
    ]
}

fn limited(edit: LimitEdit) -> Change {
    Change::SetLimit { name: name("create"), edit }
}

fn scaled(edit: ScalerEdit) -> Change {
    Change::SetScaler { pool: name("app"), edit }
}

/// A file with other weights, rules, backends at the end, routes, and one more limit and pool.
fn any_file() -> impl Strategy<Value = Change> {
    (1_i64..4, 1_usize..4, 0_usize..3, any::<bool>(), any::<bool>(), 20_u32..23).prop_map(
        |(weight, count, routes, pool, limit, max)| {
            let mut file = whole().file;
            file.pools[0].backends.truncate(count);
            file.pools[0].backends[0].weight = Weight::nearest(weight * 100);
            if let Some(scaler) = &mut file.pools[0].autoscale {
                scaler.rules.max = max;
            }
            if pool {
                let mut more = file.pools[0].bare();
                more.name = name("web");
                more.backends.push(backend(9));
                file.pools.push(more);
            }
            if limit {
                let more = crate::model::Limit { name: name("more"), ..file.limits[0].clone() };
                file.limits.push(more);
            }
            let under: &[&str] = if limit { &["create", "more"] } else { &["create"] };
            file.routes.extend((0..routes).map(|n| route(&format!("r{n}"), under)));
            Change::ApplyFile(Box::new(file))
        },
    )
}

/// Applies what can be applied of `changes`.
fn after(changes: &[Change]) -> Desired {
    changes.iter().fold(whole(), |now, change| {
        applied(&now, change, &by("ana", "why"), NOW_MS).map_or(now, |it| it.desired)
    })
}

proptest! {
    #[test]
    fn undoing_the_last_operation_gives_the_gateway_back_and_undoing_that_does_it_again(
        before in proptest::collection::vec(any_change(), 0..8), last in any_change(),
    ) {
        let before = after(&before);
        let Some(did) = applied(&before, &last, &by("ana", "why"), NOW_MS) else { return Ok(()) };
        let undo = undone(&did.desired, &did.operation);
        prop_assert_eq!(&undo.desired.gateway, &before.gateway);
        prop_assert!(undo.operation.conflicts.is_empty(), "{:?}", undo.operation.conflicts);
        prop_assert_eq!(undo.operation.unchanged, did.operation.touched.is_empty());
        if !undo.operation.unchanged {
            prop_assert_eq!(undo.desired.revision, did.desired.revision + 1);
            let redo = undone(&undo.desired, &undo.operation);
            prop_assert_eq!(redo.desired.gateway, did.desired.gateway);
        }
    }

    #[test]
    fn what_others_changed_since_stays_unless_it_is_overruled(
        before in proptest::collection::vec(any_change(), 0..6), first in any_change(), then in any_change(),
    ) {
        let before = after(&before);
        let Some(did) = applied(&before, &first, &by("ana", "why"), NOW_MS) else { return Ok(()) };
        let Some(since) = applied(&did.desired, &then, &by("bob", "since"), NOW_MS) else {
            return Ok(());
        };
        let touched: Vec<&str> =
            did.operation.touched.iter().map(|it| it.target.as_str()).collect();
        let undo = Change::Undo(Arc::new(did.operation.clone()));
        if let Ok(undo) = apply(&since.desired, &undo, &by("ana", ""), NOW_MS) {
            for it in difference(&since.desired.gateway, &undo.desired.gateway) {
                prop_assert!(touched.contains(&it.target.as_str()), "{} was not its own", it.target);
            }
            for conflict in &undo.operation.conflicts {
                let also = since.operation.touched.iter().any(|it| it.target == conflict.target);
                prop_assert!(also, "{:?} is nobody's change", conflict);
            }
        }
        let terms = Terms { ttl: Some(Duration::from_secs(9)), ..Terms::default() };
        let mut waits = since.desired.clone();
        let mut promised =
            Applied { desired: waits.clone(), operation: did.operation.clone() };
        if promise(&mut promised, &terms).is_err() {
            return Ok(());
        }
        waits.reverts = promised.desired.reverts;
        let op = waits.reverts[0].op.clone();
        let back = Change::Revert { op, why: "over".to_owned() };
        let back = apply(&waits, &back, &by("gateway", ""), NOW_MS).unwrap();
        prop_assert!(back.desired.reverts.is_empty());
        let moved = difference(&since.desired.gateway, &back.desired.gateway);
        for conflict in &back.operation.conflicts {
            prop_assert!(!moved.iter().any(|it| it.target == conflict.target), "{:?}", conflict);
        }
    }

    #[test]
    fn a_file_that_was_taken_back_changes_nothing_when_it_is_read_again(
        before in proptest::collection::vec(any_change(), 0..6), file in any_file(),
    ) {
        let before = after(&before);
        let did = applied(&before, &file, &by("file", ""), NOW_MS).unwrap();
        let undo = undone(&did.desired, &did.operation);
        let again = applied(&undo.desired, &file, &by("file", ""), NOW_MS).unwrap();
        prop_assert_eq!(again.desired.gateway, undo.desired.gateway);
    }
}

fn drained(ttl_s: u64) -> Applied {
    let terms = Terms { ttl: Some(Duration::from_secs(ttl_s)), ..Terms::default() };
    let intent = Intent { terms, ..by("ana", "patch") };
    let change = Change::SetStanding(vec![name("app-1")], Standing::Draining);
    applied(&desired(), &change, &intent, NOW_MS).unwrap()
}

#[test]
fn what_was_removed_is_again_where_it_was() {
    for names in [&["app-1"][..], &["app-2"], &["app-3", "app-1"]] {
        let change = Change::RemoveBackends(names.iter().map(|it| name(it)).collect());
        let removed = applied(&desired(), &change, &by("ana", ""), NOW_MS).unwrap();
        let undo = undone(&removed.desired, &removed.operation);
        assert_eq!(undo.desired.gateway, desired().gateway, "{names:?}");
    }
}

#[test]
fn several_changes_are_made_one_after_the_other_or_none_of_them() {
    let weigh = |text: &str, edit| Change::SetWeights(vec![(name(text), edit)]);
    let first = weigh("app-1", WeightEdit::Absolute(Weight::nearest(50)));
    let drain = Change::SetStanding(vec![name("app-2")], Standing::Draining);
    let more = weigh("app-1", WeightEdit::Delta(7));
    let all = Change::All(vec![first.clone(), drain, more]);
    let done = applied(&desired(), &all, &by("ana", "v42"), NOW_MS).unwrap();
    assert_eq!(done.desired.gateway.backend("app-1").unwrap().1.weight.get(), 57);
    assert_eq!(done.desired.gateway.backend("app-2").unwrap().1.standing, Standing::Draining);
    assert_eq!(done.desired.revision, desired().revision + 1);
    assert_eq!(done.operation.target, "backend/app-1,backend/app-2,backend/app-1");
    assert_eq!(undone(&done.desired, &done.operation).desired.gateway, desired().gateway);
    let wrong = Change::All(vec![first, Change::RemoveBackends(vec![name("app-9")])]);
    let refused = apply(&desired(), &wrong, &by("ana", ""), NOW_MS).unwrap_err();
    assert!(refused.to_string().starts_with("change 2: no backend is called app-9"), "{refused}");
    assert!(refused.hint().unwrap().contains("backend list"));
    let within = Change::All(vec![Change::Expire, Change::Confirm("0001".to_owned())]);
    assert!(apply(&desired(), &within, &by("ana", ""), NOW_MS).is_err());
}

#[test]
fn a_weight_that_changed_since_does_not_keep_a_drain_from_ending() {
    let drain = drained(60);
    assert_eq!(drain.operation.expires_ms, Some(61_000));
    let (_, stands) = drain.desired.gateway.backend("app-1").unwrap();
    assert_eq!(drain.desired.standing_until_ms(stands), Some(61_000));
    let edits = vec![(name("app-1"), WeightEdit::Absolute(Weight::nearest(7)))];
    let weighed = applied(&drain.desired, &Change::SetWeights(edits), &by("bob", ""), 2000);
    let back = Change::Revert { op: drain.operation.id, why: "over".to_owned() };
    let back = applied(&weighed.unwrap().desired, &back, &by("gateway", ""), 61_000).unwrap();
    let (_, stands) = back.desired.gateway.backend("app-1").unwrap();
    assert_eq!((stands.standing, stands.weight.get(), &stands.mark), (Standing::Active, 7, &None));
    assert!(back.desired.reverts.is_empty());
    assert_eq!((&*back.operation.what, &*back.operation.reason), ("revert", "over"));
}

#[test]
fn what_somebody_put_right_since_is_left_alone_and_the_promise_is_kept_no_longer() {
    let drain = drained(60);
    let enable = Change::SetStanding(vec![name("app-1")], Standing::Active);
    let enabled = applied(&drain.desired, &enable, &by("bob", "done"), 2000).unwrap().desired;
    let (_, stands) = enabled.gateway.backend("app-1").unwrap();
    assert_eq!(enabled.standing_until_ms(stands), None, "it does not drain any more");
    let back = Change::Revert { op: drain.operation.id.clone(), why: "over".to_owned() };
    let back = applied(&enabled, &back, &by("gateway", ""), 61_000).unwrap();
    assert_eq!(back.desired.gateway, enabled.gateway);
    assert_eq!(back.operation.after, "left as it is");
    assert_eq!(back.operation.conflicts.len(), 1);
    assert_eq!(back.operation.undoes, None, "it took nothing back");
    assert_eq!(back.desired.revision, enabled.revision + 1, "it is told");
    let undo = undone(&enabled, &drain.operation);
    assert_eq!(undo.operation.conflicts[0].target, "backend/app-1");
    assert_eq!(undo.desired.gateway, desired().gateway, "overruled");
    assert!(undo.desired.reverts.is_empty());
}

#[test]
fn a_confirmation_keeps_what_would_go_back_and_what_expires_still_does() {
    let second = Some(Duration::from_secs(1));
    let weigh = || {
        let edit = WeightEdit::Absolute(Weight::nearest(7));
        Change::SetWeights(vec![(name("app-1"), edit)])
    };
    let with = |terms: Terms| {
        let intent = Intent { terms, ..by("ana", "try") };
        applied(&desired(), &weigh(), &intent, NOW_MS)
    };
    let guard = Some("error>1%".parse().unwrap());
    let terms = Terms { confirm_within: second, guard: guard.clone(), ..Terms::default() };
    let weighed = with(terms.clone()).unwrap();
    let op = weighed.operation.id.clone();
    assert_eq!(weighed.desired.revert(&op).unwrap().due_ms(), Some(2000));
    let confirm = Change::Confirm(op.clone());
    let kept = applied(&weighed.desired, &confirm, &by("bob", ""), NOW_MS).unwrap();
    assert_eq!(kept.desired.reverts, []);
    assert_eq!(kept.operation.what, "confirm");
    assert!(apply(&kept.desired, &confirm, &by("bob", ""), NOW_MS).is_err(), "once");
    let both = with(Terms { ttl: Some(Duration::from_secs(60)), ..terms }).unwrap();
    let kept = applied(&both.desired, &Change::Confirm(op.clone()), &by("bob", ""), NOW_MS);
    let kept = kept.unwrap().desired;
    let waits = kept.revert(&op).unwrap();
    assert_eq!((waits.due_ms(), &waits.guard), (Some(61_000), &None));
    assert!(with(Terms { guard, ..Terms::default() }).is_none(), "for how long?");
    let undo = undone(&both.desired, &both.operation);
    assert_eq!(undo.desired.reverts, [], "what is undone does not go back again");
}

#[test]
fn what_changes_nothing_cannot_be_promised_to_end() {
    let terms = Terms { ttl: Some(Duration::from_secs(9)), ..Terms::default() };
    let intent = Intent { terms, ..by("ana", "") };
    let enable = Change::SetStanding(vec![name("app-1")], Standing::Active);
    let refused = apply(&desired(), &enable, &intent, NOW_MS).unwrap_err();
    assert!(refused.to_string().contains("is so already"), "{refused}");
    let target = crate::model::LimitTarget { name: name("create"), key: None };
    let refused = apply(&desired(), &Change::ResetLimit(target), &intent, NOW_MS);
    assert!(matches!(refused, Err(Rejection::Invalid { field: "ttl", .. })), "{refused:?}");
}

#[test]
fn a_ramp_that_arrived_is_nobodys_change() {
    let edits = vec![(name("app-1"), WeightEdit::Absolute(Weight::nearest(300)))];
    let ramp = Change::RampWeights { edits, lasts: Duration::from_secs(9), abort_if: None };
    let ramped = applied(&desired(), &ramp, &by("ana", ""), NOW_MS).unwrap();
    let arrived = applied(&ramped.desired, &Change::Expire, &by("gateway", ""), 10_000).unwrap();
    assert!(arrived.operation.touched.is_empty(), "nothing can be put back");
    let undo = undone_at(&arrived.desired, &ramped.operation, 10_000);
    assert_eq!(undo.operation.conflicts, []);
    assert_eq!(undo.desired.gateway, desired().gateway);
}

#[test]
fn an_undo_that_would_leave_a_hole_is_refused() {
    let mut file = desired().file;
    file.limits.push(crate::model::Limit { name: name("more"), ..file.limits[0].clone() });
    let change = Change::ApplyFile(Box::new(file.clone()));
    let did = applied(&desired(), &change, &by("file", ""), NOW_MS).unwrap();
    file.routes.push(route("new", &["more"]));
    let change = Change::ApplyFile(Box::new(file));
    let newer = applied(&did.desired, &change, &by("file", ""), NOW_MS).unwrap();
    let undo = Change::Undo(Arc::new(did.operation));
    let refused = apply(&newer.desired, &undo, &by("ana", ""), NOW_MS).unwrap_err();
    assert!(refused.to_string().contains("limit/more would be gone, and route new"), "{refused}");
}

#[test]
fn the_first_file_leaves_nothing_to_go_back_to() {
    let change = Change::ApplyFile(Box::new(desired().file));
    let first = apply(&Desired::default(), &change, &by("file", ""), NOW_MS).unwrap();
    assert_eq!((first.operation.touched.len(), first.operation.undo), (0, Undo::None));
}
