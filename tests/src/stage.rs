//! A stage: a gateway in front of a recorder, and how a case of hostile input is judged on it.

use std::collections::BTreeMap;

use crate::message::{Ended, Message};
use crate::recorder::{Call, Recorder};
use crate::routes::EVERYTHING;
use crate::{Gateway, Setup, Wire, until};

/// A gateway in front of one recorder.
pub struct Stage {
    /// The gateway.
    pub gateway: Gateway,
    /// What is behind it.
    pub backend: Recorder,
    counted: BTreeMap<String, u64>,
    asked: usize,
}

/// What a case must come to: the status and the reason that is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The status of the answer.
    pub status: u16,
    /// The reason in `gateway_rejected_total`.
    pub reason: &'static str,
}

impl Stage {
    /// A gateway that relays everything to a backend that answers.
    #[track_caller]
    pub fn open() -> Stage {
        Stage::playing(EVERYTHING, Call::answer_all)
    }

    /// A gateway with these routes and limits, whose pool `app` is one backend that plays `script`.
    #[track_caller]
    pub fn playing(routes: &str, script: impl Fn(&mut Call) + Send + Sync + 'static) -> Stage {
        Stage::set(Setup::default(), routes, script)
    }

    /// The same with a gateway set up in another way.
    #[track_caller]
    pub fn set(
        setup: Setup,
        routes: &str,
        script: impl Fn(&mut Call) + Send + Sync + 'static,
    ) -> Stage {
        let backend = Recorder::start(script);
        let gateway = setup.start(&(routes.to_owned() + &Recorder::pool(&[&backend], "")));
        let mut stage = Stage { gateway, backend, counted: BTreeMap::new(), asked: 0 };
        stage.counted = stage.rejected();
        stage
    }

    /// A client's connection.
    #[track_caller]
    pub fn wire(&self) -> Wire {
        Wire::connect(self.gateway.http)
    }

    /// What the gateway rejected so far, by reason.
    #[track_caller]
    pub fn rejected(&mut self) -> BTreeMap<String, u64> {
        self.samples("gateway_rejected_total{reason=\"").collect()
    }

    /// The sample of the metric `name`, with its labels if it has any.
    #[track_caller]
    pub fn metric(&mut self, name: &str) -> u64 {
        let found = self.samples(name).find(|(rest, _)| rest.is_empty());
        found.unwrap_or_else(|| panic!("no metric {name}")).1
    }

    fn samples(&mut self, prefix: &str) -> impl Iterator<Item = (String, u64)> + use<> {
        let text = String::from_utf8(self.gateway.ask_metrics("/metrics").body.to_vec()).unwrap();
        let prefix = prefix.to_owned();
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.into_iter().filter_map(move |line| {
            let (name, value) = line.strip_prefix(&prefix)?.rsplit_once(' ')?;
            Some((name.trim_end_matches("\"}").to_owned(), value.parse().ok()?))
        })
    }

    /// Asserts that since the last look exactly these reasons were counted, each once.
    #[track_caller]
    pub fn assert_counted(&mut self, case: &str, reasons: &[&str]) {
        let mut expected = self.counted.clone();
        for reason in reasons {
            *expected.entry((*reason).to_owned()).or_default() += 1;
        }
        let goal: u64 = expected.values().sum();
        let counted = until(&format!("{case}: {reasons:?} is counted"), || {
            let counted = self.rejected();
            (counted.values().sum::<u64>() >= goal).then_some(counted)
        });
        let risen: Vec<_> =
            counted.iter().filter(|it| self.counted.get(it.0) != Some(it.1)).collect();
        assert!(counted == expected, "{case}: {risen:?} instead of {reasons:?}");
        self.counted = counted;
    }

    /// Whatever was counted until now is of no concern.
    pub fn forget(&mut self) {
        self.counted = self.rejected();
    }

    /// Asserts that a normal request on a new connection is answered, and that it is all that the
    /// backend saw since it had seen `bytes`.
    #[track_caller]
    pub fn assert_serves(&mut self, case: &str, bytes: usize) {
        self.asked += 1;
        let target = format!("/normal/{}", self.asked);
        let mut wire = self.wire();
        wire.send(format!("GET {target} HTTP/1.1\r\nHost: a.example\r\n\r\n"));
        let answer = wire.answer();
        assert_eq!((answer.status(), answer.text()), (200, target.clone()), "{case}: the next");
        let came = self.backend.bytes() - bytes;
        let normal = self.backend.requests().into_iter().find(|it| it.target() == target).unwrap();
        assert_eq!(
            came,
            normal.raw.len(),
            "{case}: the backend saw of it {:?}",
            self.backend.records()
        );
    }

    /// Asserts that `input` is refused in one answer, the connection closed, the reason counted, and
    /// not a byte forwarded.
    #[track_caller]
    pub fn assert_refused(
        &mut self,
        case: &str,
        input: impl AsRef<[u8]>,
        verdict: Verdict,
    ) -> Message {
        let bytes = self.backend.bytes();
        let mut wire = self.wire();
        wire.send(input);
        let (mut answers, ended) = wire.answers();
        assert_ne!(ended, Ended::Silent, "{case}: the connection stays open");
        let told: Vec<&str> = answers.iter().map(|answer| answer.start.as_str()).collect();
        assert_eq!(told.len(), 1, "{case}: {told:?}");
        let answer = answers.remove(0);
        assert_eq!(answer.status(), verdict.status, "{case}: {}", answer.text());
        assert_eq!(answer.field("connection"), "close", "{case}");
        assert!(answer.whole, "{case}: {answer:?}");
        self.assert_counted(case, &[verdict.reason]);
        self.assert_serves(case, bytes);
        answer
    }

    /// Sends `input` and gives the answer, and the request as the backend saw it.
    #[track_caller]
    pub fn relayed(&mut self, case: &str, input: impl AsRef<[u8]>) -> (Message, Message) {
        let seen = self.backend.requests().len();
        let mut wire = self.wire();
        wire.send(input);
        let answer = wire.answer();
        let request = self.backend.requests().into_iter().nth(seen);
        let request = request.unwrap_or_else(|| panic!("{case}: nothing relayed, {answer:?}"));
        self.assert_counted(case, &[]);
        (answer, request)
    }
}
