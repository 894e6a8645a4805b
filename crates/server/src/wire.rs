//! The bytes of a connection, and whether some of a request have come.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use rustix::net::{RecvFlags, Shutdown};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::connections::Heard;

/// What an HTTP/2 connection begins with. Its later bytes are no sign of a request: both sides ask now and then whether the other
/// lives.
const HTTP2_PREFACE: &[u8] = b"PRI";

/// A connection that notes when bytes come.
pub(crate) struct Wire {
    stream: Arc<TcpStream>,
    heard: Heard,
    /// `None` until the first bytes came.
    notes: Option<bool>,
}

impl Wire {
    pub(crate) fn new(stream: Arc<TcpStream>, heard: Heard) -> Self {
        Self { stream, heard, notes: None }
    }
}

/// Whether the system holds bytes that were not read yet. Cost: a system call.
pub(crate) fn has_unread(stream: &TcpStream) -> bool {
    let found = rustix::net::recv(stream, &mut [0; 1], RecvFlags::PEEK | RecvFlags::DONTWAIT);
    found.is_ok_and(|(_, bytes)| bytes > 0)
}

impl AsyncRead for Wire {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let wire = self.get_mut();
        let before = buf.filled().len();
        loop {
            ready!(wire.stream.poll_read_ready(context))?;
            match wire.stream.try_read_buf(buf) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
                Ok(_) => break,
            }
        }
        let came = buf.filled().get(before..).unwrap_or_default();
        if !came.is_empty() && *wire.notes.get_or_insert_with(|| !came.starts_with(HTTP2_PREFACE)) {
            wire.heard.note();
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(context, &[io::IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.stream.poll_write_ready(context))?;
            match self.stream.try_write_vectored(pieces) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                other => return Poll::Ready(other),
            }
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Nothing waits here: what was written is the system's.
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        match rustix::net::shutdown(&*self.stream, Shutdown::Write) {
            // The client was faster.
            Err(rustix::io::Errno::NOTCONN) => Poll::Ready(Ok(())),
            other => Poll::Ready(Ok(other?)),
        }
    }
}
