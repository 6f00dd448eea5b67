//! Dialling: a connection to a backend, or whose fault it is that there is none.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;

use nix::errno::Errno;
use socket2::{SockRef, TcpKeepalive};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long what was sent may go unacknowledged. A backend that vanished sends no FIN; longer than
/// any deadline of a request, so that those tell first and this is for what has none: tunnels, and
/// what is left to the kernel once we have closed.
const LONGEST_UNACKNOWLEDGED: Duration = Duration::from_secs(60);
/// When a silent backend is asked whether it is still there, and how often then.
const KEEPALIVE: TcpKeepalive =
    TcpKeepalive::new().with_time(Duration::from_secs(30)).with_interval(Duration::from_secs(10));

/// Why a backend could not be reached. Nothing was sent to it, so another may always be tried.
#[derive(Debug, thiserror::Error)]
pub enum DialError {
    /// Nobody listens there.
    #[error("{0} refused the connection")]
    Refused(SocketAddr),
    /// It did not answer in time.
    #[error("{address} did not accept a connection within {limit:?}")]
    TimedOut {
        /// Who was dialled.
        address: SocketAddr,
        /// How long it was waited for.
        limit: Duration,
    },
    /// This machine is short of something: descriptors, local ports, memory, permission.
    #[error("this machine cannot connect to {address}: {source}")]
    Local {
        /// Who was dialled.
        address: SocketAddr,
        /// What the kernel said.
        source: io::Error,
    },
    /// The network said no in another way.
    #[error("cannot connect to {address}: {source}")]
    Other {
        /// Who was dialled.
        address: SocketAddr,
        /// What the kernel said.
        source: io::Error,
    },
}

impl DialError {
    /// Whether the backend's health should suffer for it; a shortage of our own is not its fault.
    #[must_use]
    pub fn is_backends_fault(&self) -> bool {
        !matches!(self, DialError::Local { .. })
    }

    fn new(address: SocketAddr, limit: Duration, source: io::Error) -> DialError {
        match source.kind() {
            ErrorKind::ConnectionRefused => DialError::Refused(address),
            ErrorKind::TimedOut => DialError::TimedOut { address, limit },
            _ if is_local(&source) => DialError::Local { address, source },
            _ => DialError::Other { address, source },
        }
    }
}

/// The errors of connect(2) and socket(2) that arise before a packet leaves.
fn is_local(error: &io::Error) -> bool {
    error.raw_os_error().is_some_and(|code| {
        matches!(
            Errno::from_raw(code),
            Errno::EACCES
                | Errno::EADDRNOTAVAIL
                | Errno::EAFNOSUPPORT
                | Errno::EAGAIN
                | Errno::EMFILE
                | Errno::ENFILE
                | Errno::ENOBUFS
                | Errno::ENOMEM
                | Errno::EPERM
        )
    })
}

/// Connects to a backend, giving up after `limit`. What is written to the stream leaves at once,
/// and a backend that vanishes without a word is noticed within a minute and a little.
///
/// # Errors
/// When there is no connection; the error says whose fault that is.
pub async fn dial(address: SocketAddr, limit: Duration) -> Result<TcpStream, DialError> {
    match timeout(limit, connect(address)).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(source)) => Err(DialError::new(address, limit, source)),
        Err(_) => Err(DialError::TimedOut { address, limit }),
    }
}

async fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    if address.ip().is_loopback() {
        refuse_own_echo(&stream, address)?;
    }
    stream.set_nodelay(true)?;
    let socket = SockRef::from(&stream);
    socket.set_tcp_user_timeout(Some(LONGEST_UNACKNOWLEDGED))?;
    socket.set_tcp_keepalive(&KEEPALIVE)?;
    Ok(stream)
}

/// On loopback the kernel may lend us the very port we dial; TCP's simultaneous open (RFC 9293
/// section 3.5) then connects the socket to itself, and a dead backend seems alive.
fn refuse_own_echo(stream: &TcpStream, address: SocketAddr) -> io::Result<()> {
    if stream.local_addr()? == address {
        return Err(ErrorKind::ConnectionRefused.into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener};

    use socket2::{Domain, Socket, Type};
    use tokio::net::TcpSocket;

    use super::*;

    const LONG: Duration = Duration::from_secs(30);

    #[tokio::test]
    async fn a_listening_backend_is_reached_without_delay() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let stream = dial(listener.local_addr().unwrap(), LONG).await.unwrap();
        assert!(stream.nodelay().unwrap());
    }

    #[tokio::test]
    async fn a_backend_that_vanishes_without_a_word_is_noticed() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let stream = dial(listener.local_addr().unwrap(), LONG).await.unwrap();
        let socket = SockRef::from(&stream);
        assert_eq!(socket.tcp_user_timeout().unwrap(), Some(LONGEST_UNACKNOWLEDGED));
        assert!(socket.keepalive().unwrap());
        assert_eq!(socket.tcp_keepalive_time().unwrap(), Duration::from_secs(30));
        assert_eq!(socket.tcp_keepalive_interval().unwrap(), Duration::from_secs(10));
    }

    #[tokio::test]
    async fn a_port_nobody_listens_on_is_refused_by_the_backends_fault() {
        let held = TcpSocket::new_v4().unwrap();
        held.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        let address = held.local_addr().unwrap();
        let error = dial(address, LONG).await.unwrap_err();
        assert!(matches!(error, DialError::Refused(refused) if refused == address), "{error}");
        assert!(error.is_backends_fault());
    }

    #[tokio::test]
    async fn a_backend_that_does_not_answer_is_given_up() {
        let deaf = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        deaf.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).unwrap();
        deaf.listen(0).unwrap();
        let address = deaf.local_addr().unwrap().as_socket().unwrap();
        // The queue of a listener that never accepts holds one; from then on its kernel is silent.
        let limit = Duration::from_millis(50);
        let mut queued = Vec::new();
        let error = loop {
            match dial(address, limit).await {
                Ok(stream) if queued.len() < 8 => queued.push(stream),
                Ok(_) => panic!("the queue has no end"),
                Err(error) => break error,
            }
        };
        assert!(matches!(error, DialError::TimedOut { .. }), "{error}");
        assert!(error.is_backends_fault());
    }

    #[test]
    fn a_shortage_of_our_own_is_not_the_backends_fault() {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 1));
        for errno in [Errno::EADDRNOTAVAIL, Errno::EMFILE, Errno::ENFILE, Errno::ENOBUFS] {
            let error = DialError::new(address, LONG, errno.into());
            assert!(!error.is_backends_fault(), "{error}");
        }
        for errno in [Errno::ECONNREFUSED, Errno::ETIMEDOUT, Errno::EHOSTUNREACH] {
            let error = DialError::new(address, LONG, errno.into());
            assert!(error.is_backends_fault(), "{error}");
        }
        let error = DialError::new(address, LONG, Errno::ETIMEDOUT.into());
        assert!(matches!(error, DialError::TimedOut { .. }), "{error}");
    }

    #[tokio::test]
    async fn a_socket_connected_to_itself_is_no_backend() {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        let own = socket.local_addr().unwrap();
        let stream = socket.connect(own).await.unwrap();
        let error = DialError::new(own, LONG, refuse_own_echo(&stream, own).unwrap_err());
        assert!(matches!(error, DialError::Refused(_)), "{error}");
    }
}
