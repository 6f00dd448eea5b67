//! `[admin.roles]`: who may do what with the admin API.

use super::fields::Fields;
use super::value::Value;
use crate::model::{Access, Principal, Role};

/// The most who are named.
const MOST: usize = 1000;

/// Reads `[admin.roles]`.
pub(super) fn roles(value: Value<'_>) -> Option<Access> {
    value.table("[admin.roles]", &[], |fields| {
        // All are read before the first that failed makes the whole fail.
        let named = Role::ALL.map(|role| (role, named(fields, role.word())));
        let mut grants: Vec<(Principal, Role)> = Vec::new();
        for (role, principals) in named {
            for principal in principals? {
                if let Some((_, other)) = grants.iter().find(|(who, _)| *who == principal) {
                    let message = format!("{principal} is named as {} already", other.word());
                    fields.refuse(role.word(), &message, "leave one of them");
                    return None;
                }
                grants.push((principal, role));
            }
        }
        Some(Access::new(grants))
    })
}

fn named(fields: &mut Fields<'_>, role: &'static str) -> Option<Vec<Principal>> {
    fields.defaulted(role, Vec::new(), |value| value.set(MOST, Value::parsed))
}
