//! The columns of the table of certificates.

use std::time::Duration;

use crate::{
    duration,
    model::Certificate,
    output::columns::{CERTIFICATE, issuer},
    tui::{
        column::{Cell, Column, EXTRA, Lens, Width, column},
        columns::Table,
        figures,
        theme::Role,
    },
};

/// One that expires sooner than this is worth a look, as the gateway's own problems have it.
const SOON_MS: i64 = 14 * 24 * 60 * 60 * 1000;

const STATE: Column<Certificate> = column("ST", Width::Text(7), 0, None, state);
const NAME: Column<Certificate> = column("NAME", Width::Names(4, 28), 1, Some("name"), name);
const SHORT: Column<Certificate> = column("NAME", Width::Names(4, 20), 1, Some("name"), name);
const EXPIRES: Column<Certificate> =
    column("EXPIRES", Width::Figure(8), 2, Some("expires_in_s"), expires);
const BY: Column<Certificate> = column("BY", Width::Names(4, 12), 3, Some("listener"), |it, _| {
    Cell::text(Role::Plain, it.served_by.as_str())
});
const ISSUER: Column<Certificate> =
    column("ISSUER", Width::Names(6, 18), 5, Some("issuer"), |it, _| {
        Cell::text(Role::Plain, issuer(it))
    });
const OCSP: Column<Certificate> =
    column("OCSP", Width::Text(4), 7, None, |_, _| Cell::text(Role::Muted, figures::UNKNOWN));
const LAST_READ: Column<Certificate> =
    column("LAST READ", Width::Text(18), 4, Some("result_time"), last_read);
const ALSO_FOR: Column<Certificate> =
    column("ALSO FOR", Width::Rest(10), 6, None, |it, _| Cell::text(Role::Muted, others(it)));

/// The table of certificates.
pub(crate) static TABLE: Table<Certificate> =
    table(&[STATE, NAME, EXPIRES, BY, ISSUER, OCSP, LAST_READ, ALSO_FOR]);

/// The same where cells are few.
pub(super) static SMALL: Table<Certificate> = table(&[
    STATE,
    SHORT,
    EXPIRES,
    BY,
    extra(LAST_READ),
    extra(ISSUER),
    extra(OCSP),
    extra(ALSO_FOR),
]);

/// The same for those who look for it.
const fn extra(column: Column<Certificate>) -> Column<Certificate> {
    Column { rank: EXTRA, ..column }
}

const fn table(columns: &'static [Column<Certificate>]) -> Table<Certificate> {
    Table { fields: CERTIFICATE, id: |it| &it.id, columns }
}

/// How a certificate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Nothing is wrong.
    Good,
    /// New files are not served.
    Kept,
    /// It ends soon.
    Soon,
    /// Its time has not begun.
    Early,
    /// Its time is over.
    Over,
}

impl Standing {
    /// How `it` stands at this time.
    pub(super) fn of(it: &Certificate, now_ms: i64) -> Self {
        match it.expires_ms - now_ms {
            ..=0 => Self::Over,
            _ if it.not_before_ms > now_ms => Self::Early,
            1..SOON_MS => Self::Soon,
            _ if !it.refused.is_empty() => Self::Kept,
            _ => Self::Good,
        }
    }

    /// How it looks.
    pub(super) const fn role(self) -> Role {
        match self {
            Self::Good => Role::Ok,
            Self::Kept | Self::Soon => Role::Warn,
            Self::Early | Self::Over => Role::Bad,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Good => "OK",
            Self::Kept => "KEPT",
            Self::Soon => "SOON",
            Self::Early => "EARLY",
            Self::Over => "OVER",
        }
    }
}

fn name(it: &Certificate, _: &Lens<'_>) -> Cell {
    Cell::text(Role::Title, it.name.as_str())
}

fn state(it: &Certificate, lens: &Lens<'_>) -> Cell {
    let standing = Standing::of(it, lens.now_ms);
    if lens.look.stale {
        return Cell::text(Role::Muted, format!("~{}", standing.word()));
    }
    let sign = match standing {
        Standing::Good => lens.look.glyphs.states[0],
        Standing::Kept | Standing::Soon => lens.look.glyphs.alerts[0],
        Standing::Early | Standing::Over => lens.look.glyphs.alerts[1],
    };
    let sign = if sign.is_empty() { String::new() } else { format!("{sign} ") };
    Cell::text(standing.role(), format!("{sign}{}", standing.word()))
}

fn expires(it: &Certificate, lens: &Lens<'_>) -> Cell {
    let role = match Standing::of(it, lens.now_ms) {
        Standing::Soon => Role::Warn,
        Standing::Over => Role::Bad,
        Standing::Good | Standing::Kept | Standing::Early => Role::Plain,
    };
    Cell::figure(role, left(it.expires_ms, lens.now_ms))
}

/// How long until then: `66d04h`; `-2d` when it is over.
pub(super) fn left(then_ms: i64, now_ms: i64) -> String {
    let whole = |ms: u64| duration::short(Duration::from_secs(ms / 1000));
    match u64::try_from(then_ms - now_ms) {
        Ok(left_ms) => whole(left_ms),
        Err(_) => format!("-{}", whole(now_ms.abs_diff(then_ms))),
    }
}

fn last_read(it: &Certificate, lens: &Lens<'_>) -> Cell {
    let role = if it.refused.is_empty() { Role::Plain } else { Role::Warn };
    Cell::text(role, read_words(it, lens.now_ms))
}

/// What came of reading its file last, and how long ago: `renewed 3d02h ago`.
pub(super) fn read_words(it: &Certificate, now_ms: i64) -> String {
    let ago = duration::age(now_ms, it.result_ms);
    let ago = duration::short(Duration::from_secs(ago.as_secs()));
    format!("{} {ago} ago", it.result)
}

/// The names beside the first.
fn others(it: &Certificate) -> String {
    it.names.iter().skip(1).map(String::as_str).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_MS: i64 = 24 * 60 * 60 * 1000;

    #[test]
    fn the_worst_that_is_wrong_is_how_it_stands() {
        let at = |expires_days: i64, refused: &str| {
            let expires_ms = expires_days * DAY_MS;
            let it = Certificate { expires_ms, refused: refused.into(), ..Certificate::default() };
            Standing::of(&it, 0)
        };
        assert_eq!(at(90, ""), Standing::Good);
        assert_eq!(at(90, "no key"), Standing::Kept);
        assert_eq!(at(13, "no key"), Standing::Soon);
        assert_eq!(at(0, ""), Standing::Over);
        let early = Certificate { not_before_ms: 1, expires_ms: DAY_MS, ..Certificate::default() };
        assert_eq!(Standing::of(&early, 0), Standing::Early);
    }

    #[test]
    fn what_is_left_counts_down_to_below_nothing() {
        assert_eq!(left(2 * DAY_MS, 0), "2d00h");
        assert_eq!(left(0, 2 * DAY_MS), "-2d00h");
    }
}
