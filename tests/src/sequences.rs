//! Which control sequences a program sends to its terminal.

use std::collections::BTreeMap;

use vte::{Params, Parser, Perform};

/// The control sequences within `bytes`, as they are called, and how often each came: `CSI ?2026h`
/// (a mode, told apart by its number), `CSI m` (any other, whatever its numbers), `OSC 52`,
/// `ESC 7`, `DCS q`, and control characters as `U+0007`. What is printed is none.
pub fn sequences(bytes: &[u8]) -> BTreeMap<String, usize> {
    let mut heard = Heard::default();
    Parser::new().advance(&mut heard, bytes);
    heard.0
}

#[derive(Default)]
struct Heard(BTreeMap<String, usize>);

impl Heard {
    fn hear(&mut self, name: String) {
        *self.0.entry(name).or_default() += 1;
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

impl Perform for Heard {
    fn print(&mut self, character: char) {
        if character.is_control() {
            self.hear(format!("U+{:04X}", u32::from(character)));
        }
    }

    fn execute(&mut self, byte: u8) {
        self.hear(format!("U+{byte:04X}"));
    }

    fn hook(&mut self, _: &Params, _: &[u8], _: bool, action: char) {
        self.hear(format!("DCS {action}"));
    }

    fn osc_dispatch(&mut self, params: &[&[u8]], _: bool) {
        self.hear(format!("OSC {}", params.first().map_or_else(String::new, |it| text(it))));
    }

    fn csi_dispatch(&mut self, params: &Params, intermediates: &[u8], _: bool, action: char) {
        let marks = text(intermediates);
        if matches!(action, 'h' | 'l') {
            for param in params {
                self.hear(format!("CSI {marks}{}{action}", param.first().copied().unwrap_or(0)));
            }
        } else {
            self.hear(format!("CSI {marks}{action}"));
        }
    }

    fn esc_dispatch(&mut self, intermediates: &[u8], _: bool, byte: u8) {
        self.hear(format!("ESC {}{}", text(intermediates), char::from(byte)));
    }
}

#[cfg(test)]
mod tests {
    use super::sequences;

    #[test]
    fn each_kind_is_told_by_its_name() {
        let bytes =
            b"\x1b[?2026hone\x1b[1;31mtwo\x1b[2J\x1b]52;c;eA==\x07\x1b7\x1bPq\x1b\\\x07\xc2\x9b";
        let heard = sequences(bytes);
        let names: Vec<&str> = heard.keys().map(String::as_str).collect();
        for name in ["CSI ?2026h", "CSI m", "CSI J", "OSC 52", "ESC 7", "DCS q", "U+0007", "U+009B"]
        {
            assert!(names.contains(&name), "{name} is not in {names:?}");
        }
    }
}
