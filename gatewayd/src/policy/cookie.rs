//! Which value does a request give a cookie?

/// The value of the first cookie called `name` in the lines of Cookie (RFC 6265 section 5.4).
pub fn cookie<'a>(lines: impl Iterator<Item = &'a [u8]>, name: &str) -> Option<&'a [u8]> {
    let mut pairs = lines.flat_map(|line| line.split(|byte| *byte == b';'));
    pairs.find_map(|pair| {
        let pair = pair.trim_ascii();
        let at = pair.iter().position(|byte| *byte == b'=')?;
        (&pair[..at] == name.as_bytes()).then(|| &pair[at + 1..])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_its_name_is_found_whole() {
        let found = |name| {
            let lines: [&[u8]; 2] = [b"a=1; session=x=y;ab=2", b"session=second"];
            cookie(lines.into_iter(), name)
        };
        assert_eq!(found("session"), Some(&b"x=y"[..]));
        assert_eq!(found("ab"), Some(&b"2"[..]));
        assert_eq!(found("b"), None);
    }
}
