//! A value: one fact about a thing, as tables, JSON, sorting and filters see it.

use std::cmp::Ordering;

/// One fact. What is not known is `Unknown`, never zero.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Not known, or does not apply.
    Unknown,
    /// Words.
    Text(String),
    /// Yes or no.
    Flag(bool),
    /// A whole number.
    Count(u64),
    /// A measured number in the unit that the field's name ends with.
    Number(f64),
    /// A moment, milliseconds since the Unix epoch.
    Time(i64),
    /// Several.
    List(Vec<Value>),
    /// Named parts, in order.
    Parts(Vec<(&'static str, Value)>),
}

impl Value {
    /// Words that may be empty.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    /// Words whose absence is told by an empty text.
    #[must_use]
    pub fn told(text: &str) -> Self {
        if text.is_empty() { Self::Unknown } else { Self::text(text) }
    }

    /// A moment that may be absent.
    #[must_use]
    pub fn time(time_ms: Option<i64>) -> Self {
        time_ms.map_or(Self::Unknown, Self::Time)
    }

    /// The value as a number, when it is one.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "figures of a gateway stay far below 2^52")]
    pub const fn number(&self) -> Option<f64> {
        match self {
            Self::Count(count) => Some(*count as f64),
            Self::Number(number) => Some(*number),
            Self::Time(time_ms) => Some(*time_ms as f64),
            _ => None,
        }
    }

    /// Great before small; what is not known comes last again.
    #[must_use]
    pub fn reverse_order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Unknown, _) | (_, Self::Unknown) => self.order(other),
            _ => other.order(self),
        }
    }

    /// Small before great, `api-2` before `api-10`; what is not known comes last.
    #[must_use]
    pub fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Unknown, Self::Unknown) => Ordering::Equal,
            (Self::Unknown, _) => Ordering::Greater,
            (_, Self::Unknown) => Ordering::Less,
            (Self::Text(one), Self::Text(other)) => natural_order(one, other),
            (Self::Flag(one), Self::Flag(other)) => one.cmp(other),
            _ => match (self.number(), other.number()) {
                (Some(one), Some(other)) => one.total_cmp(&other),
                _ => Ordering::Equal,
            },
        }
    }
}

impl From<u64> for Value {
    fn from(count: u64) -> Self {
        Self::Count(count)
    }
}

impl From<u32> for Value {
    fn from(count: u32) -> Self {
        Self::Count(count.into())
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        if number.is_finite() { Self::Number(number) } else { Self::Unknown }
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Unknown, T::into)
    }
}

/// Runs of digits compare as numbers, everything else by character.
fn natural_order(one: &str, other: &str) -> Ordering {
    let (mut left, mut right) = (one, other);
    while !left.is_empty() && !right.is_empty() {
        let (a, left_rest) = head(left);
        let (b, right_rest) = head(right);
        let (digits, other_digits) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
        let both_numbers = starts_with_digit(a) && starts_with_digit(b);
        let order = if both_numbers {
            digits.len().cmp(&other_digits.len()).then_with(|| digits.cmp(other_digits))
        } else {
            a.cmp(b)
        };
        if order.is_ne() {
            return order;
        }
        (left, right) = (left_rest, right_rest);
    }
    left.len().cmp(&right.len()).then_with(|| one.cmp(other))
}

fn starts_with_digit(text: &str) -> bool {
    text.starts_with(|character: char| character.is_ascii_digit())
}

/// The run of digits, or the one character, that `text` begins with, and the rest.
fn head(text: &str) -> (&str, &str) {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let first = text.chars().next().map_or(0, char::len_utf8);
    text.split_at(if digits > 0 { digits } else { first })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_sort_as_people_count() {
        let mut names = ["api-10", "api-2", "api-1", "api", "web-1", "api-02"].map(Value::text);
        names.sort_by(Value::order);
        let sorted = ["api", "api-1", "api-02", "api-2", "api-10", "web-1"].map(Value::text);
        assert_eq!(names, sorted);
    }

    #[test]
    fn what_is_not_known_comes_last_and_is_not_zero() {
        assert_eq!(Value::from(f64::NAN), Value::Unknown);
        assert_eq!(Value::from(None::<f64>), Value::Unknown);
        for order in [Value::order, Value::reverse_order] {
            assert_eq!(order(&Value::Unknown, &Value::Count(u64::MAX)), Ordering::Greater);
            assert_eq!(order(&Value::Count(0), &Value::Unknown), Ordering::Less);
        }
        assert_eq!(Value::Unknown.number(), None);
    }

    proptest! {
        #[test]
        fn the_order_of_texts_is_total(a in "[a-z0-9-]{0,8}", b in "[a-z0-9-]{0,8}", c in "[a-z0-9-]{0,8}") {
            let order = natural_order(&a, &b);
            prop_assert_eq!(order, natural_order(&b, &a).reverse());
            prop_assert_eq!(order.is_eq(), a == b);
            if order.is_le() && natural_order(&b, &c).is_le() {
                prop_assert!(natural_order(&a, &c).is_le());
            }
        }
    }
}
