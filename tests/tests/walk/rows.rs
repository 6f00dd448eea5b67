//! Rows: which one is chosen, how they are sorted, which of them keys act on.

use gateway_tests::{EVERYTHING, Fleet, Gateway};

use crate::dashboard::Dashboard;

fn opened() -> (Fleet, Gateway, Dashboard) {
    let fleet = Fleet::start(3);
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    let dashboard = Dashboard::open(&gateway.ctl, "backends");
    dashboard.wait_for("─ app-1  ");
    (fleet, gateway, dashboard)
}

#[test]
fn the_chosen_row_is_moved_by_each_key() {
    let (_fleet, _gateway, dashboard) = opened();
    let chosen = |name: &str| dashboard.wait_for(&format!("─ {name}  "));
    dashboard.act("list.down");
    chosen("app-2");
    dashboard.act("list.up");
    chosen("app-1");
    dashboard.act("list.last");
    chosen("app-3");
    dashboard.act("list.first");
    chosen("app-1");
    dashboard.act("list.page-down");
    chosen("app-3");
    dashboard.act("list.page-up");
    chosen("app-1");
}

#[test]
fn keys_act_on_the_marked_rows_and_on_no_other() {
    let (_fleet, gateway, dashboard) = opened();
    let asked = |question: &str| {
        dashboard.act("backend.drain");
        dashboard.wait_for(question);
        dashboard.act("dialog.no");
        dashboard.wait_until("it is answered", |screen| !screen.contains("cancel"));
    };
    dashboard.act("list.mark");
    dashboard.wait_for("─ app-2  ");
    dashboard.act("list.mark");
    asked("Drain app-1, app-2 ?");
    dashboard.act("list.mark-all");
    asked("Drain app-1, app-2, app-3 ?");
    dashboard.act("list.unmark");
    dashboard.act("list.first");
    asked("Drain app-1 ?");
    dashboard.act("list.mark");
    dashboard.act("list.last");
    dashboard.act("list.mark-range");
    asked("Drain app-1, app-2, app-3 ?");
    let active = gateway.ctl.items("backend list --filter standing=active");
    assert_eq!(active.len(), 3, "nothing was sent");
}

#[test]
fn rows_are_sorted_by_each_column_and_filtered() {
    let (fleet, gateway, dashboard) = opened();
    let order = |screen: &str| {
        let rows = screen.lines().filter(|line| line.contains(" UP "));
        let names =
            rows.filter_map(|line| line.split_whitespace().find(|it| it.starts_with("app-")));
        names.map(str::to_owned).collect::<Vec<_>>()
    };
    gateway.ctl.run("backend weight app-1=50 app-2=150 -y");
    dashboard.wait_for("150");
    dashboard.act("list.sort");
    let first = dashboard.wait_for("sort: ");
    dashboard.act("list.sort");
    dashboard.wait_until("another column sorts", |screen| {
        screen.contains("sort: ") && sorted_by(screen) != sorted_by(&first)
    });
    dashboard.act("list.sort-before");
    dashboard.wait_until("the first column sorts", |screen| sorted_by(screen) == sorted_by(&first));
    while !sorted_by(&dashboard.wait_for("sort: ")).starts_with("WEIGHT") {
        let before = sorted_by(&dashboard.wait_for("sort: "));
        dashboard.act("list.sort");
        dashboard.wait_until("the next column sorts", |screen| sorted_by(screen) != before);
    }
    let one_way = dashboard.wait_until("by weight", |screen| {
        let names = order(screen);
        names.first() != Some(&"app-3".into()) && names.last() != Some(&"app-3".into())
    });
    dashboard.act("list.reverse");
    let mut reversed = order(&one_way);
    reversed.reverse();
    dashboard.wait_until("the other way round", |screen| order(screen) == reversed);
    dashboard.act("list.filter");
    dashboard.write("weight>120\r");
    dashboard.wait_until("only one fits", |screen| order(screen) == ["app-2"]);
    drop(fleet);
}

#[test]
fn columns_are_looked_at_sideways_and_hidden() {
    let (_fleet, _gateway, dashboard) = opened();
    dashboard.wait_for(" +4 >");
    dashboard.act("list.right");
    dashboard.wait_for("<ST");
    dashboard.act("list.left");
    dashboard.wait_until("it begins with the first", |screen| !screen.contains("<ST"));
    dashboard.act("list.columns");
    dashboard.wait_for("Columns of backends");
    dashboard.act("list.mark");
    dashboard.wait_for("[ ] ST");
    dashboard.leave("Columns of backends");
    let titles = |screen: &str| screen.lines().find(|it| it.contains("WEIGHT")).map(str::to_owned);
    let shown = dashboard.wait_until("it is hidden", |screen| {
        titles(screen).is_some_and(|row| row.trim_start().starts_with("NAME"))
    });
    assert!(titles(&shown).unwrap().contains("POOL"), "{shown}");
}

/// What stands behind "sort: ".
fn sorted_by(screen: &str) -> String {
    let (_, rest) = screen.split_once("sort: ").unwrap_or_default();
    rest.split(" ─").next().unwrap_or_default().to_owned()
}
