//! What do the latest requests say that an operator should do?

use super::State;
use crate::{
    model::{Served, TrafficBy, groups},
    tui::{figures, picture::Picture},
};

/// Fewer errors than this say nothing.
const ENOUGH: usize = 5;
/// From this part on one backend is what fails.
const MOST_OF: f64 = 0.6;

/// "95% of 5xx come from api-7 (9.2% of its requests)", and the way to the remedy. None where no
/// backend stands out.
pub(crate) fn hint(state: &State, picture: &Picture) -> Option<String> {
    let errors: Vec<&Served> = state.kept.latest().filter(|it| it.is_error()).collect();
    if errors.len() < ENOUGH {
        return None;
    }
    let found = groups(errors.iter().copied(), TrafficBy::Backend);
    let worst = found.first().filter(|worst| !worst.key.starts_with('('))?;
    let backend = picture.backends().iter().find(|it| it.name == worst.key)?;
    let others = picture.backends().iter().filter(|it| it.pool == backend.pool).count() > 1;
    #[expect(clippy::cast_precision_loss, reason = "a thousand at most")]
    let part = worst.requests as f64 / errors.len() as f64;
    if part < MOST_OF || !others {
        return None;
    }
    let own = backend
        .error_ratio
        .map(|ratio| format!(" ({}% of its requests)", figures::percent(Some(ratio))));
    let (part, own) = (figures::load(Some(part)), own.unwrap_or_default());
    Some(format!("{part} of 5xx come from {}{own}.  : backend drain {}", worst.key, worst.key))
}
