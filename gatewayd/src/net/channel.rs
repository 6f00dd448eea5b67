//! A channel: words, bytes and sockets between a process and the one that takes over from it.

use std::io::{self, ErrorKind, IoSlice, IoSliceMut, Read, Write};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};

/// The kernel takes no more than 253 sockets at once.
const SOCKETS_AT_ONCE: usize = 128;
/// What goes along with sockets: nothing can be sent with no byte.
const COMPANION: u8 = b'S';

/// One end of it. Everything waits, at most as long as was said.
#[derive(Debug)]
pub struct Channel(UnixStream);

impl Channel {
    /// A new channel: this end of it, and the other one to be some process's standard input.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn open() -> io::Result<(Channel, OwnedFd)> {
        let (ours, theirs) = UnixStream::pair()?;
        Ok((Channel(ours), theirs.into()))
    }

    /// The end that this process was given as its standard input.
    ///
    /// # Errors
    /// When that is no such channel.
    pub fn inherited() -> io::Result<Channel> {
        let stream = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
        // Fails on anything but a socket of this kind.
        stream.peer_addr()?;
        Ok(Channel(stream))
    }

    /// How long it waits for the other side from now on.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn wait_at_most(&self, patience: Duration) -> io::Result<()> {
        self.0.set_read_timeout(Some(patience))?;
        self.0.set_write_timeout(Some(patience))
    }

    /// Says one word.
    ///
    /// # Errors
    /// When the other side is gone.
    pub fn say(&mut self, word: u8) -> io::Result<()> {
        self.0.write_all(&[word])
    }

    /// Waits for one word.
    ///
    /// # Errors
    /// When another one comes, none in time, or the other side is gone.
    pub fn hear(&mut self, word: u8) -> io::Result<()> {
        let mut heard = [0];
        self.0.read_exact(&mut heard)?;
        match heard[0] == word {
            true => Ok(()),
            false => Err(ErrorKind::InvalidData.into()),
        }
    }

    /// Sends bytes, and how many they are.
    ///
    /// # Errors
    /// When the other side is gone or takes nothing.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(&(bytes.len() as u64).to_be_bytes())?;
        self.0.write_all(bytes)
    }

    /// Receives bytes that were sent, at most so many.
    ///
    /// # Errors
    /// When there are more, too few come in time, or the other side is gone.
    pub fn receive(&mut self, most: usize) -> io::Result<Vec<u8>> {
        let mut length = [0; 8];
        self.0.read_exact(&mut length)?;
        let length = usize::try_from(u64::from_be_bytes(length)).unwrap_or(usize::MAX);
        if length > most {
            return Err(ErrorKind::InvalidData.into());
        }
        let mut bytes = vec![0; length];
        self.0.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// Gives the other side sockets; this one keeps them too.
    ///
    /// # Errors
    /// When the other side is gone or takes nothing.
    pub fn send_sockets(&mut self, sockets: &[BorrowedFd<'_>]) -> io::Result<()> {
        for sockets in sockets.chunks(SOCKETS_AT_ONCE) {
            let room = rustix::cmsg_space!(ScmRights(SOCKETS_AT_ONCE));
            let mut room = vec![MaybeUninit::uninit(); room];
            let mut along = SendAncillaryBuffer::new(&mut room);
            along.push(SendAncillaryMessage::ScmRights(sockets));
            let companion = [IoSlice::new(&[COMPANION])];
            sendmsg(&self.0, &companion, &mut along, SendFlags::NOSIGNAL)?;
        }
        Ok(())
    }

    /// Receives so many sockets.
    ///
    /// # Errors
    /// When something else comes, too few come in time, or the other side is gone.
    pub fn receive_sockets(&mut self, count: usize) -> io::Result<Vec<OwnedFd>> {
        let mut sockets = Vec::new();
        while sockets.len() < count {
            let room = rustix::cmsg_space!(ScmRights(SOCKETS_AT_ONCE));
            let mut room = vec![MaybeUninit::uninit(); room];
            let mut along = RecvAncillaryBuffer::new(&mut room);
            let mut companion = [0];
            let mut slices = [IoSliceMut::new(&mut companion)];
            let received = recvmsg(&self.0, &mut slices, &mut along, RecvFlags::CMSG_CLOEXEC)?;
            if received.bytes == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            let before = sockets.len();
            for message in along.drain() {
                if let RecvAncillaryMessage::ScmRights(more) = message {
                    sockets.extend(more);
                }
            }
            if sockets.len() == before {
                return Err(ErrorKind::InvalidData.into());
            }
        }
        Ok(sockets)
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener, TcpStream};

    use super::*;

    fn pair() -> (Channel, Channel) {
        let (ours, theirs) = Channel::open().unwrap();
        let theirs = Channel(theirs.into());
        for end in [&ours, &theirs] {
            end.wait_at_most(Duration::from_secs(30)).unwrap();
        }
        (ours, theirs)
    }

    #[test]
    fn more_sockets_than_go_at_once_arrive_and_are_the_same_sockets() {
        let (mut ours, mut theirs) = pair();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let copies = vec![listener.as_fd(); 2 * SOCKETS_AT_ONCE + 7];
        ours.say(b'a').unwrap();
        ours.send_sockets(&copies).unwrap();
        ours.send(b"and bytes").unwrap();
        theirs.hear(b'a').unwrap();
        let received = theirs.receive_sockets(copies.len()).unwrap();
        assert_eq!(received.len(), copies.len());
        assert_eq!(theirs.receive(9).unwrap(), b"and bytes");
        drop(listener);
        let last = TcpListener::from(received.into_iter().next_back().unwrap());
        let client = TcpStream::connect(address).unwrap();
        assert_eq!(last.accept().unwrap().1, client.local_addr().unwrap());
    }

    #[test]
    fn what_was_not_agreed_on_is_refused() {
        let (mut ours, mut theirs) = pair();
        ours.send(&[0; 100]).unwrap();
        assert_eq!(theirs.receive(99).unwrap_err().kind(), ErrorKind::InvalidData);
        let (mut ours, mut theirs) = pair();
        ours.say(b'x').unwrap();
        assert_eq!(theirs.hear(b'y').unwrap_err().kind(), ErrorKind::InvalidData);
        ours.say(b'x').unwrap();
        assert_eq!(theirs.receive_sockets(1).unwrap_err().kind(), ErrorKind::InvalidData);
        drop(ours);
        assert_eq!(theirs.receive_sockets(1).unwrap_err().kind(), ErrorKind::UnexpectedEof);
        assert_eq!(theirs.hear(b'x').unwrap_err().kind(), ErrorKind::UnexpectedEof);
    }
}
