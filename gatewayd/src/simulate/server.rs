//! A server: a machine, and what the gateway knows and the driver says of it.

use std::collections::VecDeque;

use super::machine::Machine;
use super::scenario::SECOND_NS;
use crate::model::{Health, Name, ServerPhase, Standing};
use crate::policy::scaling::{CpuReport, Run, Signs, is_ill, phase};
use crate::policy::{Checkup, Findings, Part};

/// For so many seconds a machine's CPU is remembered, for reports that lag.
const REMEMBERED_S: usize = 600;

/// One server from its order to its end.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) name: Name,
    pub(super) machine: Machine,
    pub(super) ordered_ns: u64,
    pub(super) gone_ns: Option<u64>,
    /// Whether it is in the pool.
    pub(super) listed: bool,
    pub(super) standing: Standing,
    pub(super) findings: Findings,
    /// Attempts that failed since one last went well.
    pub(super) failed_row: u32,
    /// When it last began to take requests.
    pub(super) joined_ms: u64,
    /// Whether it was healthy once.
    pub(super) proven: bool,
    /// How much of its weight it takes now.
    pub(super) part: Part,
    pub(super) phase: ServerPhase,
    pub(super) phase_since_ms: u64,
    /// Since when it is ill, if it is.
    pub(super) ill_since_ms: Option<u64>,
    pub(super) attempts: u64,
    pub(super) failures: u64,
    pub(super) unreached: u64,
    pub(super) answered: u64,
    pub(super) most_in_flight: u32,
    pub(super) metrics: Metrics,
    pub(super) report: Option<CpuReport>,
    cpu: Cpu,
}

/// How a server reports its CPU.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Metrics {
    True,
    Lost,
    Late { seconds: u64 },
    Wrong { factor: f64 },
}

/// What a machine measures of itself, second by second.
#[derive(Debug, Default)]
struct Cpu {
    /// The newest first.
    ratios: VecDeque<f64>,
    busy_ns: u64,
    attempts: u64,
}

impl Server {
    /// One that is ordered now.
    pub(super) fn new(name: Name, machine: Machine, now_ns: u64, now_ms: u64) -> Server {
        Server {
            name,
            machine,
            ordered_ns: now_ns,
            gone_ns: None,
            listed: false,
            standing: Standing::Active,
            findings: Findings::of(Checkup::new(now_ms)),
            failed_row: 0,
            joined_ms: now_ms,
            proven: false,
            part: Part::NONE,
            phase: ServerPhase::Starting,
            phase_since_ms: now_ms,
            ill_since_ms: None,
            attempts: 0,
            failures: 0,
            unreached: 0,
            answered: 0,
            most_in_flight: 0,
            metrics: Metrics::True,
            report: None,
            cpu: Cpu::default(),
        }
    }

    /// Whether it is there, in whatever state.
    pub(super) fn is_there(&self) -> bool {
        self.gone_ns.is_none()
    }

    /// What its probes say, and if that is nothing bad, its answers.
    pub(super) fn health(&self) -> Health {
        self.findings.health()
    }

    /// Whether it would take requests if it were healthy: in a panic it does.
    pub(super) fn is_eligible(&self) -> bool {
        let active = self.standing == Standing::Active;
        self.is_there() && self.listed && active && self.findings.checkup.is_proven()
    }

    /// Whether the gateway may send it new requests, outside of a panic.
    pub(super) fn takes_requests(&self) -> bool {
        self.is_eligible() && self.health() == Health::Healthy
    }

    /// Looks where it is in its life.
    pub(super) fn enter_phase(&mut self, now_ms: u64) {
        let signs = self.signs();
        let next = if self.listed { phase(&signs) } else { ServerPhase::Starting };
        let ill = self.listed && is_ill(&signs);
        self.ill_since_ms = ill.then(|| self.ill_since_ms.unwrap_or(now_ms));
        // As in production: whether it listens is not told apart from how long a start takes.
        if next != self.phase && !(next.comes() && self.phase.comes()) {
            self.phase_since_ms = now_ms;
        }
        self.phase = next;
    }

    fn signs(&self) -> Signs {
        Signs {
            run: Some(if self.machine.is_down() { Run::Away } else { Run::Runs }),
            standing: self.standing,
            ours: self.standing == Standing::Draining,
            weighs: true,
            proven: self.proven,
            health: self.health(),
            part: self.part,
        }
    }

    /// Measures the second that is over; reports come with answers.
    pub(super) fn measure(&mut self, now_ns: u64, cores: u32, idle: f64) {
        let busy_ns = self.machine.busy_ns(now_ns);
        let worked = busy_ns.saturating_sub(self.cpu.busy_ns) as f64;
        self.cpu.busy_ns = busy_ns;
        let up = if self.machine.is_up() { idle } else { 0.0 };
        let ratio = (worked / (SECOND_NS as f64 * f64::from(cores)) + up).min(1.0);
        self.cpu.ratios.push_front(ratio);
        self.cpu.ratios.truncate(REMEMBERED_S);
        let answered = self.attempts > self.cpu.attempts;
        self.cpu.attempts = self.attempts;
        let told = match self.metrics {
            Metrics::True => Some(ratio),
            Metrics::Lost => None,
            Metrics::Late { seconds } => self.cpu.ratios.get(seconds as usize).copied(),
            Metrics::Wrong { factor } => Some((ratio * factor).min(1.0)),
        };
        if let Some(told) = told.filter(|_| answered) {
            let number = self.report.map_or(0, |report| report.number) + 1;
            // In thousandths, as the gateway keeps it.
            self.report = Some(CpuReport { ratio: (told * 1000.0).floor() / 1000.0, number });
        }
    }

    /// CPU use of the last second, 0..=1 of its cores.
    pub(super) fn cpu_ratio(&self) -> f64 {
        self.cpu.ratios.front().copied().unwrap_or_default()
    }
}
