//! What this terminal can show.

use std::{env, io::IsTerminal as _};

use crate::{commands::session::Session, model::Finding};

/// What the dashboard wants for all of its panels, in columns and rows.
const ROOMY: (u16, u16) = (80, 24);

/// What the terminal can show; one line where there is none.
pub(super) fn findings(session: &Session) -> Vec<Finding> {
    if !std::io::stdout().is_terminal() {
        return vec![Finding::ok("terminal", "the answer goes to a file or a pipe")];
    }
    let term = env::var("TERM").unwrap_or_default();
    let mut findings = vec![match term.as_str() {
        "" | "dumb" => Finding::warn(
            "terminal",
            format!("TERM is {term:?}: the dashboard cannot be shown"),
            "use a terminal that says what it is, as TERM=xterm-256color",
        ),
        term => Finding::ok("terminal", term.to_owned()),
    }];
    let style = session.style();
    findings.push(if style.color {
        Finding::ok("colour", "shown")
    } else {
        Finding::ok("colour", "not wanted: NO_COLOR, --color or TERM says so")
    });
    findings.push(if style.ascii {
        let remedy = "set a locale of UTF-8, as LANG=C.UTF-8";
        Finding::warn("unicode", "only ASCII is shown", remedy)
    } else {
        Finding::ok("unicode", "shown")
    });
    findings.push(match crossterm::terminal::size() {
        Ok((columns, rows)) if columns < ROOMY.0 || rows < ROOMY.1 => Finding::warn(
            "size",
            format!("{columns}x{rows}: the dashboard shows less"),
            format!("{}x{} shows all of its panels", ROOMY.0, ROOMY.1),
        ),
        Ok((columns, rows)) => Finding::ok("size", format!("{columns}x{rows}")),
        Err(error) => {
            Finding::warn("size", format!("the terminal does not say: {error}"), "set COLUMNS")
        }
    });
    findings
}
