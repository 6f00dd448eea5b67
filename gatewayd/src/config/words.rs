//! Which known word did the author of a file mean?

/// How alike two words must be for one to be a slip of the other; 1 is the same.
const ALIKE: f64 = 0.8;

/// The word of `known` that is most like `word`, if any is. One number is no slip of another.
pub(super) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    if !word.contains(char::is_alphabetic) {
        return None;
    }
    let word = word.to_lowercase();
    let likeness = |candidate: &'a str| (strsim::jaro_winkler(&word, candidate), candidate);
    let alike = known.map(likeness).filter(|(likeness, _)| *likeness >= ALIKE);
    alike.max_by(|(one, _), (other, _)| one.total_cmp(other)).map(|(_, candidate)| candidate)
}

/// The remedy for `word`, which is none of `known`.
pub(super) fn suggestion(word: &str, known: &[&str]) -> String {
    match nearest(word, known.iter().copied()) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("known here: {}", known.join(", ")),
    }
}

/// `a`, `b` and `c` as a choice: `a, b or c`.
pub(super) fn choice(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [word] => (*word).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_word_and_another_word_finds_none() {
        let known = ["name", "address", "redirect_to"];
        for slip in ["adress", "addres", "Address", "addr", "redirect"] {
            assert!(nearest(slip, known.into_iter()).is_some(), "{slip}");
        }
        assert_eq!(nearest("1.1", ["1.2", "1.3"].into_iter()), None);
        assert_eq!(suggestion("adress", &known), "did you mean `address`?");
        assert_eq!(suggestion("zzz", &known), "known here: name, address, redirect_to");
        assert_eq!(choice(&known), "name, address or redirect_to");
    }
}
