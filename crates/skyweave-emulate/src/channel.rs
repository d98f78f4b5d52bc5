//! Messages with open files over a Unix socket: a length, a JSON document, and the files beside its first byte.

use rustix::io::Errno;
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage,
    SendFlags,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;

/// Most files beside one message.
const MOST_FILES: usize = 8;
const LENGTH: usize = 4;
/// Longer messages are nobody's: arguments and environments of one program stay below it.
const LONGEST: usize = 8 << 20;

/// Sends a message.
pub(crate) fn send(
    socket: &UnixStream,
    message: &impl Serialize,
    files: &[BorrowedFd<'_>],
) -> io::Result<()> {
    let body = serde_json::to_vec(message)?;
    let length = (body.len() as u32).to_le_bytes();
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_FILES))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    if !files.is_empty() && !control.push(SendAncillaryMessage::ScmRights(files)) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    // The length alone with the files, then the rest: neither can be torn.
    let sent = loop {
        match rustix::net::sendmsg(socket, &[IoSlice::new(&length)], &mut control, SendFlags::NOSIGNAL) {
            Err(Errno::INTR) => {}
            other => break other?,
        }
    };
    let mut stream = socket;
    stream.write_all(&length[sent..])?;
    stream.write_all(&body)
}

/// Receives a message. None when the other side has closed the socket.
pub(crate) fn receive<T: DeserializeOwned>(socket: &UnixStream) -> io::Result<Option<(T, Vec<OwnedFd>)>> {
    let mut length = [0; LENGTH];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_FILES))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let got = loop {
        let flags = RecvFlags::CMSG_CLOEXEC;
        match rustix::net::recvmsg(socket.as_fd(), &mut [IoSliceMut::new(&mut length)], &mut control, flags) {
            Err(Errno::INTR) => {}
            Err(Errno::CONNRESET) => return Ok(None),
            other => break other?.bytes,
        }
    };
    if got == 0 {
        return Ok(None);
    }
    let mut files = Vec::new();
    for message in control.drain() {
        if let RecvAncillaryMessage::ScmRights(rights) = message {
            files.extend(rights);
        }
    }
    let mut stream = socket;
    stream.read_exact(&mut length[got..])?;
    let length = u32::from_le_bytes(length) as usize;
    if length > LONGEST {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    Ok(Some((serde_json::from_slice(&body)?, files)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Seek;

    #[test]
    fn messages_and_files_arrive() {
        let (here, there) = UnixStream::pair().unwrap();
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"hello").unwrap();
        send(&here, &("a".repeat(1000), 7), &[file.as_fd()]).unwrap();
        send(&here, &("", 8), &[]).unwrap();
        drop(here);
        let ((text, number), files) = receive::<(String, i32)>(&there).unwrap().unwrap();
        assert_eq!((text.len(), number, files.len()), (1000, 7, 1));
        let mut same = std::fs::File::from(files.into_iter().next().unwrap());
        let mut content = String::new();
        same.rewind().unwrap();
        same.read_to_string(&mut content).unwrap();
        assert_eq!(content, "hello");
        assert_eq!(receive::<(String, i32)>(&there).unwrap().unwrap().0.1, 8);
        assert!(receive::<(String, i32)>(&there).unwrap().is_none());
    }
}
