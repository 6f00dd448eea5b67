//! A theme by its name, or in a file of its own.
//!
//! ```text
//! base = "light"             what holds where the file says nothing; ansi16 when left out
//! ok = "green"               a colour by name, number or #rrggbb; bold, dim, reverse, underline
//! sel = "bold on #d0e0ff"    roles: ok, warn, bad, muted, accent, sel
//! ```

use std::{
    env, fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

use toml_edit::Document;

use super::{
    ConfigError, Mistake,
    fields::{Fields, Reading, suggestion},
    file,
    read::{not_toml, too_deep},
};
use crate::model::{Paint, Part, Scheme, Theme};

/// A theme as it is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ThemeName {
    /// One that is built in.
    BuiltIn(Scheme),
    /// A file.
    File(PathBuf),
}

/// A text that names no theme.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no theme {name:?}, and a file is named by its path; {remedy}")]
pub struct ThemeNameError {
    name: String,
    remedy: String,
}

impl FromStr for ThemeName {
    type Err = ThemeNameError;

    /// The name of a theme that is built in, or the path of a file: one with a `/`, or that ends in
    /// `.toml`.
    fn from_str(text: &str) -> Result<Self, ThemeNameError> {
        if let Ok(scheme) = text.parse() {
            return Ok(Self::BuiltIn(scheme));
        }
        if text.contains('/') || text.ends_with(".toml") {
            return Ok(Self::File(match (text.strip_prefix("~/"), env::home_dir()) {
                (Some(rest), Some(home)) => home.join(rest),
                _ => PathBuf::from(text),
            }));
        }
        let name: String = text.chars().take(40).collect();
        let remedy = suggestion(&name, &Scheme::ALL.map(Scheme::word));
        Err(ThemeNameError { name, remedy })
    }
}

impl fmt::Display for ThemeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuiltIn(scheme) => scheme.fmt(f),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

impl ThemeName {
    /// The same; a file is looked for in `folder` unless its path is a whole one.
    #[must_use]
    pub fn within(self, folder: &Path) -> Self {
        match self {
            Self::File(path) => Self::File(folder.join(path)),
            built_in => built_in,
        }
    }

    /// The theme.
    ///
    /// # Errors
    /// When its file is not there, or with everything that is wrong in it.
    pub fn theme(&self) -> Result<Theme, ConfigError> {
        let path = match self {
            Self::BuiltIn(scheme) => return Ok((*scheme).into()),
            Self::File(path) => path,
        };
        let text = file::text(path)?.ok_or_else(|| ConfigError::NoTheme(path.clone()))?;
        let name =
            path.file_stem().map_or_else(String::new, |it| it.to_string_lossy().into_owned());
        read(&name, &text)
            .map_err(|mistakes| ConfigError::Mistakes { path: path.clone(), mistakes })
    }
}

/// Reads the text of a theme called `name`.
fn read(name: &str, text: &str) -> Result<Theme, Vec<Mistake>> {
    let reading = Reading::new(text);
    if let Some(span) = too_deep(text) {
        reading.report(Some(span), "a key nested too deep", "nothing is nested here");
        return Err(reading.finish());
    }
    let document = Document::parse(text).map_err(|error| vec![not_toml(text, &error)])?;
    let mut fields = Fields::new("the theme", document.as_table(), &reading);
    let schemes = Scheme::ALL.map(|scheme| (scheme.word(), scheme));
    let base = fields.value("base").and_then(|it| it.one_of(&schemes));
    let mut own = Vec::new();
    for (key, part) in Part::ALL {
        let paint = fields.value(key).and_then(|it| it.parsed(str::parse::<Paint>));
        own.extend(paint.map(|paint| (part, paint)));
    }
    fields.refuse_the_rest();
    let theme = Theme { name: name.to_owned(), base: base.unwrap_or_default(), own };
    match reading.finish() {
        found if found.is_empty() => Ok(theme),
        found => Err(found),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::Tint;

    #[test]
    fn a_theme_is_named_or_a_file() {
        assert_eq!("dark".parse(), Ok(ThemeName::BuiltIn(Scheme::Dark)));
        assert_eq!("my.toml".parse(), Ok(ThemeName::File("my.toml".into())));
        let whole = "my.toml".parse::<ThemeName>().unwrap().within(Path::new("/etc"));
        assert_eq!(whole, ThemeName::File("/etc/my.toml".into()));
        let error = "drak".parse::<ThemeName>().unwrap_err().to_string();
        assert!(error.contains("did you mean `dark`?"), "{error}");
    }

    #[test]
    fn a_theme_says_what_it_wants_and_leaves_the_rest_to_another() {
        let theme = read("solar", "base = \"light\"\nok = \"#859900\"\nsel = \"reverse\"\n");
        let theme = theme.unwrap();
        assert_eq!((&*theme.name, theme.base), ("solar", Scheme::Light));
        let green = Paint { text: Some(Tint::Rgb(0x85, 0x99, 0)), ..Paint::default() };
        assert_eq!(theme.own[0], (Part::Ok, green));
        assert_eq!(read("", "").unwrap().base, Scheme::Ansi16);
    }

    #[test]
    fn every_mistake_is_told_with_its_line() {
        let text = "base = \"dim\"\nok = 7\nbad = \"pink\"\nselect = \"bold\"\n";
        let found = read("", text).unwrap_err();
        let told: Vec<(usize, &str)> = found
            .iter()
            .map(|it| (it.place.as_ref().map_or(0, |place| place.line), &*it.message))
            .collect();
        assert_eq!(told[0].0, 1);
        assert_eq!(told[1], (2, "expected a text, found integer"));
        assert_eq!(
            told[2],
            (3, "`pink` is no colour, and neither bold, dim, reverse nor underline")
        );
        assert_eq!(told[3], (4, "unknown key `select` in the theme"));
        assert!(found[3].remedy.contains("`sel`"));
    }

    #[test]
    fn hostile_files_are_refused() {
        let deep = format!("{} = 1", vec!["a"; 90_000].join("."));
        let wide = format!("ok = [{}]", "[".repeat(50_000));
        for text in [
            "ok",
            "ok = ",
            "[ok]\nx = 1",
            "ok = \"\u{1b}[2J\"",
            "\u{0}",
            "\u{feff}ok = 1",
            "ok = \"\\u001b\"",
            "base = \"ansi16\"\nbase = \"dark\"",
            "ok.ok = \"red\"",
            "[[ok]]",
            &deep,
            &wide,
        ] {
            assert!(read("", text).is_err(), "{text:.40}");
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in any::<String>()) {
            let _ = read("", &text);
        }

        #[test]
        fn a_paint_of_any_text_is_read_or_refused(text in "[a-z0-9# -]{0,30}") {
            let _ = read("", &format!("ok = \"{text}\""));
        }
    }
}
