use super::*;
use crate::model::{Entity, Touched};

const WINDOW: Duration = Duration::from_secs(600);

fn operation(revision: u64, undoes: Option<u64>) -> Operation {
    let frame = || Some(Entity::Frame(Box::default()));
    Operation {
        id: Operation::id_of(revision),
        revision,
        time_ms: revision as i64 * 1000,
        actor: "ana".to_owned(),
        undoes: undoes.map(Operation::id_of),
        touched: vec![Touched { target: "gateway".to_owned(), before: frame(), after: None }],
        ..Operation::default()
    }
}

fn kept(all: Vec<Operation>) -> Operations {
    Operations::new(all, WINDOW, Clock::start())
}

fn words(operations: &Operations, now_ms: i64) -> Vec<String> {
    let listed = operations.list(&Desired::default(), now_ms, 100, |_| true);
    let word = |it: &Operation| match &it.undo {
        Undo::Done(by) => format!("done {by}"),
        other => other.word().to_owned(),
    };
    listed.iter().map(word).collect()
}

#[test]
fn an_operation_is_undone_until_its_undo_is() {
    let untouched = Operation { touched: Vec::new(), ..operation(5, None) };
    let all = vec![operation(1, None), operation(2, Some(1)), untouched];
    let operations = kept(all);
    assert_eq!(words(&operations, 9000), ["none", "available", "done 0002"]);
    operations.push(&operation(6, Some(2)));
    assert_eq!(words(&operations, 9000), ["available", "none", "done 0006", "available"]);
    assert_eq!(words(&operations, 602_500), ["available", "none", "done 0006", "gone"]);
}

#[test]
fn the_latest_are_kept_and_those_that_touched_much_make_room_sooner() {
    let operations = kept((1..=KEPT as u64 + 3).map(|it| operation(it, None)).collect());
    assert_eq!(operations.list(&Desired::default(), 0, usize::MAX, |_| true).len(), KEPT);
    assert!(operations.find("0003").is_none() && operations.find("0004").is_some());
    let many = |revision| {
        let one = operation(revision, None);
        Operation { touched: vec![one.touched[0].clone(); ENTITIES - 1], ..one }
    };
    operations.push(&many(20_001));
    operations.push(&many(20_002));
    assert_eq!(operations.list(&Desired::default(), 0, usize::MAX, |_| true).len(), 1);
}

#[test]
fn a_key_is_that_of_its_actor_for_a_day_and_for_one_change() {
    let key = |change| Key { word: "k".to_owned(), change };
    let keyed = |revision, change| Operation {
        key: Some(key(change)),
        touched: Vec::new(),
        ..operation(revision, None)
    };
    let operations = kept(vec![keyed(1, 7)]);
    let known = |actor: &str, change, now_ms| operations.known(actor, &key(change), now_ms);
    assert!(matches!(known("ana", 7, 2000), Known::Same(it) if it.revision == 1));
    assert!(matches!(known("ana", 8, 2000), Known::Other(_)));
    assert_eq!(known("bob", 7, 2000), Known::No);
    assert_eq!(known("ana", 7, 1000 + KEY_HOLDS_MS), Known::No);
    operations.answered(&Operation { actor: "bob".to_owned(), ..keyed(2, 9) });
    assert!(matches!(known("bob", 9, 3000), Known::Same(it) if it.revision == 2));
    for number in 0..UNCHANGED as u64 {
        operations.answered(&keyed(10 + number, 1));
    }
    assert_eq!(known("bob", 9, 3000), Known::No, "there is no end of those that change nothing");
    assert!(matches!(known("ana", 1, 3000), Known::Same(_)));
}
