//! The table of bindings. A new key is a row here.

use super::{Binding, Scope};
use crate::model::Fault;
use crate::tui::{
    charts, dialog,
    key::Key::{
        self, BackTab, Char, Ctrl, Down, End, Enter, Esc, Home, Left, PageDown, PageUp, Right, Tab,
        Up,
    },
    list,
    message::Action,
    screens::{Screen, backends, events, limits, overview, scaler, tls, traffic},
};

type Foot = Option<(&'static str, &'static str)>;

const fn row(
    scope: Scope,
    keys: &'static [Key],
    action: Action,
    name: &'static str,
    help: &'static str,
    footer: Foot,
) -> Binding {
    Binding { scope, keys, action, name, help, footer }
}

const fn list(
    keys: &'static [Key],
    msg: list::Msg,
    name: &'static str,
    help: &'static str,
    footer: Foot,
) -> Binding {
    row(Scope::List, keys, Action::List(msg), name, help, footer)
}

const fn table(
    keys: &'static [Key],
    msg: list::Msg,
    name: &'static str,
    help: &'static str,
    footer: Foot,
) -> Binding {
    row(Scope::Table, keys, Action::List(msg), name, help, footer)
}

const fn backends(
    keys: &'static [Key],
    msg: backends::Msg,
    name: &'static str,
    help: &'static str,
    footer: Foot,
) -> Binding {
    row(Scope::Backends, keys, Action::Backends(msg), name, help, footer)
}

const fn demo(
    keys: &'static [Key],
    msg: backends::Msg,
    name: &'static str,
    help: &'static str,
    footer: Foot,
) -> Binding {
    row(Scope::Demo, keys, Action::Backends(msg), name, help, footer)
}

const fn limits(
    keys: &'static [Key],
    msg: limits::Msg,
    name: &'static str,
    help: &'static str,
    footer: Foot,
) -> Binding {
    row(Scope::Limits, keys, Action::Limits(msg), name, help, footer)
}

const fn scaler(
    keys: &'static [Key],
    msg: scaler::Msg,
    name: &'static str,
    help: &'static str,
    footer: Foot,
) -> Binding {
    row(Scope::Scaler, keys, Action::Scaler(msg), name, help, footer)
}

const fn traffic(
    keys: &'static [Key],
    msg: traffic::Msg,
    name: &'static str,
    help: &'static str,
    footer: Foot,
) -> Binding {
    row(Scope::Traffic, keys, Action::Traffic(msg), name, help, footer)
}

const fn dialog(
    keys: &'static [Key],
    msg: dialog::Msg,
    name: &'static str,
    help: &'static str,
) -> Binding {
    row(Scope::Dialog, keys, Action::Dialog(msg), name, help, None)
}

const fn global(
    keys: &'static [Key],
    action: Action,
    name: &'static str,
    help: &'static str,
    footer: Foot,
) -> Binding {
    row(Scope::Global, keys, action, name, help, footer)
}

/// Which key does what where.
#[rustfmt::skip]
pub(crate) static TABLE: &[Binding] = &[
    row(Scope::Overview, &[Tab], Action::Overview(overview::Msg::NextPanel), "overview.panel", "next panel", Some(("Tab", "panel"))),
    row(Scope::Overview, &[BackTab], Action::Overview(overview::Msg::PreviousPanel), "overview.panel-before", "panel before", None),
    row(Scope::Overview, &[Enter], Action::Overview(overview::Msg::Open), "overview.open", "show what the row is about", Some(("Enter", "open"))),
    row(Scope::Overview, &[Char('z')], Action::Overview(overview::Msg::Zoom), "overview.zoom", "the panel on the whole screen, and back", Some(("z", "zoom"))),

    backends(&[Char('d')], backends::Msg::Drain, "backend.drain", "drain: no new requests, those in flight finish", Some(("d", "drain"))),
    backends(&[Char('e')], backends::Msg::Enable, "backend.enable", "enable: takes new requests again", Some(("e", "enable"))),
    backends(&[Char('M')], backends::Msg::Maintenance, "backend.maintenance", "maintenance: no new requests, no health checks", Some(("M", "maint"))),
    backends(&[Char('+'), Char('=')], backends::Msg::Nudge(1), "backend.weight-up", "stage weight +1", Some(("+", "weight"))),
    backends(&[Char('-')], backends::Msg::Nudge(-1), "backend.weight-down", "stage weight -1", Some(("-", "weight"))),
    backends(&[Char(')')], backends::Msg::Nudge(10), "backend.weight-up-ten", "stage weight +10", None),
    backends(&[Char('(')], backends::Msg::Nudge(-10), "backend.weight-down-ten", "stage weight -10", None),
    backends(&[Char('w')], backends::Msg::Weight, "backend.weight", "stage a weight: 80, +10, 80%", Some(("w", "set"))),
    backends(&[Char('a')], backends::Msg::Add, "backend.add", "add a backend", Some(("a", "add"))),
    backends(&[Char('E')], backends::Msg::Edit, "backend.edit", "edit: the weight, with its reason", None),
    backends(&[Char('R')], backends::Msg::Remove, "backend.remove", "remove (asks for the name)", Some(("R", "remove"))),
    backends(&[Char('F')], backends::Msg::Kill, "backend.kill", "close what is left of a drain (asks for the name)", None),
    backends(&[Char('t')], backends::Msg::Longer, "backend.drain-longer", "give a drain 60s more", None),
    backends(&[Char('b')], backends::Msg::Bell, "backend.drain-bell", "ring when a drain is over, or not", None),
    backends(&[Enter], backends::Msg::Enter, "backend.open", "apply staged weights; else deeper: in full, then its requests", Some(("Enter", "detail"))),
    backends(&[Char('z')], backends::Msg::Zoom, "backend.zoom", "the backend on the whole screen, and back", None),

    demo(&[Char('K')], backends::Msg::Spoil(Fault::Kill), "demo.kill", "end the server's process", Some(("K", "kill"))),
    demo(&[Char('L')], backends::Msg::Spoil(Fault::Slow(None)), "demo.slow", "let the server answer 300 ms later", Some(("L", "slow"))),
    demo(&[Char('X')], backends::Msg::Spoil(Fault::Fail), "demo.fail", "let the server answer 503", Some(("X", "fail"))),
    demo(&[Char('O')], backends::Msg::Spoil(Fault::Cold), "demo.cold", "let the server be as just started", Some(("O", "cold"))),
    demo(&[Char('H')], backends::Msg::Spoil(Fault::Heal), "demo.heal", "let the server be as usual", Some(("H", "heal"))),
    demo(&[Char('U')], backends::Msg::Load { more: true }, "demo.load-more", "twice the load", Some(("U", "load x2"))),
    demo(&[Char('J')], backends::Msg::Load { more: false }, "demo.load-less", "half the load", None),

    limits(&[Char('E'), Enter], limits::Msg::Edit, "limit.edit", "edit the limit, with a preview", Some(("E", "edit"))),
    limits(&[Char('B')], limits::Msg::Block, "limit.block", "block the chosen client, or a network", Some(("B", "block"))),
    limits(&[Char('R')], limits::Msg::Unblock, "limit.unblock", "take the chosen block back", Some(("R", "unblock"))),
    limits(&[Char('i')], limits::Msg::Inspect, "limit.inspect", "what the chosen client asks for now: Traffic", Some(("i", "inspect"))),
    limits(&[Char('t')], limits::Msg::NextGrouping, "limit.top", "offenders by client, key or path", Some(("t", "top by"))),
    limits(&[Char('P')], limits::Msg::Promote, "limit.promote", "make the candidate the rule", Some(("P", "promote"))),
    limits(&[Char('X')], limits::Msg::DropCandidate, "limit.drop", "try the candidate no more", None),
    limits(&[Char('r'), Char('f')], limits::Msg::File, "limit.file", "revert an override: the rule of the file", Some(("r", "revert"))),
    limits(&[Char('z')], limits::Msg::Zoom, "limit.zoom", "the panel on the whole screen, and back", None),
    limits(&[Tab], limits::Msg::NextPanel, "limit.panel", "rules, offenders, blocks", Some(("Tab", "panel"))),
    limits(&[BackTab], limits::Msg::PreviousPanel, "limit.panel-before", "panel before", None),

    scaler(&[Char('H')], scaler::Msg::Hold, "scaler.hold", "hold the size for a while, or resume", Some(("H", "hold/resume"))),
    scaler(&[Char('M')], scaler::Msg::Desired, "scaler.desired", "want a size by hand for a while", Some(("M", "by hand"))),
    scaler(&[Char('A')], scaler::Msg::Rules, "scaler.rules", "change minimum, maximum, targets, mode", Some(("A", "rules"))),
    scaler(&[Char('w')], scaler::Msg::WhatIf, "scaler.what-if", "try other rules, or more load, on the last hour", Some(("w", "what if"))),
    scaler(&[Char('f')], scaler::Msg::NextKinds, "scaler.kinds", "all decisions, only moves, only refused", Some(("f", "kinds"))),
    scaler(&[Char('J')], scaler::Msg::Moment, "scaler.moment", "jump to its time: what the charts say of that moment", None),
    scaler(&[Char('z')], scaler::Msg::Zoom, "scaler.zoom", "the decision and why, on the whole screen, and back", None),
    scaler(&[Tab], scaler::Msg::NextPool, "scaler.pool", "next pool", Some(("Tab", "pool"))),
    scaler(&[BackTab], scaler::Msg::PreviousPool, "scaler.pool-before", "pool before", None),

    traffic(&[Char('F'), End], traffic::Msg::Follow, "traffic.follow", "follow: to the newest request, and on with it", Some(("F", "follow"))),
    traffic(&[Home, Char('g')], traffic::Msg::Oldest, "traffic.oldest", "to the oldest request; the list then stands still", None),
    row(Scope::Traffic, &[Char('/')], Action::Filter, "traffic.filter", "filter, judged by the gateway: status>=500 and pool=api, or words", Some(("/", "filter"))),
    traffic(&[Char('G')], traffic::Msg::NextGrouping, "traffic.group", "group by backend, path, client, status", Some(("G", "group"))),
    traffic(&[Char('S')], traffic::Msg::NextSample, "traffic.sample", "one of 10, 20, 100, 1000 requests, then all", Some(("S", "sample"))),
    traffic(&[Char('w')], traffic::Msg::Wrap, "traffic.wrap", "whole paths over several rows, or a request in each", Some(("w", "wrap"))),
    traffic(&[Enter], traffic::Msg::Pin, "traffic.pin", "keep the request in the detail, or let it go", Some(("Enter", "pin"))),
    traffic(&[Char('b')], traffic::Msg::Backend, "traffic.backend", "to the backend of the request", Some(("b", "backend"))),
    traffic(&[Char('i')], traffic::Msg::Client, "traffic.client", "to its client, among those that limits refuse", Some(("i", "client"))),

    row(Scope::Events, &[Enter], Action::Events(events::Msg::Open), "event.open", "show what the event is about", Some(("Enter", "open"))),
    row(Scope::Events, &[Char('z')], Action::Events(events::Msg::Zoom), "event.zoom", "the event on the whole screen, and back", None),
    row(Scope::Events, &[Tab, BackTab], Action::Events(events::Msg::OtherPanel), "event.panel", "to what is not as in the file, and back", Some(("Tab", "panel"))),
    row(Scope::Events, &[Char('f')], Action::Events(events::Msg::NextKind), "event.kind", "only the next kind of events, then all", Some(("f", "kind"))),
    row(Scope::Events, &[Char('D')], Action::Events(events::Msg::Differences), "event.differences", "all that is not as in the file, on the whole screen", Some(("D", "file"))),
    row(Scope::Events, &[Char('W')], Action::Events(events::Msg::Write), "event.write", "write what is not as in the file into it", None),
    row(Scope::Events, &[Char('r')], Action::Events(events::Msg::Revert), "event.revert", "make the chosen one as the file says", None),
    row(Scope::Events, &[Char('J')], Action::Events(events::Msg::Moment), "event.moment", "jump to its time: what the charts say of that moment", None),
    row(Scope::Events, &[Char('/')], Action::Filter, "event.filter", "filter: words, or who=ops and kind=change", Some(("/", "filter"))),

    row(Scope::Tls, &[Char('r')], Action::Tls(tls::Msg::Reload), "cert.reload", "read the files of its listener again, now", Some(("r", "reload"))),
    row(Scope::Tls, &[Enter, Char('z')], Action::Tls(tls::Msg::Zoom), "cert.open", "the certificate and its chain on the whole screen, and back", Some(("Enter", "chain"))),

    row(Scope::Cursor, &[Left, Char('h')], Action::Charts(charts::Msg::Left), "chart.left", "read a moment before", None),
    row(Scope::Cursor, &[Right, Char('l')], Action::Charts(charts::Msg::Right), "chart.right", "read a moment later", None),
    row(Scope::Cursor, &[Esc], Action::Charts(charts::Msg::Cursor), "chart.end", "read no more", None),

    row(Scope::Lost, &[Char('r')], Action::Retry, "link.retry", "try the gateway now", None),

    list(&[Char('j'), Down], list::Msg::Down, "list.down", "down", None),
    list(&[Char('k'), Up], list::Msg::Up, "list.up", "up", None),
    list(&[Char('l'), Right], list::Msg::Right, "list.right", "columns further to the right", None),
    list(&[Char('h'), Left], list::Msg::Left, "list.left", "columns further to the left", None),
    row(Scope::List, &[Char('|')], Action::Columns, "list.columns", "columns: which are shown, in which order", None),
    row(Scope::Ends, &[Char('g'), Home], Action::List(list::Msg::First), "list.first", "first row", None),
    row(Scope::Ends, &[Char('G'), End], Action::List(list::Msg::Last), "list.last", "last row", None),
    list(&[PageDown, Ctrl('D')], list::Msg::PageDown, "list.page-down", "page down", None),
    list(&[PageUp, Ctrl('U')], list::Msg::PageUp, "list.page-up", "page up", None),
    table(&[Char(' ')], list::Msg::Mark, "list.mark", "mark the row: actions take all marked rows", Some(("Space", "mark"))),
    table(&[Char('V')], list::Msg::MarkRange, "list.mark-range", "mark all rows from the last mark to here", None),
    table(&[Char('*')], list::Msg::MarkAll, "list.mark-all", "mark all rows shown", None),
    table(&[Char('\\')], list::Msg::Unmark, "list.unmark", "clear marks", None),
    table(&[Char('s'), Char('>')], list::Msg::NextSort, "list.sort", "sort by the next column", Some(("s", "sort"))),
    table(&[Char('<')], list::Msg::PreviousSort, "list.sort-before", "sort by the column before", None),
    table(&[Char('S')], list::Msg::Reverse, "list.reverse", "sort the other way round", None),
    row(Scope::Table, &[Char('/')], Action::Filter, "list.filter", "filter: words, or state=up and p99>40", Some(("/", "filter"))),

    global(&[Char('1')], Action::Show(Screen::Overview), "screen.overview", "Overview", None),
    global(&[Char('2')], Action::Show(Screen::Backends), "screen.backends", "Backends", None),
    global(&[Char('3')], Action::Show(Screen::Limits), "screen.limits", "Limits", None),
    global(&[Char('4')], Action::Show(Screen::Scaler), "screen.scaler", "Scaler", None),
    global(&[Char('5')], Action::Show(Screen::Traffic), "screen.traffic", "Traffic", None),
    global(&[Char('6')], Action::Show(Screen::Events), "screen.events", "Events", None),
    global(&[Char('7')], Action::Show(Screen::Tls), "screen.tls", "TLS", None),
    global(&[Ctrl('N')], Action::NextScreen, "screen.next", "next screen", None),
    global(&[Ctrl('P')], Action::PreviousScreen, "screen.before", "screen before", None),
    global(&[Char(']')], Action::LongerWindow, "window.longer", "charts look further back", None),
    global(&[Char('[')], Action::ShorterWindow, "window.shorter", "charts look less far back", None),
    global(&[Char('{')], Action::Charts(charts::Msg::Earlier), "window.earlier", "charts go back in time (and the screen is paused)", None),
    global(&[Char('}')], Action::Charts(charts::Msg::Later), "window.later", "charts come forward again", None),
    global(&[Char('0')], Action::Charts(charts::Msg::Newest), "window.newest", "charts show the newest again", None),
    global(&[Char('c')], Action::Charts(charts::Msg::Cursor), "chart.cursor", "read the values of a moment from all charts", None),
    global(&[Char('p')], Action::Pause, "screen.pause", "pause: freeze the screen, p again follows", Some(("p", "pause"))),
    global(&[Char(':')], Action::Palette, "palette.open", "a command, as on the command line", None),
    global(&[Char('m')], Action::Mouse, "screen.mouse", "mouse on or off: it scrolls and selects", None),
    global(&[Char('y')], Action::Copy, "screen.copy", "copy: name, address, command, row", None),
    global(&[Char('x')], Action::Export, "screen.export", "export: rows or screen into a file", None),
    global(&[Char('C')], Action::Contexts, "screen.contexts", "contexts: switch to another gateway", None),
    global(&[Char('T')], Action::Theme, "screen.theme", "the next theme", None),
    global(&[Ctrl('L')], Action::Redraw, "screen.redraw", "draw anew", None),
    global(&[Ctrl('Z')], Action::Suspend, "screen.suspend", "suspend: fg comes back", None),
    global(&[Esc], Action::Back, "screen.back", "one step back: dismiss, drop staged, clear filter", None),
    global(&[Char('u')], Action::Undo, "operation.undo", "undo the last change made here; on Events the chosen one", Some(("u", "undo"))),
    global(&[Char('?')], Action::Help, "screen.help", "these keys", Some(("?", "help"))),
    global(&[Char('q'), Ctrl('C')], Action::Quit, "screen.quit", "quit; nothing on the gateway stops", Some(("q", "quit"))),

    dialog(&[Char('y')], dialog::Msg::Yes, "dialog.yes", "yes"),
    dialog(&[Esc, Char('n'), Ctrl('C')], dialog::Msg::No, "dialog.no", "no, or one step back"),
    dialog(&[Enter], dialog::Msg::On, "dialog.on", "next field; yes, where nothing dangerous is asked"),
    dialog(&[Tab, Down], dialog::Msg::Next, "dialog.next", "next field"),
    dialog(&[BackTab, Up], dialog::Msg::Previous, "dialog.before", "field before"),
    dialog(&[Left], dialog::Msg::Left, "dialog.left", "choice before"),
    dialog(&[Right, Char(' ')], dialog::Msg::Right, "dialog.right", "next choice"),
    dialog(&[Char('r')], dialog::Msg::Reload, "dialog.reload", "look at the target again"),
    dialog(&[Char('f')], dialog::Msg::Force, "dialog.force", "overrule a guard (asks for the name and a reason)"),
    dialog(&[Char('A')], dialog::Msg::Apply, "dialog.apply", "apply the rules that are tried (asks)"),
];
