use proptest::prelude::*;

use super::*;
use crate::model::{LimitMode, LimitView, Phase, PoolView, Totals};

fn picture(second: i64, rps: f64, pools: usize) -> Snapshot {
    Snapshot {
        troubles: Vec::new(),
        time_ms: second * 1000,
        seq: 1,
        revision: 1,
        instance: "one".into(),
        host: "edge".into(),
        uptime_s: 1.0,
        ready: true,
        phase: Phase::Running,
        latency: Default::default(),
        totals: Totals { rps, ..Totals::default() },
        pools: (0..pools).map(pool).collect(),
        backends: Vec::new(),
        limits: Vec::new(),
        collapse: None,
        blocks: Vec::new(),
        listeners: Vec::new(),
        certificates: [].into(),
        problems: Vec::new(),
        refused: Vec::new(),
    }
}

fn pool(number: usize) -> PoolView {
    PoolView {
        name: format!("pool-{number}").parse().unwrap(),
        balance: String::new(),
        backends: 1,
        ready: 1,
        draining: 0,
        nobodys: 0,
        down: 0,
        rps: 5.0,
        in_flight: 0,
        pending: 0,
        p50_ms: None,
        p99_ms: None,
        error_ratio: None,
        headroom_ratio: Some(0.25),
        panic: false,
        ejections_total: 0,
        ejections_spared_total: 0,
        panics_total: 0,
        order: None,
        scaler_revision: 0,
        share_ratio: None,
        imbalance_ratio: None,
    }
}

fn limit(passed_per_s: f64, rejected_per_s: f64, would_reject_per_s: f64) -> LimitView {
    LimitView {
        name: "one".parse().unwrap(),
        key: "client-ip".to_owned(),
        rule: crate::model::Rule::Max("5/minute".parse().unwrap()),
        mode: LimitMode::Enforce,
        configured: None,
        passed_total: 0,
        rejected_total: 0,
        would_reject_total: 0,
        exempted_total: 0,
        overflowed_total: 0,
        adjustments: Vec::new(),
        keys: 0,
        evicted_total: 0,
        passed_per_s,
        rejected_per_s,
        would_reject_per_s,
        routes: Vec::new(),
        listeners: Vec::new(),
        of_all: false,
        candidate: None,
        lapse: None,
        revision: 1,
    }
}

#[test]
fn a_spike_is_seen_in_every_grain() {
    let history = History::default();
    for second in 1_200..2_400 {
        history.note(&picture(second, if second == 1_801 { 99.0 } else { 1.0 }, 0));
    }
    for (grain, first_s) in
        [(Grain::Second, 1_500), (Grain::TenSeconds, 1_200), (Grain::Minute, 1_200)]
    {
        let past = history.past("gateway", Figure::Rps, grain, 0).unwrap();
        assert_eq!(past.first_ms, first_s * 1000, "{grain:?}");
        let at = (1_801 - first_s) / grain.step().as_secs() as i64;
        assert_eq!(past.maxima[at as usize], 99.0, "{grain:?}");
        assert!(past.means.iter().all(|mean| *mean >= 1.0), "{grain:?}");
    }
    let minute = history.past("gateway", Figure::Rps, Grain::Minute, 1_800_000).unwrap();
    assert_eq!(minute.first_ms, 1_800_000);
    assert!((minute.means[0] - (59.0 + 99.0) / 60.0).abs() < 1e-3, "{}", minute.means[0]);
}

#[test]
fn what_is_gone_is_forgotten_and_what_is_new_begins() {
    let history = History::default();
    history.note(&picture(1, 1.0, 1));
    assert!(history.past("pool/pool-0", Figure::Cpu, Grain::Second, 0).is_some());
    history.note(&picture(2, 1.0, 0));
    assert_eq!(history.past("pool/pool-0", Figure::Cpu, Grain::Second, 0), None);
    history.note(&picture(3, 1.0, 1));
    let again = history.past("pool/pool-0", Figure::Cpu, Grain::Second, 0).unwrap();
    assert_eq!((again.first_ms, again.maxima), (3_000, vec![0.75]));
    let kept = history.kept(|target| target == "gateway");
    assert_eq!(kept.len(), 7);
}

#[test]
fn more_than_there_is_room_for_has_no_past_and_takes_none() {
    let history = History::default();
    for second in 1..4 {
        history.note(&picture(second, 1.0, 500));
    }
    let kept = history.kept(|_| true);
    assert!((MOST_FIGURES - 8..=MOST_FIGURES).contains(&kept.len()), "{}", kept.len());
    assert_eq!(kept.iter().filter(|(target, _)| target == "gateway").count(), 7);
    history.note(&picture(4, 1.0, 2));
    assert_eq!(history.kept(|_| true).len(), 7 + 2 * 8);
}

#[test]
fn a_limit_in_shadow_mode_was_asked_as_often_as_one_that_enforces() {
    for (view, asked, over) in [(limit(3.0, 2.0, 0.0), 5.0, 2.0), (limit(5.0, 0.0, 2.0), 5.0, 2.0)]
    {
        let mut seen = picture(1, 0.0, 0);
        seen.limits = vec![view];
        let history = History::default();
        history.note(&seen);
        let read = |figure| history.past("limit/one", figure, Grain::Second, 0).unwrap().maxima;
        assert_eq!((read(Figure::Rps), read(Figure::Rejected)), (vec![asked], vec![over]));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn it_never_holds_more_figures_than_it_may(counts in prop::collection::vec(0_usize..300, 1..6)) {
        let history = History::default();
        for (second, pools) in (1..).zip(counts) {
            history.note(&picture(second, 1.0, pools));
            prop_assert!(history.kept(|_| true).len() <= MOST_FIGURES);
        }
    }
}
