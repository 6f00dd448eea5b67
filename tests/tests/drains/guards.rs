//! Guards: what may not be drained, and how it is done all the same.

use super::pool_of;

#[test]
fn much_of_a_pool_is_drained_one_after_the_other_and_not_at_once() {
    let (_members, gateway) = pool_of(4);
    let said = gateway.ctl.try_run("drain app-1 app-2 -y -m patch");
    assert_eq!(said.code, 7, "{}", said.err);
    assert!(said.err.contains("50 % of the capacity of pool app"), "{}", said.err);
    assert!(said.err.contains("--max-parallel 1"), "{}", said.err);
    gateway.ctl.run("drain app-1 app-2 app-3 -y -m patch --max-parallel 1");
    let said = gateway.ctl.try_run("drain app-4 -y -m patch");
    assert_eq!(said.code, 7, "{}", said.err);
    assert!(said.err.contains("last ready"), "{}", said.err);
    gateway.ctl.run("drain app-4 -y --force -m patch");
}

#[test]
fn several_drains_stop_at_the_first_that_fails() {
    let (_members, gateway) = pool_of(3);
    let said = gateway.ctl.try_run("drain app-1 nobody app-2 -y -m patch --max-parallel 1");
    assert_eq!(said.code, 5, "{}", said.err);
    assert!(said.err.contains("drained before it: app-1; not begun: app-2"), "{}", said.err);
    assert_eq!(gateway.ctl.backend("app-1")["standing"], "draining");
    assert_eq!(gateway.ctl.backend("app-2")["standing"], "active");
}
