//! How sure must an operator be of a change, and what does the gateway say would happen?

use crate::{
    client,
    model::{Edit, Operation, Then},
};

/// How sure an operator must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// A key.
    Key,
    /// The target's name, typed.
    Name,
}

/// What the gateway says would happen.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Outlook {
    /// It has not answered yet.
    Unknown,
    /// This.
    Plan(Box<Operation>),
    /// It would refuse.
    Refusal(client::Error),
}

impl Level {
    /// The least that `edit` asks for: what is not put back by the opposite wants the name. What a
    /// guard of the gateway refuses asks for it as well, once it is to be overruled.
    pub(super) fn of(edit: &Edit) -> Self {
        match edit {
            Edit::Remove { .. } | Edit::Kill { .. } | Edit::ApplyConfig { .. } => Self::Name,
            Edit::Drain { order: Some(order), .. } if order.then == Then::Remove => Self::Name,
            Edit::All(edits) => edits.iter().map(Self::of).max().unwrap_or(Self::Key),
            _ => Self::Key,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::DrainOrder;

    #[test]
    fn what_cannot_be_put_back_by_its_opposite_wants_the_name() {
        let drain = |then| {
            let order = Some(DrainOrder { then, ..DrainOrder::default() });
            Edit::Drain { names: vec!["app-1".into()], order }
        };
        assert_eq!(Level::of(&drain(Then::Stay)), Level::Key);
        assert_eq!(Level::of(&drain(Then::Remove)), Level::Name);
        assert_eq!(Level::of(&Edit::Kill { names: Vec::new() }), Level::Name);
        let both = Edit::All(vec![drain(Then::Stay), Edit::Remove { names: Vec::new() }]);
        assert_eq!(Level::of(&both), Level::Name);
    }
}
