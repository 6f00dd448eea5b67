//! A paint: how a text looks, in the words of a file.

use std::str::FromStr;

/// The longest text of a paint, in bytes: every word there is, twice.
const LONGEST: usize = 120;

/// The eight colours of every terminal; `bright-` makes eight more.
const COLORS: [&str; 8] = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

/// A colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tint {
    /// One of the terminal's own sixteen, 0 to 15.
    Own(u8),
    /// One of 256.
    Indexed(u8),
    /// Red, green and blue.
    Rgb(u8, u8, u8),
}

/// How a text looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Paint {
    /// Its colour; none is the terminal's own.
    pub text: Option<Tint>,
    /// The colour behind it; none is the terminal's own.
    pub ground: Option<Tint>,
    /// Heavier than other text.
    pub bold: bool,
    /// Fainter than other text.
    pub dim: bool,
    /// Its colour and the one behind it change places.
    pub reverse: bool,
    /// A line below it.
    pub underline: bool,
}

/// Why a text is no paint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PaintError {
    /// No colour and no manner is called so.
    #[error("`{0}` is no colour, and neither bold, dim, reverse nor underline")]
    Word(String),
    /// Two colours for one thing.
    #[error("two colours for one text; the one behind it stands after `on`")]
    Twice,
    /// `on` is the last word.
    #[error("no colour after `on`")]
    Open,
    /// More than anybody means.
    #[error("longer than {LONGEST} bytes")]
    TooLong,
}

impl FromStr for Tint {
    type Err = PaintError;

    /// `red`, `bright-red`, `gray`, a number up to 255, or `#d55e00`.
    fn from_str(text: &str) -> Result<Self, PaintError> {
        let unknown = || PaintError::Word(text.chars().take(24).collect());
        let named = |name: &str| COLORS.iter().position(|it| *it == name);
        let own = |at: usize| u8::try_from(at).map(Self::Own).map_err(|_| unknown());
        if let Some(digits) = text.strip_prefix('#') {
            let is_hex = digits.len() == 6 && digits.bytes().all(|it| it.is_ascii_hexdigit());
            let value = u32::from_str_radix(digits, 16).ok().filter(|_| is_hex);
            let [_, red, green, blue] = value.ok_or_else(unknown)?.to_be_bytes();
            return Ok(Self::Rgb(red, green, blue));
        }
        if text.bytes().all(|it| it.is_ascii_digit()) {
            return text.parse().map(Self::Indexed).map_err(|_| unknown());
        }
        match text.strip_prefix("bright-").map(named) {
            Some(at) => own(at.ok_or_else(unknown)? + 8),
            None if text == "gray" || text == "grey" => Ok(Self::Own(8)),
            None => own(named(text).ok_or_else(unknown)?),
        }
    }
}

impl FromStr for Paint {
    type Err = PaintError;

    /// Manners and a colour in any order, then `on` and the colour behind: `bold red on #202020`.
    /// `plain` is nothing of all that.
    fn from_str(text: &str) -> Result<Self, PaintError> {
        if text.len() > LONGEST {
            return Err(PaintError::TooLong);
        }
        let mut paint = Self::default();
        let mut words = text.split_ascii_whitespace();
        while let Some(word) = words.next() {
            match word {
                "plain" => {}
                "bold" => paint.bold = true,
                "dim" => paint.dim = true,
                "reverse" => paint.reverse = true,
                "underline" => paint.underline = true,
                "on" => set(&mut paint.ground, words.next().ok_or(PaintError::Open)?)?,
                color => set(&mut paint.text, color)?,
            }
        }
        Ok(paint)
    }
}

fn set(place: &mut Option<Tint>, word: &str) -> Result<(), PaintError> {
    let tint = word.parse()?;
    match place.replace(tint) {
        None => Ok(()),
        Some(_) => Err(PaintError::Twice),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_paint_is_read_from_its_words() {
        let paint = |text: &str| text.parse::<Paint>().unwrap();
        assert_eq!(paint("plain"), Paint::default());
        assert_eq!(paint(""), Paint::default());
        let bad = Paint { text: Some(Tint::Rgb(0xd5, 0x5e, 0)), bold: true, ..Paint::default() };
        assert_eq!(paint("bold #d55E00"), bad);
        let sel = Paint {
            text: Some(Tint::Own(15)),
            ground: Some(Tint::Indexed(236)),
            ..Paint::default()
        };
        assert_eq!(paint("bright-white on 236"), sel);
        assert_eq!(paint("gray").text, Some(Tint::Own(8)));
        assert!(paint("reverse underline dim").reverse);
    }

    #[test]
    fn what_is_no_paint_is_refused() {
        for text in [
            "pink",
            "bright-pink",
            "256",
            "#12345",
            "#12345g",
            "#+12345",
            "red on",
            "red blue",
            "on red on blue",
            "\u{1b}[31m",
            "Red",
            "-1",
            "bold,red",
            &"bold ".repeat(99),
        ] {
            assert!(text.parse::<Paint>().is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in any::<String>()) {
            let _ = text.parse::<Paint>();
        }
    }
}
