//! Shares: which part of the traffic each backend has and should have, and what is still free.

use crate::model::{BackendView, PoolView};

use super::PoolTable;

/// A part of a whole that is not nothing, 0..=1.
pub(super) fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// Tells of each pool by how much the share of a backend is off what its weight says, at most.
pub(super) fn weigh_up(mut pools: Vec<PoolView>, backends: &[BackendView]) -> Vec<PoolView> {
    for pool in &mut pools {
        let own = backends.iter().filter(|it| it.pool == pool.name);
        let off = own.filter_map(|it| Some((it.share_ratio? - it.expected_ratio?).abs()));
        pool.imbalance_ratio = off.reduce(f64::max);
    }
    pools
}

/// The part of the ready backends' reported CPU that is still free, by weight.
pub(super) fn headroom(pool: &PoolTable) -> Option<f64> {
    let (mut weights, mut used) = (0.0, 0.0);
    for (live, weight) in pool.backends.iter().zip(&pool.effective) {
        if let Some(cpu) = live.cpu.ratio().filter(|_| *weight > 0) {
            weights += f64::from(*weight);
            used += f64::from(*weight) * cpu;
        }
    }
    (weights > 0.0).then(|| 1.0 - used / weights)
}
