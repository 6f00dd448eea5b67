//! Where do keys go in a confirmation?

use super::{
    confirm::{Confirm, Phase},
    course::Course,
    input::Input,
    level::{Level, Outlook},
};
use crate::tui::key::Key;

/// Where keys go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Focus {
    /// To the question.
    Question,
    /// Into one of the options.
    Option(usize),
    /// Into the reason.
    Reason,
    /// Into the name to be typed.
    Name,
}

impl Confirm {
    pub(super) fn press(&mut self, key: Key) -> bool {
        if let (Focus::Option(at), Some(course)) = (self.focus, &mut self.course) {
            let took = course.press(at, key);
            self.take_course();
            return took;
        }
        self.field().is_some_and(|field| field.press(key))
    }

    pub(super) fn paste(&mut self, text: &str) -> bool {
        if let Focus::Option(_) = self.focus {
            return self.has_field() && text.chars().all(|it| self.press(Key::Char(it)));
        }
        self.field().map(|field| field.paste(text)).is_some()
    }

    pub(super) fn has_field(&self) -> bool {
        let takes_text = match (self.focus, &self.course) {
            (Focus::Option(at), Some(course)) => course.is_text(at),
            (focus, _) => focus != Focus::Question,
        };
        takes_text && !matches!(self.phase, Phase::Moved { .. } | Phase::Failed(_))
    }

    /// What is typed into its options becomes what is asked for.
    pub(super) fn take_course(&mut self) {
        let Some((edit, rest)) = self.course.as_ref().and_then(Course::edits) else { return };
        self.rest = rest;
        if edit != self.edit {
            self.level = self.least.max(Level::of(&edit));
            self.edit = edit;
            self.outlook = Outlook::Unknown;
        }
    }

    /// To the field `by` places further on: the question, the options, the reason, and round again.
    pub(super) fn step_focus(&mut self, by: isize) {
        let options = self.course.as_ref().map_or_else(Vec::new, Course::shown);
        let mut places = vec![self.first_focus()];
        places.extend(options.into_iter().map(Focus::Option));
        places.push(Focus::Reason);
        let at = places.iter().position(|place| *place == self.focus).unwrap_or(0);
        self.focus = places[at.wrapping_add(places.len()).wrapping_add_signed(by) % places.len()];
    }

    pub(super) fn first_focus(&self) -> Focus {
        if self.level == Level::Name { Focus::Name } else { Focus::Question }
    }

    fn field(&mut self) -> Option<&mut Input> {
        match self.focus {
            _ if !self.has_field() => None,
            Focus::Question | Focus::Option(_) => None,
            Focus::Reason => Some(&mut self.reason),
            Focus::Name => Some(&mut self.typed),
        }
    }
}
