//! A course: how a drain is to go, as it is typed into its question.

use std::{num::NonZeroUsize, time::Duration};

use super::form::{Entry, Field, Verdict};
use crate::{
    duration,
    model::{DrainOrder, Edit, OnDeadline, Then},
    tui::key::Key,
};

/// How long requests and streams may take when nobody says, as the gateway has it.
const REQUESTS: Duration = Duration::from_secs(30);
const STREAMS: Duration = Duration::from_secs(5 * 60);
/// The longest that a deadline may be, as the gateway has it.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 3600);
/// How long it stays drained where it is enabled after a while, unless its operator says otherwise.
const REST: &str = "5m";
/// The word for all of several at once.
const ALL: &str = "all";
/// What happens to what is left at its deadline, and what becomes of a drained backend.
const LATE: [&str; 3] = ["keep waiting", "kill", "undo"];
const EMPTY: [&str; 3] = ["stay drained", "remove", "re-enable after"];

/// How a drain is to go.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Course {
    names: Vec<String>,
    /// Whether it was told how it goes before it was asked.
    is_ordered: bool,
    spread: Option<Duration>,
    /// Its fields from top to bottom; not all are shown.
    pub(super) fields: Vec<Field>,
}

impl Course {
    /// The course that `edits` tell, if they are drains: the first of them, and those that follow
    /// each other after it.
    pub(super) fn of(edit: &Edit, rest: &[Edit]) -> Option<Self> {
        let Edit::Drain { names: first, order } = edit else { return None };
        let mut names = first.clone();
        for edit in rest {
            names.extend(edit.targets().into_iter().map(str::to_owned));
        }
        let at_once = if rest.is_empty() { ALL.to_owned() } else { first.len().to_string() };
        let told = order.clone().unwrap_or_default();
        let text = |length: Option<Duration>, usual| duration::exact(length.unwrap_or(usual));
        let (empty, after) = match told.then {
            Then::Stay => (0, REST.to_owned()),
            Then::Remove => (1, REST.to_owned()),
            Then::EnableAfter(after) => (2, duration::exact(after)),
        };
        let options = |words: [&str; 3]| words.map(str::to_owned).to_vec();
        let fields = vec![
            Field::suggestion("request", &text(told.requests, REQUESTS), "until it is answered"),
            Field::suggestion("stream", &text(told.streams, STREAMS), "WebSockets, downloads"),
            Field::choice("then", options(LATE), told.on_deadline as usize),
            Field::choice("empty", options(EMPTY), empty),
            Field::suggestion("after", &after, "drained for so long"),
            Field::suggestion("at once", &at_once, format!("of {}, in this order", names.len())),
        ];
        let (is_ordered, spread) = (order.is_some(), told.spread);
        Some(Self { names, is_ordered, spread, fields })
    }

    /// The fields that mean something now.
    pub(super) fn shown(&self) -> Vec<usize> {
        let means = |at: &usize| match self.fields[*at].label {
            "after" => self.value("empty") == EMPTY[2],
            "at once" => self.names.len() > 1,
            _ => true,
        };
        (0..self.fields.len()).filter(means).collect()
    }

    /// What is thought of a field.
    pub(super) fn verdict(&self, field: &Field) -> Verdict {
        let text = field.value();
        match field.label {
            "at once" if text == ALL => Verdict::Good(String::new()),
            "at once" => match text.parse::<usize>() {
                Ok(count) if (1..=self.names.len()).contains(&count) => {
                    Verdict::Good(String::new())
                }
                _ => Verdict::Bad(format!("1..{}, or {ALL}", self.names.len())),
            },
            "request" | "stream" | "after" => match duration::parse(text) {
                Ok(length) if length <= LONGEST => Verdict::Good(String::new()),
                Ok(_) => Verdict::Bad("at most 7d".to_owned()),
                Err(_) => Verdict::Bad("such as 30s, 2m, 1h".to_owned()),
            },
            _ => Verdict::Good(String::new()),
        }
    }

    /// Why it cannot go so; none when it can.
    pub(super) fn obstacle(&self) -> Option<String> {
        self.shown().into_iter().find_map(|at| match self.verdict(&self.fields[at]) {
            Verdict::Bad(why) => Some(format!("{}: {why}", self.fields[at].label)),
            Verdict::Good(_) => None,
        })
    }

    /// The drain that comes first, and those that follow once it is over; none while a field is wrong.
    pub(super) fn edits(&self) -> Option<(Edit, Vec<Edit>)> {
        if self.obstacle().is_some() {
            return None;
        }
        let order = self.order();
        let drain = |names: &[String]| Edit::Drain { names: names.to_vec(), order: order.clone() };
        let mut edits = self.names.chunks(self.at_once()).map(drain);
        Some((edits.next()?, edits.collect()))
    }

    /// How many are drained at once.
    pub(super) fn at_once(&self) -> usize {
        let count = self.value("at once").parse::<NonZeroUsize>();
        count.map_or(self.names.len().max(1), NonZeroUsize::get)
    }

    /// Takes a key that writes into the field at `at`; `false` where it means nothing.
    pub(super) fn press(&mut self, at: usize, key: Key) -> bool {
        match self.fields.get_mut(at).map(|field| &mut field.entry) {
            Some(Entry::Text(input)) => input.press(key),
            _ => false,
        }
    }

    /// Goes one on in the choice at `at`, or one back.
    pub(super) fn choose(&mut self, at: usize, is_back: bool) {
        if let Some(Field { entry: Entry::Choice(options, chosen), .. }) = self.fields.get_mut(at) {
            let steps = if is_back { options.len() - 1 } else { 1 };
            *chosen = (*chosen + steps) % options.len();
        }
    }

    /// Whether the field at `at` takes a text.
    pub(super) fn is_text(&self, at: usize) -> bool {
        matches!(self.fields.get(at), Some(Field { entry: Entry::Text(_), .. }))
    }

    fn order(&self) -> Option<DrainOrder> {
        let length = |label, usual: Option<Duration>| {
            let typed = duration::parse(self.value(label)).ok();
            typed.filter(|typed| Some(*typed) != usual)
        };
        let order = DrainOrder {
            requests: length("request", Some(REQUESTS)),
            streams: length("stream", Some(STREAMS)),
            spread: self.spread,
            on_deadline: match self.value("then") {
                late if late == LATE[1] => OnDeadline::Kill,
                late if late == LATE[2] => OnDeadline::Undo,
                _ => OnDeadline::Wait,
            },
            then: match self.value("empty") {
                empty if empty == EMPTY[1] => Then::Remove,
                empty if empty == EMPTY[2] => {
                    length("after", None).map_or(Then::Stay, Then::EnableAfter)
                }
                _ => Then::Stay,
            },
        };
        (self.is_ordered || order != DrainOrder::default()).then_some(order)
    }

    fn value(&self, label: &str) -> &str {
        self.fields.iter().find(|field| field.label == label).map_or("", Field::value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(count: usize) -> Vec<String> {
        (1..=count).map(|number| format!("app-{number}")).collect()
    }

    fn course(count: usize) -> Course {
        Course::of(&Edit::Drain { names: names(count), order: None }, &[]).unwrap()
    }

    fn type_in(course: &mut Course, label: &str, text: &str) {
        let at = course.fields.iter().position(|field| field.label == label).unwrap();
        for character in text.chars() {
            course.press(at, Key::Char(character));
        }
    }

    #[test]
    fn as_usual_nothing_is_ordered() {
        let (edit, rest) = course(2).edits().unwrap();
        assert_eq!((edit, rest.len()), (Edit::Drain { names: names(2), order: None }, 0));
        assert_eq!(course(1).shown(), [0, 1, 2, 3], "how many at once is no question for one");
    }

    #[test]
    fn what_is_typed_is_ordered_and_several_follow_each_other() {
        let mut course = course(3);
        type_in(&mut course, "stream", "90s");
        type_in(&mut course, "at once", "2");
        course.choose(2, false);
        course.choose(3, true);
        type_in(&mut course, "after", "1h");
        let order = DrainOrder {
            streams: Some(Duration::from_secs(90)),
            on_deadline: OnDeadline::Kill,
            then: Then::EnableAfter(Duration::from_secs(3600)),
            ..DrainOrder::default()
        };
        let drain =
            |names: &[String]| Edit::Drain { names: names.into(), order: Some(order.clone()) };
        let (first, rest) = course.edits().unwrap();
        assert_eq!((&first, &rest[..]), (&drain(&names(3)[..2]), &[drain(&names(3)[2..])][..]));
        let again = Course::of(&first, &rest).unwrap();
        assert_eq!(again.edits(), Some((first, rest)), "what was told is told again");
    }

    #[test]
    fn what_is_no_length_or_number_is_refused_where_it_means_something() {
        for (label, text) in [("request", "soon"), ("stream", "8d"), ("at once", "4")] {
            let mut course = course(3);
            type_in(&mut course, label, text);
            assert!(course.obstacle().is_some_and(|why| why.starts_with(label)), "{label}");
            assert_eq!(course.edits(), None);
        }
        let mut course = course(3);
        type_in(&mut course, "after", "soon");
        assert_eq!(course.obstacle(), None, "nobody asked for that");
    }
}
