//! The life of one follower.

use std::time::Duration;

use search::{Filters, Progress};
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::Instant;

use super::Feeds;
use super::reader::{Chunk, Reader, last_words};
use crate::problem::Problem;
use crate::stream::{Piece, Pieces, trailer};

/// Says that a feed came to its end in good order, and where to go on.
pub(crate) const TRAILER: &str = "indelible-feed";

/// Chunks that may wait for a slow reader: one is sent while the next is read.
pub(crate) const PIECES_MAX: usize = 2;

/// Least time between two readings of a follower that has caught up. The first entry after a pause goes out at once;
/// under steady ingest entries go out in groups, so that many followers cost little and nobody's ingest slows down.
const PACE: Duration = Duration::from_millis(50);

/// How entries are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Ndjson,
    /// Server-sent events.
    Events,
}

/// What the client wants.
pub(crate) struct FeedRequest {
    pub(crate) form: Form,
    pub(crate) filters: Filters,
    pub(crate) full: bool,
    pub(crate) follow: bool,
}

/// Why a follower ends before its time.
enum Ended {
    /// The client went away, or takes nothing.
    Gone,
    /// The server stops.
    Stopping,
    Failed,
}

/// Sends what matches from `feed` on, until it has caught up; with `follow`, until the client goes or the server stops.
pub(crate) async fn follow(feeds: Feeds, reader: Reader, goes_on: bool, pieces: Pieces, place: OwnedSemaphorePermit) {
    let committed = feeds.committed.clone();
    let stopping = feeds.stopping.clone();
    let reader = Some(reader);
    let mut follower = Follower { feeds, committed, stopping, reader, pieces, silent_since: Instant::now() };
    let how = match follower.run(goes_on).await {
        Ok(()) => Some("complete"),
        Err(Ended::Stopping) => Some("stopped"),
        Err(Ended::Gone | Ended::Failed) => None,
    };
    let at = follower.reader.as_ref().map(Reader::place).unwrap_or_default();
    if let Some(reader) = follower.reader.take() {
        // Recorded before the end is sent, so that whoever has seen the end finds it on record. This waits for the disk.
        let end = move || {
            reader.record_end();
            Ok(())
        };
        let _ = follower.feeds.threads.run(end).await;
    }
    if let Some(how) = how {
        let _ = follower.send(Piece::End(trailer(TRAILER, &format!("{how}{at}")))).await;
    }
    drop(place);
}

struct Follower {
    feeds: Feeds,
    committed: watch::Receiver<u64>,
    stopping: watch::Receiver<bool>,
    /// `None` only while a thread reads with it.
    reader: Option<Reader>,
    pieces: Pieces,
    silent_since: Instant,
}

impl Follower {
    async fn run(&mut self, goes_on: bool) -> Result<(), Ended> {
        // Tells the position at once, so that a client that is cut off before the first match can go on from it.
        if self.reader.as_ref().is_some_and(Reader::tells_position) {
            self.beat().await?;
        }
        loop {
            // Marked as seen before the log is read, so that what is committed meanwhile wakes the follower again.
            self.committed.borrow_and_update();
            let Chunk { bytes, progress } = self.read().await?;
            if !bytes.is_empty() {
                self.send(Piece::Chunk(bytes.into())).await?;
            } else if self.silent_since.elapsed() >= self.feeds.heartbeat {
                self.beat().await?;
            }
            match progress {
                _ if *self.stopping.borrow() => return Err(Ended::Stopping),
                Progress::More => {}
                Progress::CaughtUp if goes_on => self.wait().await?,
                Progress::CaughtUp => return Ok(()),
            }
        }
    }

    /// Reads on a thread of the pool, a few followers at a time.
    async fn read(&mut self) -> Result<Chunk, Ended> {
        let turn = self.feeds.reading.acquire().await.map_err(|_| Ended::Failed)?;
        let mut reader = self.reader.take().ok_or(Ended::Failed)?;
        let work = move || {
            let chunk = reader.read();
            Ok((reader, chunk))
        };
        let (reader, chunk) = self.feeds.threads.run(work).await.map_err(|_: Problem| Ended::Failed)?;
        drop(turn);
        match chunk {
            Ok(chunk) => {
                self.reader = Some(reader);
                Ok(chunk)
            }
            Err(problem) => {
                // The client hears why, and sees the connection break.
                let said = last_words(reader.form(), &problem);
                self.reader = Some(reader);
                self.send(Piece::Chunk(said.into())).await?;
                Err(Ended::Failed)
            }
        }
    }

    /// Waits until the log has grown, saying now and then that the connection lives.
    async fn wait(&mut self) -> Result<(), Ended> {
        let pace = tokio::time::sleep(PACE);
        loop {
            tokio::select! {
                grown = self.committed.changed() => break grown.map_err(|_| Ended::Stopping)?,
                () = tokio::time::sleep_until(self.silent_since + self.feeds.heartbeat) => self.beat().await?,
                _ = self.stopping.changed() => return Err(Ended::Stopping),
                () = self.pieces.closed() => return Err(Ended::Gone),
            }
        }
        pace.await;
        Ok(())
    }

    async fn beat(&mut self) -> Result<(), Ended> {
        let heartbeat = self.reader.as_ref().map(Reader::heartbeat).unwrap_or_default();
        self.send(Piece::Chunk(heartbeat.into())).await
    }

    async fn send(&mut self, piece: Piece) -> Result<(), Ended> {
        if !self.pieces.send(piece).await {
            return Err(Ended::Gone);
        }
        self.silent_since = Instant::now();
        Ok(())
    }
}
