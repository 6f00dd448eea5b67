//! Sticky sessions: clients stay on their servers, on those that drain too, until the deadline.

use gateway_tests::{Client, EVERYTHING, Fleet, Gateway, Protocol, Reply, Setup, until};

fn sticky(fleet: &Fleet) -> Gateway {
    let keys = "balance = \"round-robin\"\nsticky = { cookie = \"gw\" }";
    Setup::default().workers(1).start(&(EVERYTHING.to_owned() + &fleet.pool(keys)))
}

/// The value of the cookie that an answer sets.
#[track_caller]
fn cookie(reply: &Reply) -> String {
    let set = reply.header("set-cookie");
    let (pair, rest) = set.split_once(';').unwrap_or_else(|| panic!("no cookie: {reply:?}"));
    assert!(rest.contains("HttpOnly") && rest.contains("Max-Age=3600"), "{set}");
    pair.to_owned()
}

fn bound(gateway: &Gateway, cookie: &str) -> Client {
    gateway.client(Protocol::Http).with("cookie", cookie)
}

#[test]
fn a_client_stays_on_its_server_and_tells_nobody_which_that_is() {
    let fleet = Fleet::start(3);
    let mut gateway = sticky(&fleet);
    for protocol in [Protocol::Http, Protocol::Http2] {
        let first = gateway.client(protocol).get("/bytes/1");
        let (server, cookie) = (first.served_by().to_owned(), cookie(&first));
        assert!(!cookie.contains("app"), "{cookie}");
        let secure = first.header("set-cookie").contains("Secure");
        assert_eq!(secure, protocol == Protocol::Http2);
        let mut client = bound(&gateway, &cookie);
        for _ in 0..6 {
            let reply = client.get("/bytes/1");
            assert_eq!(reply.served_by(), server);
            assert_eq!(reply.header("set-cookie"), "", "it is bound already");
        }
        let mut forged = cookie.clone().into_bytes();
        let last = forged.len() - 1;
        forged[last] = if forged[last] == b'A' { b'B' } else { b'A' };
        let forged = String::from_utf8(forged).unwrap();
        let mut servers: Vec<_> =
            (0..6).map(|_| bound(&gateway, &forged).get("/bytes/1")).collect();
        assert!(servers.iter().all(|reply| reply.header("set-cookie").starts_with("gw=")));
        servers.dedup_by(|one, other| one.served_by() == other.served_by());
        assert!(servers.len() > 3, "a forged cookie binds to nothing");
    }
    let first = gateway.client(Protocol::Http).get("/bytes/1");
    let (server, cookie) = (first.served_by().to_owned(), cookie(&first));
    gateway.kill();
    gateway.start_again();
    assert_eq!(bound(&gateway, &cookie).get("/bytes/1").served_by(), server, "after a restart");
}

#[test]
fn bound_clients_stay_on_a_server_that_drains_until_its_deadline_and_not_in_maintenance() {
    let fleet = Fleet::start(2);
    let gateway = sticky(&fleet);
    let mut client = gateway.client(Protocol::Http);
    let first = (0..4).map(|_| client.get("/bytes/1")).find(|it| it.served_by() == "app-1");
    let cookie = cookie(&first.expect("one of four in turn"));
    gateway.ctl.run("drain app-1 -y --no-wait -m patch --streams 5s");
    for _ in 0..3 {
        assert_eq!(gateway.client(Protocol::Http).get("/bytes/1").served_by(), "app-2");
        assert_eq!(bound(&gateway, &cookie).get("/bytes/1").served_by(), "app-1", "it is bound");
    }
    let moved = until("its deadline is over", || {
        let reply = bound(&gateway, &cookie).get("/bytes/1");
        (reply.served_by() == "app-2").then_some(reply)
    });
    assert!(moved.header("set-cookie").starts_with("gw="), "it is bound anew");
    gateway.ctl.run("backend wait app-1 --for drained --timeout 30s");
    gateway.ctl.run("undrain app-1 -y -m patched --wait --timeout 30s");
    assert_eq!(bound(&gateway, &cookie).get("/bytes/1").served_by(), "app-1");
    gateway.ctl.run("backend maintenance app-1 -y -m disks");
    assert_eq!(bound(&gateway, &cookie).get("/bytes/1").served_by(), "app-2");
}
