//! Going back to a revision.

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;

use super::tests::{by, name};
use super::undo_tests::{NOW_MS, any_change, applied, undone, whole};
use super::*;
use crate::model::{Source, Weight, WeightEdit};

/// A gateway with all that was done to it.
#[derive(Clone)]
struct Told {
    now: Desired,
    /// Newest last.
    operations: Vec<Arc<Operation>>,
}

impl Told {
    fn new() -> Told {
        let mut now = whole();
        now.revision = 1;
        let first = Operation { revision: 1, id: Operation::id_of(1), ..Operation::default() };
        Told { now, operations: vec![Arc::new(first)] }
    }

    fn apply(&mut self, change: &Change, intent: &Intent, now_ms: i64) -> Option<Arc<Operation>> {
        let done = applied(&self.now, change, intent, now_ms)?;
        if done.operation.unchanged {
            return None;
        }
        self.now = done.desired;
        self.operations.push(Arc::new(done.operation));
        self.operations.last().cloned()
    }

    fn since(&self, to: u64) -> Vec<Arc<Operation>> {
        self.operations.iter().rev().take_while(|it| it.revision > to).cloned().collect()
    }

    fn rolled_back(&self, to: u64, now_ms: i64) -> Result<Applied, Rejection> {
        let change = Change::Rollback { to, since: self.since(to) };
        let mut applied = apply(&self.now, &change, &by("bob", "no"), now_ms)?;
        applied.operation.id = Operation::id_of(applied.desired.revision);
        Ok(applied)
    }
}

fn weigh(text: &str, weight: i64) -> Change {
    Change::SetWeights(vec![(name(text), WeightEdit::Absolute(Weight::nearest(weight)))])
}

fn drain(text: &str) -> Change {
    Change::SetStanding(vec![name(text)], Standing::Draining)
}

proptest! {
    #[test]
    fn a_gateway_goes_back_to_what_it_was_at_any_revision_and_forward_again(
        steps in proptest::collection::vec((any_change(), any::<bool>()), 1..12),
        chosen in any::<prop::sample::Index>(),
    ) {
        let mut told = Told::new();
        let mut was = vec![told.now.gateway.clone()];
        for (change, and_undo) in &steps {
            let Some(done) = told.apply(change, &by("ana", "why"), NOW_MS) else { continue };
            was.push(told.now.gateway.clone());
            if *and_undo && told.apply(&Change::Undo(done), &by("bob", ""), NOW_MS).is_some() {
                was.push(told.now.gateway.clone());
            }
        }
        let to = chosen.index(was.len()) as u64 + 1;
        let back = told.rolled_back(to, NOW_MS).unwrap();
        prop_assert_eq!(&back.desired.gateway, &was[to as usize - 1]);
        prop_assert_eq!(back.operation.unchanged, back.desired.gateway == told.now.gateway);
        if !back.operation.unchanged {
            prop_assert_eq!(back.desired.revision, told.now.revision + 1);
            let forward = undone(&back.desired, &back.operation);
            prop_assert_eq!(forward.desired.gateway, told.now.gateway);
        }
    }
}

#[test]
fn what_is_not_kept_is_refused_with_what_is() {
    let mut told = Told::new();
    for weight in 1..=5 {
        told.apply(&weigh("app-1", weight), &by("ana", ""), NOW_MS).unwrap();
    }
    let refused = |told: &Told, to| told.rolled_back(to, NOW_MS).unwrap_err().to_string();
    assert!(refused(&told, 0).ends_with("the oldest that is kept is 1"));
    assert!(refused(&told, 7).ends_with("the gateway has come to 6 only"));
    assert!(told.rolled_back(6, NOW_MS).unwrap().operation.unchanged);
    told.operations.drain(..3);
    assert!(refused(&told, 2).ends_with("the oldest that is kept is 3"));
    let (_, back) = (told.rolled_back(2, NOW_MS), told.rolled_back(3, NOW_MS).unwrap());
    assert_eq!(back.desired.gateway.backend("app-1").unwrap().1.weight.get(), 2);
    assert_eq!(back.operation.target, "gateway,backend/app-1");
    assert_eq!(back.operation.before, "revision 6; active weight 5");
    assert_eq!(back.operation.after, "as at revision 3; active weight 2");
    let stale = Change::Rollback { to: 3, since: told.since(3) };
    told.apply(&weigh("app-1", 9), &by("ana", ""), NOW_MS).unwrap();
    let stale = apply(&told.now, &stale, &by("bob", ""), NOW_MS).unwrap_err();
    assert!(matches!(stale, Rejection::Stale { expected: 6, actual: 7, .. }), "{stale}");
}

#[test]
fn what_came_about_by_itself_stands() {
    let mut told = Told::new();
    let terms = Terms { ttl: Some(Duration::from_secs(60)), ..Terms::default() };
    let for_a_while = Intent { terms, ..by("ana", "patch") };
    let drained = told.apply(&drain("app-1"), &for_a_while, NOW_MS).unwrap();
    let ended = Intent { via: "auto".to_owned(), ..by("gateway", "") };
    let over = Change::Revert { op: drained.id.clone(), why: "over".to_owned() };
    told.apply(&over, &ended, 61_000).unwrap();
    told.apply(&weigh("app-1", 7), &by("bob", ""), 62_000).unwrap();
    let back = told.rolled_back(drained.revision, 63_000).unwrap().desired.gateway;
    let (_, stands) = back.backend("app-1").unwrap();
    assert_eq!((stands.standing, stands.weight), (Standing::Active, Weight::DEFAULT));
}

#[test]
fn what_would_go_back_by_itself_and_is_taken_back_now_does_not_later() {
    let mut told = Told::new();
    let terms = Terms { ttl: Some(Duration::from_secs(60)), ..Terms::default() };
    let for_a_while = Intent { terms, ..by("ana", "patch") };
    told.apply(&weigh("app-2", 5), &for_a_while, NOW_MS).unwrap();
    told.apply(&drain("app-1"), &for_a_while, NOW_MS).unwrap();
    assert_eq!(told.now.reverts.len(), 2);
    let back = told.rolled_back(2, NOW_MS).unwrap();
    assert_eq!(back.desired.reverts.len(), 1, "that of the weight, which still holds");
}

#[test]
fn servers_of_an_autoscaler_that_are_gone_stay_gone() {
    let mut told = Told::new();
    let scaler = Intent { via: "autoscaler".to_owned(), ..by("autoscaler", "") };
    let add = Change::AddBackend {
        pool: name("app"),
        name: name("app-9"),
        address: "10.0.0.9:9000".parse().unwrap(),
        weight: Weight::DEFAULT,
        standing: Standing::Active,
        source: Source::Autoscaler,
    };
    told.apply(&add, &scaler, NOW_MS).unwrap();
    told.apply(&weigh("app-1", 7), &by("ana", ""), NOW_MS).unwrap();
    assert!(told.rolled_back(1, NOW_MS).unwrap().desired.gateway.backend("app-9").is_some());
    told.apply(&drain("app-9"), &by("ana", ""), NOW_MS).unwrap();
    let remove = Change::RemoveBackends(vec![name("app-9")]);
    told.apply(&remove, &scaler, NOW_MS).unwrap();
    let back = told.rolled_back(1, NOW_MS).unwrap().desired.gateway;
    assert_eq!(back, whole().gateway);
}
