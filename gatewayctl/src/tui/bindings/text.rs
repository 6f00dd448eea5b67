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

    /// The keys of a cell: "`d` drain, `e` enable".
    fn told(cell: &str) -> impl Iterator<Item = (&str, &str)> {
        cell.split(", `").filter_map(|it| it.trim().trim_start_matches('`').split_once("` "))
    }

    #[test]
    fn readme_tells_of_no_key_what_it_does_not_do() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md");
        let readme = std::fs::read_to_string(path).unwrap();
        let (_, table) = readme.split_once("| place | keys |\n|---|---|\n").unwrap();
        let rows: Vec<(&str, &str)> = table
            .lines()
            .map_while(|line| line.strip_prefix("| ")?.strip_suffix(" |")?.split_once(" | "))
            .collect();
        assert!(rows.len() > 5, "{rows:?}");
        for (place, cell) in rows {
            let scope = Scope::ALL.into_iter().find(|scope| scope.title() == place).unwrap();
            for (key, word) in told(cell) {
                let key = key.parse().unwrap();
                let row = TABLE.iter().find(|it| it.scope == scope && it.keys.contains(&key));
                let row = row.unwrap_or_else(|| panic!("{key} does nothing: {place}"));
                let is_so =
                    row.footer.is_some_and(|(_, it)| it == word) || row.help.starts_with(word);
                assert!(is_so, "{key} does not {word:?} but {:?}: {place}", row.help);
            }
        }
    }

    #[test]
    fn every_action_is_told_once() {
        let text = text(&Keymap::default());
        for binding in TABLE {
            let told = text.lines().filter(|line| line.ends_with(&format!(" {}", binding.name)));
            assert_eq!(told.count(), 1, "{}", binding.name);
        }
    }
}
