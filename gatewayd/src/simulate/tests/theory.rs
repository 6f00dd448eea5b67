//! Queues whose answer is known: the engine has to find it within 2 %.

use super::*;

/// The mean time of an answer in seconds, of `scenario` without any mishap.
fn mean_s(scenario: &Scenario) -> f64 {
    let outcome = outcome(scenario, None, Planted::default());
    assert!(outcome.checkers.held(), "{:?}", outcome.checkers.broken());
    assert_eq!(outcome.tally.lost(), 0, "a queue of theory has no end");
    outcome.tally.times.mean_ns() / 1e9
}

#[track_caller]
fn assert_near(seen: f64, theory: f64) {
    let off = (seen / theory - 1.0) * 100.0;
    assert!(off.abs() < 2.0, "{seen} s, in theory {theory} s: {off:.2} % off");
}

fn queue(servers: u32, cores: u32, work: &str, rps: u32, seconds: u32) -> Scenario {
    told(&format!(
        r#"
        load = {{ phases = [{{ for = "{seconds}s", rps = {rps} }}] }}
        server = {{ cores = {cores}, work = "{work}", longest_wait = "60s" }}
        pool = {{ servers = {servers}, balance = "least-connections", answer_timeout = "60s",
                  health = {{ timeout = "60s" }} }}
        "#
    ))
}

#[test]
fn one_core_is_m_m_1() {
    // W = 1 / (μ − λ) (Erlang 1909)
    assert_near(mean_s(&queue(1, 1, "1ms", 700, 800)), 1.0 / (1000.0 - 700.0));
}

#[test]
fn four_cores_are_m_m_4() {
    // Erlang C: W = C(4, a) / (4μ − λ) + 1/μ, a = λ/μ
    let (service_rps, offered_rps) = (250.0, 800.0);
    let load: f64 = offered_rps / service_rps;
    let term = |n: i32| load.powi(n) / f64::from((1..=n).product::<i32>().max(1));
    let full = term(4) * 4.0 / (4.0 - load);
    let waits = full / ((0..4).map(term).sum::<f64>() + full);
    let theory = waits / (4.0 * service_rps - offered_rps) + 1.0 / service_rps;
    assert_near(mean_s(&queue(1, 4, "4ms", 800, 600)), theory);
}

#[test]
fn two_choices_of_many_servers_wait_as_mitzenmacher_says() {
    // In a large fleet the part ρ^(2^i − 1) of the servers has i requests or more, so that by
    // Little's law W = Σ ρ^(2^i − 1) / λ per server (Mitzenmacher 1996; Vvedenskaya et al. 1996).
    let load: f64 = 0.8;
    let requests: f64 = (1..8).map(|i| load.powi((1 << i) - 1)).sum();
    let theory = requests / load * 0.1;
    assert_near(mean_s(&queue(500, 1, "100ms", 4000, 120)), theory);
}
