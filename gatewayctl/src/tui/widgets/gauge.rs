//! A gauge: how much of something is done, in one row.

use crate::tui::look::Look;

/// `[####----]` in `width` cells; `part` is 0..=1.
pub(crate) fn gauge(look: Look, part: f64, width: usize) -> String {
    let cells = width.saturating_sub(2);
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a part of the cells, held between none and all"
    )]
    let full = ((part.clamp(0.0, 1.0) * cells as f64).round() as usize).min(cells);
    let [done, left] = look.glyphs.gauge;
    let row: String =
        std::iter::repeat_n(done, full).chain(std::iter::repeat_n(left, cells - full)).collect();
    format!("[{row}]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gauge_is_as_wide_as_asked() {
        let look = Look::new(true, false);
        assert_eq!(gauge(look, 0.5, 10), "[####----]");
        assert_eq!(gauge(look, 7.0, 4), "[##]");
        assert_eq!(gauge(look, f64::NAN, 4), "[--]");
    }
}
