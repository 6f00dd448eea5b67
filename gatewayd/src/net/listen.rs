//! Listening: one socket per worker on one address, the kernel spreads clients over them.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener};
use std::os::fd::OwnedFd;

use socket2::{Domain, Protocol, Socket, Type};

/// Connections the kernel completes and keeps for each worker until it takes them.
const BACKLOG: i32 = 1024;

/// Why an address cannot be listened on.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Somebody else does already.
    #[error(
        "cannot listen on {0}: another process already does; `ss -ltnp sport = :{port}` names it",
        port = .0.port()
    )]
    InUse(SocketAddr),
    /// The port is for privileged processes.
    #[error(
        "cannot listen on {0}: this user may not use ports below 1024; choose a higher port, or \
         grant CAP_NET_BIND_SERVICE"
    )]
    Forbidden(SocketAddr),
    /// No interface of this machine has the address.
    #[error(
        "cannot listen on {0}: this machine has no such address; `ip address` lists those it has, \
         0.0.0.0 and [::] are all of them"
    )]
    NoSuchAddress(SocketAddr),
    /// The kernel refused for another reason.
    #[error("cannot listen on {address}: {source}")]
    Other {
        /// Where.
        address: SocketAddr,
        /// What the kernel said.
        source: io::Error,
    },
}

impl ListenError {
    fn new(address: SocketAddr, source: io::Error) -> ListenError {
        match source.kind() {
            ErrorKind::AddrInUse => ListenError::InUse(address),
            ErrorKind::PermissionDenied => ListenError::Forbidden(address),
            ErrorKind::AddrNotAvailable => ListenError::NoSuchAddress(address),
            _ => ListenError::Other { address, source },
        }
    }
}

/// Listens on `address` with one non-blocking socket for each of `workers`. Port 0 is chosen once,
/// for all of them.
///
/// # Errors
/// When the address cannot be listened on; then no socket is left.
pub fn bind(address: SocketAddr, workers: usize) -> Result<Vec<TcpListener>, ListenError> {
    sockets(address, workers).map_err(|source| ListenError::new(address, source))
}

/// The same, where `inherited` sockets of an earlier process may listen there already: these, and
/// as many more as are missing.
///
/// # Errors
/// When the address cannot be listened on.
pub fn bind_beside(
    address: SocketAddr,
    workers: usize,
    inherited: Vec<OwnedFd>,
) -> Result<Vec<TcpListener>, ListenError> {
    let fits = |listener: &TcpListener| {
        // Port 0 was chosen by the earlier process.
        let port = |it: SocketAddr| if address.port() == 0 { 0 } else { it.port() };
        let own = listener.local_addr();
        own.is_ok_and(|own| (own.ip(), port(own)) == (address.ip(), address.port()))
    };
    let mut sockets: Vec<TcpListener> =
        inherited.into_iter().map(TcpListener::from).filter(fits).collect();
    let Some(first) = sockets.first() else { return bind(address, workers) };
    let refused = |source| ListenError::new(address, source);
    let chosen = first.local_addr().map_err(refused)?;
    while sockets.len() < workers {
        sockets.push(listener(chosen).map_err(refused)?);
    }
    Ok(sockets)
}

fn sockets(address: SocketAddr, workers: usize) -> io::Result<Vec<TcpListener>> {
    let address = claim(address)?;
    (0..workers).map(|_| listener(address)).collect()
}

/// Finds out whether the address is free, and which port it is. Sockets that share a port share it
/// with every process of the same user, so a second gateway would silently take half the clients:
/// only a socket that does not share is refused.
fn claim(address: SocketAddr) -> io::Result<SocketAddr> {
    let probe = socket(address)?;
    probe.bind(&address.into())?;
    let bound = probe.local_addr()?.as_socket();
    Ok(bound.unwrap_or(address))
}

fn listener(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = socket(address)?;
    socket.set_reuse_port(true)?;
    // Linux hands it down to accepted sockets, which saves a system call for each.
    socket.set_tcp_nodelay(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

fn socket(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // Connections of an earlier process that linger in TIME_WAIT must not keep this one out.
    socket.set_reuse_address(true)?;
    if address.is_ipv6() {
        // An IPv4 listener on the same port may stand beside it, whatever the machine's default.
        socket.set_only_v6(true)?;
    }
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr, TcpStream};

    use super::*;

    fn any_port() -> SocketAddr {
        (Ipv4Addr::LOCALHOST, 0).into()
    }

    #[test]
    fn workers_share_one_port() {
        let listeners = bind(any_port(), 3).unwrap();
        let address = listeners[0].local_addr().unwrap();
        assert_ne!(address.port(), 0);
        assert!(listeners.iter().all(|one| one.local_addr().unwrap() == address));
        assert_eq!(listeners.len(), 3);
    }

    #[test]
    fn a_second_gateway_on_the_same_address_is_refused() {
        let first = bind(any_port(), 2).unwrap();
        let address = first[0].local_addr().unwrap();
        let refused = bind(address, 2).unwrap_err();
        assert!(matches!(refused, ListenError::InUse(taken) if taken == address));
        let told = refused.to_string();
        let port = address.port();
        assert!(told.contains(&address.to_string()), "{told}");
        assert!(told.contains(&format!("ss -ltnp sport = :{port}`")), "{told}");
    }

    #[test]
    fn an_address_is_free_again_though_connections_of_it_linger() {
        let listeners = bind(any_port(), 1).unwrap();
        let address = listeners[0].local_addr().unwrap();
        let client = TcpStream::connect(address).unwrap();
        listeners[0].set_nonblocking(false).unwrap();
        // The side that closes first is the one that lingers.
        drop(listeners[0].accept().unwrap());
        drop(client);
        drop(listeners);
        bind(address, 1).unwrap();
    }

    #[test]
    fn an_accepted_connection_sends_without_delay() {
        let listeners = bind(any_port(), 1).unwrap();
        let client = TcpStream::connect(listeners[0].local_addr().unwrap()).unwrap();
        listeners[0].set_nonblocking(false).unwrap();
        let (accepted, peer) = listeners[0].accept().unwrap();
        assert!(accepted.nodelay().unwrap());
        assert_eq!(peer, client.local_addr().unwrap());
    }

    #[test]
    fn both_families_stand_on_one_port() {
        let v6 = bind((Ipv6Addr::UNSPECIFIED, 0).into(), 1).unwrap();
        let port = v6[0].local_addr().unwrap().port();
        bind((Ipv4Addr::UNSPECIFIED, port).into(), 1).unwrap();
    }

    #[test]
    fn sockets_of_an_earlier_process_are_used_where_they_fit_and_no_more_are_missing() {
        let earlier = bind(any_port(), 2).unwrap();
        let address = earlier[0].local_addr().unwrap();
        let inherited = || earlier.iter().map(|it| it.try_clone().unwrap().into()).collect();
        let same = |sockets: Vec<TcpListener>, count: usize| {
            let addresses: Vec<_> = sockets.iter().map(|it| it.local_addr().unwrap()).collect();
            assert_eq!(addresses, vec![address; count]);
        };
        same(bind_beside(address, 2, inherited()).unwrap(), 2);
        same(bind_beside(any_port(), 3, inherited()).unwrap(), 3);
        // All of them: connections may wait in each.
        same(bind_beside(address, 1, inherited()).unwrap(), 2);
        let elsewhere = (Ipv6Addr::LOCALHOST, 0).into();
        let other = bind_beside(elsewhere, 1, inherited()).unwrap();
        assert!(other[0].local_addr().unwrap().is_ipv6());
    }

    #[test]
    fn an_address_of_another_machine_is_refused_with_its_remedy() {
        let address = SocketAddr::from((Ipv4Addr::new(192, 0, 2, 1), 8443));
        let refused = bind(address, 1).unwrap_err();
        assert!(matches!(refused, ListenError::NoSuchAddress(_)), "{refused}");
        assert!(refused.to_string().contains("`ip address`"));
    }

    #[test]
    fn a_privileged_port_is_named_as_such() {
        let denied = io::Error::from(ErrorKind::PermissionDenied);
        let refused = ListenError::new(any_port(), denied);
        assert!(refused.to_string().contains("CAP_NET_BIND_SERVICE"));
    }
}
