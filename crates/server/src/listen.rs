//! Connections: bounded in number and in time, and ended in good order.

use std::io::{Read as _, Write as _};
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::extract::Request;
use axum::http::Request as HyperRequest;
use engine::Log;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tower::ServiceExt;

use crate::answered::hold_until_answered;
use crate::budget::Budget;
use crate::connections::{Connections, OPEN_FILES_MIN, Place, SPARE, connections_max};
use crate::feed::Feeds;
use crate::pool::Pool;
use crate::problem::Problem;
use crate::questions;
use crate::resources::export::EXPORTS_MAX;
use crate::state::{App, Peer};
use crate::{Options, router};

/// How long a client may take to send a request's head. Slower ones are cut off, so that they cost others nothing.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);

/// Buffer of a connection for a request's head, and for body that nobody has read yet. No honest head is longer.
const HEAD_BYTES_MAX: usize = 128 << 10;

const _: () = assert!(HEAD_BYTES_MAX > crate::params::QUERY_BYTES_MAX);

/// How long accepting pauses if the system has no more descriptors; connections are being closed meanwhile.
const NO_DESCRIPTORS: Duration = Duration::from_millis(50);

/// How long a new connection waits for one that was told to end.
const PLACE: Duration = Duration::from_secs(2);

/// How long a client may take nothing of what was sent to it before the system gives its connection up.
const STALL_MS: u32 = crate::stream::STALL.as_secs() as u32 * 1_000;

/// Requests of one HTTP/2 connection at once.
const STREAMS_MAX: u32 = 128;

/// How long running requests may take to end when the server is told to stop.
const DRAIN: Duration = Duration::from_secs(10);

/// How often an idle HTTP/2 connection is asked whether it lives, and how long it has to say so.
const KEEP_ALIVE: Duration = Duration::from_secs(20);

/// Why the server could not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address is not this machine's own loopback. Remedy: another address.
    #[error("--dev listens on this machine only, but {0} is not a loopback address; listen on 127.0.0.1")]
    NotLoopback(SocketAddr),
    /// The address cannot be used. Remedy: another port.
    #[error("cannot listen on {address}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// What the system answered.
        source: std::io::Error,
    },
    /// The process may have too few files open for a log and those who ask it. Remedy: allow more.
    #[error("this process may have {allowed} files and connections open, and serving takes at least {OPEN_FILES_MIN}")]
    OpenFiles {
        /// What it may.
        allowed: u64,
    },
    /// The system gives no thread. Remedy: raise the limit of processes.
    #[error("the system gives no thread")]
    Thread(#[source] std::io::Error),
}

/// A port that listens.
pub struct Server {
    listener: TcpListener,
    options: Options,
    /// How many files and connections the process may have open.
    open_files: u64,
    /// For what requests do to the log.
    threads: Pool,
    questions: Pool,
}

/// Work of requests that may still run when a server has ended, and holds the log.
#[must_use = "it holds the log"]
pub struct Remaining {
    threads: Pool,
    questions: Pool,
}

impl Remaining {
    /// Waits until it has ended, or so long for either kind.
    pub fn end(self, at_most: Duration) {
        self.threads.close();
        self.questions.end(at_most);
        self.threads.end(at_most);
    }
}

impl Server {
    /// Opens the port.
    ///
    /// # Errors
    /// [`ServeError`].
    pub async fn bind(options: Options) -> Result<Self, ServeError> {
        let address = options.listen;
        if !address.ip().is_loopback() {
            return Err(ServeError::NotLoopback(address));
        }
        let open_files = env::raise_open_files();
        if open_files < OPEN_FILES_MIN {
            return Err(ServeError::OpenFiles { allowed: open_files });
        }
        let listener = TcpListener::bind(address).await.map_err(|source| ServeError::Bind { address, source })?;
        let threads = Pool::new("request", be_prompt).map_err(ServeError::Thread)?;
        let questions = questions::threads().map_err(ServeError::Thread)?;
        Ok(Self { listener, options, open_files, threads, questions })
    }

    /// The address with the port that was really taken.
    ///
    /// # Errors
    /// What the system answers.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until `stop` is ready. Then it ends the feeds and lets running requests end, for at most ten seconds, or until
    /// `now` is ready. Returns the work that was cut off; the caller waits for it once its connections are gone.
    pub async fn run(self, log: Arc<Log>, stop: impl Future<Output = ()>, now: impl Future<Output = ()>) -> Remaining {
        let (stopping, told) = watch::channel(false);
        let feeds = Feeds::new(&log, told, self.options.heartbeat, self.threads.clone());
        let exports = Arc::new(Semaphore::new(EXPORTS_MAX));
        let connections = Arc::new(Connections::default());
        let app = App {
            log: Arc::clone(&log),
            metrics: recorder(),
            budget: Budget::default(),
            connections: Arc::clone(&connections),
            open_files: self.open_files,
            agents: Arc::new(enrich::Browsers::builtin()),
            feeds,
            exports,
            turns: crate::turns::Turns::default(),
            verifying: crate::verifying::Verifying::default(),
            threads: self.threads.clone(),
            questions: self.questions.clone(),
            limits: self.options.limits,
        };
        let router = router(app, &self.options);
        let mut builder = Builder::new(TokioExecutor::new());
        builder.http1().timer(TokioTimer::new()).header_read_timeout(HEADER_TIMEOUT).max_buf_size(HEAD_BYTES_MAX);
        let http2 = &mut builder.http2();
        http2.timer(TokioTimer::new()).max_concurrent_streams(STREAMS_MAX);
        http2.keep_alive_interval(KEEP_ALIVE).keep_alive_timeout(KEEP_ALIVE);
        let (end, ending) = watch::channel(false);
        let mut short_of_files = false;
        tokio::pin!(stop);
        loop {
            let accepted = tokio::select! {
                accepted = self.listener.accept() => accepted,
                () = &mut stop => break,
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    if env::is_out_of_files(&error) {
                        // Idle connections give way; new ones wait in the system's queue.
                        connections.give_way(SPARE);
                        if !std::mem::replace(&mut short_of_files, true) {
                            tracing::warn!(%error, "connections cannot be accepted for now; idle ones are closed");
                        }
                    } else {
                        tracing::debug!(%error, "a connection could not be accepted");
                    }
                    tokio::time::sleep(NO_DESCRIPTORS).await;
                    continue;
                }
            };
            if std::mem::take(&mut short_of_files) {
                tracing::info!("connections are accepted again");
            }
            let at_most = connections_max(self.open_files, log.segments());
            let place = tokio::select! {
                place = place(&connections, at_most) => place,
                () = &mut stop => break,
            };
            let Some(place) = place else {
                metrics::counter!("indelible_connections_refused_total").increment(1);
                refuse(stream);
                continue;
            };
            let (router, peer, begin) = (router.clone(), Peer(peer), place.requests());
            let service = hyper::service::service_fn(move |request: HyperRequest<Incoming>| {
                let on_its_way = begin();
                let mut request: Request = request.map(axum::body::Body::new);
                request.extensions_mut().insert(peer);
                let answer = router.clone().oneshot(request);
                async move { answer.await.map(|response| hold_until_answered(response, on_its_way)) }
            });
            let connection = builder.serve_connection(io(stream), service).into_owned();
            let mut ending = ending.clone();
            tokio::spawn(async move {
                tokio::pin!(connection);
                let ended = tokio::select! {
                    ended = connection.as_mut() => Some(ended),
                    () = place.is_to_end() => None,
                    _ = ending.changed() => None,
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
            });
        }
        drop(ending);
        drop(self.listener);
        stopping.send_replace(true);
        end.send_replace(true);
        tokio::select! {
            // Each connection holds one receiver, and all are gone when the connections are.
            () = end.closed() => {}
            () = tokio::time::sleep(DRAIN) => {
                tracing::warn!("some requests were still running after {} seconds and are cut off", DRAIN.as_secs());
            }
            () = now => tracing::warn!("told to stop once more: requests that still run are cut off"),
        }
        Remaining { threads: self.threads, questions: self.questions }
    }
}

/// A place for one more connection, for which those that were idle longest give way; `None` if none comes free in time.
async fn place(connections: &Arc<Connections>, at_most: usize) -> Option<Place> {
    let freed = async {
        loop {
            let count = connections.count();
            let leaving = if count < at_most { 0 } else { connections.give_way(count + 1 - at_most) };
            if count < at_most || (leaving > 0 && count < at_most + SPARE) {
                return Some(connections.enter());
            }
            if leaving == 0 {
                return None;
            }
            connections.gone().await;
        }
    };
    tokio::time::timeout(PLACE, freed).await.unwrap_or(None)
}

/// Answers that there is no place, without waiting for the client, and closes the connection.
fn refuse(stream: TcpStream) {
    let Ok(mut stream) = stream.into_std() else { return };
    let problem = Problem::no_connection();
    let body = serde_json::to_string(&problem).unwrap_or_default();
    let head = format!(
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\n\
         Content-Type: application/problem+json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    // Reads what has come first: closing a socket with unread bytes would discard the answer.
    let _ = stream.read(&mut [0; 4 << 10]);
    // The socket's buffer is empty, so a short text fits at once.
    let _ = stream.write_all(format!("{head}{body}").as_bytes());
}

/// Clients wait for what these threads do.
fn be_prompt() {
    if let Err(error) = env::be_prompt() {
        tracing::debug!(%error, "threads that work for requests wait for their turn like everything else");
    }
}

fn io(stream: TcpStream) -> TokioIo<TcpStream> {
    // Answers are whole when they are written; waiting for more would only cost time.
    let _ = stream.set_nodelay(true);
    let _ = rustix::net::sockopt::set_tcp_user_timeout(&stream, STALL_MS);
    TokioIo::new(stream)
}

/// The one recorder of the process.
fn recorder() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    let make = || {
        let recorder = PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!("another recorder of metrics was there first");
        }
        handle
    };
    HANDLE.get_or_init(make).clone()
}
