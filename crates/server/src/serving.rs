//! One connection: served until it ends by itself, or is told to and has no request.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use hyper::Request as HyperRequest;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tower::ServiceExt;

use crate::answered::hold_until_answered;
use crate::connections::{LEAVE, Place};
use crate::doors::{Doors, HANDSHAKE, Port};
use crate::wire::Wire;

/// How long a client may take to send a request's head. Slower ones are cut off, so that they cost others nothing.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);

/// Buffer of a connection for a request's head, and for body that nobody has read yet. No honest head is longer.
const HEAD_BYTES_MAX: usize = 128 << 10;

const _: () = assert!(HEAD_BYTES_MAX > crate::params::QUERY_BYTES_MAX);

/// How long a client may take nothing of what was sent to it before the system gives its connection up.
const STALL_MS: u32 = crate::stream::STALL.as_secs() as u32 * 1_000;

/// Requests of one HTTP/2 connection at once.
const STREAMS_MAX: u32 = 128;

/// How often an idle HTTP/2 connection is asked whether it lives, and how long it has to say so.
const KEEP_ALIVE: Duration = Duration::from_secs(20);

/// How connections are served.
pub(crate) struct Serving {
    router: axum::Router,
    doors: Arc<Doors>,
    builder: Builder<TokioExecutor>,
    /// Set once the server is told to stop.
    ending: watch::Receiver<bool>,
}

impl Serving {
    pub(crate) fn new(router: axum::Router, doors: Arc<Doors>, ending: watch::Receiver<bool>) -> Self {
        let mut builder = Builder::new(TokioExecutor::new());
        builder.http1().timer(TokioTimer::new()).header_read_timeout(HEADER_TIMEOUT).max_buf_size(HEAD_BYTES_MAX);
        let http2 = &mut builder.http2();
        http2.timer(TokioTimer::new()).max_concurrent_streams(STREAMS_MAX);
        http2.keep_alive_interval(KEEP_ALIVE).keep_alive_timeout(KEEP_ALIVE);
        Self { router, doors, builder, ending }
    }

    /// Serves a connection to its end. One that is not open yet (PROXY header, TLS) has no request, so it goes as soon as it is told to.
    ///
    /// Whether it leaves is decided by the task that reads it, and by nobody else: so no request begins between the last look and
    /// the goodbye. A request that has come in part, or that the system holds unread, is waited for.
    pub(crate) async fn serve(&self, stream: TcpStream, peer: SocketAddr, port: Port, place: Place) {
        let mut ending = self.ending.clone();
        let opened = tokio::select! {
            opened = tokio::time::timeout(HANDSHAKE, self.doors.open(prepared(stream), peer, port)) => opened,
            _ = ending.changed() => return,
            _ = place.is_to_end() => return,
        };
        let (stream, arrival) = match opened {
            Ok(Ok(opened)) => opened,
            Ok(Err(error)) => return tracing::debug!(%error, %peer, "a connection was not opened"),
            Err(_) => return tracing::debug!(%peer, "a connection was not opened in time"),
        };
        let socket = stream.socket();
        let router = self.router.clone();
        let begin = place.requests();
        let service = hyper::service::service_fn(move |request: HyperRequest<Incoming>| {
            let on_its_way = begin();
            let mut request: Request = request.map(axum::body::Body::new);
            request.extensions_mut().insert(arrival);
            let answer = router.clone().oneshot(request);
            async move { answer.await.map(|response| hold_until_answered(response, on_its_way)) }
        });
        let wire = TokioIo::new(Wire::new(stream, place.heard()));
        let connection = self.builder.serve_connection(wire, service);
        tokio::pin!(connection);
        let ended = loop {
            let told_at = tokio::select! {
                biased;
                ended = connection.as_mut() => break Some(ended),
                _ = ending.changed() => break None,
                step = place.is_to_end() => step,
            };
            let grace = if socket.has_unread() { Some(LEAVE) } else { place.grace() };
            if let Some(grace) = grace {
                tokio::select! {
                    biased;
                    ended = connection.as_mut() => break Some(ended),
                    () = tokio::time::sleep(grace) => {}
                }
            }
            if place.leaves(told_at) {
                break None;
            }
        };
        let ended = match ended {
            Some(ended) => ended,
            None => {
                connection.as_mut().graceful_shutdown();
                tokio::select! {
                    ended = connection.as_mut() => ended,
                    () = place.has_had_time() => Ok(()),
                }
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a connection ended with an error");
        }
    }
}

fn prepared(stream: TcpStream) -> TcpStream {
    // Answers are whole when they are written; waiting for more would only cost time.
    let _ = stream.set_nodelay(true);
    let _ = rustix::net::sockopt::set_tcp_user_timeout(&stream, STALL_MS);
    stream
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read as _, Write as _};

    use crate::connections::Connections;
    use crate::doors::Rules;
    use tokio::net::TcpListener;

    /// A client's connection that was used once and is served, and what all connections are.
    async fn used() -> (std::net::TcpStream, Arc<Connections>, watch::Sender<bool>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (stream, peer) = listener.accept().await.unwrap();
        let (end, ending) = watch::channel(false);
        let router = axum::Router::new().route("/", axum::routing::get(|| async { "ok" }));
        let connections = Arc::new(Connections::default());
        let place = connections.enter(1).unwrap();
        let doors = Arc::new(Doors::new(true, false, None, Rules::default()).unwrap());
        tokio::spawn(async move { Serving::new(router, doors, ending).serve(stream, peer, Port::Front, place).await });
        client.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
        let (answer, client) = answer(client).await;
        assert!(answer.ends_with("ok"), "{answer}");
        (client, connections, end)
    }

    /// What the client reads next: an answer, or nothing where the connection was closed.
    #[expect(clippy::disallowed_methods, reason = "a test may panic where it gets no thread")]
    async fn answer(mut client: std::net::TcpStream) -> (String, std::net::TcpStream) {
        let read = move || {
            let mut bytes = [0; 1 << 10];
            let read = client.read(&mut bytes).unwrap();
            (String::from_utf8_lossy(&bytes[..read]).into_owned(), client)
        };
        tokio::task::spawn_blocking(read).await.unwrap()
    }

    #[tokio::test]
    async fn a_request_that_arrives_as_its_connection_is_told_to_end_is_answered() {
        let (mut client, connections, _end) = used().await;
        client.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
        // Nothing has run since: the system holds the request, and the server has not seen it.
        assert_eq!(connections.give_way(1), 1);
        assert!(answer(client).await.0.ends_with("ok"));
    }

    #[tokio::test]
    async fn a_request_that_has_come_in_part_when_its_connection_is_told_to_end_is_answered() {
        let (mut client, connections, _end) = used().await;
        client.write_all(b"GET / HT").unwrap();
        let is_heard = || connections.heard() == 1;
        while !is_heard() {
            tokio::task::yield_now().await;
        }
        assert_eq!(connections.give_way(1), 1);
        tokio::task::yield_now().await;
        client.write_all(b"TP/1.1\r\nHost: a\r\n\r\n").unwrap();
        assert!(answer(client).await.0.ends_with("ok"));
    }

    #[tokio::test]
    async fn an_idle_connection_that_is_told_to_end_is_closed_in_good_order() {
        let (client, connections, _end) = used().await;
        assert_eq!(connections.give_way(1), 1);
        assert_eq!(answer(client).await.0, "");
    }
}
