//! A field: one thing that is said of a limit, a backend or a pool's scaling, and who said it.

use super::Mark;

/// What is said of something now, what the file says of it, and who said so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldView {
    /// The thing: "backend/app-1", "limit/create-per-ip", "scaler/app", "block/192.0.2.0/24".
    pub target: String,
    /// What of it: "weight", "rule", "max".
    pub field: &'static str,
    /// What it is; absent when it is not there.
    pub value: Option<String>,
    /// What the file says; absent when it says nothing of it.
    pub file: Option<String>,
    /// Who said so.
    pub provenance: Provenance,
    /// Who, why and since when, as far as it is known.
    pub mark: Option<Mark>,
    /// The operation by which it was said, as far as it is kept.
    pub op: Option<String>,
    /// The line of the file that says it, from 1; or that names the thing, where the field goes without
    /// saying.
    pub line: Option<usize>,
    /// Whether a file can say it: standings, blocks and what ends by itself it cannot.
    pub persists: bool,
}

/// Who said something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provenance {
    /// The file.
    File,
    /// An operator.
    Operator,
    /// The autoscaler.
    Autoscaler,
}

impl FieldView {
    /// Whether it is not as the file says.
    #[must_use]
    pub fn differs(&self) -> bool {
        self.value != self.file
    }
}

impl Provenance {
    /// Its word in every tool.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Provenance::File => "file",
            Provenance::Operator => "operator",
            Provenance::Autoscaler => "autoscaler",
        }
    }
}
