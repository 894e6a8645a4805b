//! Connections: bounded in number and in time, and ended in good order.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::extract::Request;
use axum::http::Request as HyperRequest;
use engine::Log;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tower::ServiceExt;

use crate::feed::Feeds;
use crate::questions::{self, Questions, Remaining};
use crate::resources::export::EXPORTS_MAX;
use crate::state::{App, Peer};
use crate::{Options, router};

/// How long a client may take to send a request's head. Slower ones are cut off, so that they cost others nothing.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);

/// Connections served at once; more wait in the system's queue. Each costs some 20 KiB.
const CONNECTIONS_MAX: usize = 16_384;

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
}

/// A port that listens.
pub struct Server {
    listener: TcpListener,
    options: Options,
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
        let listener = TcpListener::bind(address).await.map_err(|source| ServeError::Bind { address, source })?;
        Ok(Self { listener, options })
    }

    /// The address with the port that was really taken.
    ///
    /// # Errors
    /// What the system answers.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until `stop` is ready, then ends the feeds and lets running requests end: for ten seconds at most, and no
    /// longer than until `now` is ready. Returns the questions that were cut off then, to be waited for once their
    /// connections are gone.
    pub async fn run(self, log: Arc<Log>, stop: impl Future<Output = ()>, now: impl Future<Output = ()>) -> Remaining {
        let (stopping, told) = watch::channel(false);
        let feeds = Feeds::new(&log, told, self.options.heartbeat);
        let exports = Arc::new(Semaphore::new(EXPORTS_MAX));
        let questions = questions::threads();
        let app = App {
            log,
            metrics: recorder(),
            agents: Arc::new(enrich::Browsers::builtin()),
            feeds,
            exports,
            turns: crate::turns::Turns::default(),
            verifying: crate::verifying::Verifying::default(),
            questions: Questions::of(&questions),
            limits: self.options.limits,
        };
        let router = router(app, &self.options);
        let (graceful, slots) = (GracefulShutdown::new(), Arc::new(Semaphore::new(CONNECTIONS_MAX)));
        let mut builder = Builder::new(TokioExecutor::new());
        builder.http1().timer(TokioTimer::new()).header_read_timeout(HEADER_TIMEOUT);
        let http2 = &mut builder.http2();
        http2.timer(TokioTimer::new()).max_concurrent_streams(STREAMS_MAX);
        http2.keep_alive_interval(KEEP_ALIVE).keep_alive_timeout(KEEP_ALIVE);
        tokio::pin!(stop);
        loop {
            let Ok(slot) = Arc::clone(&slots).acquire_owned().await else { break };
            let accepted = tokio::select! {
                accepted = self.listener.accept() => accepted,
                () = &mut stop => break,
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Too many open files, mostly: ends when connections do.
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            };
            let (router, peer) = (router.clone(), Peer(peer));
            let service = hyper::service::service_fn(move |request: HyperRequest<Incoming>| {
                let mut request: Request = request.map(axum::body::Body::new);
                request.extensions_mut().insert(peer);
                router.clone().oneshot(request)
            });
            let connection = builder.serve_connection(io(stream), service).into_owned();
            let watched = graceful.watch(connection);
            tokio::spawn(async move {
                if let Err(error) = watched.await {
                    tracing::debug!(%error, "a connection ended with an error");
                }
                drop(slot);
            });
        }
        drop(self.listener);
        stopping.send_replace(true);
        tokio::select! {
            () = graceful.shutdown() => {}
            () = tokio::time::sleep(DRAIN) => {
                tracing::warn!("some requests were still running after {} seconds and are cut off", DRAIN.as_secs());
            }
            () = now => tracing::warn!("told to stop once more: requests that still run are cut off"),
        }
        Remaining(questions)
    }
}

fn io(stream: TcpStream) -> TokioIo<TcpStream> {
    // Answers are whole when they are written; waiting for more would only cost time.
    let _ = stream.set_nodelay(true);
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
