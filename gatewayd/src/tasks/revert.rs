//! Takes operations back: when their time is over, when nobody confirmed them, or at once when what
//! guards them holds. Says so some time before.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use crate::clock::{Clock, every};
use crate::model::{Change, Desired, EventKind, Intent, Rejection, Revert, Severity};
use crate::policy::{breached, guard_scope};
use crate::state::{Cells, Events, GuardMeter, MessagePace, WorkerCells, Writer};

/// How often it is looked.
const LOOK: Duration = Duration::from_millis(500);

/// What takes operations back.
#[derive(Debug)]
pub struct Reverter {
    /// Where changes go, and where what waits is.
    pub writer: Writer,
    /// Where facts are told.
    pub events: Events,
    /// The process's clock.
    pub clock: Clock,
    /// What workers count.
    pub cells: Arc<Cells<WorkerCells>>,
}

/// Takes back what is to be, for as long as it is polled.
pub async fn revert(with: Reverter) {
    let mut looks = every(LOOK);
    let (mut meters, mut told) = (HashMap::new(), HashSet::new());
    let pace = MessagePace::default();
    loop {
        looks.tick().await;
        let desired = with.writer.desired();
        meters.retain(|op: &String, _| desired.revert(op).is_some());
        for revert in &desired.reverts {
            if let Some(why) = with.why(revert, &mut meters) {
                with.take_back(revert, why, &pace).await;
            }
        }
        with.foretell(&desired, &mut told);
    }
}

impl Reverter {
    /// Why an operation is taken back now, if it is.
    fn why(&self, revert: &Revert, meters: &mut HashMap<String, GuardMeter>) -> Option<String> {
        let now_ms = self.clock.wall_ms();
        if revert.confirm_by_ms.is_some_and(|at_ms| at_ms <= now_ms) {
            return Some("nobody confirmed it in time".to_owned());
        }
        if revert.expires_ms.is_some_and(|at_ms| at_ms <= now_ms) {
            return Some("its time is over".to_owned());
        }
        let guard = revert.guard.as_ref()?;
        let (pools, table) = (guard_scope(&revert.touched), self.writer.table());
        let meter = meters.entry(revert.op.clone()).or_default();
        let answered = meter.look(&pools, (&table, &self.cells), self.clock.now_us());
        breached(guard, &answered, revert.p99_before_us.map(Duration::from_micros))
    }

    async fn take_back(&self, revert: &Revert, why: String, pace: &MessagePace) {
        let op = revert.op.clone();
        let by = |word: &str| word.to_owned();
        let intent = Intent { actor: by("gateway"), via: by("auto"), ..Intent::default() };
        let change = Change::Revert { op: op.clone(), why };
        // Somebody else may just have taken it back, or confirmed it.
        if let Err(rejection) = self.writer.submit(change, intent).await
            && !matches!(rejection, Rejection::Invalid { .. })
            && let Some(more) = pace.due()
        {
            let what = format!(
                "operation {op} is to be taken back and cannot be ({more} before it): {rejection}; \
                 it is tried again"
            );
            self.tell(revert, &what);
        }
    }

    /// Tells of each operation that is soon taken back, once.
    fn foretell(&self, desired: &Desired, told: &mut HashSet<(String, i64)>) {
        let now_ms = self.clock.wall_ms();
        told.retain(|(_, due_ms)| *due_ms > now_ms);
        for revert in &desired.reverts {
            let Some(left_ms) = revert.foretold_ms(now_ms) else { continue };
            if told.insert((revert.op.clone(), now_ms + left_ms)) {
                let left_s = (left_ms + 999) / 1000;
                let Revert { op, owner, .. } = revert;
                self.tell(revert, &format!("operation {op} of {owner} goes back in {left_s} s"));
            }
        }
    }

    fn tell(&self, revert: &Revert, what: &str) {
        let targets: Vec<&str> = revert.touched.iter().map(|it| it.target.as_str()).collect();
        let (kind, severity) = (EventKind::Change, Severity::Warn);
        self.events.record(kind, severity, "gateway", &targets.join(","), what);
    }
}
