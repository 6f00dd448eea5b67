//! Accepting: the next client, however short the machine is of descriptors.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use nix::errno::Errno;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

/// The first pause when the machine is short of something; it doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(10);
/// Soon enough to recover within a second of the shortage ending.
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// The next client. Waits out every error: a client that left while it queued costs one more
/// system call, a shortage (descriptors, memory) is told to `on_shortage` and waited out in
/// growing pauses, because the kernel would report it again at once.
///
/// Cancel-safe: a client is taken only together with returning it.
pub async fn accept(
    listener: &TcpListener,
    mut on_shortage: impl FnMut(&io::Error),
) -> (TcpStream, SocketAddr) {
    let mut pause = FIRST_PAUSE;
    loop {
        match listener.accept().await {
            Ok(client) => return client,
            Err(error) if concerns_one_client(&error) => {}
            Err(error) => {
                on_shortage(&error);
                sleep(pause).await;
                pause = longer(pause);
            }
        }
    }
}

/// Linux passes on errors of the connection it would have handed out; accept(2) says to go on.
fn concerns_one_client(error: &io::Error) -> bool {
    error.raw_os_error().is_some_and(|code| {
        matches!(
            Errno::from_raw(code),
            Errno::ECONNABORTED
                | Errno::ECONNRESET
                | Errno::EHOSTDOWN
                | Errno::EHOSTUNREACH
                | Errno::EINTR
                | Errno::ENETDOWN
                | Errno::ENETUNREACH
                | Errno::ENONET
                | Errno::ENOPROTOOPT
                | Errno::EOPNOTSUPP
                | Errno::EPROTO
        )
    })
}

fn longer(pause: Duration) -> Duration {
    (pause * 2).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use std::iter::successors;
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn a_client_that_left_does_not_keep_the_next_one_waiting() {
        for errno in [Errno::ECONNABORTED, Errno::EPROTO, Errno::EINTR] {
            assert!(concerns_one_client(&errno.into()), "{errno}");
        }
    }

    #[test]
    fn a_shortage_is_waited_out() {
        for errno in [Errno::EMFILE, Errno::ENFILE, Errno::ENOBUFS, Errno::ENOMEM] {
            assert!(!concerns_one_client(&errno.into()), "{errno}");
        }
    }

    #[test]
    fn pauses_grow_and_stay_short_enough_to_recover_within_a_second() {
        let pauses: Vec<u128> = successors(Some(FIRST_PAUSE), |pause| Some(longer(*pause)))
            .take(8)
            .map(|pause| pause.as_millis())
            .collect();
        assert_eq!(pauses, [10, 20, 40, 80, 160, 320, 500, 500]);
    }

    #[tokio::test]
    async fn clients_come_out_with_their_addresses() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (_stream, peer) = accept(&listener, |error| panic!("{error}")).await;
        assert_eq!(peer, client.local_addr().unwrap());
    }
}
