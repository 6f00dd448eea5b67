//! A filter of traffic: which requests does a watcher want to see? It is judged for each request, so
//! what it may hold is bounded.

use std::net::IpAddr;

use ipnet::IpNet;

/// A condition on a request.
#[derive(Clone, Debug, PartialEq)]
pub enum TrafficFilter {
    /// One of these holds.
    Any(Vec<TrafficFilter>),
    /// All of these hold.
    All(Vec<TrafficFilter>),
    /// This does not hold.
    Not(Box<TrafficFilter>),
    /// This holds.
    Test(TrafficTest),
}

/// A comparison; an inequality holds when it holds for all that is wanted, the others when they
/// hold for one.
#[derive(Clone, Debug, PartialEq)]
pub enum TrafficTest {
    /// Of the client's address.
    Client(TextComparison, Vec<WantedClient>),
    /// Of a text.
    Text(TextField, TextComparison, Vec<String>),
    /// Of a number; `None` is one that is not known.
    Number(NumberField, NumberComparison, Vec<Option<f64>>),
}

/// A client that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WantedClient {
    /// One in this network, which may be a single address.
    In(IpNet),
    /// One whose address is written like this.
    Like(String),
}

/// How a comparison is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words say it")]
pub enum Comparison {
    Equal,
    Unequal,
    Less,
    AtMost,
    More,
    AtLeast,
    Contains,
}

/// How texts are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextComparison {
    /// Equal, where `*` stands for any text.
    Equal,
    /// Not so.
    Unequal,
    /// Somewhere in it, whatever the case of ASCII letters.
    Contains,
}

/// How numbers are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words say it")]
pub enum NumberComparison {
    Equal,
    Unequal,
    Less,
    AtMost,
    More,
    AtLeast,
}

macro_rules! fields {
    ($(#[$doc:meta])* $name:ident: $($field:ident = $word:literal),* $(,)?) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs, reason = "as in `Served`")]
        pub enum $name { $($field),* }

        impl $name {
            /// All of them.
            pub const ALL: &[(&str, $name)] = &[$(($word, $name::$field)),*];

            fn named(word: &str) -> Option<$name> {
                $name::ALL.iter().find(|(known, _)| *known == word).map(|(_, field)| *field)
            }
        }
    };
}

fields! {
    /// A text of a request.
    TextField:
    Method = "method", Host = "host", Path = "path", Route = "route", Pool = "pool",
    Backend = "backend", Rule = "rule", Refused = "refused", Protocol = "protocol", Tls = "tls",
    Agent = "agent", RequestId = "request_id", TraceId = "trace_id",
}

fields! {
    /// A number of a request.
    NumberField:
    Status = "status", TotalMs = "total_ms", QueueMs = "queue_ms", ConnectMs = "connect_ms",
    TtfbMs = "ttfb_ms", InBytes = "in_bytes", OutBytes = "out_bytes", Tries = "tries",
    Id = "id",
}

/// Why something is no filter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilterFault {
    /// Nothing is called so.
    #[error("no field {field:?}; there are {}", names())]
    Field {
        /// What was asked for.
        field: String,
    },
    /// The comparison does not fit the field.
    #[error("{field} is {kind}, which is compared by {signs}")]
    Comparison {
        /// The field.
        field: String,
        /// What it holds.
        kind: &'static str,
        /// By what that is compared.
        signs: &'static str,
    },
    /// What it is compared with is no number.
    #[error("{field} is a number, {text:?} is none")]
    NoNumber {
        /// The field.
        field: String,
        /// What was given.
        text: String,
    },
    /// Part of it is missing.
    #[error("a condition without {0}")]
    Empty(&'static str),
    /// A value that nothing is as long as.
    #[error("a value of {0} bytes; at most {longest} are compared", longest = TrafficFilter::LONGEST)]
    TooLong(usize),
    /// More than is judged for each request.
    #[error("{count} {what}; at most {most}")]
    TooMany {
        /// How many.
        count: usize,
        /// Of what.
        what: &'static str,
        /// How many there may be.
        most: usize,
    },
    /// Deeper than anybody means.
    #[error("nested more than {} deep", TrafficFilter::DEEPEST)]
    TooDeep,
}

fn names() -> String {
    let texts = TextField::ALL.iter().map(|(word, _)| *word);
    let numbers = NumberField::ALL.iter().map(|(word, _)| *word);
    std::iter::once("client").chain(texts).chain(numbers).collect::<Vec<_>>().join(", ")
}

impl TrafficFilter {
    /// Tests in one filter at most.
    pub const MOST_TESTS: usize = 32;
    /// Values in one filter at most.
    pub const MOST_VALUES: usize = 64;
    /// How deep it may be nested.
    pub const DEEPEST: usize = 16;
    /// Bytes of one value at most.
    pub const LONGEST: usize = 256;

    /// The filter, if it is small enough to be judged for each request.
    ///
    /// # Errors
    /// When it is not.
    pub fn bounded(self) -> Result<TrafficFilter, FilterFault> {
        if self.depth() > TrafficFilter::DEEPEST {
            return Err(FilterFault::TooDeep);
        }
        let (tests, values) = self.size();
        for (count, what, most) in [
            (tests, "comparisons", TrafficFilter::MOST_TESTS),
            (values, "values", TrafficFilter::MOST_VALUES),
        ] {
            if count > most {
                return Err(FilterFault::TooMany { count, what, most });
            }
        }
        Ok(self)
    }

    fn depth(&self) -> usize {
        1 + match self {
            TrafficFilter::Any(parts) | TrafficFilter::All(parts) => {
                parts.iter().map(TrafficFilter::depth).max().unwrap_or_default()
            }
            TrafficFilter::Not(part) => part.depth(),
            TrafficFilter::Test(_) => 0,
        }
    }

    /// How many tests and values there are.
    fn size(&self) -> (usize, usize) {
        match self {
            TrafficFilter::Any(parts) | TrafficFilter::All(parts) => parts
                .iter()
                .map(TrafficFilter::size)
                .fold((0, 0), |(tests, values), (more, others)| (tests + more, values + others)),
            TrafficFilter::Not(part) => part.size(),
            TrafficFilter::Test(TrafficTest::Client(_, wanted)) => (1, wanted.len()),
            TrafficFilter::Test(TrafficTest::Text(_, _, wanted)) => (1, wanted.len()),
            TrafficFilter::Test(TrafficTest::Number(_, _, wanted)) => (1, wanted.len()),
        }
    }
}

impl TrafficTest {
    /// A comparison of the field called `field` with values, each as text and as the number it is,
    /// if it is one.
    ///
    /// # Errors
    /// When there is no such field, or it is not compared so.
    pub fn new(
        field: &str,
        comparison: Comparison,
        wanted: Vec<(String, Option<f64>)>,
    ) -> Result<TrafficTest, FilterFault> {
        if wanted.is_empty() {
            return Err(FilterFault::Empty("a value"));
        }
        if let Some((long, _)) = wanted.iter().find(|(text, _)| text.len() > TrafficFilter::LONGEST)
        {
            return Err(FilterFault::TooLong(long.len()));
        }
        if let Some(number) = NumberField::named(field) {
            let comparison = comparison.of_number().ok_or_else(|| unfit(field, "a number"))?;
            let wanted = wanted.into_iter().map(|(text, value)| known(field, text, value));
            return Ok(TrafficTest::Number(number, comparison, wanted.collect::<Result<_, _>>()?));
        }
        let text = TextField::named(field);
        if text.is_none() && field != "client" {
            return Err(FilterFault::Field { field: field.to_owned() });
        }
        let comparison = comparison.of_text().ok_or_else(|| unfit(field, "a text"))?;
        let texts = wanted.into_iter().map(|(text, _)| match comparison {
            TextComparison::Contains => text.to_ascii_lowercase(),
            TextComparison::Equal | TextComparison::Unequal => text,
        });
        Ok(match text {
            Some(field) => TrafficTest::Text(field, comparison, texts.collect()),
            None => TrafficTest::Client(
                comparison,
                texts.map(|text| WantedClient::of(text, comparison)).collect(),
            ),
        })
    }
}

impl WantedClient {
    fn of(text: String, comparison: TextComparison) -> WantedClient {
        let address = || text.parse::<IpAddr>().map(IpNet::from).ok();
        let network = text.parse::<IpNet>().ok().or_else(address);
        match network {
            Some(network) if comparison != TextComparison::Contains => WantedClient::In(network),
            _ => WantedClient::Like(text),
        }
    }
}

impl Comparison {
    fn of_text(self) -> Option<TextComparison> {
        match self {
            Comparison::Equal => Some(TextComparison::Equal),
            Comparison::Unequal => Some(TextComparison::Unequal),
            Comparison::Contains => Some(TextComparison::Contains),
            _ => None,
        }
    }

    fn of_number(self) -> Option<NumberComparison> {
        Some(match self {
            Comparison::Equal => NumberComparison::Equal,
            Comparison::Unequal => NumberComparison::Unequal,
            Comparison::Less => NumberComparison::Less,
            Comparison::AtMost => NumberComparison::AtMost,
            Comparison::More => NumberComparison::More,
            Comparison::AtLeast => NumberComparison::AtLeast,
            Comparison::Contains => return None,
        })
    }
}

fn unfit(field: &str, kind: &'static str) -> FilterFault {
    let signs = if kind == "a number" { "= != < <= > >=" } else { "= != ~" };
    FilterFault::Comparison { field: field.to_owned(), kind, signs }
}

/// A number that is wanted; `None` is what is not known.
fn known(field: &str, text: String, value: Option<f64>) -> Result<Option<f64>, FilterFault> {
    match value {
        Some(value) if value.is_finite() => Ok(Some(value)),
        None if text == "-" => Ok(None),
        _ => Err(FilterFault::NoNumber { field: field.to_owned(), text }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn test(
        field: &str,
        comparison: Comparison,
        text: &str,
        number: Option<f64>,
    ) -> Result<TrafficFilter, FilterFault> {
        let wanted = vec![(text.to_owned(), number)];
        TrafficTest::new(field, comparison, wanted).map(TrafficFilter::Test)
    }

    fn said(made: Result<TrafficFilter, FilterFault>) -> String {
        made.unwrap_err().to_string()
    }

    #[test]
    fn a_test_that_makes_no_sense_says_what_would() {
        let unknown = said(test("colour", Comparison::Equal, "red", None));
        assert!(unknown.starts_with("no field \"colour\"; there are client, method"), "{unknown}");
        let said_of = |field, comparison, text, number| said(test(field, comparison, text, number));
        assert_eq!(
            said_of("path", Comparison::More, "3", Some(3.0)),
            "path is a text, which is compared by = != ~"
        );
        assert_eq!(
            said_of("status", Comparison::Contains, "5", Some(5.0)),
            "status is a number, which is compared by = != < <= > >="
        );
        assert_eq!(
            said_of("status", Comparison::Equal, "5xx", None),
            "status is a number, \"5xx\" is none"
        );
        assert_eq!(
            said_of("path", Comparison::Equal, &"x".repeat(257), None),
            "a value of 257 bytes; at most 256 are compared"
        );
        let empty = TrafficTest::new("path", Comparison::Equal, Vec::new());
        assert_eq!(empty.unwrap_err().to_string(), "a condition without a value");
    }

    #[test]
    fn a_filter_that_costs_too_much_is_refused() {
        let one = || test("path", Comparison::Equal, "/", None).unwrap();
        let most = TrafficFilter::All((0..32).map(|_| one()).collect());
        assert!(most.clone().bounded().is_ok());
        let more = TrafficFilter::Any(vec![most, one()]);
        assert_eq!(said(more.bounded()), "33 comparisons; at most 32");
        let wanted = (0..65).map(|number| (number.to_string(), None)).collect();
        let wide = TrafficTest::new("path", Comparison::Equal, wanted).map(TrafficFilter::Test);
        assert_eq!(said(wide.unwrap().bounded()), "65 values; at most 64");
        let deep = (1..17).fold(one(), |filter, _| TrafficFilter::Not(Box::new(filter)));
        assert_eq!(said(deep.bounded()), "nested more than 16 deep");
        let nearly = (1..16).fold(one(), |filter, _| TrafficFilter::Not(Box::new(filter)));
        assert!(nearly.bounded().is_ok());
    }
}
