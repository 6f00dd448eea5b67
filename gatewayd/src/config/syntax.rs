//! Is it TOML at all? Text → table, with everything the grammar forbids.

use toml::de::DeTable;
use toml_parser::lexer::TokenKind;

use super::diagnostic::Diagnostic;
use super::source::Span;

/// The deepest a key may be nested by dots. The parser bounds the nesting of values, not of keys.
const DEEPEST_KEY: usize = 16;

const DUPLICATE: &str = "duplicate key";
const UNQUOTED: &str = "string values must be quoted";

/// What to do about what the parser says; the first whose words begin its message.
const REMEDIES: [(&str, &str); 14] = [
    (DUPLICATE, "write each key once; of what there are many, write [[pool]], not [pool]"),
    (UNQUOTED, "put the text in quotes: key = \"text\""),
    ("cannot recurse further", "nothing in this file is nested that deep; take the brackets out"),
    ("invalid basic string", "close the text with a double quote; write \\ as \\\\"),
    ("invalid literal string", "close the text with a single quote"),
    ("missing escaped value", "write a backslash as two: \\\\"),
    ("invalid float", NOT_A_NUMBER),
    ("invalid integer", NOT_A_NUMBER),
    ("unexpected leading zero", "take off the zero"),
    ("missing comma", "separate the parts by commas"),
    ("extra comma", "take out the comma"),
    ("key with no value", "write key = value; a table is written [name]"),
    ("missing assignment", "write key = value"),
    ("unclosed", "close what was opened on this line or above"),
];
const NOT_A_NUMBER: &str = "write numbers in digits alone, and anything else in double quotes";
const OTHER_REMEDY: &str = "write key = value, text in double quotes, [table], and [[listener]] for what there are many of";

/// The table of `text`, as far as it could be read, and what the grammar forbids.
pub(super) fn parse(text: &str) -> (DeTable<'_>, Vec<Diagnostic>) {
    if let Some(span) = too_deep(text) {
        let message = format!("a key nested deeper than {DEEPEST_KEY} levels");
        let wrong = Diagnostic::at(span, message).remedy("nothing is nested that deep");
        return (DeTable::new(), vec![wrong]);
    }
    let (table, errors) = DeTable::parse_recoverable(text);
    let duplicate = |error: &toml::de::Error| error.message().starts_with(DUPLICATE);
    let start = |error: &toml::de::Error| error.span().map_or(text.len(), |span| span.start);
    let broken = errors.iter().filter(|error| !duplicate(error)).map(start).min();
    // Behind a broken header, keys are taken for those of the table before it.
    let misread = |error: &toml::de::Error| {
        duplicate(error) && broken.is_some_and(|broken| broken < start(error))
    };
    let certain = errors.into_iter().filter(|error| !misread(error));
    (table.into_inner(), certain.map(|error| diagnostic(text, &error)).collect())
}

fn diagnostic(text: &str, error: &toml::de::Error) -> Diagnostic {
    let span = Span::from(error.span().unwrap_or(text.len()..text.len()));
    let message = error.message();
    // The parser takes nothing for an unquoted text.
    if message.starts_with(UNQUOTED) && span.start == span.end {
        return Diagnostic::at(span, "not TOML: missing value").remedy("write key = value");
    }
    let remedy = REMEDIES.iter().find(|(words, _)| message.starts_with(words));
    let remedy = remedy.map_or(OTHER_REMEDY, |(_, remedy)| *remedy);
    Diagnostic::at(span, format!("not TOML: {message}")).remedy(remedy)
}

/// Where a key is nested too deep. Such tables take the parser's stack to drop.
fn too_deep(text: &str) -> Option<Span> {
    let (mut dots, mut start) = (0, 0);
    for token in toml_parser::Source::new(text).lex() {
        match token.kind() {
            TokenKind::Dot => dots += 1,
            TokenKind::Atom
            | TokenKind::Whitespace
            | TokenKind::BasicString
            | TokenKind::LiteralString
            | TokenKind::MlBasicString
            | TokenKind::MlLiteralString => {}
            _ => (dots, start) = (0, token.span().end()),
        }
        if dots >= DEEPEST_KEY {
            return Some(Span { start, end: token.span().end() });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_nested_by_dots_are_refused_before_they_take_the_stack() {
        let key = vec!["a"; 300_000].join(".");
        for text in [
            format!("{key} = 1"),
            format!("[{key}]"),
            format!("x = {{ y = [\"\"\"\n\"\"\", {{ {key} = 1 }}] }}"),
            format!("\"a\" . {}", key.replace('.', " . ")),
        ] {
            let (_, found) = parse(&text);
            assert_eq!(found.len(), 1);
            assert!(found[0].message.contains("deeper"), "{}", found[0].message);
        }
    }

    #[test]
    fn ordinary_keys_and_dots_in_texts_are_not_deep() {
        let addresses = vec!["\"10.0.0.1\""; 100].join(", ");
        assert_eq!(too_deep(&format!("[pool.autoscale]\na.b = [{addresses}] # a.b.c\n")), None);
    }
}
