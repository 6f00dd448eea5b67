//! A dashboard to tell stories with: a gateway that never was, at a time that never passes by itself.

use std::time::Duration;

use ratatui::{Terminal, backend::TestBackend, buffer::Buffer};

use super::traffic;
use crate::{
    client,
    model::{
        Backend, Block, Certificate, Condition, Decision, Drain, Edit, Event, Failures, Field,
        Grouping, Headroom, Health, Limit, LimitMode, Operation, Pool, ProbeReport, ProbeStep,
        Problem, Rejection, ScaledServer, Scaler, ScalingRun, Scheme, Severity, Share, Simulation,
        Snapshot, Stage, Standing, Totals, Voucher, WhatIf,
    },
    tui::{
        Care, Depth,
        connection::Connection,
        effect::{Effect, Request},
        key::Key,
        look::Look,
        lore::{Finding, Found, Inquiry, Tried},
        message::{Answer, LinkEvent, Msg},
        model::{Model, Settings},
        moment::Moment,
        screens::{Screen, traffic::News},
        tailing::Tail,
        themes::Themes,
        update::update,
        view::view,
    },
};

/// 2026-09-24 14:03:22Z.
pub(super) const NOON: i64 = 1_790_258_602_000;

/// A dashboard, its clock, and what it wanted so far.
#[derive(Debug, Clone)]
pub(super) struct Story {
    pub(super) model: Model,
    pub(super) effects: Vec<Effect>,
    pub(super) gateway: Snapshot,
    now: Duration,
}

impl Story {
    /// A dashboard that knows nothing yet.
    pub(super) fn begin(look: Look) -> Self {
        let settings = Settings {
            context: "local".into(),
            address: "unix:///run/gatewayd/admin.sock".into(),
            look,
            care: Care::default(),
            own_address: String::new(),
            keymap: crate::tui::Keymap::default(),
            layouts: crate::tui::Layouts::default(),
            themes: Themes::new(Scheme::Ansi16.into(), Depth::Sixteen),
            refresh: Duration::from_secs(1),
            contexts: Vec::new(),
            read_only: false,
            mouse: false,
        };
        let connection = Connection::new(Duration::from_secs(1));
        let model = Model::new(settings, connection, Screen::Overview);
        Self { model, effects: Vec::new(), gateway: gateway(), now: Duration::ZERO }
    }

    /// A dashboard that has watched the gateway for five minutes.
    pub(super) fn watching(look: Look) -> Self {
        let mut story = Self::begin(look);
        story.tell(Msg::Link(LinkEvent::Up));
        for event in events() {
            story.tell(Msg::Link(LinkEvent::Event(event)));
        }
        let end = story.gateway.clone();
        for second in 0..=300 {
            story.gateway = at(&end, second - 300);
            story.watch();
        }
        story
    }

    /// The same, on this screen.
    pub(super) fn on(mut self, screen: Screen) -> Self {
        self.model.screen = screen;
        self.inform();
        self
    }

    /// The gateway answers what is asked now, and what is asked next because of that.
    pub(super) fn inform(&mut self) {
        self.tell(Msg::Tick);
        for _ in 0..4 {
            let asked: Vec<Inquiry> = self.inquiries().into_iter().cloned().collect();
            self.effects.retain(|effect| !matches!(effect, Effect::Inquire(_)));
            for inquiry in asked {
                self.find(Found { result: Ok(canned(&inquiry)), inquiry });
            }
        }
        self.flow(News::Batch(traffic::batch()));
    }

    /// The traffic that is followed last tells this; nothing, while none is.
    pub(super) fn flow(&mut self, news: News) -> Vec<Effect> {
        match self.tail() {
            Some(Tail { stream, asked: Some(_) }) => self.tell(Msg::traffic(stream, news)),
            _ => Vec::new(),
        }
    }

    /// What traffic was asked for last.
    pub(super) fn tail(&self) -> Option<Tail> {
        self.effects.iter().rev().find_map(|effect| match effect {
            Effect::Tail(tail) => Some(tail.clone()),
            _ => None,
        })
    }

    /// An inquiry is answered.
    pub(super) fn find(&mut self, found: Found) -> Vec<Effect> {
        self.tell(Msg::Found(found))
    }

    /// What was inquired so far.
    pub(super) fn inquiries(&self) -> Vec<&Inquiry> {
        let effects = self.effects.iter();
        effects
            .filter_map(|effect| match effect {
                Effect::Inquire(inquiry) => Some(inquiry),
                _ => None,
            })
            .collect()
    }

    /// The last question about a change, or change, that was sent.
    pub(super) fn asked(&self) -> Option<(&Request, bool)> {
        self.effects.iter().rev().find_map(|effect| match effect {
            Effect::Preview(request) => Some((request, true)),
            Effect::Apply(request) => Some((request, false)),
            _ => None,
        })
    }

    pub(super) fn tell(&mut self, msg: Msg) -> Vec<Effect> {
        let effects = update(&mut self.model, Moment(self.now), msg);
        self.effects.extend(effects.clone());
        effects
    }

    /// A second passes and the next snapshot comes.
    pub(super) fn watch(&mut self) -> Vec<Effect> {
        self.now += Duration::from_secs(1);
        self.tell(Msg::Link(LinkEvent::Snapshot(Box::new(self.gateway.clone()))))
    }

    /// The next snapshot, after `change` happened at the gateway.
    pub(super) fn happen(&mut self, change: impl FnOnce(&mut Snapshot)) -> Vec<Effect> {
        self.gateway.time_ms += 1_000;
        self.gateway.seq += 1;
        change(&mut self.gateway);
        self.watch()
    }

    /// Time passes and nothing comes.
    pub(super) fn wait(&mut self, length: Duration) {
        self.now += length;
        self.tell(Msg::Tick);
    }

    /// The link is lost.
    pub(super) fn lose(&mut self) {
        let error = client::Error::new(client::ErrorCode::Unreachable, "connection refused");
        self.tell(Msg::Link(LinkEvent::Down {
            error,
            attempt: 3,
            retry_in: Duration::from_secs(4),
        }));
    }

    /// Keys at the pace of a person; characters are told by a text.
    pub(super) fn press(&mut self, keys: &str) -> Vec<Effect> {
        keys.chars().flat_map(|key| self.key(Key::Char(key))).collect()
    }

    pub(super) fn key(&mut self, key: Key) -> Vec<Effect> {
        self.now += Duration::from_millis(400);
        self.tell(Msg::Key(key))
    }

    /// The gateway answers the last request.
    pub(super) fn answer(&mut self, result: Result<Operation, client::Error>) -> Vec<Effect> {
        let Some((request, is_preview)) = self.asked() else { panic!("nothing was asked") };
        let ticket = request.ticket;
        self.now += Duration::from_millis(20);
        self.tell(Msg::Answer(Box::new(Answer { ticket, is_preview, result })))
    }

    /// The changes that were sent.
    pub(super) fn sent(&self) -> Vec<&Request> {
        let effects = self.effects.iter();
        effects
            .filter_map(|effect| match effect {
                Effect::Apply(request) => Some(request),
                _ => None,
            })
            .collect()
    }

    pub(super) fn buffer(&self, width: u16, height: u16) -> Buffer {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| view(&self.model, frame)).unwrap();
        terminal.backend().buffer().clone()
    }

    /// What stands on a terminal of this size.
    pub(super) fn frame(&self, width: u16, height: u16) -> String {
        text(&self.buffer(width, height))
    }
}

/// The rows of a buffer, without spaces at their ends.
pub(super) fn text(buffer: &Buffer) -> String {
    let area = buffer.area;
    let rows = (0..area.height).map(|y| {
        let row: String = (0..area.width).map(|x| buffer[(x, y)].symbol()).collect();
        row.trim_end().to_owned() + "\n"
    });
    rows.collect()
}

pub(super) fn unicode() -> Look {
    Look::new(false, true)
}

pub(super) fn ascii() -> Look {
    Look::new(true, false)
}

/// What the gateway answers to an inquiry.
pub(super) fn canned(inquiry: &Inquiry) -> Finding {
    match inquiry {
        Inquiry::Rejections(by) => Finding::Rejections(rejections(*by)),
        Inquiry::Simulation { limit, rule } => Finding::Simulation(Box::new(Simulation {
            limit: limit.clone(),
            rule: rule.to_string(),
            covered_s: 300.0,
            arrived: 93_300,
            were_refused: 55_200,
            would_refuse: 18_300,
            keys: 3_412,
            keys_were_refused: 34,
            keys_would_refuse: 3,
            keys_newly_refused: 0,
            top: vec![("203.0.113.44".into(), 12_120), ("2001:db8:7::/64".into(), 6_100)],
        })),
        Inquiry::Scalers => Finding::Scalers(scalers()),
        Inquiry::Decisions { pool, kinds } => {
            let wanted = |it: &Decision| {
                it.pool == *pool && (kinds.is_empty() || kinds.contains(&it.what.as_str()))
            };
            Finding::Decisions(decisions().into_iter().filter(wanted).collect())
        }
        Inquiry::Latest { pool } => {
            let found = decisions().into_iter().find(|it| it.pool == *pool);
            Finding::Latest(Box::new(found.unwrap_or_default()))
        }
        Inquiry::WhatIf(tried) => Finding::WhatIf(Box::new(what_if(tried))),
        Inquiry::Explanation { id } => {
            let found = decisions().into_iter().find(|it| it.id == *id).unwrap_or_default();
            let servers = vec![server("app-1", 0.72, true), server("app-4", 0.31, false)];
            Finding::Explanation(Box::new(Decision { servers, ..found }))
        }
        Inquiry::Operations => Finding::Operations(operations()),
        Inquiry::Fields => Finding::Fields(fields()),
        Inquiry::Probe { address, .. } => Finding::Probe(probed(address, &["tcp", "health"], true)),
        Inquiry::Certificates => Finding::Certificates(certificates()),
    }
}

pub(super) fn certificates() -> Vec<Certificate> {
    const DAY_MS: i64 = 86_400_000;
    let link = |subject: &str, issuer: &str, days| Voucher {
        subject: format!("C=US, O=An authority, CN={subject}"),
        issuer: format!("C=US, O=An authority, CN={issuer}"),
        expires_ms: NOON + days * DAY_MS,
    };
    let one = |id: &str, names: &[&str], left_ms: i64| Certificate {
        id: id.into(),
        name: names[0].into(),
        served_by: "https".into(),
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        subject: format!("CN={}", names[0]),
        issuer: "C=US, O=An authority, CN=R3".into(),
        serial: "04:1f:9a:02:77".into(),
        fingerprint: "9c".repeat(32),
        key: "ECDSA P-256".into(),
        not_before_ms: NOON + left_ms - 90 * DAY_MS,
        expires_ms: NOON + left_ms,
        source: format!("/etc/gatewayd/{}.pem", names[0]),
        self_signed: false,
        result: "renewed".into(),
        result_ms: NOON - 2 * DAY_MS,
        refused: String::new(),
        chain: vec![link("R3", "Root X1", 800), link("Root X1", "Root X1", 4_000)],
    };
    let shop = one("https/0", &["shop.example.com", "www.shop.example.com"], 66 * DAY_MS);
    let api = Certificate {
        result: "refused".into(),
        result_ms: NOON - 125_000,
        refused: "the key in \"/etc/gatewayd/api.example.com.key\" does not belong to the first \
                  certificate in \"/etc/gatewayd/api.example.com.pem\"; name the key of this \
                  certificate; a chain begins with the certificate of the server"
            .into(),
        ..one("https/1", &["api.example.com"], 6 * DAY_MS + 15_000_000)
    };
    let own = Certificate {
        served_by: "intern".into(),
        issuer: "CN=gatewayd self-signed".into(),
        subject: "CN=gatewayd self-signed".into(),
        source: "/var/lib/gatewayd/certificates/intern.cert.pem".into(),
        self_signed: true,
        not_before_ms: NOON - 22 * DAY_MS,
        result: "read".into(),
        chain: Vec::new(),
        ..one("intern/0", &["localhost", "127.0.0.1"], 343 * DAY_MS)
    };
    let over = Certificate {
        served_by: "[admin]".into(),
        ..one("[admin]/0", &["edge-1.ops.example.com"], -3_600_000)
    };
    vec![shop, api, own, over]
}

/// How the gateway finds an address: the last of the steps went well, or not.
pub(super) fn probed(address: &str, steps: &[&str], passed: bool) -> ProbeReport {
    let what = |step: &str, passed| match (step, passed) {
        ("tcp", true) => "connected",
        ("tcp", false) => "nobody listens there",
        ("dns", _) => "10.0.0.19",
        (_, true) => "200",
        (_, false) => "503",
    };
    let step = |(at, step): (usize, &&str)| {
        let passed = passed || at + 1 < steps.len();
        let what = what(step, passed).into();
        ProbeStep { step: (*step).into(), passed, what, took_ms: 0.4 }
    };
    let steps = steps.iter().enumerate().map(step).collect();
    ProbeReport { steps, address: address.replace("app-9.internal", "10.0.0.19") }
}

/// An hour under the rules there are, and under those that are tried.
fn what_if(tried: &Tried) -> WhatIf {
    let run = |run, peak_servers, server_hours| ScalingRun {
        run,
        pool: tried.pool.clone(),
        replayed_s: 3_600.0,
        start_s: 12.0,
        start_seen: true,
        load: 1.0,
        peak_servers,
        last_servers: 5,
        scale_outs: 3,
        scale_ins: 1,
        server_hours,
        ..ScalingRun::default()
    };
    let load = f64::from(tried.load_percent) / 100.0;
    let harder = ScalingRun { load, busy_s: 95.0, lost: 0.004, scale_outs: 6, ..run("", 12, 8.4) };
    WhatIf { now: run("now", 8, 6.1), what_if: ScalingRun { run: "what-if", ..harder } }
}

fn fields() -> Vec<Field> {
    let rule = Field {
        target: "limit/create-per-ip".into(),
        field: "rule".into(),
        value: Some("100/minute".into()),
        file: Some("40/minute".into()),
        differs: true,
        provenance: "operator".into(),
        owner: "op2".into(),
        reason: String::new(),
        since_ms: Some(NOON - 1_287_000),
        op: "001c".into(),
        line: None,
        persists: true,
    };
    let standing = Field {
        target: "backend/app-4".into(),
        field: "standing".into(),
        value: Some("draining".into()),
        file: Some("active".into()),
        owner: "ops-1".into(),
        reason: "kernel patch".into(),
        since_ms: Some(NOON - 41_000),
        op: "002a".into(),
        persists: false,
        ..rule.clone()
    };
    let same = Field { differs: false, target: "backend/app-1".into(), ..rule.clone() };
    let scaled =
        Field { provenance: "autoscaler".into(), target: "backend/app-9".into(), ..rule.clone() };
    vec![rule, standing, same, scaled]
}

fn operations() -> Vec<Operation> {
    let drain = Operation {
        id: "002a".into(),
        time_ms: NOON - 41_000,
        actor: "ops-1".into(),
        via: "tui".into(),
        what: "drain".into(),
        target: "backend/app-4".into(),
        reason: "kernel patch".into(),
        undo: "available".into(),
        undo_until_ms: Some(NOON + 559_000),
        ..Operation::default()
    };
    let limit = Operation {
        id: "001c".into(),
        time_ms: NOON - 1_287_000,
        actor: "op2".into(),
        what: "limit".into(),
        target: "limit/create-per-ip".into(),
        undo: "gone".into(),
        undo_until_ms: None,
        ..drain.clone()
    };
    vec![drain, limit]
}

fn scalers() -> Vec<Scaler> {
    let condition = |kind: &str, status, reason: &str, message: &str| Condition {
        kind: kind.into(),
        status,
        reason: reason.into(),
        message: message.into(),
    };
    let app = Scaler {
        pool: "app".into(),
        mode: "act".into(),
        driver: "process".into(),
        min: 4,
        max: 16,
        target_cpu: Some(65),
        target_rps: None,
        desired: 5,
        ready: 3,
        starting: 1,
        draining: 1,
        conditions: vec![
            condition("AbleToScale", true, "ScaleDownForbidden", "no scale-in: app-5 is down"),
            condition("ScalingActive", true, "ValidMetricFound", ""),
            condition("ScalingLimited", true, "ScaleUpLimit", "+100%/15s allows 6"),
        ],
        next: "5→6: offered 6909 rps × 1.23 ms/req ÷ 65 % = 5.8→6; +100%/15s allows 6".into(),
        ..Scaler::default()
    };
    let auth = Scaler {
        pool: "auth".into(),
        mode: "advise".into(),
        driver: "advise".into(),
        min: 1,
        max: 3,
        desired: 1,
        ready: 1,
        starting: 0,
        draining: 0,
        target_rps: Some(2_000),
        target_cpu: None,
        order_owner: "op2".into(),
        order_reason: "db failover".into(),
        order_expires_ms: Some(NOON + 47 * 60_000),
        next: "1: paused".into(),
        conditions: vec![condition(
            "ScalingActive",
            false,
            "ScalingDisabled",
            "an operator paused it",
        )],
        ..app.clone()
    };
    vec![app, auth]
}

fn decisions() -> Vec<Decision> {
    let stage = |name: &str, before, after, reason: &str| Stage {
        name: name.into(),
        before,
        after,
        reason: reason.into(),
    };
    let decision = |id, ago_s: i64, (from, to), what: &str, sentence: &str| Decision {
        id,
        time_ms: NOON - ago_s * 1_000,
        since_ms: NOON - ago_s * 1_000,
        pool: "app".into(),
        from,
        to,
        what: what.into(),
        sentence: sentence.into(),
        stages: vec![stage("required", f64::from(from), 5.8, "offered 6909 rps")],
        actions: Vec::new(),
        outcome: "nothing to do".into(),
        ..Decision::default()
    };
    vec![
        Decision {
            actions: vec!["start 1".into()],
            outcome: "done".into(),
            stages: vec![
                stage("required", 5.0, 7.8, "offered 6909 rps × 1.23 ms/req ÷ 65 % = 7.8"),
                stage("rate", 8.0, 6.0, "+100%/15s allows 6"),
            ],
            ..decision(
                9,
                8,
                (5, 6),
                "out",
                "5→6: offered 6909 rps × 1.23 ms/req ÷ 65 % = 7.8→8; +100%/15s allows 6",
            )
        },
        Decision {
            since_ms: NOON - 400_000,
            ..decision(
                8,
                9,
                (5, 5),
                "hold",
                "5: offered 5100 rps × 1.23 ms/req ÷ 65 % = 4.9→5; 3/3 reporting",
            )
        },
        decision(
            7,
            500,
            (5, 5),
            "refused",
            "5: offered 4100 rps × 1.23 ms/req ÷ 65 % = 3.9→4; no scale-in: app-5 is down",
        ),
        Decision {
            actions: vec!["start 1".into()],
            outcome: "start app-5: exited with status 1".into(),
            ..decision(6, 900, (4, 5), "out", "4→5: offered 5100 rps × 1.23 ms/req ÷ 65 % = 4.9→5")
        },
    ]
}

fn server(name: &str, cpu: f64, warm: bool) -> ScaledServer {
    ScaledServer {
        name: name.into(),
        phase: if warm { "ready" } else { "slow-start" }.into(),
        owned: true,
        warm,
        cpu_ratio: Some(cpu),
        rps: 2_310.0,
        in_flight: 141,
    }
}

fn rejections(by: Grouping) -> Vec<Rejection> {
    let row = |who: &str, rejected_per_s, passed_per_s, ago_s: i64| {
        let mut row = Rejection {
            rule: "create-per-ip".into(),
            rejected_per_s,
            error_per_s: 2.0,
            passed_per_s,
            since_ms: NOON - ago_s * 1_000,
            ..Rejection::default()
        };
        match by {
            Grouping::Key => row.key = format!("client-ip {who}"),
            Grouping::Path => row.path = "/urls".into(),
            Grouping::Client | Grouping::Rule => row.client = who.into(),
        }
        row
    };
    let other = Rejection { rule: "login-burst".into(), ..row("198.51.100.77", 26.0, 5.0, 44) };
    let mut rows = vec![
        row("203.0.113.44", 141.0, 50.0, 372),
        row("2001:db8:7::/64", 38.0, 50.0, 123),
        row("198.51.100.9", 11.0, 1.0, 44),
        other,
    ];
    if by == Grouping::Path {
        rows.truncate(1);
    }
    rows
}

/// What the gateway would do if app-3 were drained.
pub(super) fn drain_plan() -> Operation {
    let share = |backend: &str, before, after: f64| Share {
        backend: backend.into(),
        pool: "app".into(),
        before,
        after,
        rps_now: Some(before * 6_900.0),
        rps_after: Some(after * 6_900.0),
        ..Share::default()
    };
    Operation {
        time_ms: NOON,
        actor: "ops-1".into(),
        via: "tui".into(),
        what: "drain".into(),
        target: "backend/app-3".into(),
        before: "active weight 100".into(),
        after: "draining weight 100".into(),
        revision: 41,
        shares: vec![
            share("app-1", 1.0 / 3.0, 0.5),
            share("app-2", 1.0 / 3.0, 0.5),
            share("app-3", 1.0 / 3.0, 0.0),
        ],
        headrooms: vec![Headroom {
            pool: "app".into(),
            ready_now: 3,
            ready_after: 2,
            free_now: Some(0.37),
            free_after: Some(0.06),
        }],
        warnings: vec!["2 of 5 backends of app will serve".into()],
        ..Operation::default()
    }
}

/// What the gateway did.
pub(super) fn done(edit: &Edit) -> Operation {
    let (what, target) = match edit {
        Edit::AddBackend { name, .. } => ("add", format!("backend/{name}")),
        Edit::Remove { names } => ("remove", format!("backend/{}", names.join(", backend/"))),
        Edit::SetStanding { names, standing } => (
            match standing {
                Standing::Active => "enable",
                Standing::Draining => "drain",
                Standing::Maintenance => "maintenance",
            },
            format!("backend/{}", names.join(", backend/")),
        ),
        Edit::Drain { names, .. } => ("drain", format!("backend/{}", names.join(", backend/"))),
        Edit::Kill { names } => ("kill", format!("backend/{}", names.join(", backend/"))),
        Edit::SetWeights { edits } | Edit::RampWeights { edits, .. } => {
            let names: Vec<String> =
                edits.iter().map(|(name, _)| format!("backend/{name}")).collect();
            ("weight", names.join(", "))
        }
        Edit::SetLimit { name, .. } => ("limit", format!("limit/{name}")),
        Edit::ResetLimit { name, .. } => ("reset", format!("limit/{name}")),
        Edit::ReloadCertificates { served_by } => {
            ("reload", format!("listener/{}", served_by.join(", listener/")))
        }
        Edit::AddBlock { network, .. } => ("block", format!("block/{network}")),
        Edit::RemoveBlocks { networks } => {
            ("unblock", format!("block/{}", networks.join(", block/")))
        }
        Edit::Scale { pool, .. } => ("set", format!("scaler/{pool}")),
        Edit::ApplyConfig { .. } | Edit::PersistConfig => ("config", "gateway".to_owned()),
        Edit::Rollback { .. } => ("rollback", "gateway".to_owned()),
        Edit::All(_) => ("change", "backend/api-3".to_owned()),
        Edit::Undo { .. } => ("undo", "backend/api-3".to_owned()),
        Edit::Confirm { .. } => ("confirm", "backend/api-3".to_owned()),
    };
    Operation {
        id: "8f31".into(),
        time_ms: NOON,
        what: what.into(),
        target,
        before: "as it was".into(),
        after: "as asked".into(),
        revision: 42,
        ..Operation::default()
    }
}

/// The gateway at the end of the five minutes.
pub(super) fn gateway() -> Snapshot {
    let backends = vec![
        backend("app-1", Health::Healthy, Standing::Active, 2_310.0, 141),
        backend("app-2", Health::Healthy, Standing::Active, 2_298.0, 139),
        Backend {
            error_ratio: Some(0.0031),
            ..backend("app-3", Health::Healthy, Standing::Active, 2_301.0, 140)
        },
        Backend {
            standing_owner: "ops-1".into(),
            standing_reason: "kernel patch".into(),
            standing_since_ms: Some(NOON - 41_000),
            in_flight_at_drain: Some(139),
            drain: Some(Drain {
                requests: 5,
                streams: 2,
                websockets: 30,
                oldest_ms: Some(72_000),
                oldest_path: "/chat".into(),
                eta_s: Some(79.0),
                requests_until_ms: Some(NOON - 11_000),
                streams_until_ms: Some(NOON + 259_000),
                on_deadline: "kill".into(),
                then: "stay".into(),
                drained_ms: None,
                op: "8f31".into(),
            }),
            effective_weight: 0,
            ..backend("app-4", Health::Healthy, Standing::Draining, 0.0, 37)
        },
        Backend {
            health_reason: "connection refused x18".into(),
            health_since_ms: NOON - 252_000,
            effective_weight: 0,
            p50_ms: None,
            p99_ms: None,
            error_ratio: None,
            cpu_ratio: None,
            ..backend("app-5", Health::Unhealthy, Standing::Active, 0.0, 0)
        },
        Backend {
            pool: "auth".into(),
            ..backend("auth-1", Health::Healthy, Standing::Active, 968.0, 41)
        },
    ];
    Snapshot {
        blocks: vec![Block {
            network: "198.51.100.0/28".into(),
            owner: "op2".into(),
            reason: "cred stuffing".into(),
            since_ms: NOON - 760_000,
            expires_ms: Some(NOON + 6_420_000),
            hits_total: 4_102,
            then: String::new(),
        }],
        time_ms: NOON,
        seq: 300,
        revision: 41,
        instance: "one".into(),
        version: "0.1.0".into(),
        host: "edge-1".into(),
        uptime_s: 1_051_200.0,
        caller: "ops-1".into(),
        ready: true,
        demo: false,
        totals: totals(),
        pools: pools(),
        backends,
        limits: limits(),
        listeners: Vec::new(),
        problems: problems(),
        refused: Vec::new(),
    }
}

fn totals() -> Totals {
    Totals {
        requests_total: 81_204_771,
        rps: 7_909.0,
        in_flight: 498,
        p50_ms: Some(4.1),
        p99_ms: Some(38.0),
        error_ratio: Some(0.0012),
        client_error_ratio: Some(0.018),
        rejected_per_s: 210.0,
        connections: 9_811,
        cpu_ratio: Some(0.61),
        rss_bytes: 61_000_000,
        workers: 2,
        ..Totals::default()
    }
}

fn pools() -> Vec<Pool> {
    let app = Pool {
        name: "app".into(),
        balance: "round-robin".into(),
        backends: 5,
        ready: 3,
        draining: 1,
        down: 1,
        rps: 6_909.0,
        in_flight: 457,
        pending: 0,
        p50_ms: Some(4.1),
        p99_ms: Some(41.0),
        error_ratio: Some(0.0015),
        headroom_ratio: Some(0.22),
        panic: false,
        ejections_total: 0,
        ejections_spared_total: 0,
        panics_total: 0,
        scaler_revision: 0,
        share_ratio: None,
        imbalance_ratio: None,
    };
    let auth = Pool {
        name: "auth".into(),
        backends: 1,
        ready: 1,
        draining: 0,
        down: 0,
        rps: 968.0,
        in_flight: 41,
        p99_ms: Some(22.0),
        error_ratio: Some(0.0),
        headroom_ratio: None,
        ..app.clone()
    };
    vec![app, auth]
}

fn limits() -> Vec<Limit> {
    let create = Limit {
        name: "create-per-ip".into(),
        key: "client-ip".into(),
        rule: "100/minute".into(),
        max: Some("100/minute".into()),
        mode: LimitMode::Enforce,
        configured: "40/minute".into(),
        passed_total: 1_204_771,
        rejected_total: 118_204,
        exempted_total: 12,
        keys: 3_412,
        passed_per_s: 311.0,
        rejected_per_s: 184.0,
        routes: vec!["create".into()],
        candidate: "50/minute".into(),
        candidate_would_reject_total: 8_412,
        candidate_clients: 34,
        then: "40/minute enforce".into(),
        expires_ms: Some(NOON + 29 * 60_000),
        revision: 31,
        ..Limit::default()
    };
    let login = Limit {
        name: "login-burst".into(),
        rule: "5/10s".into(),
        max: Some("5/10s".into()),
        configured: "5/10s".into(),
        rejected_per_s: 26.0,
        passed_per_s: 5.0,
        keys: 9,
        rejected_total: 640,
        candidate: String::new(),
        expires_ms: None,
        ..create.clone()
    };
    vec![create, login]
}

fn problems() -> Vec<Problem> {
    let problem = |severity, target: &str, what: &str, ago_s: i64| Problem {
        severity,
        target: target.into(),
        what: what.into(),
        since_ms: Some(NOON - ago_s * 1_000),
    };
    vec![
        problem(Severity::Error, "backend/app-5", "down: connection refused x18", 252),
        problem(Severity::Warn, "backend/app-4", "draining, 37 in flight", 41),
        problem(Severity::Warn, "limit/create-per-ip", "refuses 184 requests per second", 360),
        Problem {
            since_ms: None,
            ..problem(
                Severity::Warn,
                "certificate/api.example.com",
                "it expires in 6 days (https)",
                0,
            )
        },
    ]
}

pub(super) fn backend(
    name: &str,
    health: Health,
    standing: Standing,
    rps: f64,
    in_flight: u64,
) -> Backend {
    Backend {
        name: name.into(),
        pool: "app".into(),
        address: "10.0.4.13:8443".into(),
        weight: 100,
        effective_weight: 100,
        configured_weight: Some(100),
        standing,
        health,
        health_reason: "200 in 1 ms".into(),
        health_since_ms: NOON - 1_051_200_000,
        in_flight,
        requests_total: 24_310_441,
        errors_total: 2_911,
        failures: failures(name),
        retried_away_total: 12,
        connections: 48,
        connections_idle: Some(11),
        max_requests: (name != "app-2").then_some(500),
        rps,
        p50_ms: Some(4.0),
        p99_ms: Some(38.0),
        p90_ms: (health == Health::Healthy).then_some(17.0),
        p999_ms: (health == Health::Healthy).then_some(180.0),
        max_ms: (health == Health::Healthy).then_some(1_210.0),
        share_ratio: (rps > 0.0).then_some(0.332),
        expected_ratio: (rps > 0.0).then_some(0.333),
        error_ratio: Some(0.0),
        cpu_ratio: Some(0.63),
        memory_ratio: Some(0.41),
        source: "file".into(),
        revision: 12,
        ..Backend::default()
    }
}

/// The first backend has failed in the last minute, all of them before.
fn failures(name: &str) -> Vec<Failures> {
    let last_minute = if name == "app-1" { 3 } else { 0 };
    vec![
        Failures { reason: "timeout", total: 211, last_minute: 0 },
        Failures { reason: "reset", total: 700, last_minute },
        Failures { reason: "status_5xx", total: 2_000, last_minute: 4 * last_minute },
    ]
}

/// The gateway some seconds before (negative) its end.
fn at(end: &Snapshot, second: i64) -> Snapshot {
    let mut then = end.clone();
    then.time_ms += second * 1_000;
    then.seq = then.seq.saturating_add_signed(second);
    #[expect(clippy::cast_precision_loss, reason = "a few hundred seconds")]
    let wave = 0.7 + 0.3 * ((second as f64) / 40.0).cos();
    let scale = |value: &mut f64| *value *= wave;
    scale(&mut then.totals.rps);
    then.totals.p50_ms.iter_mut().for_each(scale);
    then.totals.p99_ms.iter_mut().for_each(scale);
    for backend in &mut then.backends {
        backend.rps *= wave;
        if backend.standing == Standing::Draining {
            let left = u64::try_from((-second).max(0)).unwrap() * 5 / 2;
            backend.in_flight = (backend.in_flight + left).min(139);
            backend.rps = if second < -41 { 2_300.0 * wave } else { 0.0 };
        }
        if backend.health == Health::Unhealthy && second < -252 {
            backend.rps = 2_300.0 * wave;
        }
    }
    for limit in &mut then.limits {
        limit.rejected_per_s *= wave * wave;
    }
    then
}

fn events() -> Vec<Event> {
    let ops = ["", "001c", "", "002a"];
    let event = |id: u64, ago_s: i64, severity, who: &str, target: &str, what: &str| Event {
        id,
        time_ms: NOON - ago_s * 1_000,
        kind: "change".into(),
        severity,
        who: who.into(),
        target: target.into(),
        what: what.into(),
        op: ops[usize::try_from(id).unwrap()].into(),
    };
    vec![
        event(
            1,
            1_287,
            Severity::Info,
            "op2",
            "limit/create-per-ip",
            "max 40/minute -> 100/minute",
        ),
        event(
            2,
            252,
            Severity::Error,
            "gateway",
            "backend/app-5",
            "healthy -> unhealthy: connection refused",
        ),
        event(3, 41, Severity::Info, "ops-1", "backend/app-4", "drained: kernel patch"),
    ]
}
