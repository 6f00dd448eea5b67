//! How clients of a pool stay on their backends, ready to be looked up.

use std::time::Duration;

use crate::model::{Pool, Sticky};
use crate::policy::hash_key;

/// How clients of a pool stay on their backends.
#[derive(Debug)]
pub struct StickyTable {
    /// The name of the cookie.
    pub cookie: String,
    /// How long it holds.
    pub lasts: Duration,
    /// By which number each backend is known, in every process.
    pub ids: Vec<u64>,
}

impl StickyTable {
    pub(super) fn new(sticky: &Sticky, pool: &Pool) -> StickyTable {
        let ids = pool.backends.iter().map(|it| hash_key(it.name.as_str().as_bytes()));
        StickyTable { cookie: sticky.cookie.clone(), lasts: sticky.lasts, ids: ids.collect() }
    }
}
