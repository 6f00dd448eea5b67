//! The shapes that screens are drawn of.

pub(crate) mod chart;
pub(crate) mod gauge;
pub(crate) mod lines;
pub(crate) mod panel;
pub(crate) mod servers;
pub(crate) mod sparkline;
