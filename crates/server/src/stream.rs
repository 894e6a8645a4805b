//! Answers that are sent while they are written, and that say at their end that they are whole.
//!
//! A body is a number of chunks, then an end with trailers. A body that stops before its end breaks the connection without the
//! closing chunk, so that no client takes a part for the whole.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
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

/// How often it is asked whether the reader may still have the answer.
const ASK_AGAIN: Duration = Duration::from_secs(1);

/// Whether a reader may still have an answer; if not, what is said to it before the answer breaks off.
type MayGoOn = dyn Fn() -> Result<(), Bytes> + Send + Sync;

/// Where an answer's pieces go.
pub(crate) struct Pieces {
    sender: mpsc::Sender<Piece>,
    may_go_on: Arc<MayGoOn>,
}

impl Pieces {
    /// Hands a piece to the client; `false` if it went away, took nothing for [`STALL`], or may not have it any more: a client that
    /// takes nothing is not asked by its own connection.
    pub(crate) async fn send(&self, piece: Piece) -> bool {
        let sent = self.sender.send(piece);
        tokio::pin!(sent);
        let mut waited = Duration::ZERO;
        while waited < STALL && (waited.is_zero() || (self.may_go_on)().is_ok()) {
            if let Ok(sent) = tokio::time::timeout(ASK_AGAIN, &mut sent).await {
                return sent.is_ok();
            }
            waited += ASK_AGAIN;
        }
        false
    }

    /// Ready when nobody takes anything any more.
    pub(crate) async fn closed(&self) {
        self.sender.closed().await;
    }
}

/// Makes a body and what fills it; at most `pieces_max` pieces wait for a slow reader. `may_go_on` is asked each second, on a thread
/// that must not wait.
pub(crate) fn streamed(
    pieces_max: usize,
    may_go_on: impl Fn() -> Result<(), Bytes> + Send + Sync + 'static,
) -> (Pieces, Body) {
    let (sender, waiting) = mpsc::channel(pieces_max);
    let asked = tokio::time::interval(ASK_AGAIN);
    let may_go_on: Arc<MayGoOn> = Arc::new(may_go_on);
    let body = Streamed { waiting, state: State::Open, asked, may_go_on: Arc::clone(&may_go_on) };
    (Pieces { sender, may_go_on }, Body::new(body))
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
    may_go_on: Arc<MayGoOn>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    /// What was to be said was said: the connection is given a turn to send it.
    Breaking,
    /// Next it breaks off, and what was not sent is lost.
    Broken,
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
                self.state = State::Broken;
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            State::Broken => {
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
                self.state = State::Broken;
                context.waker().wake_by_ref();
                Poll::Pending
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;

    async fn read(send: impl AsyncFnOnce(Pieces)) -> Result<(Bytes, Option<HeaderMap>), axum::Error> {
        let (pieces, body) = streamed(4, || Ok(()));
        send(pieces).await;
        let collected = body.collect().await?;
        let trailers = collected.trailers().cloned();
        Ok((collected.to_bytes(), trailers))
    }

    #[tokio::test]
    async fn a_body_that_stops_before_its_end_is_an_error() {
        let whole = read(async |pieces| {
            assert!(pieces.send(Piece::Chunk("ab".into())).await);
            assert!(pieces.send(Piece::End(trailer("indelible-export", "complete"))).await);
        });
        let (bytes, trailers) = whole.await.unwrap();
        assert_eq!(
            (&bytes[..], &trailers.unwrap()["indelible-export"]),
            (&b"ab"[..], &HeaderValue::from_static("complete"))
        );
        let broken = read(async |pieces| assert!(pieces.send(Piece::Chunk("ab".into())).await));
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
        assert!(pieces.send(Piece::Chunk("ab".into())).await);
        let chunk = body.frame().await.unwrap().unwrap().into_data().unwrap();
        assert_eq!(&chunk[..], b"ab");
        permitted.store(false, std::sync::atomic::Ordering::Relaxed);
        let before = tokio::time::Instant::now();
        let last = body.frame().await.unwrap().unwrap().into_data().unwrap();
        assert_eq!(&last[..], b"no more");
        assert!(before.elapsed() <= ASK_AGAIN);
        assert!(body.frame().await.unwrap().is_err(), "it is not whole");
        assert!(!pieces.send(Piece::Chunk("cd".into())).await);
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_who_takes_nothing_is_waited_for_no_longer_than_he_may_have_it() {
        for (permitted_s, waited_s) in [(3, 3), (1_000, 120)] {
            let begun = tokio::time::Instant::now();
            let is_permitted = move || {
                if begun.elapsed().as_secs() < permitted_s { Ok(()) } else { Err(Bytes::new()) }
            };
            let (pieces, _body) = streamed(1, is_permitted);
            assert!(pieces.send(Piece::Chunk("ab".into())).await);
            assert!(!pieces.send(Piece::Chunk("cd".into())).await);
            assert_eq!(begun.elapsed().as_secs(), waited_s);
        }
    }
}
