//! Shadow: what a limit would have done is what it does once it is enforced.

use gateway_tests::Fleet;

use crate::{client, limited, statuses, trusting};

#[test]
fn counts_what_enforcing_rejects_of_the_same_requests() {
    let rules = ["max = \"7/minute\"", "rate = \"1/minute\"\nburst = 4"];
    for rule in rules {
        let fleet = Fleet::start(1);
        let limit = |name: &str, mode: &str| {
            format!(
                "[[limit]]\nname = \"{name}\"\nkey = \"client-ip\"\n{rule}\nmode = \"{mode}\"\n\n"
            )
        };
        // The shadow is asked first: it must not stand in the way.
        let rest = limited("key = \"global\"\nmax = \"1000/minute\"")
            .replace("[\"all\"]", "[\"all\", \"would\", \"does\"]")
            + &limit("would", "shadow")
            + &limit("does", "enforce");
        let gateway = trusting(&rest, &fleet);
        // A seeded mix of clients that stay within and that do not.
        let mut seed = 42_u32;
        for _ in 0..120 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let address = format!("198.51.100.{}", (seed >> 16) % 12 * ((seed >> 24) % 3));
            statuses(&mut client(&gateway, &address), 1);
        }
        let limits = gateway.ctl.items("limit list");
        let of = |name: &str| limits.iter().find(|limit| limit["name"] == name).unwrap();
        let (would, does) = (of("would"), of("does"));
        assert!(does["rejected_total"].as_u64().unwrap() > 10, "{does}");
        assert_eq!(would["would_reject_total"], does["rejected_total"], "{would} {does}");
        assert_eq!(would["rejected_total"], 0, "{would}");
    }
}
