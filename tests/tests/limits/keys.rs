//! Keys: who is counted together, and who is treated apart.

use gateway_tests::{Fleet, Gateway, Protocol, Setup};

use crate::{client, limited, listed, passed, statuses, trusting};

#[test]
fn ten_thousand_addresses_of_one_64_share_one_allowance() {
    let fleet = Fleet::start(1);
    let gateway = trusting(&limited("key = \"client-ip\"\nmax = \"50/minute\""), &fleet);
    let mut through = 0;
    // One connection of the proxy for each hundred; the proxy says whose request it brings.
    for hundred in 0..100 {
        let mut client = gateway.client(Protocol::Http);
        for number in 0..100 {
            let address = format!("2001:db8:1:2::{hundred:x}:{number:x}");
            client = client.with("x-forwarded-for", &address);
            through += passed(&mut client, 1);
        }
    }
    assert_eq!(through, 50);
    assert_eq!(
        passed(&mut client(&gateway, "2001:db8:1:3::1"), 50),
        50,
        "the next /64 has its own"
    );
}

#[test]
fn an_ipv4_address_is_one_client_however_it_is_written() {
    let fleet = Fleet::start(1);
    let gateway = trusting(&limited("key = \"client-ip\"\nmax = \"3/minute\""), &fleet);
    for (address, status) in [
        ("192.0.2.1", 200),
        ("::ffff:192.0.2.1", 200),
        ("64:ff9b::192.0.2.1", 200),
        ("192.0.2.1", 429),
        ("::ffff:192.0.2.1", 429),
        ("192.0.2.2", 200),
    ] {
        assert_eq!(statuses(&mut client(&gateway, address), 1), [status], "{address}");
    }
}

#[test]
fn a_wider_prefix_and_a_second_coarser_count_hold_sprays() {
    let fleet = Fleet::start(1);
    let keys = "key = \"client-ip\"\nmax = \"3/minute\"\nv6_prefix = 56\n\
                v6_wide = { prefix = 48, times = 2 }";
    let gateway = trusting(&limited(keys), &fleet);
    let mut first = client(&gateway, "2001:db8:1:1::1");
    assert_eq!(passed(&mut first, 2), 2);
    let mut same_56 = client(&gateway, "2001:db8:1:ff::1");
    assert_eq!(passed(&mut same_56, 2), 1);
    assert_eq!(passed(&mut client(&gateway, "2001:db8:1:100::1"), 5), 3, "another /56");
    assert_eq!(passed(&mut client(&gateway, "2001:db8:1:200::1"), 5), 0, "the /48 had its six");
    assert_eq!(passed(&mut client(&gateway, "2001:db8:2::1"), 5), 3, "another /48");
    assert_eq!(passed(&mut client(&gateway, "198.51.100.1"), 5), 3, "IPv4 has no second count");
}

#[test]
fn a_combined_key_counts_what_is_the_same_in_all_its_parts() {
    let fleet = Fleet::start(1);
    let rest = limited("key = [\"client-ip\", \"route\", \"header:x-user\"]\nmax = \"1/minute\"")
        + "[[route]]\nname = \"exact\"\nmatch = { path = \"/healthz\" }\npool = \"app\"\n\
           limits = [\"all\"]\n\n";
    let gateway = trusting(&rest, &fleet);
    for (address, path, user, status) in [
        ("198.51.100.1", "/healthz", "a", 200),
        ("198.51.100.1", "/healthz", "a", 429),
        ("198.51.100.1", "/nothing", "a", 404),
        ("198.51.100.1", "/nothing", "a", 429),
        ("198.51.100.1", "/healthz", "b", 200),
        ("198.51.100.2", "/healthz", "a", 200),
        ("198.51.100.2", "/healthz", "a", 429),
    ] {
        let mut client = client(&gateway, address).with("x-user", user);
        assert_eq!(client.get(path).status, status, "{address} {path} {user}");
    }
    assert_eq!(listed(&gateway)["key"], "client-ip+route+header:x-user");
}

#[test]
fn networks_treated_apart_have_none_of_it_or_more_and_are_counted() {
    let fleet = Fleet::start(1);
    let keys = "key = \"client-ip\"\nmax = \"3/minute\"\nexempt = [\"10.0.0.0/8\"]\n\
                multipliers = [{ network = \"10.9.0.0/16\", times = 2 }]";
    let gateway = trusting(&limited(keys), &fleet);
    assert_eq!(passed(&mut client(&gateway, "10.1.1.1"), 9), 9);
    assert_eq!(passed(&mut client(&gateway, "10.9.1.1"), 9), 6, "the longest prefix decides");
    assert_eq!(passed(&mut client(&gateway, "10.9.1.2"), 9), 6, "each of its clients");
    assert_eq!(passed(&mut client(&gateway, "198.51.100.1"), 9), 3);
    let shown = &gateway.ctl.items("limit show all")[0];
    assert_eq!(shown["exempted_total"], 9, "{shown}");
    let apart = shown["adjustments"].as_array().unwrap();
    let apart: Vec<_> =
        apart.iter().map(|it| (&it["network"], &it["times"], &it["uses_total"])).collect();
    let (wide, narrow) = ("10.0.0.0/8".into(), "10.9.0.0/16".into());
    assert_eq!(apart[0], (&narrow, &2.into(), &18.into()), "{shown}");
    assert_eq!(apart[1], (&wide, &serde_json::Value::Null, &9.into()), "{shown}");
}

#[test]
fn networks_of_ipv4_may_be_written_as_ipv6() {
    let fleet = Fleet::start(1);
    let keys = "key = \"client-ip\"\nmax = \"2/minute\"\nexempt = [\"::ffff:10.0.0.0/104\"]\n\
                multipliers = [{ network = \"64:ff9b::c000:200/120\", times = 2 }]";
    let gateway = trusting(&limited(keys), &fleet);
    assert_eq!(passed(&mut client(&gateway, "10.1.1.1"), 5), 5);
    assert_eq!(passed(&mut client(&gateway, "::ffff:192.0.2.7"), 5), 4);
    assert_eq!(passed(&mut client(&gateway, "198.51.100.1"), 5), 2);
    let apart = gateway.ctl.items("limit show all")[0]["adjustments"].clone();
    assert_eq!(apart[0]["network"], "192.0.2.0/24", "{apart}");
    assert_eq!(apart[1]["network"], "10.0.0.0/8", "{apart}");
}

#[test]
fn a_limit_of_all_requests_counts_those_without_a_route_too() {
    let fleet = Fleet::start(1);
    let rest = "[[route]]\nname = \"one\"\nmatch = { path = \"/healthz\" }\npool = \"app\"\n\n\
                [[limit]]\nname = \"all\"\nkey = \"global\"\nmax = \"4/minute\"\n\n"
        .to_owned()
        + &fleet.pool("");
    let setup = Setup::default().data_plane("limits = [\"all\"]").trusting("127.0.0.0/8");
    let gateway: Gateway = setup.start(&rest);
    let mut one = client(&gateway, "198.51.100.1");
    assert_eq!(one.get("/healthz").status, 200);
    assert_eq!(one.get("/nowhere").status, 404);
    let mut other = client(&gateway, "198.51.100.2");
    assert_eq!([(); 3].map(|()| other.get("/nowhere").status.as_u16()), [404, 404, 429]);
}
