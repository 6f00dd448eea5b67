//! A filter of traffic, as the wire tells it.

use gateway_proto as wire;
use gateway_proto::traffic_filter::Condition;

use crate::model::{Comparison, FilterFault, TrafficFilter, TrafficTest};

/// The filter that is told.
///
/// # Errors
/// When it makes no sense, or is more than is judged for each request.
pub(super) fn of(told: wire::TrafficFilter) -> Result<TrafficFilter, FilterFault> {
    read(told)?.bounded()
}

fn read(told: wire::TrafficFilter) -> Result<TrafficFilter, FilterFault> {
    match told.condition.ok_or(FilterFault::Empty("anything in it"))? {
        Condition::Any(parts) => all(parts).map(TrafficFilter::Any),
        Condition::All(parts) => all(parts).map(TrafficFilter::All),
        Condition::Not(part) => Ok(TrafficFilter::Not(Box::new(read(*part)?))),
        Condition::Test(test) => {
            let comparison = comparison(test.comparison())?;
            let wanted = test.values.into_iter().map(|value| (value.text, value.number)).collect();
            TrafficTest::new(&test.field, comparison, wanted).map(TrafficFilter::Test)
        }
    }
}

fn all(parts: wire::TrafficFilters) -> Result<Vec<TrafficFilter>, FilterFault> {
    match parts.filters {
        parts if parts.is_empty() => Err(FilterFault::Empty("a part")),
        parts => parts.into_iter().map(read).collect(),
    }
}

fn comparison(told: wire::Comparison) -> Result<Comparison, FilterFault> {
    Ok(match told {
        wire::Comparison::Unspecified => return Err(FilterFault::Empty("a comparison")),
        wire::Comparison::Equal => Comparison::Equal,
        wire::Comparison::Unequal => Comparison::Unequal,
        wire::Comparison::Less => Comparison::Less,
        wire::Comparison::AtMost => Comparison::AtMost,
        wire::Comparison::More => Comparison::More,
        wire::Comparison::AtLeast => Comparison::AtLeast,
        wire::Comparison::Contains => Comparison::Contains,
    })
}
