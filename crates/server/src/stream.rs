//! Answers that are sent while they are written, and that say at their end that they are whole.
//!
//! A body is a number of chunks, then an end with trailers. A body that stops before its end breaks the connection without the
//! closing chunk, so that no client takes a part for the whole.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use bytes::Bytes;
use hyper::body::Frame;
use tokio::sync::mpsc;

/// Part of an answer.
pub(crate) enum Piece {
    Chunk(Bytes),
    /// The answer is whole. Sent to HTTP/1.1 clients that ask with `TE: trailers`, and to all of HTTP/2.
    End(HeaderMap),
}

/// How long a client may take nothing at all before its answer is broken off: others need the memory that it holds.
pub(crate) const STALL: Duration = Duration::from_secs(120);

/// Hands a piece to a client; `false` if it went away, or took nothing for [`STALL`].
pub(crate) async fn send(pieces: &mpsc::Sender<Piece>, piece: Piece) -> bool {
    matches!(tokio::time::timeout(STALL, pieces.send(piece)).await, Ok(Ok(())))
}

/// Makes a body and the sender that fills it; at most `pieces_max` pieces wait for a slow reader.
pub(crate) fn streamed(pieces_max: usize) -> (mpsc::Sender<Piece>, Body) {
    let (pieces, waiting) = mpsc::channel(pieces_max);
    (pieces, Body::new(Streamed { waiting, ended: false }))
}

/// One trailer with plain text.
pub(crate) fn trailer(name: &'static str, value: &str) -> HeaderMap {
    let value = HeaderValue::from_str(value).unwrap_or_else(|_| HeaderValue::from_static("invalid"));
    HeaderMap::from_iter([(HeaderName::from_static(name), value)])
}

struct Streamed {
    waiting: mpsc::Receiver<Piece>,
    ended: bool,
}

impl hyper::body::Body for Streamed {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let piece = ready!(self.waiting.poll_recv(context));
        self.ended = !matches!(piece, Some(Piece::Chunk(_)));
        Poll::Ready(Some(match piece {
            Some(Piece::Chunk(bytes)) => Ok(Frame::data(bytes)),
            Some(Piece::End(trailers)) => Ok(Frame::trailers(trailers)),
            None => Err(io::Error::other("the answer broke off")),
        }))
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;

    async fn read(send: impl AsyncFnOnce(mpsc::Sender<Piece>)) -> Result<(Bytes, Option<HeaderMap>), axum::Error> {
        let (pieces, body) = streamed(4);
        send(pieces).await;
        let collected = body.collect().await?;
        let trailers = collected.trailers().cloned();
        Ok((collected.to_bytes(), trailers))
    }

    #[tokio::test]
    async fn a_body_that_stops_before_its_end_is_an_error() {
        let whole = read(async |pieces| {
            assert!(pieces.send(Piece::Chunk("ab".into())).await.is_ok());
            assert!(pieces.send(Piece::End(trailer("indelible-export", "complete"))).await.is_ok());
        });
        let (bytes, trailers) = whole.await.unwrap();
        assert_eq!(
            (&bytes[..], &trailers.unwrap()["indelible-export"]),
            (&b"ab"[..], &HeaderValue::from_static("complete"))
        );
        let broken = read(async |pieces| assert!(pieces.send(Piece::Chunk("ab".into())).await.is_ok()));
        assert!(broken.await.is_err());
    }
}
