//! A protection: how sure an operator must be before a gateway is changed.

use std::{fmt, str::FromStr};

/// How sure an operator must be before a gateway is changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Protect {
    /// As sure as the change itself asks for.
    #[default]
    Confirm,
    /// The name of what is changed is typed, whatever the change.
    TypeName,
    /// Nothing is changed.
    ReadOnly,
}

/// Why a text is no protection.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected confirm, type-name or readonly, found `{0}`")]
pub struct ProtectError(String);

impl Protect {
    /// Every value, the mildest first.
    pub const ALL: [Self; 3] = [Self::Confirm, Self::TypeName, Self::ReadOnly];

    /// Its word in every tool.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::TypeName => "type-name",
            Self::ReadOnly => "readonly",
        }
    }
}

impl fmt::Display for Protect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl FromStr for Protect {
    type Err = ProtectError;

    fn from_str(text: &str) -> Result<Self, ProtectError> {
        let found = Self::ALL.into_iter().find(|protect| protect.word() == text);
        found.ok_or_else(|| ProtectError(text.to_owned()))
    }
}
