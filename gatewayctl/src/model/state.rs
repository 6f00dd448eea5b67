//! A backend's state: standing and health in the one word an operator looks for.

use std::fmt;

use super::{Backend, Health, Standing};

/// What a backend does now, in one word. The operator's word goes before the probe's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Takes new requests.
    Up,
    /// New: waits for its first passed check.
    New,
    /// Draining: takes no new request, those in flight finish.
    Drain,
    /// In maintenance.
    Maint,
    /// Taken out for a while because of its answers.
    Ejected,
    /// Fails its checks.
    Down,
}

impl State {
    /// Every value, best first.
    pub const ALL: [Self; 6] =
        [Self::Up, Self::New, Self::Drain, Self::Maint, Self::Ejected, Self::Down];

    /// Its word in every tool.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::New => "new",
            Self::Drain => "drain",
            Self::Maint => "maint",
            Self::Ejected => "ejected",
            Self::Down => "down",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl Backend {
    /// What it does now, in one word.
    #[must_use]
    pub const fn state(&self) -> State {
        match (self.standing, self.health) {
            (Standing::Draining, _) => State::Drain,
            (Standing::Maintenance, _) => State::Maint,
            (Standing::Active, Health::Healthy) => State::Up,
            (Standing::Active, Health::Checking) => State::New,
            (Standing::Active, Health::Ejected) => State::Ejected,
            (Standing::Active, Health::Unhealthy) => State::Down,
        }
    }

    /// Whether a drain came to its end, so that it is safe to work on.
    #[must_use]
    pub fn is_drained(&self) -> bool {
        let drain = self.drain.as_ref().filter(|_| self.standing == Standing::Draining);
        drain.is_some_and(|drain| drain.drained_ms.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn backend(standing: Standing, health: Health) -> Backend {
        Backend { standing, health, ..Backend::default() }
    }

    #[test]
    fn the_operators_word_goes_before_the_probes() {
        for health in Health::ALL {
            assert_eq!(backend(Standing::Draining, health).state(), State::Drain);
            assert_eq!(backend(Standing::Maintenance, health).state(), State::Maint);
        }
        let states = Health::ALL.map(|health| backend(Standing::Active, health).state());
        assert_eq!(states, [State::New, State::Up, State::Down, State::Ejected]);
    }
}
