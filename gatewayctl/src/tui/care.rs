//! Care: how much of it the context wants for its gateway.

use crate::{
    config::Context,
    model::{Hue, Protect},
};

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
    /// The care that a context wants.
    pub(crate) fn of(context: &Context, read_only: bool) -> Self {
        Self {
            protect: if read_only { Protect::ReadOnly } else { context.protect },
            wants_reason: context.require_reason,
            hue: context.header_color,
        }
    }

    /// Whether nothing may be changed.
    pub(crate) fn is_read_only(self) -> bool {
        self.protect == Protect::ReadOnly
    }
}
