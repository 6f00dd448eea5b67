//! A schema: which keys an answer has, and what stands behind them. <https://json-schema.org>

use serde_json::{Map, Value as Json, json};

use super::{
    Column, Rank, Unit,
    columns::{
        AUDIT, BACKEND, BLOCK, CERTIFICATE, CHECK, CLIENT, CONFIG_TEXT, CONTEXT, CONTEXT_TEST,
        DECISION, EVENT, FIELD, FINDING, IDENTITY, KEY, LIMIT, LOAD, OPERATION, POOL, PRACTISED,
        REJECTION, RELEASE, REVISION, SCALER, SCALING_RUN, SIMULATION, STAT, STATUS, TRAFFIC,
        TRAFFIC_GROUP, VALIDATION, VERIFICATION,
    },
};

/// Every kind of answer; a new one is a row here and in `fields`.
pub const KINDS: [&str; 34] = [
    "AuditList",
    "AuditVerification",
    "BackendList",
    "BackendStats",
    "BlockList",
    "CertificateList",
    "Client",
    "ConfigDiff",
    "ConfigText",
    "ContextList",
    "ContextTestList",
    "DecisionList",
    "Doctor",
    "Error",
    "EventList",
    "FieldList",
    "Health",
    "Identity",
    "KeyList",
    "LimitList",
    "Load",
    "OperationList",
    "PoolList",
    "Practised",
    "RejectionList",
    "RevisionList",
    "ScalerList",
    "ScalerSimulation",
    "Simulation",
    "Status",
    "TrafficList",
    "TrafficSummary",
    "Validation",
    "VersionList",
];

/// A key of an item, and what stands behind it.
type Field = (&'static str, Unit);

/// The schema of answers of this kind; none when there is no such kind.
#[must_use]
pub fn schema(kind: &str) -> Option<Json> {
    let kind = KINDS.into_iter().find(|known| *known == kind)?;
    if kind == "Error" {
        return Some(error());
    }
    let items: Map<String, Json> =
        fields(kind).into_iter().map(|(key, unit)| (key.to_owned(), value(unit))).collect();
    let keys: Vec<&String> = items.keys().collect();
    Some(json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": kind,
        "description": "An answer of `-o json`; with --columns an item has those keys alone. \
                        Keys may be added.",
        "type": "object",
        "required": ["kind", "v", "meta", "items"],
        "properties": {
            "kind": { "const": kind },
            "v": { "const": 1 },
            "meta": {
                "type": "object",
                "required": ["context", "instance", "server_time", "revision", "age_ms"],
                "properties": {
                    "context": { "type": "string" },
                    "instance": { "type": ["string", "null"] },
                    "server_time": { "type": ["string", "null"], "format": "date-time" },
                    "revision": { "type": ["integer", "null"] },
                    "age_ms": { "type": ["integer", "null"] },
                },
            },
            "items": {
                "type": "array",
                "items": { "type": "object", "required": keys, "properties": items },
            },
        },
    }))
}

/// What stands on standard error.
fn error() -> Json {
    let text = json!({ "type": "string" });
    let told = json!({ "type": ["string", "null"] });
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Error",
        "description": "A failure of `-o json`, on standard error.",
        "type": "object",
        "required": ["error"],
        "properties": { "error": {
            "type": "object",
            "required": ["code", "exit", "message", "hint", "op_id", "details"],
            "properties": {
                "code": text, "exit": { "type": "integer" }, "message": text,
                "hint": told, "op_id": told,
                "details": { "type": "array", "items": {
                    "type": "object",
                    "required": ["place", "message", "hint"],
                    "properties": { "place": text, "message": text, "hint": told },
                } },
            },
        } },
    })
}

fn value(unit: Unit) -> Json {
    match unit {
        Unit::Text | Unit::Name | Unit::Word => json!({ "type": ["string", "null"] }),
        Unit::Count | Unit::Bytes => json!({ "type": ["integer", "null"] }),
        Unit::Rate | Unit::Milliseconds | Unit::Ratio | Unit::Seconds => {
            json!({ "type": ["number", "null"] })
        }
        Unit::Moment | Unit::Since => json!({ "type": ["string", "null"], "format": "date-time" }),
        Unit::Flag => json!({ "type": ["boolean", "null"] }),
        Unit::List => {
            json!({ "type": ["array", "null"], "items": { "type": ["string", "object"] } })
        }
    }
}

fn fields(kind: &str) -> Vec<Field> {
    match kind {
        "AuditList" => of(AUDIT),
        "AuditVerification" => of(VERIFICATION),
        "BackendList" => of(BACKEND),
        "BackendStats" => of(STAT),
        "BlockList" => of(BLOCK),
        "CertificateList" => of(CERTIFICATE),
        "Client" => of(CLIENT),
        "ConfigDiff" | "FieldList" => of(FIELD),
        "ConfigText" => of(CONFIG_TEXT),
        "ContextList" => of(CONTEXT),
        "ContextTestList" => of(CONTEXT_TEST),
        "DecisionList" => of(DECISION),
        "Doctor" => of(FINDING),
        "EventList" => of(EVENT),
        "Health" => of(CHECK),
        "Identity" => of(IDENTITY),
        "KeyList" => of(KEY),
        "LimitList" => of(LIMIT),
        "Load" => of(LOAD),
        "OperationList" => of(OPERATION),
        "PoolList" => of(POOL),
        "Practised" => of(PRACTISED),
        "RejectionList" => of(REJECTION),
        "RevisionList" => of(REVISION),
        "ScalerList" => of(SCALER),
        "ScalerSimulation" => of(SCALING_RUN),
        "Simulation" => of(SIMULATION),
        "Status" => of(STATUS),
        "TrafficList" => of(TRAFFIC),
        "TrafficSummary" => of(TRAFFIC_GROUP),
        "Validation" => of(VALIDATION),
        "VersionList" => of(RELEASE),
        _ => Vec::new(),
    }
}

/// The keys that programs get.
fn of<T>(columns: &'static [Column<T>]) -> Vec<Field> {
    let told = columns.iter().filter(|it| !matches!(it.rank, Rank::Words | Rank::Named));
    told.map(|column| (column.key, column.unit)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_schema_with_keys() {
        for kind in KINDS {
            let schema = schema(kind).unwrap();
            assert_eq!(schema["title"], kind);
            let items = &schema["properties"]["items"]["items"]["required"];
            assert!(kind == "Error" || items.as_array().is_some_and(|keys| !keys.is_empty()));
        }
        assert_eq!(schema("Nothing"), None);
    }
}
