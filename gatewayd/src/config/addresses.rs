//! Addresses: what the gateway listens on and connects to, and where those get in each other's way.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::diagnostic::Diagnostic;
use super::source::{Placed, Span};
use super::value::Value;

/// The addresses of one file.
#[derive(Debug, Default)]
pub(super) struct Addresses {
    listeners: Vec<Placed<SocketAddr>>,
    /// Those of the gateway itself, and what each is for.
    own: Vec<(&'static str, Placed<SocketAddr>)>,
    backends: Vec<Placed<SocketAddr>>,
}

impl Value<'_> {
    /// The address of a listener.
    pub(super) fn listener_address(self) -> Option<SocketAddr> {
        let address = self.placed(Value::address)?;
        self.reading.addresses.borrow_mut().listeners.push(address.clone());
        Some(address.value)
    }

    /// The address of the metrics.
    pub(super) fn metrics_address(self) -> Option<SocketAddr> {
        self.own_address("the metrics")
    }

    /// The address of the external scaler.
    pub(super) fn external_scaler_address(self) -> Option<SocketAddr> {
        self.own_address("KEDA's questions")
    }

    /// The address of the admin API.
    pub(super) fn admin_address(self) -> Option<SocketAddr> {
        self.own_address("the admin API")
    }

    fn own_address(self, purpose: &'static str) -> Option<SocketAddr> {
        let address = self.placed(Value::address)?;
        self.reading.addresses.borrow_mut().own.push((purpose, address.clone()));
        Some(address.value)
    }

    /// The address of a backend.
    pub(super) fn backend_address(self) -> Option<SocketAddr> {
        let address = self.placed(Value::address)?;
        if address.value.port() == 0 {
            return self.refuse("port 0 is nobody's", "write the port the backend listens on");
        }
        self.reading.addresses.borrow_mut().backends.push(address.clone());
        Some(address.value)
    }

    fn address(self) -> Option<SocketAddr> {
        let text = self.text()?;
        match text.parse() {
            Ok(address) => Some(address),
            Err(_) => {
                let message = format!("{text:?} is not an address, expected IP:PORT");
                self.refuse(message, &remedy(text))
            }
        }
    }
}

/// What was meant by `text`, which is not an address.
fn remedy(text: &str) -> String {
    if let Ok(ip) = text.parse::<IpAddr>() {
        return format!("add the port, as \"{}\"", SocketAddr::new(ip, 8080));
    }
    let (host, port) = text.rsplit_once(':').unwrap_or((text, ""));
    let host = match host {
        "" | "*" => "0.0.0.0",
        "localhost" => "127.0.0.1",
        _ if host.parse::<IpAddr>().is_ok() => host,
        _ => return "write it as \"10.0.0.11:9000\"; names are not looked up".to_owned(),
    };
    match port.parse::<u16>() {
        Ok(port) => format!("write \"{host}:{port}\""),
        Err(_) => format!("write \"{host}:8080\", with a port from 1 to 65535"),
    }
}

impl Addresses {
    /// Where these get in each other's way.
    pub(super) fn judge(&self) -> Vec<Diagnostic> {
        let (listening, mut found) = self.listening();
        found.extend(self.own.iter().filter_map(|(whose, it)| own_clash(whose, it, &listening)));
        found.extend(self.own_doubles());
        found.extend(self.backends.iter().filter_map(|backend| loops(backend, &listening)));
        found
    }

    /// Where each address is listened on first, and those that are listened on again.
    fn listening(&self) -> (HashMap<SocketAddr, Span>, Vec<Diagnostic>) {
        let (mut first, mut doubles) = (HashMap::new(), Vec::new());
        // Port 0 is a different port each time.
        for Placed { value, span } in self.listeners.iter().filter(|it| it.value.port() != 0) {
            let before = *first.entry(*value).or_insert(*span);
            if before != *span {
                let double = Diagnostic::at(*span, format!("two listeners on {value}"));
                let remedy = "give each a port of its own";
                doubles.push(double.other(before, "the other is at").remedy(remedy));
            }
        }
        (first, doubles)
    }

    /// Two of the gateway's own at one place.
    fn own_doubles(&self) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for (at, (second, other)) in self.own.iter().enumerate() {
            let taken = self.own[..at].iter().find(|(_, one)| one.value == other.value);
            let Some((first, one)) = taken.filter(|_| other.value.port() != 0) else { continue };
            let message = format!("{first} and {second} both on {}", one.value);
            let double = Diagnostic::at(other.span, message).other(one.span, "the other is at");
            found.push(double.remedy("give each a port of its own"));
        }
        found
    }
}

/// The mistake of an address of the gateway itself that is a listener's.
fn own_clash(
    whose: &str,
    own: &Placed<SocketAddr>,
    listening: &HashMap<SocketAddr, Span>,
) -> Option<Diagnostic> {
    let Placed { value: own, span } = own;
    let clash = |address: &&SocketAddr| {
        address.port() == own.port()
            && (address.ip() == own.ip()
                || address.ip().is_unspecified()
                || own.ip().is_unspecified())
    };
    let listener = listening.keys().filter(clash).min()?;
    let message = format!("{own} is taken by the listener on {listener}");
    let clash = Diagnostic::at(*span, message).other(listening[listener], "it is at");
    Some(clash.remedy(format!("give {whose} a port of their own")))
}

/// The mistake of a backend that is one of the gateway's own listeners.
fn loops(
    backend: &Placed<SocketAddr>,
    listening: &HashMap<SocketAddr, Span>,
) -> Option<Diagnostic> {
    let address = backend.value;
    let here = address.ip().is_loopback() || address.ip().is_unspecified();
    let everywhere: [IpAddr; 2] = [Ipv4Addr::UNSPECIFIED.into(), Ipv6Addr::UNSPECIFIED.into()];
    let everywhere = everywhere.map(|ip| SocketAddr::new(ip, address.port()));
    let wild = everywhere.iter().filter(|_| here).find_map(|wild| listening.get(wild));
    let listener = listening.get(&address).or(wild)?;
    let message =
        format!("{address} is the gateway itself: its requests would go round in circles");
    let looped = Diagnostic::at(backend.span, message).other(*listener, "its listener is at");
    Some(looped.remedy("write the address of the app server"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant_by_half_an_address_is_told() {
        for (text, meant) in [
            (":8080", "write \"0.0.0.0:8080\""),
            ("10.0.0.1:99999", "write \"10.0.0.1:8080\", with a port from 1 to 65535"),
            ("*:443", "write \"0.0.0.0:443\""),
            ("localhost:9000", "write \"127.0.0.1:9000\""),
            ("10.0.0.1", "add the port, as \"10.0.0.1:8080\""),
            ("::1", "add the port, as \"[::1]:8080\""),
        ] {
            assert_eq!(remedy(text), meant);
        }
        assert!(remedy("app.internal:80").contains("not looked up"));
    }
}
