//! Files: one that is good, and what makes it wrong, where, and the remedy.

/// A file without a mistake.
pub(crate) const GOOD: &str = r#"[admin]
socket = "admin.sock"
state_dir = "state"
metrics = "127.0.0.1:9902"

[data_plane]
workers = 2
trusted_proxies = ["10.0.0.0/8"]

[[listener]]
name = "https"
address = "127.0.0.1:8443"
tls = { self_signed = ["localhost"], min_version = "1.3" }

[[listener]]
name = "http"
address = "127.0.0.1:8080"
redirect_to = "https"

[[route]]
name = "create"
match = { path = "/urls", methods = ["POST"] }
pool = "app"
limits = ["create-per-ip"]

[[route]]
name = "redirect"
match = { path = "/{code}", methods = ["GET", "HEAD"] }
pool = "app"

[[limit]]
name = "create-per-ip"
key = "client-ip"
max = "100/minute"

[[pool]]
name = "app"
balance = "least-connections"
health = { path = "/healthz", interval = "2s", timeout = "1s" }

[[pool.backend]]
name = "app-1"
address = "10.0.0.11:9000"
weight = 100

[[pool.backend]]
name = "app-2"
address = "10.0.0.12:9000"
"#;

const FILES: &str = r#"certificates = [{ cert = "nowhere.pem", key = "/etc/hostname" }]"#;

/// What of the good file is replaced, by what, where that is wrong, and the remedy.
pub(crate) const BAD: &[(&str, &str, &str, &str)] = &[
    ("[data_plane]", "[data_plane", "6:12", "close what was opened"),
    ("\"app-1\"", "\"app-1", "42:14", "close the text with a double quote"),
    ("workers = 2", "workers = 2\nworkers = 3", "8:1", "write each key once"),
    ("balance =", "balanse =", "38:1", "did you mean `balance`?"),
    ("[data_plane]", "[dataplane]", "6:2", "did you mean `data_plane`?"),
    ("name = \"http\"\n", "", "15:1", "add name = "),
    ("[[pool]]", "[pool]", "36:1", "write [[pool]] with two brackets"),
    ("workers = 2", "workers = \"2\"", "7:11", "take off the quotes"),
    ("workers = 2", "workers = 0", "7:11", "from 1 to 1024"),
    ("weight = 100", "weight = -1", "44:10", "from 0 to 1000"),
    ("weight = 100", "weight = 9223372036854775808", "44:10", "from 0 to 1000"),
    ("10.0.0.0/8", "10.0.0.0/64", "8:20", "as \"10.0.0.0/8\""),
    ("\"127.0.0.1:9902\"", "\":9902\"", "4:11", "write \"0.0.0.0:9902\""),
    ("self_signed = [\"localhost\"]", FILES, "13:34", "name a PEM file"),
    ("self_signed = [\"localhost\"], ", "", "13:7", "add certificates = "),
    ("\"1.3\"", "\"1.1\"", "13:52", "known here: 1.2, 1.3"),
    ("\"https\"\naddress", "\"ht tps\"\naddress", "11:8", "letters, digits"),
    ("redirect_to = \"https\"", "redirect_to = \"http\"", "18:15", "name a listener with a `tls`"),
    ("\"/urls\"", "\"urls\"", "22:18", "\"/urls\" (exactly this)"),
    ("\"POST\"", "\"post\"", "22:38", "did you mean \"POST\"?"),
    (
        "\"/{code}\", methods = [\"GET\"",
        "\"/urls\", methods = [\"POST\"",
        "28:9",
        "tell them apart",
    ),
    ("\"/{code}\"", "\"/{a}/{a}\"", "28:18", "a name of its own"),
    ("limits = [\"create-per-ip\"]", "limits = [\"create-ip\"]", "24:11", "\"create-per-ip\"?"),
    ("pool = \"app\"\nlimits", "pool = \"apps\"\nlimits", "23:8", "did you mean \"app\"?"),
    ("\"100/minute\"", "\"a lot\"", "34:7", "\"100/10s\""),
    ("\"client-ip\"", "\"clientip\"", "33:7", "write client-ip, route"),
    ("\"least-connections\"", "\"least-conns\"", "38:11", "did you mean `least-connections`?"),
    ("\"least-connections\"", "\"peak\"", "38:11", "consistent-hash or peak-ewma"),
    ("timeout = \"1s\"", "timeout = \"0s\"", "39:58", "from 10ms to 1h"),
    ("interval = \"2s\"", "interval = 2", "39:42", "a time with its unit"),
    ("\"app-2\"", "\"app-1\"", "47:8", "over all pools"),
    ("10.0.0.12:9000", "127.0.0.1:8080", "48:11", "the address of the app server"),
    ("127.0.0.1:8080", "127.0.0.1:8443", "17:11", "a port of its own"),
    ("127.0.0.1:9902", "127.0.0.1:8443", "4:11", "a port of their own"),
    ("metrics =", "listen =", "4:1", "add tls = { cert = "),
    ("state_dir = \"state\"", "roles = { admin = [\"root\"] }", "3:20", "write \"user:alice\""),
    (
        "weight = 100",
        "[pool.autoscale]\ndriver = \"kubernetes\"\nmin = 2\nmax = 3",
        "45:10",
        "use \"exec\"",
    ),
    (
        "[[route]]\nname = \"create\"",
        "[route]\nname = \"create\"",
        "20:1",
        "write [[route]] with two brackets, once for ",
    ),
    (
        "max = \"100/minute\"",
        "max = \"0/minute\"",
        "34:7",
        "; 1 to 1000000 requests, a period of 1s to 2",
    ),
    (
        "max = \"100/minute\"",
        "max = \"-5/minute\"",
        "34:7",
        "; 1 to 1000000 requests, a period of 1s to 2",
    ),
    (
        "max = \"100/minute\"",
        "max = \"100/0s\"",
        "34:7",
        "; 1 to 1000000 requests, a period of 1s to 2",
    ),
    (
        "max = \"100/minute\"",
        "max = \"99999999999999999999/minute\"",
        "34:7",
        "; 1 to 1000000 requests, a period of 1s to 2",
    ),
    ("max = \"100/minute\"", "", "31:1", "and burst = 20, or concurrent = 20"),
    (
        "max = \"100/minute\"",
        "max = \"100/minute\"\nrate = \"1/second\"",
        "35:1",
        "keep one, and make another [[limit]] of the ",
    ),
    ("max = \"100/minute\"", "max = \"100/minute\"\nburst = 5", "35:1", "instead of"),
    (
        "address = \"10.0.0.11:9000\"",
        "address = \"10.0.0.11:0\"",
        "43:11",
        "write the port the backend listens on",
    ),
    (
        "address = \"10.0.0.11:9000\"",
        "address = \"10.0.0.11:99999\"",
        "43:11",
        ", with a port from 1 to 65535",
    ),
    (
        "address = \"10.0.0.11:9000\"",
        "address = \"10.0.0.999:9000\"",
        "43:11",
        "; names are not looked up",
    ),
    ("address = \"10.0.0.11:9000\"", "address = \"\"", "43:11", ", with a port from 1 to 65535"),
    ("address = \"10.0.0.11:9000\"", "addres = \"10.0.0.11:9000\"", "41:1", "add address ="),
    ("address = \"10.0.0.11:9000\"", "address = 9000", "43:11", "put it in quotes:"),
    ("address = \"127.0.0.1:8080\"", "address = \"127.0.0.1\"", "17:11", "add the port, as"),
    (
        "name = \"app-1\"",
        "name = \"app\\u001b[2J\"",
        "42:8",
        "write 1 to 63 of letters, digits, dot, dash,",
    ),
    ("name = \"app-1\"", "name = \"\"", "42:8", "write 1 to 63 of letters, digits, dot, dash,"),
    (
        "name = \"app-1\"",
        "name = \"../app\"",
        "42:8",
        "write 1 to 63 of letters, digits, dot, dash,",
    ),
    ("path = \"/urls\"", "path = \"/urls#x\"", "22:18", "(everything under it),"),
    ("path = \"/urls\"", "path = \"\"", "22:18", "(everything under it),"),
    ("path = \"/urls\"", "path = \"/{code\"", "22:18", "(everything under it),"),
    ("path = \"/urls\"", "path = \"(a+)+$\"", "22:18", "(everything under it),"),
    ("interval = \"2s\"", "interval = \"-2s\"", "39:42", "write a time from 10ms to 1h"),
    ("interval = \"2s\"", "interval = \"2 parsecs\"", "39:42", "write a time with its unit, as"),
    ("interval = \"2s\"", "interval = \"1000h\"", "39:42", "write a time from 10ms to 1h"),
    ("weight = 100", "weight = 1.5", "44:10", "write digits alone, without quotes"),
    ("weight = 100", "weight = \"heavy\"", "44:10", "write digits alone, without quotes"),
    ("weight = 100", "weight = [100]", "44:10", "write digits alone, without quotes"),
    (
        "name = \"create-per-ip\"\nkey",
        "name = \"create per ip\"\nkey",
        "24:11",
        "add a [[limit]] with this name, or use one t",
    ),
    ("methods = [\"POST\"]", "methods = []", "22:37", "leave it out to match all"),
    (
        "methods = [\"POST\"]",
        "methods = \"POST\"",
        "22:37",
        "put it in brackets, even if it is one: [ … ]",
    ),
    ("workers = 2", "workers = true", "7:11", "write digits alone, without quotes"),
    ("workers = 2", "workers = 2 2", "7:11", "put the text in quotes: key ="),
];
