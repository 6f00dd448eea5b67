use super::*;
use crate::model::example::{self, backend};
use crate::model::{Lapse, Mark, Rule, Touched, Weight};

fn desired() -> Desired {
    let (pool, limit) = (example::pool([backend("a"), backend("b")]), example::limit("100/minute"));
    let file = Gateway { pools: vec![pool], limits: vec![limit], ..Gateway::default() };
    Desired { gateway: file.clone(), file, ..Desired::default() }
}

fn rule(text: &str) -> Rule {
    Rule::Max(text.parse().unwrap())
}

/// Target, field, whether it differs, whether a file can say it.
fn differences(desired: &Desired) -> Vec<(String, &'static str, bool)> {
    let all = fields(desired).into_iter().filter(FieldView::differs);
    all.map(|it| (it.target, it.field, it.persists)).collect()
}

#[test]
fn what_the_file_says_is_the_files() {
    let desired = desired();
    assert_eq!(differences(&desired), []);
    assert_eq!(persistable(&desired), desired.file);
    assert!(fields(&desired).iter().all(|it| it.provenance == Provenance::File && !it.persists));
}

#[test]
fn what_operators_did_is_told_and_written_as_far_as_a_file_can_say_it() {
    let mut desired = desired();
    let pool = &mut desired.gateway.pools[0];
    pool.backends[0].weight = Weight::nearest(50);
    pool.backends[0].standing = Standing::Draining;
    let mark = Mark { owner: "ops".into(), reason: "patch".into(), since_ms: 7, drain: None };
    pool.backends[0].mark = Some(mark.clone());
    pool.backends.remove(1);
    pool.backends.push(Backend { standing: Standing::Draining, ..backend("by-hand") });
    pool.backends.push(Backend { source: Source::Autoscaler, ..backend("scaled") });
    desired.gateway.limits[0].rule = rule("200/minute");
    let told = differences(&desired);
    let expected = [
        ("limit/create", "rule", true),
        ("backend/a", "weight", true),
        ("backend/a", "standing", false),
        ("backend/by-hand", "address", true),
        ("backend/by-hand", "weight", true),
        ("backend/by-hand", "standing", false),
        ("backend/scaled", "address", false),
        ("backend/scaled", "weight", false),
        ("backend/b", "address", true),
    ];
    assert_eq!(
        told,
        expected.map(|(target, field, persists)| (target.to_owned(), field, persists))
    );
    let standing = fields(&desired).into_iter().find(|it| it.value.as_deref() == Some("draining"));
    assert_eq!(standing.unwrap().mark, Some(mark));

    let wanted = persistable(&desired);
    let names: Vec<(&str, Standing)> =
        wanted.backends().map(|(_, it)| (it.name.as_str(), it.standing)).collect();
    assert_eq!(names, [("a", Standing::Active), ("by-hand", Standing::Active)]);
    assert_eq!(wanted.limits[0].rule, rule("200/minute"));
}

#[test]
fn what_ends_by_itself_is_not_written() {
    let mut desired = desired();
    let limit = &mut desired.gateway.limits[0];
    limit.rule = rule("900/minute");
    limit.rule_lapse = Some(Lapse { until_ms: 1, to: rule("100/minute") });
    assert_eq!(differences(&desired), [("limit/create".to_owned(), "rule", false)]);
    assert_eq!(persistable(&desired), desired.file);
}

#[test]
fn each_field_is_told_with_the_operation_that_said_it_last() {
    let mut desired = desired();
    let file = &desired.file.pools[0];
    let step = |number: u64, weight: (i64, i64), standing: (Standing, Standing)| {
        let is = |weight, standing| Entity::Backend {
            pool: file.name.clone(),
            place: 0,
            backend: Box::new(Backend {
                weight: Weight::nearest(weight),
                standing,
                ..backend("a")
            }),
        };
        let touched = Touched {
            target: "backend/a".to_owned(),
            before: Some(is(weight.0, standing.0)),
            after: Some(is(weight.1, standing.1)),
        };
        Operation {
            id: Operation::id_of(number),
            time_ms: number as i64,
            actor: format!("op{number}"),
            reason: "why".to_owned(),
            touched: vec![touched],
            ..Operation::default()
        }
    };
    let (on, off) = (Standing::Active, Standing::Draining);
    let operations =
        [step(4, (50, 50), (on, off)), step(3, (70, 50), (on, on)), step(2, (100, 70), (on, on))];
    desired.gateway.pools[0].backends[0].weight = Weight::nearest(50);
    desired.gateway.pools[0].backends[0].standing = off;
    let mut fields = fields(&desired);
    attribute(&mut fields, operations.iter());
    let of = |field: &str| {
        let it = fields.iter().find(|it| it.target == "backend/a" && it.field == field).unwrap();
        let mark = it.mark.as_ref().map(|it| (it.owner.clone(), it.since_ms));
        (it.op.clone(), mark)
    };
    assert_eq!(of("weight"), (Some("0003".to_owned()), Some(("op3".to_owned(), 3))));
    assert_eq!(of("standing"), (Some("0004".to_owned()), Some(("op4".to_owned(), 4))));
    assert_eq!(of("address"), (None, None), "the file has said so since the start");
    let back = step(5, (50, 100), (off, on));
    let as_in_file = self::desired();
    let mut fields = super::fields(&as_in_file);
    attribute(&mut fields, std::iter::once(&back));
    assert!(fields.iter().all(|it| it.op.is_none()), "what is as the file says is the file's");
    let applied = Operation { what: "config".to_owned(), ..back };
    attribute(&mut fields, std::iter::once(&applied));
    let by_file = fields.iter().filter(|it| it.op.is_some()).map(|it| it.field);
    assert_eq!(by_file.collect::<Vec<_>>(), ["weight", "standing"]);
}
