//! The columns of a demo's load.

use crate::{
    model::Load,
    output::{Column, Unit},
};

type Field = Column<Load>;

/// The columns of a demo's load.
pub const LOAD: &[Column<Load>] = &[
    Field::new("rps", "RPS", Unit::Rate, |it, _| it.rps.into()),
    Field::new("before_rps", "BEFORE", Unit::Rate, |it, _| it.before_rps.into()),
];
