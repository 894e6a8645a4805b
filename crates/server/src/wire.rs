//! The bytes of requests, and whether some have come.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::connections::Heard;

/// What an HTTP/2 connection begins with. Its later bytes are no sign of a request: both sides ask now and then whether the other
/// lives.
const HTTP2_PREFACE: &[u8] = b"PRI";

/// A connection that notes when bytes come.
pub(crate) struct Wire<S> {
    stream: S,
    heard: Heard,
    /// `None` until the first bytes came.
    notes: Option<bool>,
}

impl<S> Wire<S> {
    pub(crate) fn new(stream: S, heard: Heard) -> Self {
        Self { stream, heard, notes: None }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Wire<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let wire = self.get_mut();
        let before = buf.filled().len();
        ready!(Pin::new(&mut wire.stream).poll_read(context, buf))?;
        let came = buf.filled().get(before..).unwrap_or_default();
        if !came.is_empty() && *wire.notes.get_or_insert_with(|| !came.starts_with(HTTP2_PREFACE)) {
            wire.heard.note();
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Wire<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write_vectored(context, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}
