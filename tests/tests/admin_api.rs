//! The admin API as other tools meet it: gRPC on the socket, without gatewayctl.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::os::unix::fs::PermissionsExt;

use gateway_proto as wire;
use gateway_tests::{
    Admin, Crowd, EVERYTHING, Fleet, Gateway, Protocol, shortener, until, wrong_fields,
};
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::v1::ServerReflectionRequest;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;
use tonic_types::StatusExt;

fn gateway(fleet: &Fleet) -> Gateway {
    Gateway::start(&(shortener("100/minute", "1000/minute") + &fleet.pool("")))
}

fn intent(reason: &str) -> Option<wire::Intent> {
    Some(wire::Intent { reason: reason.to_owned(), ..wire::Intent::default() })
}

fn weigh(name: &str, weight: u32, intent: Option<wire::Intent>) -> wire::SetWeightsRequest {
    let weight = Some(wire::weight_edit::Weight::Absolute(weight));
    let edits = vec![wire::WeightEdit { name: name.to_owned(), weight }];
    wire::SetWeightsRequest { edits, intent, ramp: None }
}

fn revision(admin: &Admin) -> u64 {
    admin.snapshots().next().unwrap().revision
}

#[test]
fn the_socket_is_for_its_owner_and_group() {
    let fleet = Fleet::start(1);
    let gateway = gateway(&fleet);
    let mode = std::fs::metadata(gateway.socket()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o660);
}

#[test]
fn health_and_reflection_answer_on_the_socket() {
    let fleet = Fleet::start(1);
    let gateway = gateway(&fleet);
    let admin = gateway.admin();
    let mut health = HealthClient::new(admin.channel());
    let asked = HealthCheckRequest { service: String::new() };
    let answer = admin.wait(health.check(asked)).unwrap().into_inner();
    assert_eq!(answer.status(), tonic_health::ServingStatus::Serving.into());

    let asked = ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::ListServices(String::new())),
    };
    let mut reflection = ServerReflectionClient::new(admin.channel());
    let call = reflection.server_reflection_info(tokio_stream::once(asked));
    let mut answers = admin.wait(call).unwrap().into_inner();
    let answer = admin.wait(answers.message()).unwrap().unwrap();
    let Some(MessageResponse::ListServicesResponse(listed)) = answer.message_response else {
        panic!("{answer:?}")
    };
    let names: Vec<&str> = listed.service.iter().map(|service| service.name.as_str()).collect();
    for service in ["Backends", "Limits", "Watch", "Demo"] {
        assert!(names.contains(&&*format!("gatewayd.v1.{service}")), "{service} in {names:?}");
    }
    assert!(names.contains(&"grpc.health.v1.Health"), "{names:?}");
}

#[test]
fn a_change_of_what_the_caller_did_not_see_is_refused_with_what_changed() {
    let fleet = Fleet::start(2);
    let gateway = gateway(&fleet);
    let admin = gateway.admin();
    let seen = revision(&admin);
    admin.weigh(weigh("app-1", 50, intent("first"))).unwrap();
    let late = wire::Intent { expected_revision: Some(seen), ..wire::Intent::default() };
    let refused = admin.weigh(weigh("app-2", 7, Some(late.clone()))).unwrap_err();
    assert_eq!(refused.code(), Code::Aborted);
    for word in ["app-1", "weight", &(seen + 1).to_string()] {
        assert!(refused.message().contains(word), "no {word} in {}", refused.message());
    }
    let reason = refused.get_error_details().error_info().unwrap().reason.clone();
    assert_eq!(reason, "REVISION");
    assert_eq!(gateway.ctl.backend("app-2")["weight"], 100);
    let fresh = wire::Intent { expected_revision: Some(seen + 1), ..late };
    admin.weigh(weigh("app-2", 7, Some(fresh))).unwrap();
}

#[test]
fn of_two_writers_on_one_revision_exactly_one_wins_a_thousand_times_and_a_replay_is_the_first() {
    let fleet = Fleet::start(1);
    let gateway = gateway(&fleet);
    let writers = [gateway.admin(), gateway.admin()];
    let mut revision = revision(&writers[0]);
    let mut last = None;
    for round in 0..1000_u32 {
        let answers: Vec<Result<wire::Operation, tonic::Status>> = std::thread::scope(|scope| {
            let asking = writers.iter().zip(1..).map(|(admin, writer)| {
                let key = format!("{round}-{writer}");
                let intent = wire::Intent {
                    expected_revision: Some(revision),
                    idempotency_key: key,
                    ..wire::Intent::default()
                };
                let weight = 1 + (round * 2 + writer) % 1000;
                scope.spawn(move || admin.weigh(weigh("app-1", weight, Some(intent))))
            });
            let asking: Vec<_> = asking.collect();
            asking.into_iter().map(|it| it.join().unwrap()).collect()
        });
        let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
        assert_eq!((won.len(), lost.len()), (1, 1), "round {round}");
        for refused in lost {
            assert_eq!(refused.unwrap_err().code(), Code::Aborted, "round {round}");
        }
        let operation = won.into_iter().next().unwrap().unwrap();
        assert_eq!(operation.revision, revision + 1, "round {round}");
        revision = operation.revision;
        last = Some(operation);
    }
    // The same again is the first answer, one change, and one line in the audit log.
    let last = last.unwrap();
    let weight = last.after.rsplit(' ').next().unwrap().parse().unwrap();
    let writer = if 1 + (999 * 2 + 1) % 1000 == weight { 1 } else { 2 };
    let intent = wire::Intent {
        expected_revision: Some(revision - 1),
        idempotency_key: format!("999-{writer}"),
        ..wire::Intent::default()
    };
    let again = writers[0].weigh(weigh("app-1", weight, Some(intent))).unwrap();
    assert_eq!((again.id, again.revision), (last.id.clone(), revision));
    let lines = gateway.ctl.items("audit list --limit 10 --kind accepted");
    assert_eq!(lines.iter().filter(|it| it["op"] == *last.id).count(), 1, "{lines:?}");
}

#[test]
fn what_could_steer_a_terminal_or_a_file_is_refused_by_its_field() {
    let fleet = Fleet::start(2);
    let gateway = gateway(&fleet);
    let admin = gateway.admin();
    let hostile =
        ["\u{1b}[2J", "a\rb", "a\nb", "a\0b", "", "../../etc/x", "\u{202e}x", &"x".repeat(64)];
    let before = revision(&admin);
    for name in hostile {
        let name = name.to_owned();
        let add = |field: &str| wire::AddBackendRequest {
            pool: if field == "pool" { name.clone() } else { "app".to_owned() },
            name: if field == "name" { name.clone() } else { "new".to_owned() },
            address: if field == "address" { name.clone() } else { "127.0.0.1:9".to_owned() },
            ..wire::AddBackendRequest::default()
        };
        let standing = wire::Standing::Draining.into();
        let limit = wire::SetLimitRequest {
            name: "create-per-ip".to_owned(),
            max: Some(name.clone()),
            ..wire::SetLimitRequest::default()
        };
        for (field, refused) in [
            ("pool", admin.add(add("pool"))),
            ("name", admin.add(add("name"))),
            ("address", admin.add(add("address"))),
            ("edits.name", admin.weigh(weigh(&name, 1, None))),
            (
                "names",
                admin.stand(wire::SetStandingRequest {
                    names: vec![name.clone()],
                    standing,
                    intent: None,
                    drain: None,
                }),
            ),
            ("max", admin.limit(limit)),
        ] {
            let refused = refused.unwrap_err();
            assert_eq!(refused.code(), Code::InvalidArgument, "{field} {name:?}: {refused}");
            assert_eq!(wrong_fields(&refused), [field], "{name:?}");
            assert!(!refused.message().contains(char::is_control), "{:?}", refused.message());
        }
    }
    assert_eq!(revision(&admin), before);
}

#[test]
fn a_block_says_when_it_ends() {
    let fleet = Fleet::start(1);
    let gateway = gateway(&fleet);
    let admin = gateway.admin();
    let block = |end| {
        let network = "198.51.100.7".to_owned();
        admin.block(wire::AddBlockRequest { network, end, ..wire::AddBlockRequest::default() })
    };
    use wire::add_block_request::End;
    for end in [None, Some(End::Permanent(false)), Some(End::TtlMs(0))] {
        let refused = block(end).unwrap_err();
        assert_eq!(wrong_fields(&refused), ["ttl_ms"], "{end:?}: {refused}");
    }
    assert_eq!(block(Some(End::TtlMs(60_000))).unwrap().after, "blocked for 1m");
    assert_eq!(block(Some(End::Permanent(true))).unwrap().after, "blocked until removed");
}

#[test]
fn a_reason_is_one_line_of_text() {
    let fleet = Fleet::start(2);
    let gateway = gateway(&fleet);
    let admin = gateway.admin();
    for reason in [
        "\u{1b}]0;owned\u{7}",
        "fine\n2026-01-01 ERROR forged",
        "a\0b",
        "\u{9b}2J",
        &"x".repeat(501),
    ] {
        let refused = admin.weigh(weigh("app-1", 1, intent(reason))).unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument, "{reason:?}");
        assert_eq!(wrong_fields(&refused), ["intent.reason"], "{reason:?}");
    }
    admin.weigh(weigh("app-1", 1, intent("größer, \u{202e}aber harmlos: 修正"))).unwrap();
    assert!(!gateway.log().contains("forged"), "{}", gateway.log());
}

#[test]
fn nonsense_is_refused_by_its_field() {
    let fleet = Fleet::start(2);
    let gateway = gateway(&fleet);
    let admin = gateway.admin();
    let via = wire::Intent { via: "telnet".to_owned(), ..wire::Intent::default() };
    let nobody = wire::SetStandingRequest {
        names: vec!["app-1".to_owned()],
        standing: 77,
        intent: None,
        drain: None,
    };
    for (field, refused) in [
        ("edits.absolute", admin.weigh(weigh("app-1", 1001, None))),
        ("edits.absolute", admin.weigh(weigh("app-1", u32::MAX, None))),
        ("intent.via", admin.weigh(weigh("app-1", 1, Some(via)))),
        ("standing", admin.stand(nobody)),
    ] {
        let refused = refused.unwrap_err();
        assert_eq!(wrong_fields(&refused), [field], "{refused}");
    }
    let kinds = vec!["weather".to_owned()];
    let refused = admin.events(wire::EventsRequest { kinds, ..wire::EventsRequest::default() });
    assert_eq!(wrong_fields(&refused.err().unwrap()), ["kinds"]);
}

#[test]
fn a_message_over_a_mebibyte_is_refused_and_the_connection_goes_on() {
    let fleet = Fleet::start(1);
    let gateway = gateway(&fleet);
    let admin = gateway.admin();
    let refused = admin.weigh(weigh("app-1", 1, intent(&"x".repeat(2 << 20)))).unwrap_err();
    assert!([Code::ResourceExhausted, Code::OutOfRange].contains(&refused.code()), "{refused}");
    // One that is long and still within is told what is wrong with it, in few words.
    let name = "x".repeat(1 << 19);
    let refused = admin.weigh(weigh(&name, 1, None)).unwrap_err();
    assert_eq!(wrong_fields(&refused), ["edits.name"], "{}", refused.code());
    assert!(refused.message().len() < 1000, "{}", refused.message().len());
    admin.weigh(weigh("app-1", 1, None)).unwrap();
}

#[test]
fn snapshots_come_each_second_whole_and_of_one_moment() {
    let fleet = Fleet::start(3);
    let gateway = gateway(&fleet);
    let admin = gateway.admin();
    let pictures: Vec<wire::Snapshot> = admin.snapshots().take(4).collect();
    for pair in pictures.windows(2) {
        assert!(pair[1].seq > pair[0].seq);
        assert_eq!(pair[1].instance, pair[0].instance);
        assert!(pair[1].time_ms >= pair[0].time_ms && pair[1].uptime_s > pair[0].uptime_s);
    }
    for picture in &pictures {
        assert_eq!(picture.backends.len(), 3);
        assert_eq!((picture.pools.len(), picture.limits.len()), (1, 2));
        let load: u64 = picture.backends.iter().map(|backend| backend.in_flight).sum();
        assert_eq!(load, picture.pools[0].in_flight, "one moment");
    }
    // From the second on they come by the clock, a second apart.
    let apart = pictures[3].time_ms - pictures[1].time_ms;
    assert!(apart > 1000, "{apart} ms");
}

#[test]
fn events_come_from_the_past_first_and_then_live() {
    let fleet = Fleet::start(2);
    let gateway = gateway(&fleet);
    let admin = gateway.admin();
    for weight in 1..=5 {
        admin.weigh(weigh("app-1", weight, intent(&format!("past {weight}")))).unwrap();
    }
    let kinds = vec!["change".to_owned()];
    let asked = wire::EventsRequest { backlog: 3, kinds, past_only: false };
    let mut events = admin.events(asked.clone()).unwrap();
    let told: Vec<String> = events.by_ref().take(3).map(|event| event.what).collect();
    for (what, reason) in told.iter().zip(["past 3", "past 4", "past 5"]) {
        assert!(what.contains(reason), "{told:?}");
    }
    admin.weigh(weigh("app-2", 9, intent("live"))).unwrap();
    let live = events.next().unwrap();
    assert_eq!((&*live.target, &*live.kind), ("backend/app-2", "change"));
    assert!(live.what.contains("live") && !live.op.is_empty() && !live.who.is_empty(), "{live:?}");
    let past_only = wire::EventsRequest { past_only: true, ..asked };
    assert_eq!(admin.events(past_only).unwrap().count(), 3, "it ends by itself");
}

#[test]
fn a_reader_that_never_reads_stops_nobody() {
    let fleet = Fleet::start(2);
    let gateway = gateway(&fleet);
    let lazy = gateway.admin();
    let _unread: Vec<_> = (0..20)
        .map(|_| (lazy.snapshots(), lazy.events(wire::EventsRequest::default()).unwrap()))
        .collect();
    let admin = gateway.admin();
    for weight in 0..300 {
        admin.weigh(weigh("app-1", 1 + weight % 2, None)).unwrap();
    }
    assert_eq!(admin.snapshots().next().unwrap().backends.len(), 2);
}

#[test]
fn a_caller_without_pause_is_told_to_wait_and_traffic_never_notices() {
    let fleet = Fleet::start(1);
    let gateway = gateway(&fleet);
    let admin = gateway.admin();
    let asked = HealthCheckRequest { service: String::new() };
    let flood = async {
        loop {
            let calls = (0..200).map(|_| {
                let mut health = HealthClient::new(admin.channel());
                let asked = asked.clone();
                async move { health.check(asked).await }
            });
            let answers = futures_util::future::join_all(calls).await;
            if let Some(refused) = answers.into_iter().find_map(Result::err) {
                return refused;
            }
        }
    };
    let refused = admin.wait(flood);
    assert_eq!(refused.code(), Code::ResourceExhausted, "{refused}");
    let wait = refused.get_error_details().retry_info().and_then(|retry| retry.retry_delay);
    assert!(wait.is_some(), "{refused:?}");
    assert_eq!(gateway.client(gateway_tests::Protocol::Http).get("/nobody").status, 404);
    gateway_tests::until("it is heard again", || admin.weigh(weigh("app-1", 7, None)).ok());
}

#[test]
fn those_who_come_later_are_told_what_was() {
    let fleet = Fleet::start(1);
    let gateway = Gateway::start(&(shortener("2/hour", "1000/minute") + &fleet.pool("")));
    let mut client = gateway.client(Protocol::Http);
    (0..5).for_each(|_| drop(client.shorten("https://example.org/")));
    let admin = gateway.admin();
    let read = |step_s, target: &str, figure: &str| {
        let found = admin.history(step_s).unwrap();
        found.into_iter().find(|it| it.target == target && it.figure == figure)
    };
    let some = |series: &wire::Series| series.maxima.iter().any(|value| *value > 0.0);
    for (target, figure) in [
        ("gateway", "rps"),
        ("gateway", "p99_ms"),
        ("gateway", "rejected_per_s"),
        ("pool/app", "ready"),
        ("pool/app", "servers"),
        ("backend/app-1", "rps"),
        ("limit/create-per-ip", "rejected_per_s"),
    ] {
        for step_s in [1, 10, 60] {
            let series = until(&format!("{figure} of {target} was seen"), || {
                read(step_s, target, figure).filter(some)
            });
            let step_ms = i64::from(step_s) * 1000;
            assert_eq!((i64::from(series.step_ms), series.first_ms % step_ms), (step_ms, 0));
            let means = if step_s == 1 { 0 } else { series.maxima.len() };
            assert_eq!(series.means.len(), means, "{target} {figure} by {step_s} s");
        }
    }
    let refused = admin.history(7).unwrap_err();
    assert_eq!(
        (refused.code(), wrong_fields(&refused)),
        (Code::InvalidArgument, vec!["step_s".into()])
    );
}

#[test]
fn floods_of_streams_of_connections_and_of_bytes_keep_nobody_from_being_answered() {
    let fleet = Fleet::start(2);
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    let crowd = Crowd::gather(4, Protocol::Http, gateway.http, "/healthz");
    let rss = || -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", gateway.pid())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    };
    crowd.watch(100);
    let before_kb = rss();
    // Streams that nobody reads, far more than one connection may have; those beyond wait.
    let lazy = gateway.admin();
    let streams: Vec<_> = (0..10_000)
        .map(|_| {
            let mut watch = wire::watch_client::WatchClient::new(lazy.channel());
            lazy.spawn(async move { watch.snapshots(wire::SnapshotsRequest {}).await })
        })
        .collect();
    let huge = gateway.admin();
    let refused = huge.weigh(weigh("app-1", 1, intent(&"x".repeat(64 << 20)))).unwrap_err();
    assert_ne!(refused.code(), Code::Ok, "{refused}");
    for _ in 0..1000 {
        // Beyond the room that there is they are closed at once.
        drop(std::os::unix::net::UnixStream::connect(gateway.socket()).unwrap());
    }
    until("operators are answered", || {
        (gateway.ctl.try_run("backend weight app-1=7 -y").code == 0).then_some(())
    });
    assert_eq!(gateway.ctl.backend("app-1")["weight"], 7);
    let grown_kb = rss().saturating_sub(before_kb);
    assert!(grown_kb < 200 * 1024, "{grown_kb} KiB more");
    crowd.watch(200);
    crowd.disperse().assert_none_failed();
    drop(streams);
}
