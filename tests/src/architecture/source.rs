//! A source file as the architecture test sees it: code without comments, texts and unit tests.

/// One file of a crate.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its path from the crate's `src`, with slashes.
    pub path: String,
    text: String,
    code: String,
}

impl Source {
    /// The file at `path` that holds `text`.
    pub fn new(path: &str, text: &str) -> Source {
        let tests = path.ends_with("/tests.rs") || path.contains("/tests/");
        let code =
            if tests { String::new() } else { without_tests(&without_prose(text)).to_owned() };
        Source { path: path.to_owned(), text: text.to_owned(), code }
    }

    /// The top-level module it belongs to; `app` for the crate's roots.
    pub fn room(&self) -> &str {
        match self.path.split_once('/') {
            Some((room, _)) => room,
            None => match self.path.trim_end_matches(".rs") {
                "lib" | "main" => "app",
                module => module,
            },
        }
    }

    /// How many lines it has before its tests.
    pub fn lines_before_tests(&self) -> usize {
        self.code.lines().count()
    }

    /// Whether it opens with a `//!` line.
    pub fn opens_with_a_sentence(&self) -> bool {
        self.text.starts_with("//! ") || self.path.ends_with("tests.rs")
    }

    /// The top-level modules that its code names, with their lines.
    pub fn imports(&self) -> Vec<(usize, String)> {
        let mut found = Vec::new();
        for (at, word) in words_in(&self.code) {
            if word != "crate" && word != "super" {
                continue;
            }
            let Some(path) = self.code[at + word.len()..].trim_start().strip_prefix("::") else {
                continue;
            };
            let above = if word == "crate" { None } else { Some(self.depth()) };
            // `super::super::x` is met once for each `super`; the first says it all.
            if word == "super" && self.code[..at].ends_with("super::") {
                continue;
            }
            let line = self.code[..at].lines().count().max(1);
            found.extend(top_modules(path, above).into_iter().map(|module| (line, module)));
        }
        found
    }

    /// Where its code holds one of `words`; `a::b` is held when both stand together.
    pub fn words<'a>(&self, words: &'a [&'a str]) -> Vec<(usize, &'a str)> {
        let mut found = Vec::new();
        for word in words {
            for (at, _) in self.code.match_indices(word) {
                let before = self.code[..at].chars().next_back();
                let after = self.code[at + word.len()..].chars().next();
                if !before.is_some_and(part_of_a_name) && !after.is_some_and(part_of_a_name) {
                    found.push((self.code[..at].matches('\n').count() + 1, *word));
                }
            }
        }
        found.sort_unstable();
        found
    }

    /// How many `super::` lead from this file to the crate's root.
    fn depth(&self) -> usize {
        let folders = self.path.matches('/').count();
        folders + usize::from(!self.path.ends_with("mod.rs") && !is_root(&self.path))
    }
}

fn is_root(path: &str) -> bool {
    path == "lib.rs" || path == "main.rs"
}

fn part_of_a_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// The words of `code` with their places.
fn words_in(code: &str) -> impl Iterator<Item = (usize, &str)> {
    code.split(|character| !part_of_a_name(character))
        .filter(|word| !word.is_empty())
        .map(|word| (word.as_ptr() as usize - code.as_ptr() as usize, word))
}

/// The modules at the crate's root that a path names, `path` being what follows the first `::`.
/// `above` is how many `super` reach the root, `None` when the path began there.
fn top_modules(mut path: &str, above: Option<usize>) -> Vec<String> {
    if let Some(mut left) = above {
        left -= 1;
        while let Some(rest) = path.strip_prefix("super::") {
            left = left.saturating_sub(1);
            path = rest;
        }
        if left > 0 {
            return Vec::new();
        }
    }
    match path.strip_prefix('{') {
        Some(group) => group_heads(group),
        None => head(path).into_iter().collect(),
    }
}

/// The first names of the members of a group, `group` being what follows its `{`.
fn group_heads(group: &str) -> Vec<String> {
    let (mut depth, mut start, mut heads) = (0_usize, 0, Vec::new());
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => {
                heads.extend(head(&group[start..at]));
                return heads;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                heads.extend(head(&group[start..at]));
                start = at + 1;
            }
            _ => {}
        }
    }
    heads
}

fn head(path: &str) -> Option<String> {
    let name: String = path.trim_start().chars().take_while(|c| part_of_a_name(*c)).collect();
    (!name.is_empty()).then_some(name)
}

/// The code up to its unit tests.
fn without_tests(code: &str) -> &str {
    let tests = code.find("#[cfg(test)]\nmod tests");
    &code[..tests.unwrap_or(code.len())]
}

/// The code with comments and the contents of texts blanked, line ends kept.
fn without_prose(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let prose = prose_length(rest, code.chars().next_back());
        if prose > 0 {
            code.extend(rest[..prose].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
            rest = &rest[prose..];
        } else {
            code.push(character);
            rest = &rest[character.len_utf8()..];
        }
    }
    code
}

/// How many bytes of comment, text or character literal `rest` begins with.
fn prose_length(rest: &str, before: Option<char>) -> usize {
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return rest.find("*/").map_or(rest.len(), |end| end + 2);
    }
    if rest.starts_with('"') {
        return quoted(rest, '"');
    }
    if rest.starts_with("r\"") || rest.starts_with("r#") && !before.is_some_and(part_of_a_name) {
        let hashes = rest[1..].bytes().take_while(|byte| *byte == b'#').count();
        if rest[1 + hashes..].starts_with('"') {
            let close = format!("\"{}", "#".repeat(hashes));
            let from = 2 + hashes;
            return rest[from..].find(&close).map_or(rest.len(), |end| from + end + close.len());
        }
    }
    // A lifetime has no second quote within the next two characters.
    if rest.starts_with("'\\") {
        return quoted(rest, '\'');
    }
    let mut characters = rest.char_indices();
    match (characters.next(), characters.nth(1)) {
        (Some((_, '\'')), Some((end, '\''))) => end + 1,
        _ => 0,
    }
}

/// The length of a literal that begins and ends with `quote`.
fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, character) in rest.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if character == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}
