use std::num::NonZeroU32;
use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::model::{Rate, Source, Standing};

const TEXT: &str = r#"# The edge.
[[listener]]
name = "http"
address = "0.0.0.0:8080"

[[route]]
name = "all"
match = { path = "/*" }   # everything
pool = "app"

# Agreed with sales.
[[limit]]
name = "create"
key = "client-ip"
max = "100/minute"   # never more

[[limit]]
name = "read"
key = "client-ip"
rate = "10/second"
burst = 20
mode = "shadow"

[[pool]]
name = "app"
balance = "round-robin"

# The old one.
[[pool.backend]]
name = "app-1"
address = "10.0.0.1:9000"
weight = 50 # it is slow

[[pool.backend]]
name = "app-2"
address = "10.0.0.2:9000"

[pool.autoscale]
driver = "advise"
min = 2 # for the night
max = 20

[[pool]]
name = "in-line"
backend = [
    { name = "b-1", address = "10.0.1.1:9000" }, # one
    { name = "b-2", address = "10.0.1.2:9000", weight = 7 },
]
"#;

fn parse(text: &str) -> Gateway {
    let parsed = crate::config::parse("gateway.toml", text, Path::new("/"), &|_| Ok(()));
    parsed.unwrap_or_else(|wrong| panic!("{wrong}\n{text}")).gateway
}

fn backend(name: &str, address: &str, weight: i64) -> Backend {
    Backend {
        name: name.parse().unwrap(),
        address: address.parse().unwrap(),
        weight: weight.try_into().unwrap(),
        standing: Standing::Active,
        mark: None,
        source: Source::Hand,
        ramp: None,
    }
}

#[test]
fn only_what_is_wanted_otherwise_changes_and_comments_stay() {
    let file = parse(TEXT);
    let mut wanted = file.clone();
    wanted.limits[0].rule = Rule::Max("200/minute".parse().unwrap());
    wanted.pools[0].backends[0].weight = Weight::nearest(80);
    wanted.pools[0].autoscale.as_mut().unwrap().rules.min = 3;
    let rewritten = rewrite(TEXT, &file, &wanted).unwrap();
    let expected = TEXT
        .replace("max = \"100/minute\"   #", "max = \"200/minute\"   #")
        .replace("weight = 50 #", "weight = 80 #")
        .replace("min = 2 #", "min = 3 #");
    assert_eq!(rewritten, expected);
}

#[test]
fn backends_are_added_and_removed_in_the_way_they_are_written() {
    let file = parse(TEXT);
    let mut wanted = file.clone();
    wanted.pools[0].backends.remove(1);
    wanted.pools[0].backends.push(backend("app-3", "10.0.0.3:9000", 100));
    wanted.pools[1].backends.remove(0);
    wanted.pools[1].backends.push(backend("b-3", "[2001:db8::1]:9000", 9));
    let rewritten = rewrite(TEXT, &file, &wanted).unwrap();
    assert_eq!(parse(&rewritten), wanted, "{rewritten}");
    assert!(rewritten.contains("# The old one.") && rewritten.contains("# for the night"));
    assert!(!rewritten.contains("app-2"));
}

#[test]
fn a_pool_without_backends_gets_its_first() {
    let text = TEXT.split("backend = [").next().unwrap();
    let file = parse(text);
    let mut wanted = file.clone();
    wanted.pools[1].backends.push(backend("b-1", "10.0.1.1:9000", 0));
    let rewritten = rewrite(text, &file, &wanted).unwrap();
    assert_eq!(parse(&rewritten), wanted, "{rewritten}");
}

#[test]
fn a_text_that_describes_something_else_is_refused_with_what_is_missing() {
    let file = parse(TEXT);
    let mut wanted = file.clone();
    wanted.limits[0].rule = Rule::Max("200/minute".parse().unwrap());
    let other = TEXT.replace("\"create\"", "\"make\"");
    let missing = RewriteError::Missing("limit create".to_owned());
    assert_eq!(rewrite(&other, &file, &wanted), Err(missing));
    assert!(matches!(rewrite("a = [", &file, &wanted), Err(RewriteError::Syntax(_))));
}

fn rules() -> impl Strategy<Value = Rule> {
    let some = || (1_u32..1000).prop_map(|it| NonZeroU32::new(it).unwrap());
    prop_oneof![
        some().prop_map(|it| Rule::Max(format!("{it}/minute").parse().unwrap())),
        (some(), some()).prop_map(|(rate, burst)| {
            Rule::Rate(Rate::new(format!("{rate}/second").parse().unwrap(), burst).unwrap())
        }),
        some().prop_map(Rule::Concurrent),
    ]
}

proptest! {
    /// Whatever operators did, the file says it afterwards.
    #[test]
    fn what_is_written_is_read(
        rules in [rules(), rules()],
        shadow in any::<[bool; 2]>(),
        weights in proptest::collection::vec(0_i64..=1000, 5),
        here in any::<[bool; 5]>(),
        servers in (0_u32..5, 5_u32..50),
        target in proptest::option::of(1_u32..=100),
    ) {
        let file = parse(TEXT);
        let mut wanted = file.clone();
        for (limit, (rule, shadow)) in wanted.limits.iter_mut().zip(rules.into_iter().zip(shadow)) {
            limit.rule = rule;
            limit.mode = if shadow { LimitMode::Shadow } else { LimitMode::Enforce };
        }
        let all = wanted.pools.iter_mut().flat_map(|pool| &mut pool.backends);
        for (backend, weight) in all.zip(&weights) {
            backend.weight = (*weight).try_into().unwrap();
        }
        let mut stays = here.iter();
        for pool in &mut wanted.pools {
            pool.backends.retain(|_| *stays.next().unwrap());
        }
        if here[4] {
            wanted.pools[1].backends.push(backend("new", "10.0.9.9:9000", weights[4]));
        }
        let rules = &mut wanted.pools[0].autoscale.as_mut().unwrap().rules;
        (rules.min, rules.max) = servers;
        rules.target_cpu = target.or(rules.target_cpu);
        let rewritten = rewrite(TEXT, &file, &wanted).unwrap();
        prop_assert_eq!(parse(&rewritten), wanted);
        prop_assert!(rewritten.starts_with("# The edge.\n"));
    }
}
