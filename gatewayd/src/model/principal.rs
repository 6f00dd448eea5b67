//! A principal: somebody to whom a role can be given, as the file writes it.

use std::fmt;
use std::str::FromStr;

use super::Account;

/// The longest name of anybody in bytes.
const LONGEST: usize = 1024;

/// Somebody to whom a role can be given.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Principal {
    /// A user of this machine: `user:alice`, or `user:1000`.
    User(Known),
    /// The members of a group of this machine: `group:ops`, or `group:100`.
    Group(Known),
    /// Whoever has a certificate for this DNS name, in lower case: `dns:ops-1.example`.
    Dns(String),
    /// Whoever has a certificate for this URI: `uri:spiffe://ops/alice`.
    Uri(String),
}

/// What a user or group is known by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Known {
    /// By a name.
    Name(String),
    /// By a number.
    Id(u32),
}

/// A text that names nobody.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} names nobody: expected \"user:alice\", \"group:ops\", \"dns:ops-1.example\" or \
     \"uri:spiffe://ops/alice\""
)]
pub struct NobodyError(String);

impl Principal {
    /// The DNS name `name` of a certificate.
    #[must_use]
    pub fn dns(name: &str) -> Principal {
        Principal::Dns(name.to_ascii_lowercase())
    }

    /// Whether this is that user.
    #[must_use]
    pub fn is_user(&self, user: &Account) -> bool {
        matches!(self, Principal::User(known) if known.is(user))
    }

    /// Whether this is that group.
    #[must_use]
    pub fn is_group(&self, group: &Account) -> bool {
        matches!(self, Principal::Group(known) if known.is(group))
    }
}

impl Known {
    fn read(text: &str) -> Known {
        text.parse().map_or_else(|_| Known::Name(text.to_owned()), Known::Id)
    }

    fn is(&self, account: &Account) -> bool {
        match self {
            Known::Name(name) => account.name.as_ref() == Some(name),
            Known::Id(id) => account.id == *id,
        }
    }
}

impl FromStr for Principal {
    type Err = NobodyError;

    fn from_str(text: &str) -> Result<Principal, NobodyError> {
        let nobody = || NobodyError(text.chars().take(64).collect());
        let plain = |it: &str| {
            (1..=LONGEST).contains(&it.len()) && !it.contains(|c: char| c.is_control() || c == ' ')
        };
        let (kind, name) =
            text.split_once(':').filter(|(_, name)| plain(name)).ok_or_else(nobody)?;
        match kind {
            "user" => Ok(Principal::User(Known::read(name))),
            "group" => Ok(Principal::Group(Known::read(name))),
            // A name stands for itself alone.
            "dns" if !name.contains('*') => Ok(Principal::dns(name)),
            "uri" if name.contains(':') => Ok(Principal::Uri(name.to_owned())),
            _ => Err(nobody()),
        }
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Principal::User(known) => write!(f, "user:{known}"),
            Principal::Group(known) => write!(f, "group:{known}"),
            Principal::Dns(name) => write!(f, "dns:{name}"),
            Principal::Uri(uri) => write!(f, "uri:{uri}"),
        }
    }
}

impl fmt::Display for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Known::Name(name) => f.write_str(name),
            Known::Id(id) => write!(f, "{id}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_principal_reads_back_as_written() {
        for text in ["user:ana", "user:1000", "group:ops", "dns:ops-1.example", "uri:spiffe://o/a"]
        {
            assert_eq!(text.parse::<Principal>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_names_nobody_is_refused_with_how_somebody_is_written() {
        for text in
            ["", "ana", "user:", "user:a b", "dns:*.example", "uri:ana", "cn:ana", "dns:a\n"]
        {
            let told = text.parse::<Principal>().unwrap_err().to_string();
            assert!(told.contains("expected \"user:alice\""), "{told}");
        }
    }
}
