//! What every handler has at hand.

use std::net::SocketAddr;
use std::sync::Arc;

use engine::{Limits, Log};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::Semaphore;

use crate::access::{Access, Caller, Rates, Refusals};
use crate::budget::Budget;
use crate::connections::Connections;
use crate::doors::Doors;
use crate::feed::Feeds;
use crate::pool::Pool;
use crate::problem::Problem;
use crate::sign_in::SignIn;
use crate::turns::Turns;
use crate::verifying::Verifying;

/// Shared by all requests.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) log: Arc<Log>,
    pub(crate) access: Access,
    /// How people sign in; `None` under `--dev`.
    pub(crate) sign_in: Option<SignIn>,
    /// Requests refused lately.
    pub(crate) refusals: Refusals,
    /// How much programs may send.
    pub(crate) rates: Rates,
    pub(crate) metrics: PrometheusHandle,
    /// What requests hold in memory at once.
    pub(crate) budget: Budget,
    pub(crate) connections: Arc<Connections>,
    pub(crate) doors: Arc<Doors>,
    /// How many files and connections the process may have open.
    pub(crate) open_files: u64,
    pub(crate) agents: Arc<enrich::Browsers>,
    pub(crate) feeds: Feeds,
    /// A place for each export that may run.
    pub(crate) exports: Arc<Semaphore>,
    pub(crate) turns: Turns,
    pub(crate) verifying: Verifying,
    /// The threads that read or write the log for a request.
    pub(crate) threads: Pool,
    /// The threads that answer questions.
    pub(crate) questions: Pool,
    /// What a question may cost.
    pub(crate) limits: Limits,
}

impl App {
    /// Runs what reads or writes the log on a thread of its own, so that no request holds up another.
    pub(crate) async fn blocking<T: Send + 'static>(
        self,
        work: impl FnOnce(&Self) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let threads = self.threads.clone();
        threads.run(move || work(&self)).await
    }

    /// Waits for the caller's turn, then works on the question on a thread for questions.
    pub(crate) async fn question<T: Send + 'static>(
        self,
        caller: Caller,
        work: impl FnOnce(&Self, &Caller) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let running = self.turns.take(&caller.viewer().id).await?;
        let questions = self.questions.clone();
        let work = move || {
            // Held until the work ends, even if nobody waits for it any more.
            let _running = running;
            work(&self, &caller)
        };
        questions.run(work).await
    }
}

/// Who asks: the other end of the connection, or whom trusted proxies name. IPv4 in IPv6 form is IPv4.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) SocketAddr);
