//! The table of bindings as text, for `help keys`.

use super::{Keymap, Scope};

/// Every key of the dashboard by the place where it holds: keys, what they do, the action's name.
#[must_use]
pub fn text(keymap: &Keymap) -> String {
    let mut text = String::from("Keys of the dashboard:\n");
    for scope in Scope::ALL {
        text += &format!("\n{}\n", scope.title());
        for (binding, keys) in keymap.rows().filter(|(binding, _)| binding.scope == scope) {
            let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
            text += &format!("  {:<16} {:<48} {}\n", keys.join(" "), binding.help, binding.name);
        }
    }
    text + "\n[keys] in the configuration file gives actions other keys: `gatewayctl config keys`.\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::bindings::TABLE;

    #[test]
    fn every_action_is_told_once() {
        let text = text(&Keymap::default());
        for binding in TABLE {
            let told = text.lines().filter(|line| line.ends_with(&format!(" {}", binding.name)));
            assert_eq!(told.count(), 1, "{}", binding.name);
        }
    }
}
