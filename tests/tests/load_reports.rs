//! Load reports (ORCA): read in each form, kept from clients, and followed by weights.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use gateway_tests::{Call, Crowd, EVERYTHING, Protocol, Recorder, Setup, until};

/// `cpu_utilization: 0.25` as protobuf in base64.
const BINARY: &str = "CQAAAAAAANA/";

#[test]
fn a_report_is_read_in_each_form_and_kept_from_clients() {
    let reporting = Recorder::start(|call: &mut Call| {
        while let Some(request) = call.request() {
            let target = request.start.split(' ').nth(1).unwrap_or_default().to_owned();
            let field = match target.as_str() {
                "/text" => "Endpoint-Load-Metrics: TEXT cpu_utilization=0.5".to_owned(),
                "/json" => "endpoint-load-metrics: JSON {\"cpuUtilization\": 0.75}".to_owned(),
                "/told-binary" => format!("endpoint-load-metrics: BIN {BINARY}"),
                "/malformed" => "endpoint-load-metrics: TEXT cpu_utilization=much".to_owned(),
                "/binary" => format!("endpoint-load-metrics-bin: {BINARY}"),
                _ => {
                    let begin =
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n";
                    call.say(format!("{begin}endpoint-load-metrics-bin: {BINARY}\r\n\r\n"));
                    continue;
                }
            };
            call.say(format!("HTTP/1.1 200 OK\r\n{field}\r\nContent-Length: 2\r\n\r\nok"));
        }
    });
    let pool = Recorder::pool(&[&reporting], "");
    let gateway = Setup::default().start(&(EVERYTHING.to_owned() + &pool));
    for protocol in [Protocol::Http, Protocol::Http2] {
        let mut client = gateway.client(protocol);
        for (path, cpu) in [
            ("/text", 0.5),
            ("/binary", 0.25),
            ("/json", 0.75),
            ("/told-binary", 0.25),
            ("/text", 0.5),
            ("/trailer", 0.25),
            ("/malformed", 0.25),
        ] {
            let reply = client.get(path);
            assert_eq!((reply.status.as_u16(), &*reply.body), (200, &b"ok"[..]), "{path}");
            for name in ["endpoint-load-metrics", "endpoint-load-metrics-bin"] {
                assert_eq!(reply.header(name), "", "{path}");
            }
            until(&format!("{path} is known"), || {
                (gateway.ctl.backend("app-1")["cpu_ratio"] == cpu).then_some(())
            });
        }
    }
    let metrics = gateway.ask_metrics("/metrics").body;
    let told = String::from_utf8_lossy(&metrics);
    assert!(told.contains("gateway_load_reports_malformed_total 2\n"), "{told}");
}

#[test]
fn weights_follow_what_backends_report() {
    let reporting = |cpu: &'static str| {
        Recorder::start(move |call: &mut Call| {
            while call.request().is_some() {
                let report = format!("TEXT rps_fractional=100,cpu_utilization={cpu}");
                let fields = format!("endpoint-load-metrics: {report}\r\nContent-Length: 0");
                call.say(format!("HTTP/1.1 200 OK\r\n{fields}\r\n\r\n"));
            }
        })
    };
    let (idle, busy) = (reporting("0.2"), reporting("0.8"));
    let pool = Recorder::pool(&[&idle, &busy], "balance = \"round-robin\"\nweights = \"orca\"");
    let gateway = Setup::default().workers(1).start(&(EVERYTHING.to_owned() + &pool));
    let crowd = Crowd::gather(2, Protocol::Http, gateway.address(Protocol::Http), "/");
    crowd.watch(20);
    let effective = |name: &str| gateway.ctl.backend(name)["effective_weight"].clone();
    assert_eq!([effective("app-1"), effective("app-2")], [100, 100], "one report is not enough");
    until("weights follow", || {
        ([effective("app-1"), effective("app-2")] == [160, 40]).then_some(())
    });
    assert_eq!(gateway.ctl.backend("app-1")["weight"], 100, "what is desired stays");
    crowd.disperse();
    let asked = || [idle.requests().len(), busy.requests().len()];
    let before = asked();
    let mut client = gateway.client(Protocol::Http);
    (0..100).for_each(|_| drop(client.get("/")));
    let after = asked();
    assert_eq!([after[0] - before[0], after[1] - before[1]], [80, 20]);
}
