//! The glyphs of the screens: the same shapes in Unicode and in ASCII, each one cell wide.

/// One set of glyphs.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Glyphs {
    /// A horizontal rule.
    pub(crate) rule: char,
    /// A vertical rule.
    pub(crate) bar: char,
    /// A rule from which a vertical one goes down.
    pub(crate) tee_down: char,
    /// A rule from which a vertical one goes up.
    pub(crate) tee_up: char,
    /// A rule that a vertical one crosses.
    pub(crate) cross: char,
    /// Corners of a box, clockwise from the top left.
    pub(crate) corners: [char; 4],
    /// A chart's corner where its axes meet.
    pub(crate) origin: char,
    /// A chart's axis tick on its vertical axis.
    pub(crate) tick: char,
    /// Nothing to full, for one cell of a sparkline.
    pub(crate) levels: [char; 9],
    /// Nothing to full, for one cell of a chart's area.
    pub(crate) area: [char; 9],
    /// Nothing to full, for one cell of the area behind another in a chart.
    pub(crate) behind: [char; 9],
    /// Done and still to do.
    pub(crate) gauge: [char; 2],
    /// Sorted from high to low, from low to high.
    pub(crate) sorted: [char; 2],
    /// Something is cut off here.
    pub(crate) cut: char,
    /// The row that keys act on.
    pub(crate) here: char,
    /// A marked row.
    pub(crate) mark: char,
    /// From one value to another.
    pub(crate) arrow: &'static str,
    /// Before the words up, draining, new, down and in maintenance; nothing in ASCII.
    pub(crate) states: [&'static str; 5],
    /// Look at this; this is broken.
    pub(crate) alerts: [&'static str; 2],
}

/// For terminals that show Unicode.
pub(crate) static UNICODE: Glyphs = Glyphs {
    rule: '─',
    bar: '│',
    tee_down: '┬',
    tee_up: '┴',
    cross: '┼',
    corners: ['┌', '┐', '┘', '└'],
    origin: '└',
    tick: '┤',
    levels: [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
    area: [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
    behind: [' ', ' ', ' ', '░', '░', '░', '░', '░', '░'],
    gauge: ['█', '░'],
    sorted: ['▼', '▲'],
    cut: '…',
    here: '▶',
    mark: '*',
    arrow: "→",
    states: ["●", "◐", "○", "✖", "◼"],
    alerts: ["▲", "✖"],
};

/// For terminals that show ASCII only.
pub(crate) static ASCII: Glyphs = Glyphs {
    rule: '-',
    bar: '|',
    tee_down: '+',
    tee_up: '+',
    cross: '+',
    corners: ['+', '+', '+', '+'],
    origin: '+',
    tick: '|',
    levels: [' ', '.', ':', '-', '=', '+', '*', '#', '@'],
    area: [' ', '.', '.', '.', ':', ':', ':', ':', ':'],
    behind: [' ', ' ', ' ', '*', '*', '*', '*', '*', '*'],
    gauge: ['#', '-'],
    sorted: ['v', '^'],
    cut: '~',
    here: '>',
    mark: '*',
    arrow: ">",
    states: ["", "", "", "", ""],
    alerts: ["!", "x"],
};

#[cfg(test)]
mod tests {
    use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

    use super::*;

    #[test]
    fn every_glyph_is_one_cell_wide() {
        for glyphs in [&UNICODE, &ASCII] {
            let characters = [
                &glyphs.corners[..],
                &glyphs.levels[..],
                &glyphs.area[..],
                &glyphs.behind[..],
                &glyphs.gauge[..],
                &glyphs.sorted[..],
                &[glyphs.rule, glyphs.bar, glyphs.tee_down, glyphs.tee_up, glyphs.cross],
                &[glyphs.origin, glyphs.tick, glyphs.cut, glyphs.here, glyphs.mark],
            ]
            .concat();
            for character in characters {
                assert_eq!(character.width(), Some(1), "{character:?}");
            }
            for text in glyphs.states.iter().chain(&glyphs.alerts).chain([&glyphs.arrow]) {
                assert!(text.width() <= 1, "{text:?}");
            }
        }
    }

    #[test]
    fn ascii_is_ascii() {
        let all = format!("{ASCII:?}");
        assert!(all.is_ascii(), "{all}");
    }
}
