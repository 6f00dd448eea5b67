//! An asciicast: what a terminal was sent, and when, as asciinema's version 2 writes it.

use std::time::Duration;

use gateway_tests::Piece;
use serde_json::json;

/// The recording of `pieces` in a terminal of that size, under `title`.
pub(crate) fn write(columns: u16, rows: u16, title: &str, pieces: &[Piece]) -> String {
    let head = json!({"version": 2, "width": columns, "height": rows, "title": title});
    let mut cast = format!("{head}\n");
    let mut cut = Vec::new();
    for Piece { after, bytes } in pieces {
        // A character may be cut in two; its second half comes with the next piece.
        cut.extend_from_slice(bytes);
        let whole = cut.len() - incomplete(&cut);
        let text = String::from_utf8_lossy(&cut[..whole]).into_owned();
        cast += &format!("{}\n", json!([seconds(*after), "o", text]));
        cut.drain(..whole);
    }
    cast
}

fn seconds(after: Duration) -> f64 {
    (after.as_secs_f64() * 1000.0).round() / 1000.0
}

/// How many bytes at the end begin a character that is not whole yet.
fn incomplete(bytes: &[u8]) -> usize {
    match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => bytes.len() - error.valid_up_to(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use gateway_tests::Piece;

    use super::write;

    #[test]
    fn a_character_that_was_cut_is_whole_again() {
        let arrow = "→".as_bytes();
        let pieces = [(1, &arrow[..1]), (2, &arrow[1..])]
            .map(|(s, bytes)| Piece { after: Duration::from_secs(s), bytes: bytes.to_vec() });
        let cast = write(80, 24, "t", &pieces);
        let lines: Vec<&str> = cast.lines().collect();
        assert_eq!(lines[1..], ["[1.0,\"o\",\"\"]", "[2.0,\"o\",\"→\"]"]);
    }
}
