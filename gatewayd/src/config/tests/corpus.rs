//! Bad files: each is the good one with one mistake in it.

use super::{GOOD, told};

/// Marks in a replacement where the mistake begins.
const HERE: char = '▸';

/// What in the good file is replaced, by what, and words that must be told at the marked place.
type Case = (&'static str, &'static str, &'static [&'static str]);

const SYNTAX: &[Case] = &[
    ("workers = 4", "workers = ▸", &["not TOML", "write key = value"]),
    ("workers = 4", "workers▸", &["key with no value", "write key = value"]),
    ("\"app-1\"", "\"app-1▸", &["not TOML", "close the text with a double quote"]),
    ("mode = \"shadow\"", "mode = ▸shadow", &["must be quoted", "put the text in quotes"]),
    ("[data_plane]", "[data_plane▸", &["unclosed table", "close what was opened"]),
    ("[\"POST\"]", "[\"POST\" ▸\"PUT\"]", &["missing comma", "separate the parts by commas"]),
    ("weight = 50", "weight = 50\n▸weight = 60", &["duplicate key", "write each key once"]),
    ("[data_plane]", "[▸admin]", &["duplicate key", "[[pool]], not [pool]"]),
    ("\"app-1\"", "\"app-1\\▸q\"", &["not TOML", "a backslash as two"]),
    ("max = \"100/minute\"", "max = 100▸/minute", &["not TOML", "double quotes"]),
    ("workers = 4", "workers = ▸04", &["leading zero"]),
    ("workers = 4", "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q = 1", &["nested deeper"]),
];

const KEYS: &[Case] = &[
    ("metrics =", "external_scaler = ▸\"9903\"\nmetrics =", &["expected IP:PORT"]),
    (
        "metrics =",
        "external_scaler = ▸\"127.0.0.1:9902\"\nmetrics =",
        &["both on 127.0.0.1:9902", "a port of its own"],
    ),
    ("metrics =", "▸metrik =", &["unknown key `metrik` in [admin]", "did you mean `metrics`?"]),
    ("slow_start =", "h2 = ▸\"yes\"\nslow_start =", &["true or false", "without quotes"]),
    ("slow_start =", "weights = ▸\"orka\"\nslow_start =", &["did you mean `orca`?"]),
    (
        "slow_start =",
        "▸weights = \"orca\"\nslow_start =",
        &["move keys all the time", "leave weights out"],
    ),
    ("slow_start =", "▸slow-start =", &["unknown key `slow-start` in [[pool]]", "`slow_start`?"]),
    ("weight =", "▸color =", &["unknown key `color`", "known here: name, address, weight"]),
    ("[data_plane]", "[▸dataplane]", &["in the file", "did you mean `data_plane`?"]),
    ("healthy_after = 1,", "▸retries = 1,", &["unknown key `retries` in health"]),
    ("name = \"app-1\"\n", "", &["[[pool.backend]] has no `name`", "add name = \"app-1\""]),
    ("address = \"10.0.0.12:9000\"\n", "", &["no `address`", "add address ="]),
    ("key = \"client-ip\"\n", "", &["[[limit]] has no `key`", "add key = \"client-ip\""]),
    ("path = \"/urls\", ", "", &["match has no `path`", "add path = \"/*\""]),
    (
        "[admin]",
        "[admin]\n▸listen = \"0.0.0.0:1\"",
        &["`listen` without `tls`", "add tls = {", "or leave `listen` out"],
    ),
    (
        "[admin]",
        "[admin]\n▸tls = { cert = \"/proc/version\", key = \"/proc/version\", client_ca = \"/proc/version\" }",
        &["`tls` without `listen`"],
    ),
    (
        "[admin]",
        "[admin]\nroles = { operator = [▸\"ana\"] }",
        &["\"ana\" names nobody", "write \"user:alice\", \"group:ops\""],
    ),
    (
        "[admin]",
        "[admin]\nroles = { viewer = [\"user:ana\"], ▸admin = [\"user:ana\"] }",
        &["user:ana is named as viewer already", "leave one of them"],
    ),
    (
        "[admin]",
        "[admin]\nroles = { ▸root = [\"user:ana\"] }",
        &["unknown key `root` in [admin.roles]"],
    ),
    (
        "[admin]",
        "[admin]\n▸viewer_socket = \"/run/gatewayd/admin.viewer\"",
        &["the same name up to its ending", "name it viewer.sock"],
    ),
    ("{ self_signed = [\"localhost\"],", "{ ▸acme = {},", &["not available yet", "self_signed"]),
    (
        "max = \"100/minute\"",
        "max = \"1/minute\"\n▸burst = 5",
        &["`burst` goes with `rate` alone", "take out `burst`"],
    ),
    ("max = \"100/minute\"", "max = \"1/hour\"\n▸rate = \"1/hour\"", &["one of `max`, `rate` and"]),
    ("max = \"100/minute\"", "▸burst = 5", &["`burst` without `rate`", "add rate ="]),
    ("max = \"100/minute\"", "rate = \"1/hour\"\n▸burst = 25", &["25 at 1/hour", "lower `burst`"]),
    ("max = \"100/minute\"\n", "", &["no `max`, no `rate` and no", "add max = \"100/minute\""]),
    ("concurrent = 50", "concurrent = ▸0", &["0 is out of range, expected 1 to 1000000"]),
    ("concurrent = 50", "concurrent = 50\n▸burst = 5", &["or say `rate` instead of `concurrent`"]),
    ("key = [\"client-ip\"]", "key = ▸[]", &["an empty list", "name at least one part"]),
    ("key = [\"client-ip\"]", "key = [\"client-ip\", ▸\"ip\"]", &["is not a key", "global"]),
    ("v6_prefix = 56", "v6_prefix = ▸65", &["65 is out of range, expected 32 to 64"]),
    ("{ prefix = 48, times = 16 }", "{ ▸prefix = 56, times = 16 }", &["counts no more together"]),
    ("exempt = [\"10.0.0.0/8\"]", "exempt = [▸\"10.0.0.1/8\"]", &["write \"10.0.0.0/8\""]),
    ("\"10.9.0.0/16\", times = 10", "\"10.0.0.0/8\", times = 10", &["treated apart twice"]),
    ("times = 10 }", "times = ▸1 }", &["1 is out of range, expected 2 to 1000"]),
    ("limits = [\"everybody\"]", "limits = [▸\"connection\"]", &["did you mean \"connections\"?"]),
    ("\"header:x-tenant\"", "\"route\"", &["a request without a route has not"]),
    ("limits = [\"connections\"]", "limits = [▸\"everybody\"]", &["counts by header:x-tenant"]),
    (
        "limits = [\"everybody\"]",
        "limits = [\"connections\"]",
        &["connections and requests together", "make two limits"],
    ),
    (
        "limits = [\"create-per-ip\"]",
        "limits = [\"create-per-ip\", ▸\"everybody\"]",
        &["count each request of this route twice", "gateway.toml:11:11", "out of [data_plane]"],
    ),
    (
        "exempt = [\"10.0.0.0/8\"]",
        "exempt = [\"10.0.0.0/8\", ▸\"::ffff:10.0.0.0/104\"]",
        &["already"],
    ),
    ("redirect_to = \"https\"", "▸proxy_protocol = true", &["not available yet"]),
    ("slow_start =", "sticky = { cookie = ▸\"a b\" }\nslow_start =", &["no name of a cookie"]),
    ("slow_start =", "sticky = { cookie = \"gw\", ttl = ▸\"0s\" }\nslow_start =", &["0s"]),
    ("slow_start =", "▸max_pending = 3\nslow_start =", &["max_pending without max_requests"]),
    ("slow_start =", "max_requests = ▸0\nslow_start =", &["out of range, expected 1 to"]),
    ("workers = 4", "workers = 4\nmax_connections = ▸0", &["out of range, expected 1 to"]),
];

/// What is put into `[pool.autoscale]` with the driver `advise`, and words that must be told.
const SCALING: &[(&str, &[&str])] = &[
    ("max = 9", &["[pool.autoscale] has no `min`", "add min = 2"]),
    ("▸min = 9\nmax = 3", &["min 9 is above max 3", "raise `max`"]),
    ("min = 1\nmax = ▸0", &["0 is out of range, expected 1 to 10000"]),
    ("min = 1\nmax = 9\ntarget_cpu = ▸101", &["out of range, expected 1 to 100"]),
    ("min = 1\nmax = 9\ntarget_cpu = ▸0.7", &["a number with a fraction"]),
    ("min = 1\nmax = 9\n▸target_cpus = 70", &["did you mean `target_cpu`?"]),
    ("min = 1\nmax = 9\nmode = ▸\"on\"", &["expected act, advise or off"]),
    ("min = 1\nmax = 9\npanic_threshold = ▸100", &["expected 101 to 10000"]),
    ("min = 1\nmax = 9\n▸panic_window = \"60s\"", &["not shorter than the stable window"]),
    ("min = 1\nmax = 9\nscale_up = { policies = [▸\"fast\"] }", &["as \"100%/15s\""]),
    ("min = 1\nmax = 9\nscale_down = { ▸speed = 1 }", &["unknown key `speed` in scale_down"]),
    (
        "min = 1\nmax = 9\n▸process = { command = [\"a\", \"{port}\"], ports = \"1-9\" }",
        &["is for the driver of that name"],
    ),
    ("min = 1\nmax = 9\n▸exec = { command = [\"a\"] }", &["is for the driver of that name"]),
    ("min = 1\nmax = 9\n▸kubernetes = {}", &["not available yet", "\"advise\""]),
];

/// What is put into `process = { … }`, and words that must be told.
const PROCESSES: &[(&str, &[&str])] = &[
    ("ports = \"9100-9199\"", &["process has no `command`"]),
    ("command = ▸[\"app\"], ports = \"9100-9199\"", &["without {port}", "write {port} where"]),
    ("command = [\"app\", \"{port}\"], ports = ▸\"9199\"", &["write \"9100-9199\""]),
    ("command = [\"{port}\"], ports = \"9100-9199\", outlive = ▸\"no\"", &["without quotes"]),
    ("command = [\"{port}\"], ports = \"9100-9199\", cores = ▸0", &["expected 1 to 1024"]),
    ("command = [\"{port}\"], ports = \"9100-9199\", grace = ▸\"0s\"", &["from 1s to 1h"]),
];

const VALUES: &[Case] = &[
    ("workers = 4", "workers = ▸\"4\"", &["found a text, expected a whole number", "quotes: 4"]),
    ("workers = 4", "workers = ▸0", &["0 is out of range, expected 1 to 1024"]),
    ("workers = 4", "workers = ▸-1", &["-1 is out of range", "from 1 to 1024"]),
    ("workers = 4", "workers = ▸99999999999999999999", &["out of range"]),
    ("workers = 4", "workers = ▸2.5", &["found a number with a fraction", "digits alone"]),
    ("1_000_000", "▸0xFFFF_FFFF", &["out of range, expected 1 to 100000000"]),
    ("weight = 50", "weight = ▸1001", &["1001 is out of range, expected 0 to 1000"]),
    ("\"192.0.2.1\"", "▸\"10.0.0.1/8\"", &["bits set", "write \"10.0.0.0/8\""]),
    ("\"192.0.2.1\"", "▸\"10.0.0.0/33\"", &["is not a network", "as \"10.0.0.0/8\""]),
    ("[\"10.0.0.0/8\", \"192.0.2.1\"]", "▸\"10.0.0.0/8\"", &["found a text, expected a list"]),
    ("\"127.0.0.1:9902\"", "▸\"localhost:9902\"", &["IP:PORT", "write \"127.0.0.1:9902\""]),
    ("\"0.0.0.0:8080\"", "▸\":8080\"", &["is not an address", "write \"0.0.0.0:8080\""]),
    ("\"0.0.0.0:8080\"", "▸8080", &["found a whole number", "put it in quotes"]),
    ("\"10.0.0.11:9000\"", "▸\"app.local:9000\"", &["is not an address", "not looked up"]),
    ("\"10.0.0.11:9000\"", "▸\"10.0.0.11\"", &["IP:PORT", "add the port, as \"10.0.0.11:8080\""]),
    ("\"10.0.0.11:9000\"", "▸\"10.0.0.11:0\"", &["port 0", "write the port"]),
    ("\"1.3\"", "▸\"1.1\"", &["expected 1.2 or 1.3"]),
    ("tls = { self_signed", "tls = ▸true # {", &["found true or false, expected a table"]),
    ("self_signed = [\"localhost\"], ", "", &["tls without certificates", "self_signed = ["]),
    ("[\"localhost\"]", "▸[]", &["an empty list", "name at least one: [\"localhost\"]"]),
    ("[\"localhost\"]", "[▸\"a b\"]", &["not the name of a host", "as \"localhost\""]),
    (
        "self_signed = [\"localhost\"]",
        concat!(
            "certificates = [{ cert = ▸\"nowhere.pem\", key = \"",
            env!("CARGO_MANIFEST_DIR"),
            "/Cargo.toml\" }]"
        ),
        &["/etc/gatewayd/nowhere.pem", "cannot be read", "name a PEM file"],
    ),
    ("name = \"create\"", "name = ▸\"cre ate\"", &["is not a name", "letters, digits"]),
    ("name = \"create\"", "name = ▸\"\\u001b[2J\"", &["is not a name", "letters, digits"]),
    ("\"/urls\"", "▸\"urls\"", &["is not a path", "\"/urls\" (exactly this)"]),
    ("\"/{code}\"", "▸\"/{a}/{a}\"", &["two parameters {a}", "a name of its own"]),
    ("[\"POST\"]", "[▸\"post\"]", &["not a method", "did you mean \"POST\"?"]),
    ("[\"POST\"]", "[▸\"PSOT\"]", &["not a method", "did you mean \"POST\"?"]),
    ("[\"POST\"]", "[▸\"CONNECT\"]", &["never reaches a route", "leave it out"]),
    ("[\"POST\"]", "▸[]", &["an empty list matches nothing", "leave it out"]),
    ("\"HEAD\"", "▸\"GET\"", &["in the list already", "take it out"]),
    ("\"a.example\"", "▸\"a.example:80\"", &["is not a host", "without port"]),
    ("\"64KiB\"", "▸\"64KB\"", &["is not a size", "KiB, MiB or GiB"]),
    ("\"64KiB\"", "▸-1", &["out of range"]),
    ("\"client-ip\"", "▸\"client_ip\"", &["is not a key", "write client-ip, route"]),
    ("\"client-ip\"", "▸\"cookie:a b\"", &["is not a key"]),
    ("\"100/minute\"", "▸\"100 per minute\"", &["is not an allowance", "\"20/second\""]),
    ("\"100/minute\"", "▸\"0/minute\"", &["is not an allowance"]),
    ("\"shadow\"", "▸\"shadows\"", &["expected enforce or shadow", "did you mean `shadow`?"]),
    ("\"consistent-hash\"", "▸\"round-robbin\"", &["did you mean `round-robin`?"]),
    ("\"consistent-hash\"", "▸\"peak-emwa\"", &["expected round-robin", "`peak-ewma`?"]),
    ("\"header:x-user\"", "▸\"route\"", &["is not a hash key", "client-ip, path"]),
    ("\"0s\"", "▸\"0\"", &["is not a time", "with its unit"]),
    ("\"0s\"", "▸30", &["found a whole number, expected a time", "\"500ms\", \"2s\""]),
    ("\"0s\"", "▸\"-1s\"", &["out of range, expected 0s to 1h"]),
    ("\"500ms\"", "▸\"0s\"", &["out of range, expected 10ms to 1h"]),
    ("panic_threshold = 40", "panic_threshold = ▸101", &["101 is out of range, expected 0 to 100"]),
    ("failures = 3", "▸after = 3", &["unknown key `after` in ejection", "known here: failures"]),
    ("percent = 20", "percent = ▸0", &["0 is out of range, expected 1 to 100"]),
    (
        "longest = \"1m\"",
        "▸longest = \"4s\"",
        &["longer than the longest", "no shorter than `time`"],
    ),
    ("time = \"5s\", longest = \"1m\"", "▸time = \"6m\"", &["longer than the longest"]),
    ("health = { path", "health = { kind = ▸\"udp\", path", &["expected http, tcp or grpc"]),
    ("health = { path", "health = { kind = \"tcp\", ▸path", &["nothing asks for", "leave it out"]),
    ("health = { path", "health = { ▸service = \"a\", path", &["kind = \"grpc\""]),
    ("path = \"/healthz\"", "kind = \"grpc\", service = ▸\"a b\"", &["not the name of a service"]),
    ("healthy_after = 1,", "healthy_after = ▸0,", &["0 is out of range, expected 1 to 1000"]),
    ("\"/healthz\"", "▸\"healthz\"", &["can be asked for", "begins with a slash"]),
    ("\"/var/lib/gatewayd\"", "▸\"\"", &["an empty path", "name a file or directory"]),
];

const TOGETHER: &[Case] = &[
    ("redirect_to = \"https\"", "redirect_to = ▸\"htps\"", &["no listener", "mean \"https\"?"]),
    ("redirect_to = \"https\"", "redirect_to = ▸\"http\"", &["does not speak TLS", "`tls` key"]),
    ("[\"create-per-ip\"]", "[▸\"per-ip\"]", &["no limit is called", "add a [[limit]]"]),
    ("pool = \"app\"\nlimits", "pool = ▸\"ap\"\nlimits", &["no pool", "did you mean \"app\"?"]),
    ("name = \"app-2\"", "name = ▸\"app-1\"", &["two backends", "gateway.toml:67:8", "all pools"]),
    ("name = \"redirect\"", "name = ▸\"create\"", &["two routes", "a name of its own"]),
    ("\"0.0.0.0:8080\"", "▸\"0.0.0.0:8443\"", &["two listeners on", "gateway.toml:15:11"]),
    ("\"127.0.0.1:9902\"", "▸\"127.0.0.1:8080\"", &["is taken by the listener", "of their own"]),
    ("\"10.0.0.11:9000\"", "▸\"127.0.0.1:8080\"", &["is the gateway itself", "the app server"]),
    (
        "match = { path = \"/{code}\", methods = [\"GET\", \"HEAD\"] }",
        "match = ▸{ path = \"/urls\", methods = [\"PUT\", \"POST\"], hosts = [\"*.example\"] }",
        &["two routes match POST /urls of *.example", "tell them apart"],
    ),
    (
        "redirect_to = \"https\"",
        "tls = { self_signed = [\"a\"] }\n▸redirect_to = \"https\"",
        &["keep"],
    ),
    ("self_signed = [\"localhost\"]", "certificates = ▸[]", &["an empty list", "site.pem"]),
    ("\"consistent-hash\"", "\"round-robin\"", &["a hash_key without consistent hashing"]),
    ("[[pool]]", "▸[pool]", &["expected a list of tables [[pool]]", "two brackets"]),
    ("[admin]", "▸[[admin]]", &["found a list, expected a table", "write [admin], once"]),
];

#[test]
fn each_bad_file_is_told_its_place_and_its_remedy() {
    let cases = [SYNTAX, KEYS, VALUES, TOGETHER].concat();
    assert!(cases.len() >= 60, "{}", cases.len());
    let faults: Vec<String> = cases.iter().filter_map(|case| fault(case).err()).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n────\n"));
}

#[test]
fn each_mistake_about_scaling_is_told_its_place_and_its_remedy() {
    let advise =
        SCALING.iter().map(|(rules, words)| (format!("driver = \"advise\"\n{rules}"), words));
    let process = PROCESSES.iter().map(|(keys, words)| {
        let keys = format!("driver = \"process\"\nmin = 1\nmax = 9\nprocess = {{ {keys} }}");
        (keys.replace("{ ports", "▸{ ports"), words)
    });
    let whole: &[(&str, &[&str])] = &[
        ("driver = ▸\"aws-asg\"\nmin = 1\nmax = 9", &["not available yet", "\"exec\""]),
        ("▸driver = \"exec\"\nmin = 1\nmax = 9", &["what to call", "add exec ="]),
        ("driver = \"exec\"\nmin = 1\nmax = 9\nexec = { command = ▸[] }", &["./scale"]),
        (
            "driver = \"exec\"\nmin = 1\nmax = 9\n\
             exec = { command = [\"./scale\"], timeout = ▸\"0s\" }",
            &["from 1s to 1h"],
        ),
        ("▸driver = \"process\"\nmin = 1\nmax = 9", &["what to start", "add process ="]),
        (
            "driver = \"process\"\nmin = 1\n▸max = 9\n\
             process = { command = [\"{port}\"], ports = \"1-8\" }",
            &["8 ports for 9 servers"],
        ),
    ];
    let whole = whole.iter().map(|(rules, words)| ((*rules).to_owned(), words));
    let faults: Vec<String> = advise
        .chain(process)
        .chain(whole)
        .filter_map(|(rules, words)| {
            let scaled = format!("weight = 50\n[pool.autoscale]\n{rules}");
            fault(&("weight = 50", &scaled, words)).err()
        })
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n────\n"));
}

/// What is not told of a case as it should be.
fn fault((good, bad, words): &(&str, &str, &[&str])) -> Result<(), String> {
    assert!(GOOD.contains(good), "the good file has no {good}");
    let marked = GOOD.replacen(good, bad, 1);
    let text = marked.replace(HERE, "");
    let told = told(&text);
    let block = match marked.find(HERE) {
        Some(at) => block_at(&told, &text, at).ok_or(format!("no error at {bad}:\n{told}"))?,
        None => told.split("\n\n").next().unwrap_or_default(),
    };
    if !told.ends_with("gateway.toml: 1 error") {
        return Err(format!("one mistake, {bad}, is told more than once:\n{told}"));
    }
    match words.iter().chain(&["= help: "]).find(|word| !block.contains(**word)) {
        Some(word) => Err(format!("no {word:?} at {bad}:\n{told}")),
        None => Ok(()),
    }
}

/// The block of `told` about the byte `at` of `text`.
fn block_at<'a>(told: &'a str, text: &str, at: usize) -> Option<&'a str> {
    let line = text[..at].matches('\n').count() + 1;
    let column = text[..at].lines().last().map_or(0, |last| last.chars().count());
    let column = if text[..at].ends_with('\n') { 1 } else { column + 1 };
    let place = format!("gateway.toml:{line}:{column}: error: ");
    told.split("\n\n").find(|block| block.starts_with(&place))
}
