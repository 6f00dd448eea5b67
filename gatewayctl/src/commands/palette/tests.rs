use std::time::Duration;

use proptest::{option, prelude::*, sample::select};

use super::*;
use crate::{
    model::{
        Backend, CandidateEdit, DrainOrder, Edit, LimitEdit, LimitMode, OnDeadline, RuleEdit,
        ScalerEdit, Standing, Then, WeightEdit,
    },
    tui::command_line,
};

#[test]
fn a_line_is_completed_from_what_the_dashboard_knows() {
    let backend = |name: &str| Backend { name: name.into(), ..Backend::default() };
    let backends = vec![backend("api-1"), backend("api-2"), backend("web-1")];
    let picture = Snapshot { backends, ..Snapshot::default() };
    let values = |line: &str| -> Vec<String> {
        completed(line, &picture).into_iter().map(|it| it.value).collect()
    };
    assert_eq!(values("drain a"), ["api-1", "api-2"]);
    assert_eq!(values("backend dr"), ["drain"]);
    assert_eq!(values("backend weight w"), ["web-1="]);
    assert!(values("").contains(&"backend".to_owned()));
    assert!(values("drain api-1 --re").contains(&"--reason".to_owned()));
    assert_eq!(values("nonsense x"), [""; 0]);
}

#[test]
fn only_what_changes_something_is_taken() {
    let taken = |line: &str| {
        let words = iter::once("gatewayctl").chain(line.split(' '));
        changes(&Cli::try_parse_from(words).unwrap().command.unwrap())
    };
    for line in ["drain a", "backend weight a=1", "limit enforce x", "scaler resume"] {
        assert!(taken(line), "{line}");
    }
    for line in ["backend list", "limit show x", "status", "top", "context use a", "man"] {
        assert!(!taken(line), "{line}");
    }
}

fn length() -> impl Strategy<Value = Duration> {
    (1_u64..600_000).prop_map(Duration::from_secs)
}

fn names(count: usize) -> Vec<String> {
    (1..=count).map(|number| format!("api-{number}")).collect()
}

fn drain_order() -> impl Strategy<Value = DrainOrder> {
    let late = select(vec![OnDeadline::Wait, OnDeadline::Kill, OnDeadline::Undo]);
    let then =
        prop_oneof![Just(Then::Stay), Just(Then::Remove), length().prop_map(Then::EnableAfter)];
    let lengths = (option::of(length()), option::of(length()), option::of(length()));
    (lengths, late, then).prop_map(|((requests, streams, spread), on_deadline, then)| DrainOrder {
        requests,
        streams,
        spread,
        on_deadline,
        then,
    })
}

/// Drains of up to five backends, so many at once.
fn drains() -> impl Strategy<Value = Vec<Edit>> {
    (1_usize..6, 1_usize..6, option::of(drain_order())).prop_map(|(count, at_once, order)| {
        let drain = |names: &[String]| Edit::Drain { names: names.to_vec(), order: order.clone() };
        names(count).chunks(at_once).map(drain).collect()
    })
}

fn rule() -> impl Strategy<Value = RuleEdit> {
    select(vec!["100/minute", "80/second burst 160", "5/10s", "20 at once"])
        .prop_map(|text| text.parse().unwrap())
}

fn other() -> impl Strategy<Value = Edit> {
    let weight = prop_oneof![
        (0_u32..=1000).prop_map(WeightEdit::Absolute),
        (-1000_i32..=1000).prop_map(WeightEdit::Delta),
        (0_u32..=10_000).prop_map(WeightEdit::Percent),
    ];
    let standing = select(vec![Standing::Active, Standing::Draining]);
    let limit = (
        rule(),
        option::of(select(vec![LimitMode::Enforce, LimitMode::Shadow])),
        option::of(length()),
    );
    prop_oneof![
        (option::of(0_u32..=1000), standing).prop_map(|(weight, standing)| Edit::AddBackend {
            pool: "api".into(),
            name: "api-9".into(),
            address: "[2001:db8::9]:9000".into(),
            weight,
            standing,
        }),
        (1_usize..4).prop_map(|count| Edit::Remove { names: names(count) }),
        (1_usize..4).prop_map(|count| Edit::Kill { names: names(count) }),
        select(vec![Standing::Active, Standing::Maintenance])
            .prop_map(|standing| Edit::SetStanding { names: names(2), standing }),
        prop::collection::vec(weight, 1..4).prop_map(|weights| Edit::SetWeights {
            edits: names(weights.len()).into_iter().zip(weights).collect()
        }),
        limit.prop_map(|(rule, mode, ttl)| Edit::SetLimit {
            name: "login".into(),
            edit: LimitEdit { rule, mode, ttl, candidate: None },
        }),
        select(vec![CandidateEdit::Promote, CandidateEdit::Drop]).prop_map(|candidate| {
            let edit = LimitEdit { candidate: Some(candidate), ..LimitEdit::default() };
            Edit::SetLimit { name: "login".into(), edit }
        }),
        option::of(length())
            .prop_map(|ttl| Edit::Scale { pool: "api".into(), edit: ScalerEdit::Pause { ttl } }),
        Just(Edit::Undo { id: "8f31".into() }),
    ]
}

/// What a line of the shell would ask a gateway for, in the order in which it would.
fn asked_by(line: &str) -> (Vec<Edit>, String, bool) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let text = line.strip_prefix("gatewayctl ").unwrap().to_owned();
    // Nobody is there to try an address.
    let text = text.replace("backend add", "backend add --no-probe");
    let order =
        runtime.block_on(async { order(Line { text, here: None }, Client::of_nobody()).await });
    let order = order.unwrap_or_else(|failure| panic!("{line}: {}", told(&failure)));
    let Order { edit, rest, intent, .. } = order;
    (iter::once(edit).chain(rest).collect(), intent.reason, intent.force)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn the_line_in_a_dialog_asks_for_what_the_dialog_sends(
        edits in prop_oneof![drains(), other().prop_map(|edit| vec![edit])],
        reason in "[a-z ']{0,12}",
        force in any::<bool>(),
    ) {
        let reason = if force { format!("x{reason}") } else { reason };
        let line = command_line(&edits[0], &edits[1..], &reason, force);
        prop_assert_eq!(asked_by(&line), (edits, reason, force), "{}", line);
    }
}
