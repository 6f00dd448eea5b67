//! Where is a server in its life? What its driver, its operators and its probes say, as one.

use crate::model::{Health, ServerPhase, Standing};
use crate::policy::Part;

/// What is said of one server that is in the pool.
#[derive(Clone, Copy, Debug)]
pub struct Signs {
    /// How it runs, by its driver; absent without one.
    pub run: Option<Run>,
    /// What operators say.
    pub standing: Standing,
    /// Whether the autoscaler said that.
    pub ours: bool,
    /// Whether its weight lets it take requests.
    pub weighs: bool,
    /// Whether it was healthy once.
    pub proven: bool,
    /// What its probes say.
    pub health: Health,
    /// How much of its weight it takes now.
    pub part: Part,
}

/// How a server runs, as far as its driver can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Run {
    /// It runs.
    Runs,
    /// It ended by itself and is started again later.
    Away,
    /// It was told to end.
    Ends,
}

/// Where a server with these signs is in its life.
#[must_use]
pub fn phase(signs: &Signs) -> ServerPhase {
    match (signs.run, signs.standing) {
        (Some(Run::Ends), _) => ServerPhase::Terminating,
        (_, Standing::Draining) if signs.ours => ServerPhase::Draining,
        (_, Standing::Draining | Standing::Maintenance) => ServerPhase::Held,
        _ if !signs.weighs => ServerPhase::Held,
        // Until it listens, probes fail; that is no illness yet.
        (Some(Run::Away), _) if !signs.proven => ServerPhase::Starting,
        (Some(Run::Runs), _) if !signs.proven && signs.health != Health::Healthy => {
            ServerPhase::Checking
        }
        (Some(Run::Away), _) => ServerPhase::Unhealthy,
        _ => match signs.health {
            Health::Checking => ServerPhase::Checking,
            Health::Unhealthy | Health::Ejected => ServerPhase::Unhealthy,
            Health::Healthy if signs.part < Part::WHOLE => ServerPhase::SlowStart,
            Health::Healthy => ServerPhase::Ready,
        },
    }
}

/// Whether a server with these signs is ill: it was healthy once, and by now fails its probes or is
/// away. One that is only ejected passes them, and one that an operator holds is not looked after.
#[must_use]
pub fn is_ill(signs: &Signs) -> bool {
    let fails = signs.health == Health::Unhealthy || signs.run == Some(Run::Away);
    signs.proven && fails && phase(signs) != ServerPhase::Held
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_never_listened_is_coming_and_what_fell_ill_is_not() {
        let signs = Signs {
            run: Some(Run::Runs),
            standing: Standing::Active,
            ours: false,
            weighs: true,
            proven: false,
            health: Health::Unhealthy,
            part: Part::NONE,
        };
        let told = |edit: fn(&mut Signs)| {
            let mut signs = signs;
            edit(&mut signs);
            phase(&signs)
        };
        assert_eq!(told(|_| {}), ServerPhase::Checking);
        assert_eq!(told(|it| it.proven = true), ServerPhase::Unhealthy);
        assert_eq!(told(|it| it.run = None), ServerPhase::Unhealthy);
        assert_eq!(told(|it| it.run = Some(Run::Away)), ServerPhase::Starting);
        assert_eq!(told(|it| it.run = Some(Run::Ends)), ServerPhase::Terminating);
        assert_eq!(told(|it| it.standing = Standing::Draining), ServerPhase::Held);
        assert_eq!(
            told(|it| (it.standing, it.ours) = (Standing::Draining, true)),
            ServerPhase::Draining
        );
        assert_eq!(told(|it| it.weighs = false), ServerPhase::Held);
        assert_eq!(
            told(|it| (it.health, it.part) = (Health::Healthy, Part::nearest(10))),
            ServerPhase::SlowStart
        );
        assert_eq!(
            told(|it| (it.health, it.part) = (Health::Healthy, Part::WHOLE)),
            ServerPhase::Ready
        );
        let ill = |edit: fn(&mut Signs)| {
            let mut signs = Signs { proven: true, ..signs };
            edit(&mut signs);
            is_ill(&signs)
        };
        assert!(ill(|_| {}));
        assert!(ill(|it| (it.standing, it.ours) = (Standing::Draining, true)));
        assert!(ill(|it| (it.health, it.run) = (Health::Healthy, Some(Run::Away))));
        assert!(!ill(|it| it.health = Health::Ejected));
        assert!(!ill(|it| it.proven = false));
        assert!(!ill(|it| it.standing = Standing::Maintenance));
    }
}
