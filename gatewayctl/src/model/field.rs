//! A field: one thing that is said of the gateway, what the file says of it, and who said so.

/// What is said of something now, and what the file says of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Field {
    /// The thing: "backend/app-1", "limit/create-per-ip", "scaler/app", "block/192.0.2.0/24".
    pub target: String,
    /// What of it: "weight", "rule", "max".
    pub field: String,
    /// What it is; absent when it is not there.
    pub value: Option<String>,
    /// What the file says; absent when it says nothing of it.
    pub file: Option<String>,
    /// Whether it is other than the file says.
    pub differs: bool,
    /// Who said so: "file", "operator" or "autoscaler".
    pub provenance: String,
    /// Who; empty when not known.
    pub owner: String,
    /// Why; empty when not told.
    pub reason: String,
    /// Since when, milliseconds since the Unix epoch.
    pub since_ms: Option<i64>,
    /// The operation by which it was said last; empty when not known.
    pub op: String,
    /// The line of the file that says it, from 1.
    pub line: Option<u32>,
    /// Whether `config persist` writes it into the file.
    pub persists: bool,
}

/// The gateway's file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConfigText {
    /// Where it is, on the gateway's host.
    pub path: String,
    /// What it is.
    pub written: String,
    /// What it would be if it said what operators did.
    pub text: String,
}

/// What a text was found to be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Validation {
    /// Where it comes from.
    pub file: String,
    /// What it describes; empty when something is wrong.
    pub summary: String,
    /// Everything that is wrong, as text of several lines.
    pub mistakes: String,
}
