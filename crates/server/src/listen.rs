//! The port: connections are bounded in number and in time, and ended in good order.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use engine::Log;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::MissedTickBehavior;

use crate::access::{Access, Rates, Refusals};
use crate::budget::Budget;
use crate::connections::{Connections, OPEN_FILES_MIN, SPARE, connections_max};
use crate::doors::{self, CertificateError, Doors, Port};
use crate::feed::Feeds;
use crate::places::{Found, Places, refuse};
use crate::pool::Pool;
use crate::questions;
use crate::resources::export::EXPORTS_MAX;
use crate::serving::Serving;
use crate::sign_in::SignIn;
use crate::state::App;
use crate::{Options, router};

/// How long accepting pauses if the system has no more descriptors; connections are being closed meanwhile.
const NO_DESCRIPTORS: Duration = Duration::from_millis(50);

/// How long running requests may take to end when the server is told to stop.
const DRAIN: Duration = Duration::from_secs(10);

/// Why the server could not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address is not this machine's own loopback. Remedy: another address.
    #[error("--dev listens on this machine only, but {0} is not a loopback address; listen on 127.0.0.1")]
    NotLoopback(SocketAddr),
    /// Tokens and sessions would pass in the clear. Remedy: a certificate, or the proxies that speak TLS in its place.
    #[error("{0} is no address of this machine alone, and there is neither a certificate nor a trusted proxy")]
    NotEncrypted(SocketAddr),
    /// The certificate cannot be used. Remedy: its files.
    #[error("there is no TLS without its certificate")]
    Certificate(#[source] CertificateError),
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
    /// [`Port::Back`], where there is one.
    back: Option<TcpListener>,
    options: Options,
    doors: Arc<Doors>,
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
        let is_beyond = !address.ip().to_canonical().is_loopback();
        if is_beyond && options.dev {
            return Err(ServeError::NotLoopback(address));
        }
        if is_beyond && options.tls.is_none() && options.rules.trusted_proxies.is_empty() {
            return Err(ServeError::NotEncrypted(address));
        }
        let doors = Doors::new(options.dev, options.proxy_protocol, options.tls.clone(), options.rules.clone());
        let doors = Arc::new(doors.map_err(ServeError::Certificate)?);
        let open_files = env::raise_open_files();
        if open_files < OPEN_FILES_MIN {
            return Err(ServeError::OpenFiles { allowed: open_files });
        }
        let bind =
            async |address| TcpListener::bind(address).await.map_err(|source| ServeError::Bind { address, source });
        let listener = bind(address).await?;
        let back = if doors.needs_back_port() { Some(bind((Ipv4Addr::LOCALHOST, 0).into()).await?) } else { None };
        let threads = Pool::new("request", be_prompt).map_err(ServeError::Thread)?;
        let questions = questions::threads().map_err(ServeError::Thread)?;
        Ok(Self { listener, back, options, doors, open_files, threads, questions })
    }

    /// The address with the port that was really taken.
    ///
    /// # Errors
    /// What the system answers.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Where commands on this machine ask it, by plain HTTP: a port of this machine alone where the server speaks TLS or takes PROXY
    /// headers.
    ///
    /// # Errors
    /// What the system answers.
    pub fn address_here(&self) -> std::io::Result<SocketAddr> {
        self.back.as_ref().unwrap_or(&self.listener).local_addr()
    }

    /// Where browsers find it: as the configuration says, or at its address.
    #[must_use]
    pub fn origin(&self) -> String {
        let scheme = if self.doors().is_https() { "https" } else { "http" };
        let here = || format!("{scheme}://{}", self.address().unwrap_or(self.options.listen));
        self.options.rules.public_url.as_ref().map_or_else(here, ToString::to_string)
    }

    async fn accept(&self) -> std::io::Result<(TcpStream, SocketAddr, Port)> {
        let back = async {
            match &self.back {
                Some(back) => back.accept().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            accepted = self.listener.accept() => accepted.map(|(stream, peer)| (stream, peer, Port::Front)),
            accepted = back => accepted.map(|(stream, peer)| (stream, peer, Port::Back)),
        }
    }

    /// Its doors, to change what they go by.
    #[must_use]
    pub fn doors(&self) -> Arc<Doors> {
        Arc::clone(&self.doors)
    }

    /// Serves until `stop` is ready. Then it ends the feeds and lets running requests end, for at most ten seconds, or until
    /// `now` is ready. Returns the work that was cut off; the caller waits for it once its connections are gone.
    pub async fn run(
        self,
        log: Arc<Log>,
        access: Access,
        stop: impl Future<Output = ()>,
        now: impl Future<Output = ()>,
    ) -> Remaining {
        let (stopping, told) = watch::channel(false);
        let feeds = Feeds::new(&log, told, self.options.heartbeat, self.threads.clone());
        let exports = Arc::new(Semaphore::new(EXPORTS_MAX));
        let connections = Arc::new(Connections::default());
        let sign_in = match &access {
            Access::Dev => None,
            Access::Controlled { desk, first, .. } => {
                Some(SignIn::new(desk, self.options.sign_in.clone(), (self.origin(), *first)))
            }
        };
        let sign_in = sign_in.and_then(|sign_in| match sign_in {
            Ok(sign_in) => Some(sign_in),
            Err(error) => {
                tracing::error!(%error, "the sessions cannot be read, so nobody signs in");
                None
            }
        });
        let keeping =
            tokio::spawn(keep_uses(Arc::downgrade(&log), access.clone(), sign_in.clone(), self.threads.clone()));
        let desk = access.desk().cloned();
        let app = App {
            log: Arc::clone(&log),
            access,
            sign_in,
            refusals: Refusals::default(),
            rates: Rates::default(),
            metrics: recorder(),
            budget: Budget::default(),
            connections: Arc::clone(&connections),
            doors: Arc::clone(&self.doors),
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
        let router = router(app);
        let (end, ending) = watch::channel(false);
        let serving = Arc::new(Serving::new(router, Arc::clone(&self.doors), ending));
        let places = Arc::new(Places::new(Arc::clone(&connections)));
        let mut short_of_files = false;
        let watching = tokio::spawn(watch_certificate(Arc::clone(&self.doors), self.threads.clone()));
        tokio::pin!(stop);
        loop {
            let accepted = tokio::select! {
                accepted = self.accept() => accepted,
                () = &mut stop => break,
            };
            let (stream, peer, port) = match accepted {
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
            let found = tokio::select! {
                found = places.find(at_most) => found,
                () = &mut stop => break,
            };
            let is_https = port == Port::Front && self.doors.is_https();
            let serving = Arc::clone(&serving);
            let places = Arc::clone(&places);
            match found {
                Found::Free(place) => drop(tokio::spawn(async move { serving.serve(stream, peer, port, place).await })),
                Found::Leaving(turn) => drop(tokio::spawn(async move {
                    match places.wait(at_most, turn).await {
                        Some(place) => serving.serve(stream, peer, port, place).await,
                        None => refuse(stream, is_https),
                    }
                })),
                Found::None => refuse(stream, is_https),
            }
        }
        keeping.abort();
        watching.abort();
        drop(serving);
        drop((self.listener, self.back));
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
        if let Some(Err(error)) = desk.map(|desk| desk.keep_uses()) {
            tracing::warn!(%error, "when tokens were last used could not be kept");
        }
        Remaining { threads: self.threads, questions: self.questions }
    }
}

/// How often it is kept when programs were last used.
const KEEP_USES: Duration = Duration::from_secs(60);

/// Keeps when programs and sessions were last used, for as long as the server runs.
async fn keep_uses(log: Weak<Log>, access: Access, sign_in: Option<SignIn>, threads: Pool) {
    let Some(desk) = access.desk().cloned() else { return };
    let mut ticks = tokio::time::interval(KEEP_USES);
    loop {
        ticks.tick().await;
        let (desk, sign_in) = (Arc::clone(&desk), sign_in.clone());
        let Some(now_us) = log.upgrade().map(|log| log.clock().now_us()) else { return };
        threads.begin(move || {
            if let Some(sign_in) = sign_in {
                sign_in.live.keep(&desk, &desk.state(), now_us);
            }
            if let Err(error) = desk.keep_uses() {
                tracing::warn!(%error, "when tokens were last used could not be kept; it is tried again");
            }
        });
    }
}

/// Reads the certificate again where its files have changed.
async fn watch_certificate(doors: Arc<Doors>, threads: Pool) {
    if !doors.is_https() {
        return;
    }
    let mut looks = tokio::time::interval(doors::LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        let doors = Arc::clone(&doors);
        let looked = threads.run(move || {
            doors.look();
            Ok(())
        });
        if looked.await.is_err() {
            tracing::debug!("the certificate's files were not looked at this time");
        }
    }
}

/// Clients wait for what these threads do.
fn be_prompt() {
    if let Err(error) = env::be_prompt() {
        tracing::debug!(%error, "threads that work for requests wait for their turn like everything else");
    }
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
