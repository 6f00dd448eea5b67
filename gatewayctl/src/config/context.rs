//! A context: one gateway under the name its operator gave it.

use crate::{
    client::{Address, TlsFiles},
    model::{Hue, Protect},
};

/// The longest name, in characters.
const LONGEST_NAME: usize = 40;

/// One gateway: where it is, and with how much care it is treated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// Its name.
    pub name: String,
    /// Where its admin API is.
    pub address: Address,
    /// What TLS is spoken with.
    pub tls: TlsFiles,
    /// How sure an operator must be before it is changed.
    pub protect: Protect,
    /// The colour of its name in the dashboard's head.
    pub header_color: Option<Hue>,
    /// Whether each change needs a reason.
    pub require_reason: bool,
}

/// Whether `name` may name a context: it stands in tables, in shells and in TOML without quotes.
///
/// # Errors
/// With what it should be.
pub fn check_name(name: &str) -> Result<(), String> {
    let plain = |character: char| character.is_ascii_alphanumeric() || "-_".contains(character);
    if name.is_empty() || name.len() > LONGEST_NAME || !name.chars().all(plain) {
        return Err(format!(
            "the name of a context is 1 to {LONGEST_NAME} letters, digits, - and _"
        ));
    }
    Ok(())
}
