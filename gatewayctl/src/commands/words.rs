//! How does a line fall into words? As in a shell: quotes, backslashes, and comments behind a #.

/// The words of a line; none for an empty one and for a comment.
///
/// # Errors
/// When a quote does not end.
pub(super) fn words(line: &str) -> Result<Vec<String>, &'static str> {
    let (mut words, mut word) = (Vec::new(), None::<String>);
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match character {
            '#' if word.is_none() => break,
            space if space.is_whitespace() => words.extend(word.take()),
            '\\' => {
                let next = characters.next().ok_or("nothing stands behind the backslash")?;
                word.get_or_insert_default().push(next);
            }
            quote @ ('\'' | '"') => {
                let word = word.get_or_insert_default();
                loop {
                    match characters.next().ok_or("a quote does not end")? {
                        end if end == quote => break,
                        '\\' if quote == '"' => {
                            word.push(characters.next().ok_or("a quote does not end")?);
                        }
                        other => word.push(other),
                    }
                }
            }
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_are_those_of_a_shell() {
        let told = |line| words(line).map(|words| words.join("|"));
        assert_eq!(told(" weight  a=1 "), Ok("weight|a=1".to_owned()));
        assert_eq!(told("set 'a b' \"c \\\" d\" e\\ f"), Ok("set|a b|c \" d|e f".to_owned()));
        assert_eq!(told("drain a # a comment"), Ok("drain|a".to_owned()));
        assert_eq!(told("drain a#1 ''"), Ok("drain|a#1|".to_owned()));
        assert_eq!(told("# all of it"), Ok(String::new()));
        assert_eq!(told("a 'b"), Err("a quote does not end"));
        assert_eq!(told("a \\"), Err("nothing stands behind the backslash"));
    }

    proptest! {
        #[test]
        fn what_is_quoted_comes_back(texts in prop::collection::vec("[^']{0,9}", 0..5)) {
            let line: Vec<String> = texts.iter().map(|text| format!("'{text}'")).collect();
            prop_assert_eq!(words(&line.join(" ")), Ok(texts));
        }
    }
}
