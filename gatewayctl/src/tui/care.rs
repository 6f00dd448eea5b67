//! Care: how much of it the context wants for its gateway.

use crate::model::{Hue, Protect};

/// How much care a gateway is treated with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Care {
    /// How sure an operator must be before it is changed.
    pub protect: Protect,
    /// Whether each change needs a reason.
    pub wants_reason: bool,
    /// The colour of its name.
    pub hue: Option<Hue>,
}

impl Care {
    /// Whether nothing may be changed.
    pub(crate) fn is_read_only(self) -> bool {
        self.protect == Protect::ReadOnly
    }
}
