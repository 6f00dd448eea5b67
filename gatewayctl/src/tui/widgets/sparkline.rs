//! A sparkline: a figure over time in one row of cells.

use crate::tui::{look::Look, series::Series, window::Window};

/// The `window` up to `end_ms` in `width` cells, scaled to its own greatest value. Gaps are blank.
pub(crate) fn sparkline(
    look: Look,
    series: &Series,
    end_ms: i64,
    window: Window,
    width: usize,
) -> String {
    let values = series.columns(end_ms, window, width);
    let top = values.iter().flatten().copied().fold(0.0, f64::max);
    values.into_iter().map(|value| glyph(look, value, top)).collect()
}

fn glyph(look: Look, value: Option<f64>, top: f64) -> char {
    let levels = &look.glyphs.levels;
    let Some(value) = value else { return levels[0] };
    if top <= 0.0 {
        return levels[1];
    }
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a level from one to eight"
    )]
    let level = ((value / top * 8.0).round() as usize).clamp(1, 8);
    levels[level]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_is_blank_and_zero_is_not() {
        let mut series = Series::default();
        for (s, value) in [(56, 0.0), (57, 4.0), (59, 8.0)] {
            series.note(s * 1_000, Some(value));
        }
        let look = Look::new(true, false);
        let row = sparkline(look, &series, 59_000, Window::Minute, 60);
        assert_eq!(&row[54..], "  .==@");
    }
}
