use proptest::prelude::*;

use super::*;

const NAME: &[u8] = b"endpoint-load-metrics";
const NAME_BIN: &[u8] = b"Endpoint-Load-Metrics-Bin";

fn read(value: &str) -> Option<LoadReport> {
    load_report(NAME, value.as_bytes()).unwrap().ok()
}

/// Standard base64, as the crate has it that the rest of the gateway uses.
fn base64(bytes: &[u8]) -> String {
    use ::base64::prelude::{BASE64_STANDARD, Engine};
    BASE64_STANDARD.encode(bytes)
}

/// The fields with numbers as protobuf writes them, behind things that nobody asked for.
fn message(fields: &[(u8, f64)]) -> Vec<u8> {
    // named_metrics { key: "q" value: 2.0 }, and an unknown varint and fixed32.
    let mut bytes = vec![0x42, 12, 0x0a, 1, b'q', 0x11, 0, 0, 0, 0, 0, 0, 0, 0x40];
    bytes.extend([0x78, 0xac, 0x02, 0x7d, 1, 2, 3, 4]);
    for (number, value) in fields {
        bytes.push(number << 3 | 1);
        bytes.extend(value.to_le_bytes());
    }
    bytes
}

#[test]
fn other_fields_are_no_reports() {
    assert_eq!(load_report(b"server", b"TEXT cpu_utilization=1"), None);
    assert!(load_report(b"Endpoint-Load-Metrics", b"TEXT eps=1").is_some());
}

#[test]
fn a_report_is_read_in_each_of_its_forms() {
    let report = LoadReport {
        cpu: Some(0.25),
        memory: Some(0.5),
        application: None,
        rps: Some(10.5),
        eps: Some(0.0),
    };
    let text = "TEXT cpu_utilization=0.25,mem_utilization=0.5, rps_fractional=10.5,eps=0,named_metrics.queue=-7";
    assert_eq!(read(text), Some(report));
    for json in [
        r#"JSON {"cpu_utilization":0.25,"mem_utilization":0.5,"rps_fractional":1.05e1,"eps":0}"#,
        r#"JSON { "cpuUtilization" : 25e-2, "memUtilization":5e-1, "utilization": {"a": [1, {"eps": 9}], "b\"": null},
           "x": "eps", "rpsFractional": 10.5, "eps": 0.0, "y": true, "z": [], "w": {} } "#,
    ] {
        assert_eq!(read(json), Some(report), "{json}");
    }
    let bytes = message(&[(1, 0.25), (2, 0.5), (6, 10.5), (7, 0.0)]);
    let binary = base64(&bytes);
    assert_eq!(read(&format!("BIN {binary}")), Some(report));
    for binary in [&binary[..], binary.trim_end_matches('=')] {
        assert_eq!(load_report(NAME_BIN, binary.as_bytes()), Some(Ok(report)));
    }
}

#[test]
fn the_whole_rate_counts_where_the_fractional_one_is_absent() {
    // rps = 300, deprecated
    let old = [0x18, 0xac, 0x02];
    assert_eq!(read(&format!("BIN {}", base64(&old))).unwrap().rps, Some(300.0));
    let both: Vec<u8> = old.iter().copied().chain(message(&[(6, 2.5)])).collect();
    assert_eq!(read(&format!("BIN {}", base64(&both))).unwrap().rps, Some(2.5));
}

#[test]
fn what_breaks_its_grammar_is_malformed() {
    for value in [
        "",
        "TEXT",
        "TEXT ",
        "text eps=1",
        "cpu_utilization=0.3",
        "TEXT cpu_utilization",
        "TEXT cpu_utilization=",
        "TEXT cpu_utilization=NaN",
        "TEXT cpu_utilization=-1",
        "TEXT cpu_utilization=inf",
        "TEXT =1",
        "TEXT eps=1,",
        "TEXT queue=much",
        "JSON",
        "JSON {",
        "JSON {}}",
        "JSON []",
        r#"JSON {"eps":}"#,
        r#"JSON {"eps":1,}"#,
        r#"JSON {"eps":-1}"#,
        r#"JSON {"eps":1e999}"#,
        r#"JSON {"eps" 1}"#,
        r#"JSON {"a":tru}"#,
        r#"JSON {"a":[[[[[[[[[1]]]]]]]]]}"#,
        r#"JSON {"a":"b}"#,
        "BIN !",
        "BIN A",
        "BIN CQ",
        "BIN AA",
        "XML <eps/>",
    ] {
        assert_eq!(load_report(NAME, value.as_bytes()), Some(Err(MalformedReport)), "{value}");
    }
    let long = format!("TEXT eps=1,x={}", "0".repeat(MOST_BYTES));
    assert_eq!(read(&long), None);
}

#[test]
fn a_weight_is_requests_for_each_part_in_use() {
    let weight = |text: &str| read(text).unwrap().weight();
    assert_eq!(weight("TEXT rps_fractional=100,cpu_utilization=0.5"), Some(200.0));
    let busier = "TEXT rps_fractional=100,cpu_utilization=0.5,application_utilization=0.8";
    assert_eq!(weight(busier), Some(125.0));
    assert_eq!(weight("TEXT rps_fractional=100,cpu_utilization=0.5,eps=50"), Some(100.0));
    for text in [
        "TEXT rps_fractional=100",
        "TEXT cpu_utilization=1",
        "TEXT rps_fractional=0,cpu_utilization=1",
    ] {
        assert_eq!(weight(text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn all_forms_tell_the_same(
        cpu in 0.0..4.0_f64, application in 0.0..4.0_f64, rps in 0.0..1e6_f64, eps in 0.0..1e3_f64,
    ) {
        let report = LoadReport {
            cpu: Some(cpu),
            memory: None,
            application: Some(application),
            rps: Some(rps),
            eps: Some(eps),
        };
        let text = format!(
            "TEXT cpu_utilization={cpu},application_utilization={application},\
             rps_fractional={rps},eps={eps}"
        );
        let json = format!(
            r#"JSON {{"eps":{eps:e},"cpuUtilization":{cpu},"application_utilization":{application},
               "rpsFractional":{rps}}}"#
        );
        let binary = base64(&message(&[(1, cpu), (9, application), (6, rps), (7, eps)]));
        prop_assert_eq!(read(&text), Some(report));
        prop_assert_eq!(read(&json), Some(report));
        prop_assert_eq!(read(&format!("BIN {binary}")), Some(report));
    }

    #[test]
    fn nothing_that_comes_makes_it_panic_and_what_it_tells_is_a_number(
        form in prop::sample::select(vec!["TEXT ", "JSON ", "BIN ", ""]),
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        likely in r#"[{}\[\]",:=.0-9eE+/A-Za-z\\ -]{0,120}"#,
    ) {
        for rest in [&bytes[..], likely.as_bytes()] {
            let value = [form.as_bytes(), rest].concat();
            for name in [NAME, NAME_BIN] {
                if let Some(Ok(it)) = load_report(name, &value) {
                    let all = [it.cpu, it.application, it.rps, it.eps];
                    let told = all.iter().flatten().all(|it| it.is_finite() && *it >= 0.0);
                    prop_assert!(told, "{:?}", it);
                }
            }
        }
    }
}
