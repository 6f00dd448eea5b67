//! How a confirmation looks: the question, the targets, what would happen, and the keys.

use ratatui::{Frame, text::Span};

use super::{
    Around,
    canvas::{self, Row},
    command_line::command_line,
    confirm::{Confirm, Phase},
    course::Course,
    focus::Focus,
    form::{Entry, Verdict},
    level::{Level, Outlook},
};
use crate::{
    client::{self, ErrorCode},
    model::{Edit, Headroom, Operation, Share},
    tui::{bindings::Label, figures, look::Look, theme::Role},
};

/// Targets and shares listed one by one; the rest is counted.
const LISTED: usize = 6;
/// A change of share below this is not worth a row.
const NEGLIGIBLE: f64 = 0.0005;

/// The part of its CPU below which a pool has too little that is free.
const TIGHT: f64 = 0.15;
/// Below this width shares are told shortly.
const ROOMY: usize = 60;

/// What rows are made with.
#[derive(Clone, Copy)]
struct Sheet {
    look: Look,
    width: usize,
    /// The key that insists.
    force: Label,
}

impl Sheet {
    fn words<'a>(self, rank: u8, role: Role, text: impl AsRef<str>) -> Vec<Row<'a>> {
        Row::words(self.look, rank, role, text.as_ref(), self.width)
    }
}

/// Draws the confirmation.
pub(super) fn view(confirm: &Confirm, look: Look, frame: &mut Frame<'_>, around: &Around<'_>) {
    let force = around.keymap.label("dialog.force");
    let sheet = Sheet { look, width: canvas::inner_width(frame), force };
    let mut rows = Vec::new();
    rows.push(place(look, around));
    rows.extend(targets(confirm, sheet));
    rows.extend(confirm.notes.iter().flat_map(|note| sheet.words(1, Role::Plain, note)));
    rows.extend(outlook(confirm, sheet));
    if confirm.level == Level::Name {
        let said = look.text(Role::Muted, format!("type {}", confirm.name_to_type()));
        let here = confirm.focus == Focus::Name;
        rows.push(Row::field(look, ("name", &confirm.typed), field_width(sheet, 24), here, said));
    }
    rows.extend(confirm.course.iter().flat_map(|course| options(course, confirm.focus, sheet)));
    rows.push(reason(confirm, sheet, around));
    if confirm.is_put(around) {
        let (edit, rest) = (&confirm.edit, &confirm.rest);
        let line = command_line(edit, rest, confirm.reason.text().trim(), confirm.force);
        rows.extend(sheet.words(5, Role::Muted, format!("= {line}")));
    }
    rows.extend(trouble(confirm, sheet, around));
    rows.push(keys(confirm, look, around));
    canvas::draw(look, frame, &title(confirm, around), rows);
}

fn place<'a>(look: Look, around: &Around<'a>) -> Row<'a> {
    Row::new(
        4,
        vec![
            look.label(" on "),
            look.text(Role::Title, around.context),
            look.label("  host "),
            look.text(Role::Plain, around.snapshot.host.as_str()),
            Span::raw(format!("  rev {}", around.snapshot.revision)),
        ],
    )
}

/// The options of a drain. Where rows are few only the one under the cursor stays.
fn options<'a>(course: &'a Course, focus: Focus, sheet: Sheet) -> Vec<Row<'a>> {
    let look = sheet.look;
    let row = |at: usize| {
        let (field, here) = (&course.fields[at], focus == Focus::Option(at));
        let said = match course.verdict(field) {
            Verdict::Bad(why) => look.text(Role::Bad, format!("!! {why}")),
            Verdict::Good(_) => look.text(Role::Muted, field.hint.as_str()),
        };
        let row = match &field.entry {
            Entry::Text(input) => {
                let width = field_width(sheet, 10);
                Row::field(look, (field.label, input), width, here, said)
            }
            Entry::Choice(options, chosen) => {
                Row::choice(look, field.label, (options, *chosen), here, said)
            }
        };
        if here { row } else { row.dispensable() }
    };
    course.shown().into_iter().map(row).collect()
}

fn reason<'a>(confirm: &'a Confirm, sheet: Sheet, around: &Around<'_>) -> Row<'a> {
    let here = confirm.focus == Focus::Reason;
    let (action, does) = match (here, &confirm.course) {
        (true, _) => ("dialog.on", " goes on"),
        (false, Some(_)) => ("dialog.before", ""),
        (false, None) => ("dialog.next", ""),
    };
    let said = format!("{}{does}", around.keymap.label(action));
    let said = sheet.look.text(Role::Muted, said);
    let width = field_width(sheet, 42);
    let row = Row::field(sheet.look, ("reason", &confirm.reason), width, here, said);
    if here || confirm.force || around.wants_reason { row } else { row.dispensable() }
}

/// A field as wide as wanted, or as there is room.
fn field_width(sheet: Sheet, wanted: usize) -> usize {
    wanted.min(sheet.width.saturating_sub(19))
}

/// The question in a few words.
pub(super) fn words(confirm: &Confirm, around: &Around<'_>) -> String {
    match confirm.obstacle(around) {
        None => {
            let (yes, no) = (yes(confirm, around), around.keymap.label("dialog.no"));
            format!("{} {yes}/{no}", title(confirm, around))
        }
        Some(obstacle) => format!("{}: {obstacle}", title(confirm, around)),
    }
}

/// The question; until it may be answered, its targets only.
fn title(confirm: &Confirm, around: &Around<'_>) -> String {
    let names: Vec<&str> = confirm.targets.iter().map(|target| target.name()).collect();
    let names = match names.len() {
        0..4 => names.join(", "),
        more => format!("{}, {} and {} more", names[0], names[1], more - 2),
    };
    if !confirm.is_put(around) {
        return names;
    }
    match (confirm.verb(), &confirm.edit) {
        ("maintain", _) => format!("Put {names} in maintenance ?"),
        ("promote" | "drop" | "try", _) => {
            format!("{} candidate of {names} ?", capital(confirm.verb()))
        }
        (verb, Edit::SetLimit { .. }) => format!("{} limit {names} ?", capital(verb)),
        (verb, Edit::Undo { .. } | Edit::Confirm { .. }) => {
            format!("{} operation {names} ?", capital(verb))
        }
        (_, Edit::ReloadCertificates { .. }) => format!("Reload certificates of {names} ?"),
        (verb, Edit::Scale { .. }) => format!("{} scaler of pool {names} ?", capital(verb)),
        (verb, _) => format!("{} {names} ?", capital(verb)),
    }
}

fn targets<'a>(confirm: &'a Confirm, sheet: Sheet) -> Vec<Row<'a>> {
    let count = confirm.targets.len();
    let listed = confirm.targets.iter().take(LISTED).filter(|target| !target.words().is_empty());
    let mut rows: Vec<Row<'a>> = listed
        .flat_map(|target| {
            sheet.words(2, Role::Plain, format!("{}  {}", target.name(), target.words()))
        })
        .collect();
    if count > LISTED {
        rows.extend(sheet.words(2, Role::Muted, format!("and {} more", count - LISTED)));
    }
    rows
}

fn outlook<'a>(confirm: &'a Confirm, sheet: Sheet) -> Vec<Row<'a>> {
    match &confirm.outlook {
        Outlook::Unknown => sheet.words(1, Role::Muted, "asking the gateway what would happen"),
        Outlook::Plan(plan) => {
            let mut rows = plan_rows(plan, sheet);
            rows.extend(conflicts(plan, confirm.force, sheet));
            rows
        }
        Outlook::Refusal(error) => refusal(error, confirm.force, sheet),
    }
}

fn plan_rows<'a>(plan: &'a Operation, sheet: Sheet) -> Vec<Row<'a>> {
    if plan.unchanged {
        return sheet.words(1, Role::Warn, "already so: nothing would change");
    }
    let look = sheet.look;
    let mut rows = Vec::new();
    if !plan.after.is_empty() {
        let before = if plan.before.is_empty() { "nothing" } else { plan.before.as_str() };
        let becomes = format!("{before} {} {}", look.glyphs.arrow, plan.after);
        rows.extend(sheet.words(2, Role::Plain, becomes));
    }
    let moves = |share: &&Share| (share.after - share.before).abs() > NEGLIGIBLE;
    let moving: Vec<&Share> = plan.shares.iter().filter(moves).collect();
    rows.extend(moving.iter().take(LISTED).map(|share| share_row(share, sheet)));
    let (more, kept) = (moving.len().saturating_sub(LISTED), plan.shares.len() - moving.len());
    let rest = match (more, kept) {
        _ if moving.is_empty() => String::new(),
        (0, 0) => String::new(),
        (0, 1) => "1 other keeps its share".to_owned(),
        (0, kept) => format!("{kept} others keep their share"),
        (more, kept) => format!("{more} more move, {kept} keep their share"),
    };
    if !rest.is_empty() {
        rows.extend(sheet.words(3, Role::Muted, rest));
    }
    rows.extend(plan.headrooms.iter().flat_map(|it| headroom(it, sheet)));
    rows.extend(plan.warnings.iter().flat_map(|warning| {
        sheet.words(0, Role::Warn, format!("{} {warning}", look.glyphs.alerts[0]))
    }));
    rows
}

/// What becomes of what is free in a pool.
fn headroom<'a>(it: &Headroom, sheet: Sheet) -> Vec<Row<'a>> {
    let is_tight = it.free_after.is_some_and(|after| after < TIGHT);
    let (role, verdict) = match it.free_after {
        Some(_) if is_tight => (Role::Bad, "  too little"),
        Some(_) => (Role::Ok, "  ok"),
        None => (Role::Plain, ""),
    };
    it.told().map_or_else(Vec::new, |told| sheet.words(1, role, format!("{told}{verdict}")))
}

/// What somebody changed since the operation that is to be taken back.
fn conflicts<'a>(plan: &'a Operation, force: bool, sheet: Sheet) -> Vec<Row<'a>> {
    let alert = sheet.look.glyphs.alerts[1];
    let told = plan.conflicts.iter().take(LISTED);
    let mut rows: Vec<Row<'a>> =
        told.flat_map(|it| sheet.words(0, Role::Bad, format!("{alert} {it}"))).collect();
    if !rows.is_empty() && !force {
        let words =
            format!("{} puts it back all the same: it asks for the name and a reason", sheet.force);
        rows.extend(sheet.words(1, Role::Warn, words));
    }
    rows
}

fn share_row<'a>(share: &'a Share, sheet: Sheet) -> Row<'a> {
    let look = sheet.look;
    let arrow = look.glyphs.arrow;
    let (before, after) = (figures::share(share.before), figures::share(share.after));
    let rates = match (share.rps_now, share.rps_after) {
        (Some(now), Some(after)) if sheet.width >= ROOMY => {
            format!("   {} {arrow} {} rps", figures::rate(now, 7), figures::rate(after, 7))
        }
        _ => String::new(),
    };
    let name = if sheet.width >= ROOMY { 24 } else { 12 };
    let shown = look.cut_middle(&share.backend, name);
    Row::new(
        3,
        vec![
            look.text(Role::Plain, format!("   {shown:<name$} ")),
            Span::raw(format!("{before:>6} {arrow} {after:>6}{rates}")),
        ],
    )
}

/// A guard's own hint speaks of the command line; here a key does it.
fn refusal<'a>(error: &'a client::Error, force: bool, sheet: Sheet) -> Vec<Row<'a>> {
    let is_guard = error.code == ErrorCode::Guard;
    let verb = if is_guard && force { "overruling" } else { "would refuse" };
    let said = format!("{} {verb}: {}", sheet.look.glyphs.alerts[1], error.message);
    let mut rows = sheet.words(0, Role::Bad, said);
    if is_guard && !force {
        let words =
            format!("{} overrules the guard: it asks for the name and a reason", sheet.force);
        rows.extend(sheet.words(1, Role::Warn, words));
    } else if !is_guard {
        rows.extend(error.hint.iter().flat_map(|hint| sheet.words(3, Role::Plain, hint)));
    }
    rows
}

fn trouble<'a>(confirm: &'a Confirm, sheet: Sheet, around: &Around<'_>) -> Vec<Row<'a>> {
    let mut rows = Vec::new();
    if let Phase::Failed(error) = &confirm.phase {
        let said = format!("{} {}", sheet.look.glyphs.alerts[1], error.message);
        rows.extend(sheet.words(0, Role::Bad, said));
        rows.extend(error.hint.iter().flat_map(|hint| sheet.words(1, Role::Plain, hint)));
    }
    if let Some(obstacle) = confirm.obstacle(around).filter(|_| confirm.is_put(around)) {
        rows.extend(sheet.words(0, Role::Warn, obstacle));
    }
    rows
}

fn keys<'a>(confirm: &Confirm, look: Look, around: &Around<'_>) -> Row<'a> {
    let key = |key: Label| Span::styled(format!("   [{key}] "), look.style(Role::Accent));
    let mut spans = Vec::new();
    if confirm.obstacle(around).is_none() {
        spans.extend([key(yes(confirm, around)), Span::raw(confirm.verb())]);
    }
    if matches!(confirm.phase, Phase::Moved { .. } | Phase::Failed(_)) {
        spans.extend([key(around.keymap.label("dialog.reload")), Span::raw("look again")]);
    }
    let no = if confirm.phase == Phase::Sent { "close" } else { "cancel" };
    spans.extend([key(around.keymap.label("dialog.no")), Span::raw(no)]);
    Row::new(0, spans)
}

/// The key that says yes.
fn yes(confirm: &Confirm, around: &Around<'_>) -> Label {
    let action = if confirm.level == Level::Name { "dialog.on" } else { "dialog.yes" };
    around.keymap.label(action)
}

fn capital(word: &str) -> String {
    let mut characters = word.chars();
    characters
        .next()
        .map_or(String::new(), |first| first.to_uppercase().chain(characters).collect())
}
