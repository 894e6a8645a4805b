//! The feed: entries in commit order, as they come. See `resources/feed.rs` for its interface.
//!
//! A follower is a task, not a thread: it reads a chunk on a thread of the pool, hands it to the connection, and waits
//! there until the client has taken it, so that a slow client holds nothing that others need. When it has caught up, it
//! sleeps until the log grows.

mod follower;
mod reader;

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use engine::Log;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use crate::pool::Pool;
use crate::problem::Problem;

pub(crate) use follower::{FeedRequest, Form, PIECES_MAX, TRAILER, follow};
pub(crate) use reader::{Reader, last_words};

/// Followers at once. Each holds at most some 200 KiB of chunks, and a bitmap over one part while it catches up.
const FOLLOWERS_MAX: usize = 1_024;

/// Followers that read the log at the same moment: a thousand of them, woken by one entry, must leave threads and
/// processor time for questions.
const READING_MAX: usize = 4;

/// What all followers share.
#[derive(Clone)]
pub(crate) struct Feeds {
    /// Size of the log, as of the last commit.
    committed: watch::Receiver<u64>,
    /// Set once the server is told to stop.
    stopping: watch::Receiver<bool>,
    places: Arc<Semaphore>,
    reading: Arc<Semaphore>,
    heartbeat: Duration,
    threads: Pool,
}

impl Feeds {
    /// Listens to the log's commits. `stopping` ends every follower. One that has nothing to send says so once a
    /// `heartbeat`. They read on `threads`.
    pub(crate) fn new(log: &Log, stopping: watch::Receiver<bool>, heartbeat: Duration, threads: Pool) -> Self {
        let (grown, committed) = watch::channel(log.size());
        log.on_commit(move |size| _ = grown.send_replace(size));
        let places = Arc::new(Semaphore::new(FOLLOWERS_MAX));
        let reading = Arc::new(Semaphore::new(READING_MAX));
        Self { committed, stopping, places, reading, heartbeat, threads }
    }

    /// A place for one more follower.
    pub(crate) fn place(&self) -> Result<OwnedSemaphorePermit, Problem> {
        Arc::clone(&self.places).try_acquire_owned().map_err(|_| {
            let detail =
                format!("{FOLLOWERS_MAX} feeds are open, as many as the server keeps; close one, or try again later");
            let status = StatusCode::SERVICE_UNAVAILABLE;
            Problem::new(status, "too_many_feeds", "Too many feeds are open", detail).retry_after(10)
        })
    }
}
