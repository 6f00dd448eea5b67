//! TLS: certificates are looked at, and read again when asked.

use gateway_tests::{EVERYTHING, Fleet, Gateway};

use crate::dashboard::Dashboard;

#[test]
fn one_is_shown_whole_and_its_files_are_read_again() {
    let fleet = Fleet::start(1);
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    let read = || gateway.ctl.items("cert list").remove(0)["result_time"].clone();
    let before = read();
    let dashboard = Dashboard::open(&gateway.ctl, "tls");
    dashboard.wait_for("▶● OK    localhost");
    dashboard.act("cert.open");
    dashboard.wait_until("it has the whole screen", |screen| !screen.contains("LAST READ"));
    dashboard.act("cert.open");
    dashboard.wait_for("LAST READ");
    dashboard.act("cert.reload");
    dashboard.say_yes("reload");
    dashboard.until("they were read later", || (read().as_str()? > before.as_str()?).then_some(()));
}
