//! Which known name was meant?

/// How alike two names must be to be taken for each other, 0..=1.
const ALIKE: f64 = 0.8;
/// Longer words are no slips of the finger and not worth comparing.
const LONGEST: usize = 80;

/// The one of `known` that `word` is most likely a slip of, if it is like any. Case is not looked
/// at; of equals the first.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > LONGEST {
        return None;
    }
    let word = word.to_lowercase();
    let mut best: Option<(f64, &str)> = None;
    for name in known {
        let likeness = strsim::jaro_winkler(&word, &name.to_lowercase());
        if likeness >= ALIKE && best.is_none_or(|(other, _)| likeness > other) {
            best = Some((likeness, name));
        }
    }
    best.map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_the_name_that_was_meant() {
        let keys = ["listener", "route", "limit", "pool", "backend", "autoscale"];
        for (slip, meant) in [
            ("lisener", "listener"),
            ("rotue", "route"),
            ("limits", "limit"),
            ("poll", "pool"),
            ("Backends", "backend"),
            ("autoscaling", "autoscale"),
        ] {
            assert_eq!(nearest(slip, keys), Some(meant), "{slip}");
        }
        assert_eq!(nearest("app-l", ["web-1", "app-2", "app-1"]), Some("app-2"));
        assert_eq!(nearest("APP-1", ["app-2", "app-1"]), Some("app-1"));
    }

    #[test]
    fn what_is_like_nothing_finds_nothing() {
        for word in ["", "colour", "x", "\u{1b}[2J", &"listener".repeat(1000)] {
            assert_eq!(nearest(word, ["listener", "route", "pool"]), None, "{word}");
        }
        assert_eq!(nearest("route", []), None);
        let long = "x".repeat(LONGEST + 1);
        assert_eq!(nearest(&long, [long.as_str()]), None);
    }
}
