//! A goal: what one waits for, and whether a picture shows it.

use std::{collections::BTreeMap, fmt, str::FromStr, time::Duration};

use crate::{
    duration,
    model::{Backend, Snapshot, Standing, State},
};

/// A backend is idle when nothing was in flight for this long: a request may be on its way from
/// the balancer's decision to the count.
const IDLE_MS: i64 = 900;

/// What one waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Goal {
    /// Out of service and idle for a second.
    Drained,
    /// In service and healthy.
    Healthy,
    /// Gone.
    Removed,
    /// Served with this weight.
    Weight(u32),
}

/// Why a text is not a goal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected drained, healthy, removed or weight=N, found `{0}`")]
pub(super) struct GoalError(String);

impl FromStr for Goal {
    type Err = GoalError;

    fn from_str(text: &str) -> Result<Self, GoalError> {
        match text {
            "drained" => Ok(Self::Drained),
            "healthy" => Ok(Self::Healthy),
            "removed" => Ok(Self::Removed),
            _ => text
                .strip_prefix("weight=")
                .and_then(|weight| weight.parse().ok())
                .filter(|weight| *weight <= 1000)
                .map(Self::Weight)
                .ok_or_else(|| GoalError(text.to_owned())),
        }
    }
}

/// As `FromStr` reads it.
impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Drained => f.write_str("drained"),
            Self::Healthy => f.write_str("healthy"),
            Self::Removed => f.write_str("removed"),
            Self::Weight(weight) => write!(f, "weight={weight}"),
        }
    }
}

impl Goal {
    /// The word after "is": `api-3 is drained`.
    pub(super) fn reached(self) -> String {
        match self {
            Self::Weight(weight) => format!("at weight {weight}"),
            goal => goal.to_string(),
        }
    }
}

/// What it means when a backend that we drained takes requests again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Returns {
    /// Somebody took the drain back.
    TakenBack,
    /// It was drained, and for as long as it was to be.
    Drained,
    /// It was not drained in time.
    TooLate,
}

/// Some backends on the way to a goal.
#[derive(Debug)]
pub(super) struct Waiting {
    names: Vec<String>,
    goal: Goal,
    /// Pictures of an older gateway say nothing about it.
    revision: u64,
    /// The change that leads to the goal was ours: if someone takes it back, waiting is in vain.
    ours: bool,
    returns: Returns,
    seen: bool,
    idle_since_ms: BTreeMap<String, i64>,
}

/// What a picture says about the goal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// The picture is older than the change.
    Old,
    /// Not yet; a sentence says what is missing.
    NotYet(String),
    /// There.
    Reached,
    /// These names are not there and never were.
    NoSuch(String),
    /// It cannot happen any more; a sentence says why.
    Lost(String),
}

impl Waiting {
    pub(super) fn new(names: Vec<String>, goal: Goal) -> Self {
        let idle_since_ms = BTreeMap::new();
        let returns = Returns::TakenBack;
        Self { names, goal, revision: 0, ours: false, returns, seen: false, idle_since_ms }
    }

    /// The same, where a backend that takes requests again means this.
    pub(super) const fn returning(mut self, returns: Returns) -> Self {
        self.returns = returns;
        self
    }

    /// The same, as the effect of our own change that made this revision.
    pub(super) const fn after(mut self, revision: u64) -> Self {
        self.revision = revision;
        self.ours = true;
        self
    }

    /// What this picture says.
    pub(super) fn observe(&mut self, picture: &Snapshot) -> Step {
        if picture.revision < self.revision {
            return Step::Old;
        }
        let mut missing = Vec::new();
        for name in self.names.clone() {
            match picture.backend(&name) {
                None if self.goal == Goal::Removed => {}
                None if self.seen || self.ours => {
                    return Step::Lost(format!("{name} was removed meanwhile"));
                }
                None => return Step::NoSuch(name),
                Some(backend) => match self.check(backend, picture.time_ms) {
                    Ok(true) => {}
                    Ok(false) => missing.push(self.told(backend)),
                    Err(why) => return Step::Lost(why),
                },
            }
        }
        self.seen = true;
        if missing.is_empty() { Step::Reached } else { Step::NotYet(missing.join("; ")) }
    }

    fn check(&mut self, it: &Backend, time_ms: i64) -> Result<bool, String> {
        match self.goal {
            Goal::Removed if self.is_back(it) => Err(self.why_back(it)),
            Goal::Removed => Ok(false),
            Goal::Weight(weight) => Ok(it.weight == weight),
            Goal::Healthy if self.ours && it.standing != Standing::Active => {
                Err(format!("{} was set to {} meanwhile", it.name, it.standing))
            }
            Goal::Healthy => Ok(it.state() == State::Up),
            Goal::Drained if self.is_back(it) && self.returns == Returns::Drained => Ok(true),
            Goal::Drained if self.is_back(it) => Err(self.why_back(it)),
            Goal::Drained => Ok(it.standing != Standing::Active && self.is_idle(it, time_ms)),
        }
    }

    fn is_back(&self, it: &Backend) -> bool {
        self.ours && it.standing == Standing::Active
    }

    fn why_back(&self, it: &Backend) -> String {
        match self.returns {
            Returns::TooLate => format!("{} was not drained in time and is active again", it.name),
            Returns::TakenBack | Returns::Drained => {
                format!("{} was set to active meanwhile, the drain is off", it.name)
            }
        }
    }

    fn is_idle(&mut self, it: &Backend, time_ms: i64) -> bool {
        if it.in_flight > 0 {
            self.idle_since_ms.remove(&it.name);
            return false;
        }
        let since_ms = *self.idle_since_ms.entry(it.name.clone()).or_insert(time_ms);
        time_ms - since_ms >= IDLE_MS
    }

    fn told(&self, it: &Backend) -> String {
        let Backend { name, in_flight, .. } = it;
        match self.goal {
            Goal::Drained if it.standing == Standing::Active => {
                format!("{name} is active, not draining")
            }
            Goal::Removed if it.standing == Standing::Draining && *in_flight > 0 => {
                format!("{name}: {in_flight} in flight{}", left(it))
            }
            Goal::Drained if *in_flight == 0 => format!("{name}: idle, making sure"),
            Goal::Drained => match it.in_flight_at_drain {
                Some(first) if first >= *in_flight => {
                    format!("{name}: {in_flight} of {first} in flight{}", left(it))
                }
                _ => format!("{name}: {in_flight} in flight{}", left(it)),
            },
            Goal::Healthy if it.health_reason.is_empty() => format!("{name} is {}", it.state()),
            Goal::Healthy => format!("{name} is {} ({})", it.state(), it.health_reason),
            Goal::Removed => format!("{name} is still there"),
            Goal::Weight(_) => format!("{name} has weight {}", it.weight),
        }
    }
}

/// What is left by kind, the oldest, and when nothing is left.
fn left(it: &Backend) -> String {
    let Some(drain) = &it.drain else { return String::new() };
    let mut told = match drain.kinds() {
        kinds if kinds.is_empty() => String::new(),
        kinds => format!(" ({kinds})"),
    };
    if let Some(oldest_ms) = drain.oldest_ms {
        let age = duration::short(Duration::from_secs(oldest_ms / 1000));
        told.push_str(&format!(", oldest {age} {}", drain.oldest_path));
    }
    if let Some(eta_s) = drain.eta_s {
        let eta = duration::short(Duration::from_secs_f64(eta_s.ceil()));
        told.push_str(&format!(", eta ~{eta}"));
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Drain, Health};

    fn picture(time_ms: i64, backend: Backend) -> Snapshot {
        Snapshot { time_ms, revision: 7, backends: vec![backend], ..Snapshot::default() }
    }

    fn draining(in_flight: u64) -> Backend {
        Backend {
            name: "api-3".to_owned(),
            standing: Standing::Draining,
            health: Health::Healthy,
            in_flight,
            in_flight_at_drain: Some(139),
            ..Backend::default()
        }
    }

    fn waiting(goal: Goal) -> Waiting {
        Waiting::new(vec!["api-3".to_owned()], goal)
    }

    #[test]
    fn a_goal_is_one_of_four() {
        assert_eq!("drained".parse(), Ok(Goal::Drained));
        assert_eq!("healthy".parse(), Ok(Goal::Healthy));
        assert_eq!("removed".parse(), Ok(Goal::Removed));
        assert_eq!("weight=50".parse(), Ok(Goal::Weight(50)));
        for text in ["drained", "healthy", "removed", "weight=50"] {
            assert_eq!(text.parse::<Goal>().unwrap().to_string(), text);
        }
        for text in ["", "gone", "weight", "weight=", "weight=1001", "weight=-1", "Drained"] {
            assert_eq!(text.parse::<Goal>(), Err(GoalError(text.to_owned())));
        }
    }

    #[test]
    fn drained_is_idle_for_a_second_not_for_a_moment() {
        let mut waiting = waiting(Goal::Drained);
        let told = |text: &str| Step::NotYet(text.to_owned());
        assert_eq!(waiting.observe(&picture(0, draining(37))), told("api-3: 37 of 139 in flight"));
        assert_eq!(waiting.observe(&picture(1_000, draining(0))), told("api-3: idle, making sure"));
        assert_eq!(
            waiting.observe(&picture(2_000, draining(1))),
            told("api-3: 1 of 139 in flight")
        );
        assert_eq!(waiting.observe(&picture(3_000, draining(0))), told("api-3: idle, making sure"));
        assert_eq!(waiting.observe(&picture(4_000, draining(0))), Step::Reached);
    }

    #[test]
    fn a_picture_from_before_the_change_says_nothing() {
        let mut waiting = waiting(Goal::Drained).after(8);
        assert_eq!(waiting.observe(&picture(0, draining(0))), Step::Old);
        assert_eq!(waiting.observe(&picture(5_000, draining(0))), Step::Old);
    }

    #[test]
    fn a_drain_that_somebody_took_back_is_not_waited_for() {
        let active = Backend { standing: Standing::Active, ..draining(3) };
        let mut ours = waiting(Goal::Drained).after(7);
        assert!(matches!(ours.observe(&picture(0, active.clone())), Step::Lost(_)));
        let mut of_others = waiting(Goal::Drained);
        assert!(matches!(of_others.observe(&picture(0, active)), Step::NotYet(_)));
    }

    #[test]
    fn what_is_left_is_told_by_kind_with_the_oldest() {
        let drain = Drain {
            requests: 1,
            websockets: 2,
            oldest_ms: Some(71_900),
            oldest_path: "/chat".to_owned(),
            eta_s: Some(4.2),
            ..Drain::default()
        };
        let busy = Backend { drain: Some(drain), ..draining(3) };
        let told =
            "api-3: 3 of 139 in flight (1 request, 2 websockets), oldest 1m11s /chat, eta ~5s";
        let told = Step::NotYet(told.to_owned());
        assert_eq!(waiting(Goal::Drained).observe(&picture(0, busy)), told);
    }

    #[test]
    fn a_backend_that_returns_was_drained_or_too_late_as_ordered() {
        let active = picture(0, Backend { standing: Standing::Active, ..draining(3) });
        let after = |returns| waiting(Goal::Drained).after(7).returning(returns).observe(&active);
        assert_eq!(after(Returns::Drained), Step::Reached);
        assert!(matches!(after(Returns::TooLate), Step::Lost(why) if why.contains("in time")));
        let mut removing = waiting(Goal::Removed).after(7).returning(Returns::TooLate);
        assert!(matches!(removing.observe(&active), Step::Lost(_)));
    }

    #[test]
    fn healthy_means_in_service_too() {
        let mut waiting = waiting(Goal::Healthy);
        assert!(matches!(waiting.observe(&picture(0, draining(0))), Step::NotYet(_)));
        let up = Backend { standing: Standing::Active, ..draining(0) };
        assert_eq!(waiting.observe(&picture(0, up)), Step::Reached);
    }

    #[test]
    fn a_name_that_never_was_differs_from_one_that_went() {
        let none = Snapshot::default();
        assert_eq!(waiting(Goal::Drained).observe(&none), Step::NoSuch("api-3".to_owned()));
        assert_eq!(waiting(Goal::Removed).observe(&none), Step::Reached);
        let mut waiting = waiting(Goal::Drained);
        waiting.observe(&picture(0, draining(1)));
        assert_eq!(waiting.observe(&none), Step::Lost("api-3 was removed meanwhile".to_owned()));
    }
}
