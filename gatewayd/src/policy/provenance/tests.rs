use super::*;
use crate::model::example::{self, backend};
use crate::model::{Lapse, Mark, Rule, Weight};

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
