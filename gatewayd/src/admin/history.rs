//! The past of figures, between the wire and the model.

use gateway_proto as wire;
use tonic::Status;

use super::rejection::invalid;
use crate::model::{Grain, PastView};
use crate::state::History;

/// Each figure that is asked for, read when its turn comes: a slow reader holds up nobody and no
/// memory.
pub(super) fn told(
    history: &History,
    asked: wire::HistoryRequest,
) -> Result<impl Iterator<Item = wire::Series> + Send + use<>, Status> {
    let wire::HistoryRequest { step_s, since_ms, targets } = asked;
    let grain = grain(step_s)?;
    let kept = history.kept(|target| targets.is_empty() || targets.iter().any(|one| one == target));
    let history = history.clone();
    Ok(kept
        .into_iter()
        .filter_map(move |(target, figure)| history.past(&target, figure, grain, since_ms))
        .map(series))
}

fn grain(step_s: u32) -> Result<Grain, Status> {
    let known = Grain::ALL.into_iter().find(|grain| grain.step().as_secs() == u64::from(step_s));
    known.ok_or_else(|| invalid("step_s", format!("{step_s} is not 1, 10 or 60")))
}

fn series(it: PastView) -> wire::Series {
    // A step of a second holds one value: it is its own mean.
    let means = if it.grain == Grain::Second { Vec::new() } else { it.means };
    wire::Series {
        target: it.target,
        figure: it.figure.word().to_owned(),
        step_ms: it.grain.step().as_millis() as u32,
        first_ms: it.first_ms,
        maxima: it.maxima,
        means,
    }
}
