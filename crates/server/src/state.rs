//! What every handler has at hand.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use engine::{Limits, Log, Reader, Viewer};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::Semaphore;

use crate::budget::Budget;
use crate::connections::Connections;
use crate::feed::Feeds;
use crate::pool::Pool;
use crate::problem::Problem;
use crate::turns::Turns;
use crate::verifying::Verifying;

/// Shared by all requests.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) log: Arc<Log>,
    pub(crate) metrics: PrometheusHandle,
    /// What requests hold in memory at once.
    pub(crate) budget: Budget,
    pub(crate) connections: Arc<Connections>,
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

/// The other end of the connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// Who asks, and what that caller may see. Without access control (`--dev`): everybody on this machine, everything.
pub(crate) struct Caller {
    /// What the engine goes by.
    who: engine::Caller,
    /// The source of what is sent.
    pub(crate) source: &'static str,
}

impl Caller {
    /// Who looks, for the record.
    pub(crate) fn viewer(&self) -> &Viewer {
        &self.who.viewer
    }

    /// What the caller sees of the log: the one way from a request to entries.
    pub(crate) fn reader<'a>(&'a self, app: &'a App) -> Reader<'a> {
        app.log.reader(&self.who)
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let user_agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        let viewer = Viewer {
            id: "dev".to_owned(),
            ip: parts.extensions.get::<Peer>().map(|peer| peer.0.ip().to_canonical().to_string()),
            user_agent: user_agent.map(|text| text.chars().take(512).collect()),
            // Without the query: what was sought is personal (spec/own-entries.md, "The viewer").
            page: Some(parts.uri.path().chars().take(2_048).collect()),
            ..Viewer::default()
        };
        // `no-cache` asks for an answer that is worked out anew, as measurements need.
        let directives = parts.headers.get_all(header::CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
        let fresh =
            directives.flat_map(|value| value.split(',')).any(|one| one.trim().eq_ignore_ascii_case("no-cache"));
        let limits = Limits { fresh, ..app.limits };
        Ok(Self { who: engine::Caller::of_everything(viewer, limits), source: "dev" })
    }
}
