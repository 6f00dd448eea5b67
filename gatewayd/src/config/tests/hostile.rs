//! Files that nobody wrote by hand: huge, deep, random, full of what terminals obey.

use std::fs::{self, File};

use proptest::prelude::*;

use super::{GOOD, parse, read, told};

#[test]
fn a_file_of_a_hundred_mebibytes_is_not_read_to_its_end() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("gateway.toml");
    File::create(&path).unwrap().set_len(100 << 20).unwrap();
    let told = read(&path).unwrap_err().to_string();
    assert!(told.contains("gateway.toml:1:1: error: larger than 1048576 bytes"), "{told}");
}

#[test]
fn what_is_no_text_is_told_where_it_ceases_to_be_one() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("gateway.toml");
    fs::write(&path, b"[admin]\nsocket = \"\xff\"\n").unwrap();
    let told = read(&path).unwrap_err().to_string();
    assert!(told.contains("gateway.toml:2:11: error: this is not UTF-8"), "{told}");
    for (path, word) in [("nowhere.toml", "cannot be read: No such file"), ("", "a directory")] {
        let told = read(&directory.path().join(path)).unwrap_err().to_string();
        assert!(told.contains(word) && told.contains("= help: "), "{told}");
    }
}

#[test]
fn what_is_nested_ten_thousand_deep_is_refused() {
    let nested =
        |open: &str, close: &str| format!("x = {}1{}\n", open.repeat(10_000), close.repeat(10_000));
    for text in [
        nested("[", "]"),
        nested("{ a = ", " }"),
        nested("[{ a = ", " }]"),
        nested("[", ""),
        format!("{}a = 1", "a.".repeat(10_000)),
        format!("[{}a]", "a.".repeat(10_000)),
        format!("[[{}a]]", "a.".repeat(10_000)),
    ] {
        let told = told(&text);
        assert!(told.contains("deep") || told.contains("recurse"), "{told}");
    }
}

#[test]
fn a_file_full_of_mistakes_is_cut_short() {
    let many = |line: &str| line.repeat(1_000_000 / line.len());
    for text in [
        many("[[pool]]\n"),
        many("[[route]]\nname='a'\nmatch={path='/a'}\npool='b'\nlimits=['a','b','c']\n"),
        many("[[listener]]\nname='a'\naddress='127.0.0.1:1'\nredirect_to='b'\n"),
        many("[[pool]]\n[[pool.backend]]\nname='a'\n"),
        many("[[[[\n"),
        many("= = =\n"),
        many("a.b.c.d = 1\n"),
        format!("{}x", "x = [".repeat(200_000)),
        format!("[data_plane]\ntrusted_proxies = [{}]", many("'x',")),
    ] {
        let told = told(&text);
        assert!(told.len() < 100_000, "{}", told.len());
        assert!(told.ends_with("of them not shown"), "{}", &told[told.len() - 200..]);
    }
}

#[test]
fn nothing_a_terminal_would_obey_is_passed_on() {
    let text = GOOD.replace("name = \"create\"", "\"\\u001b]0;x\\u0007\" = \"\u{9b}2J\u{202e}\"");
    assert_is_plain(&told(&text));
    assert_is_plain(&told("a = \"\u{1b}[2J\"\r\n\u{1b}c"));
    let named = crate::config::parse("a\u{1b}[2J", "", std::path::Path::new("/"), &|_| Ok(()));
    assert_is_plain(&named.unwrap_err().to_string());
}

#[track_caller]
fn assert_is_plain(told: &str) {
    let obeyed = |character: char| {
        character != '\n' && (character.is_control() || "\u{202e}\u{2066}".contains(character))
    };
    assert!(!told.contains(obeyed), "{told:?}");
}

/// What one does to a file by accident.
fn mutation() -> impl Strategy<Value = (usize, usize, String)> {
    let piece = prop_oneof![
        Just(String::new()),
        "[\\[\\]{}=.,\"'#\n\\\\ ]{1,4}",
        "\\PC{1,3}",
        Just("[[pool]]\n".to_owned()),
        Just("[pool.health]\n".to_owned()),
        Just("\"\"\"".to_owned()),
    ];
    (0..GOOD.len(), 0..12_usize, piece)
}

proptest! {
    #[test]
    fn no_text_is_too_strange(text in "\\PC{0,200}") {
        let _ = parse(&text).map_err(|told| assert_is_plain(&told.to_string()));
    }

    #[test]
    fn no_grammar_is_too_broken(text in "([\\[\\]{}=.,\"'#\n]|listener|pool|name|tls|1|\\\\){0,60}") {
        let _ = parse(&text).map_err(|told| assert_is_plain(&told.to_string()));
    }

    #[test]
    fn no_accident_to_a_good_file_is_too_bad(
        mutations in prop::collection::vec(mutation(), 1..6)
    ) {
        let mut text = GOOD.to_owned();
        for (at, length, piece) in mutations {
            let at = text.floor_char_boundary(at);
            let end = text.floor_char_boundary((at + length).min(text.len())).max(at);
            text.replace_range(at..end, &piece);
        }
        let _ = parse(&text).map_err(|told| {
            assert_is_plain(&told.to_string());
            assert!(told.count() > 0 && !told.coloured().is_empty());
        });
    }

    #[test]
    fn no_bytes_are_too_wild(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), bytes).unwrap();
        let _ = read(file.path()).map_err(|told| assert_is_plain(&told.to_string()));
    }
}
