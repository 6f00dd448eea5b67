//! How is an app server of the demo spoilt? By the knobs that it has under `/debug/`.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use tokio::sync::mpsc;

use crate::admin::{Fault, FaultOrder};

/// How long an app server may take to answer.
const PATIENCE: Duration = Duration::from_secs(1);

/// Spoils app servers as told, until nobody can tell any more.
pub(super) fn spoil(mut orders: mpsc::Receiver<FaultOrder>) {
    while let Some(FaultOrder { address, fault, answer }) = orders.blocking_recv() {
        let done = knobs(fault).iter().try_for_each(|knob| turn(address, knob));
        let done = match (fault, done) {
            // It is gone before it can answer.
            (Fault::Kill, Err(error)) if error.kind() != io::ErrorKind::ConnectionRefused => Ok(()),
            (_, done) => done,
        };
        // Who asked may have left.
        let _ = answer.send(done.map_err(|error| error.to_string()));
    }
}

/// The knobs of an app server that make it so.
fn knobs(fault: Fault) -> Vec<String> {
    let knobs = |knobs: &[&str]| knobs.iter().map(|knob| (*knob).to_owned()).collect();
    match fault {
        Fault::Kill => knobs(&["kill"]),
        Fault::Slow(by) => vec![format!("slow?ms={}", by.as_millis())],
        Fault::Fail => knobs(&["fail?on=true"]),
        Fault::Cold => knobs(&["cold?on=true"]),
        Fault::Heal => {
            knobs(&["slow?ms=0", "fail?on=false", "unhealthy?on=false", "cold?on=false"])
        }
    }
}

fn turn(address: SocketAddr, knob: &str) -> io::Result<()> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let head = format!("POST /debug/{knob} HTTP/1.1\r\nhost: {address}\r\n");
    stream.write_all(format!("{head}content-length: 0\r\nconnection: close\r\n\r\n").as_bytes())?;
    let mut status = [0; 12];
    stream.read_exact(&mut status)?;
    match &status {
        b"HTTP/1.1 204" => Ok(()),
        _ => Err(io::Error::other("it is no app server of the demo")),
    }
}
