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
use tokio::time::Interval;

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

/// How often it is asked whether the reader may still have the answer.
const ASK_AGAIN: Duration = Duration::from_secs(1);

/// Whether a reader may still have an answer; if not, what is said to it before the answer breaks off.
type MayGoOn = dyn FnMut() -> Result<(), Bytes> + Send;

/// Makes a body and the sender that fills it; at most `pieces_max` pieces wait for a slow reader. `may_go_on` is asked each second,
/// on a thread that must not wait.
pub(crate) fn streamed(
    pieces_max: usize,
    may_go_on: impl FnMut() -> Result<(), Bytes> + Send + 'static,
) -> (mpsc::Sender<Piece>, Body) {
    let (pieces, waiting) = mpsc::channel(pieces_max);
    let asked = tokio::time::interval(ASK_AGAIN);
    (pieces, Body::new(Streamed { waiting, state: State::Open, asked, may_go_on: Box::new(may_go_on) }))
}

/// One trailer with plain text.
pub(crate) fn trailer(name: &'static str, value: &str) -> HeaderMap {
    let value = HeaderValue::from_str(value).unwrap_or_else(|_| HeaderValue::from_static("invalid"));
    HeaderMap::from_iter([(HeaderName::from_static(name), value)])
}

struct Streamed {
    waiting: mpsc::Receiver<Piece>,
    state: State,
    asked: Interval,
    may_go_on: Box<MayGoOn>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    /// What was to be said was said: next it breaks off.
    Breaking,
    Ended,
}

impl Streamed {
    /// What is said to a reader who may not go on; `None` while he may.
    fn poll_refused(&mut self, context: &mut Context<'_>) -> Option<Bytes> {
        while self.asked.poll_tick(context).is_ready() {
            if let Err(last_words) = (self.may_go_on)() {
                return Some(last_words);
            }
        }
        None
    }
}

impl hyper::body::Body for Streamed {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let broken = || Poll::Ready(Some(Err(io::Error::other("the answer broke off"))));
        match self.state {
            State::Ended => return Poll::Ready(None),
            State::Breaking => {
                self.state = State::Ended;
                return broken();
            }
            State::Open => {}
        }
        if let Some(last_words) = self.poll_refused(context) {
            // Whoever fills it notices that nobody takes anything any more.
            self.waiting.close();
            self.state = State::Breaking;
            return Poll::Ready(Some(Ok(Frame::data(last_words))));
        }
        match ready!(self.waiting.poll_recv(context)) {
            Some(Piece::Chunk(bytes)) => Poll::Ready(Some(Ok(Frame::data(bytes)))),
            Some(Piece::End(trailers)) => {
                self.state = State::Ended;
                Poll::Ready(Some(Ok(Frame::trailers(trailers))))
            }
            None => {
                self.state = State::Ended;
                broken()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;

    async fn read(send: impl AsyncFnOnce(mpsc::Sender<Piece>)) -> Result<(Bytes, Option<HeaderMap>), axum::Error> {
        let (pieces, body) = streamed(4, || Ok(()));
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

    #[tokio::test(start_paused = true)]
    async fn a_body_ends_within_a_second_of_the_permission() {
        let permitted = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
        let asked = std::sync::Arc::clone(&permitted);
        let is_permitted = move || {
            let permitted = asked.load(std::sync::atomic::Ordering::Relaxed);
            if permitted { Ok(()) } else { Err(Bytes::from_static(b"no more")) }
        };
        let (pieces, mut body) = streamed(4, is_permitted);
        assert!(pieces.send(Piece::Chunk("ab".into())).await.is_ok());
        let chunk = body.frame().await.unwrap().unwrap().into_data().unwrap();
        assert_eq!(&chunk[..], b"ab");
        permitted.store(false, std::sync::atomic::Ordering::Relaxed);
        let before = tokio::time::Instant::now();
        let last = body.frame().await.unwrap().unwrap().into_data().unwrap();
        assert_eq!(&last[..], b"no more");
        assert!(before.elapsed() <= ASK_AGAIN);
        assert!(body.frame().await.unwrap().is_err(), "it is not whole");
        assert!(pieces.is_closed());
    }
}
