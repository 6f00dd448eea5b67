//! Reset: what was counted is forgotten, of everybody or of one, and that is told.

use gateway_tests::Fleet;

use crate::{client, limited, listed, passed, trusting};

const FIVE: &str = "key = \"client-ip\"\nmax = \"5/hour\"";

#[test]
fn one_client_or_everybody_begins_anew_and_an_event_says_who_did_it() {
    let fleet = Fleet::start(1);
    let gateway = trusting(&limited(FIVE), &fleet);
    let ask = |address: &str| passed(&mut client(&gateway, address), 9);
    assert_eq!((ask("198.51.100.1"), ask("198.51.100.2")), (5, 5));
    let plan = gateway.ctl.run("limit reset all 198.51.100.1 -n");
    assert!(plan.contains("5 of 5/hour used -> nothing used of 198.51.100.1"), "{plan}");
    assert_eq!(ask("198.51.100.1"), 0, "nothing was done");
    gateway.ctl.run("limit reset all ::ffff:198.51.100.1 -y -m monitor");
    assert_eq!((ask("198.51.100.1"), ask("198.51.100.2")), (5, 0));
    let plan = gateway.ctl.run("limit reset all -n");
    assert!(plan.contains("2 keys counted -> nothing counted"), "{plan}");
    let said = gateway.ctl.run("limit reset all -y -m launch");
    assert!(said.contains("limit/all"), "{said}");
    assert_eq!((ask("198.51.100.1"), ask("198.51.100.2")), (5, 5));
    let events = gateway.ctl.items("event list --kind change");
    let told = events.iter().find(|it| it["what"].as_str().unwrap().starts_with("reset: "));
    let told = told.unwrap();
    assert_eq!((&told["target"], &told["who"]), (&"limit/all".into(), &"root".into()), "{told}");
    assert!(told["what"].as_str().unwrap().contains("launch"), "{told}");
    assert_eq!(listed(&gateway)["keys"], 2);
}

#[test]
fn the_value_of_a_field_is_a_key_and_is_not_told() {
    let fleet = Fleet::start(1);
    let gateway = trusting(&limited("key = \"header:x-token\"\nmax = \"2/hour\""), &fleet);
    let ask = |token: &str| passed(&mut client(&gateway, "198.51.100.1").with("x-token", token), 4);
    assert_eq!((ask("secret"), ask("other")), (2, 2));
    gateway.ctl.run("limit reset all secret -y");
    assert_eq!((ask("secret"), ask("other")), (2, 0));
    assert!(!gateway.ctl.run("event list -o json").contains("secret"));
}

#[test]
fn what_cannot_be_reset_is_refused_with_the_way_out() {
    let fleet = Fleet::start(1);
    let rest = limited("key = [\"client-ip\", \"header:x-token\"]\nmax = \"2/hour\"")
        + "[[limit]]\nname = \"busy\"\nkey = \"client-ip\"\nconcurrent = 5\n\n"
        + "[[limit]]\nname = \"whole\"\nkey = \"global\"\nmax = \"5/hour\"\n\n";
    let gateway = trusting(&rest, &fleet);
    for (line, code, told) in [
        ("limit reset al -y", 5, "did you mean all?"),
        ("limit reset all 198.51.100.1 -y", 2, "leave the key out"),
        ("limit reset busy -y", 2, "ends by itself"),
        ("limit reset whole 198.51.100.1 -y", 2, "counts by global"),
    ] {
        let said = gateway.ctl.try_run(line);
        assert_eq!(said.code, code, "{line}: {}", said.err);
        assert!(said.err.contains(told), "{line}: {}", said.err);
    }
}
