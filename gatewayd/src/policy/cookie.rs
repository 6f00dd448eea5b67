//! Which value does a request give a cookie?

use http::HeaderMap;
use http::header::COOKIE;

/// The value of the first cookie called `name` (RFC 6265 section 5.4).
#[must_use]
pub fn cookie<'a>(fields: &'a HeaderMap, name: &str) -> Option<&'a [u8]> {
    let lines = fields.get_all(COOKIE).iter().map(|line| line.as_bytes());
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
        let mut fields = HeaderMap::new();
        fields.append(COOKIE, "a=1; session=x=y;ab=2".parse().unwrap());
        fields.append(COOKIE, "session=second".parse().unwrap());
        assert_eq!(cookie(&fields, "session"), Some(&b"x=y"[..]));
        assert_eq!(cookie(&fields, "ab"), Some(&b"2"[..]));
        assert_eq!(cookie(&fields, "b"), None);
    }
}
