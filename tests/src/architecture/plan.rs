//! The floor plans of the two programs, as tables.

/// The floor plan of one crate.
#[derive(Debug)]
pub struct Plan {
    /// Its top-level modules. A file beside them (`lib.rs`, `main.rs`) is in the room `app`.
    pub rooms: &'static [Room],
    /// The rooms where `gateway_proto` may appear.
    pub speaks_wire: &'static [&'static str],
}

/// One top-level module and what it may know.
#[derive(Debug)]
pub struct Room {
    /// Its name.
    pub name: &'static str,
    /// The modules it may import; `["*"]` is all.
    pub imports: &'static [&'static str],
    /// Words that must not stand in its code, tests aside.
    pub must_not_contain: &'static [&'static str],
}

impl Plan {
    /// The room called `name`.
    pub fn room(&self, name: &str) -> Option<&Room> {
        self.rooms.iter().find(|room| room.name == name)
    }
}

impl Room {
    /// Whether this room may know `module`.
    pub fn may_import(&self, module: &str) -> bool {
        self.imports.contains(&"*") || self.imports.contains(&module)
    }
}

/// The daemon: imports run downward only.
pub const GATEWAYD: Plan = Plan {
    speaks_wire: &["admin"],
    rooms: &[
        Room {
            name: "model",
            imports: &[],
            must_not_contain: &[
                "async",
                "tokio",
                "hyper",
                "tonic",
                "rustls",
                "redb",
                "tracing",
                "Mutex",
                "RwLock",
                "Instant::now",
                "SystemTime::now",
                "Timestamp::now",
            ],
        },
        Room {
            name: "policy",
            imports: &["model"],
            must_not_contain: &[
                "async",
                "tokio",
                "hyper",
                "tonic",
                "tracing",
                "Instant::now",
                "SystemTime",
                "Timestamp::now",
                "thread_rng",
                "rand::rng",
                "rand::random",
            ],
        },
        Room {
            name: "config",
            imports: &["model"],
            must_not_contain: &["async", "tokio", "tonic"],
        },
        Room { name: "clock", imports: &[], must_not_contain: &["hyper", "tonic"] },
        Room {
            name: "state",
            imports: &["model", "policy", "clock"],
            must_not_contain: &[
                "hyper",
                "tonic",
                "TcpListener",
                "TcpStream",
                "UdpSocket",
                "UnixListener",
                "UnixStream",
            ],
        },
        Room {
            name: "net",
            imports: &["model"],
            must_not_contain: &["tonic", "sysinfo", "redb", "Gateway"],
        },
        Room {
            name: "proxy",
            imports: &["model", "policy", "state", "net", "clock"],
            must_not_contain: &["tonic", "sysinfo", "redb", "time::interval"],
        },
        Room {
            name: "tasks",
            imports: &["model", "policy", "config", "state", "net", "clock"],
            must_not_contain: &["tonic", "time::interval"],
        },
        Room { name: "admin", imports: &["model", "state"], must_not_contain: &["hyper", "redb"] },
        Room { name: "app", imports: &["*"], must_not_contain: &[] },
        // On the outside of the gateway, as clients and app servers are.
        Room { name: "demo", imports: &[], must_not_contain: &["tonic", "redb"] },
        // Outside as well: policy on modelled servers, in a time of its own.
        Room {
            name: "simulate",
            imports: &["model", "policy", "config"],
            must_not_contain: &[
                "async",
                "tokio",
                "hyper",
                "tonic",
                "redb",
                "Instant",
                "SystemTime",
                "Timestamp::now",
                "thread_rng",
                "rand::rng",
                "rand::random",
            ],
        },
    ],
};

/// The terminal tool: the network in one room, the Elm loop without it.
pub const GATEWAYCTL: Plan = Plan {
    speaks_wire: &["client"],
    rooms: &[
        Room {
            name: "model",
            imports: &["duration", "safe_text"],
            must_not_contain: &["async", "tokio", "tonic", "ratatui", "crossterm", "clap", "Mutex"],
        },
        Room {
            name: "client",
            imports: &["model", "duration", "safe_text"],
            must_not_contain: &["ratatui", "crossterm", "clap"],
        },
        // The operator's own file: which gateways there are.
        Room {
            name: "config",
            imports: &["model", "client", "duration"],
            must_not_contain: &["async", "tokio", "tonic", "ratatui", "crossterm", "clap"],
        },
        Room {
            name: "output",
            imports: &["model", "config", "duration", "safe_text"],
            must_not_contain: &["async", "tonic", "ratatui"],
        },
        Room { name: "duration", imports: &[], must_not_contain: &["async", "tokio", "tonic"] },
        Room { name: "safe_text", imports: &[], must_not_contain: &["async", "tokio", "tonic"] },
        Room { name: "commands", imports: &["*"], must_not_contain: &["tonic", "ratatui"] },
        Room {
            name: "tui",
            imports: &["model", "client", "config", "duration", "safe_text", "output"],
            must_not_contain: &["tonic", "clap"],
        },
        Room { name: "app", imports: &["*"], must_not_contain: &["tonic"] },
    ],
};
