//! Why would yes be refused now?

use std::time::Duration;

use super::{
    Around,
    confirm::{Confirm, Phase},
    course::Course,
    level::{Level, Outlook},
};
use crate::client::ErrorCode;

/// Keys this soon after it opened were meant for what was there before.
pub(super) const TYPED_AHEAD: Duration = Duration::from_millis(300);

impl Confirm {
    /// Why yes would be refused now; none when it would be sent.
    pub(super) fn obstacle(&self, around: &Around<'_>) -> Option<String> {
        let said = |text: &str| Some(text.to_owned());
        if let Some(hindrance) = around.hindrance {
            return said(hindrance);
        }
        if let Phase::Moved { target, what } = &self.phase {
            let by = around.changed_by(target).unwrap_or_default();
            let reload = around.keymap.label("dialog.reload");
            return Some(format!("{what}{by}; {reload} looks again"));
        }
        if let Some(why) = self.course.as_ref().and_then(Course::obstacle) {
            return Some(why);
        }
        match (&self.phase, &self.outlook) {
            (Phase::Sent, _) => return said("sent, waiting for the gateway"),
            (Phase::Failed(_), _) => {
                return Some(format!("{} looks again", around.keymap.label("dialog.reload")));
            }
            (_, Outlook::Unknown) => return said("asking the gateway what would happen"),
            (_, Outlook::Refusal(error)) if !(self.force && error.code == ErrorCode::Guard) => {
                return said("the gateway would refuse");
            }
            (_, Outlook::Plan(plan)) if !(self.force || plan.conflicts.is_empty()) => {
                return said("somebody changed that since");
            }
            _ => {}
        }
        if around.now < self.opened.after(TYPED_AHEAD) {
            return said("just opened");
        }
        if self.level == Level::Name && self.typed.text() != self.name_to_type() {
            return Some(format!("type {} to go on", self.name_to_type()));
        }
        self.wants_reason(around)
    }

    /// Who wants a reason that is missing.
    fn wants_reason(&self, around: &Around<'_>) -> Option<String> {
        if !self.reason.text().trim().is_empty() {
            return None;
        }
        if self.force {
            return Some("overruling a guard needs a reason".to_owned());
        }
        let wanted = || format!("{} wants a reason for each change", around.context);
        around.wants_reason.then(wanted)
    }

    /// Whether a reason is all that is missing.
    pub(super) fn lacks_reason_only(&self, around: &Around<'_>) -> bool {
        let wanted = self.wants_reason(around);
        wanted.is_some() && wanted == self.obstacle(around)
    }

    /// Whether it may be answered; before that the question is not even put.
    pub(super) fn is_put(&self, around: &Around<'_>) -> bool {
        self.outlook != Outlook::Unknown && around.now >= self.opened.after(TYPED_AHEAD)
    }
}
