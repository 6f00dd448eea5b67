//! An edit: what an operator asks the gateway to change.

use super::{LimitMode, Standing};

/// One change of the gateway, before anyone accepted it.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// Adds a backend to a pool.
    AddBackend {
        /// The pool it joins.
        pool: String,
        /// Its name, unique in the gateway.
        name: String,
        /// Where it listens: `10.0.0.13:9000` or `[2001:db8::1]:9000`.
        address: String,
        /// Its weight, 0..=1000; the gateway's default when absent.
        weight: Option<u32>,
        /// Its first standing: active or draining.
        standing: Standing,
    },
    /// Removes backends; requests in flight on them finish.
    Remove {
        /// The backends' names.
        names: Vec<String>,
    },
    /// Says what is wanted of backends.
    SetStanding {
        /// The backends' names.
        names: Vec<String>,
        /// What is wanted of them.
        standing: Standing,
    },
    /// Changes weights, all of them or none.
    SetWeights {
        /// Each backend's name with its new weight.
        edits: Vec<(String, WeightEdit)>,
    },
    /// Changes a limit; what is absent stays as it is.
    SetLimit {
        /// The limit's name.
        name: String,
        /// The new allowance: `100/minute`.
        max: Option<String>,
        /// The new mode.
        mode: Option<LimitMode>,
    },
}

/// A new weight, told absolutely or from what the backend has when the change is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WeightEdit {
    /// The weight itself, 0..=1000.
    Absolute(u32),
    /// Added to the present weight.
    Delta(i32),
    /// Percent of the present weight, 0..=10000.
    Percent(u32),
}
