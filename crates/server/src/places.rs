//! A place for a new connection: at once, after another has left, or none.

use std::io::{Read as _, Write as _};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::connections::{Connections, Place, SPARE};
use crate::problem::Problem;

/// How long a new connection waits for one that was told to end.
const PLACE: Duration = Duration::from_secs(2);

/// How long accepting pauses where [`SPARE`] connections wait for places: they are leaving, and a burst of clients finds room
/// this way. Then the newest is refused.
const QUEUE: Duration = Duration::from_millis(50);

/// Who waits for a place.
pub(crate) struct Places {
    connections: Arc<Connections>,
    waiting: Arc<Semaphore>,
}

/// What there is for a new connection.
pub(crate) enum Found {
    /// A place.
    Free(Place),
    /// Others were told to end; it may wait for that, in a task of its own ([`Places::wait`]).
    Leaving(OwnedSemaphorePermit),
    /// All are busy.
    None,
}

impl Places {
    pub(crate) fn new(connections: Arc<Connections>) -> Self {
        Self { connections, waiting: Arc::new(Semaphore::new(SPARE)) }
    }

    /// Looks for a place among `at_most`, and tells those that were idle longest to end if there is none. Never waits for one
    /// of them.
    pub(crate) async fn find(&self, at_most: usize) -> Found {
        if let Some(place) = self.connections.enter(at_most) {
            return Found::Free(place);
        }
        let waiting = SPARE - self.waiting.available_permits();
        if self.connections.give_way(waiting + 1) == 0 {
            return Found::None;
        }
        let turn = tokio::time::timeout(QUEUE, Arc::clone(&self.waiting).acquire_owned()).await;
        turn.ok().and_then(Result::ok).map_or(Found::None, Found::Leaving)
    }

    /// Waits for a place; `None` where none comes free in time, or those that were to leave have become busy.
    pub(crate) async fn wait(&self, at_most: usize, turn: OwnedSemaphorePermit) -> Option<Place> {
        let freed = async {
            loop {
                if let Some(place) = self.connections.enter(at_most) {
                    return Some(place);
                }
                let waiting = SPARE - self.waiting.available_permits();
                if self.connections.give_way(waiting) == 0 {
                    return None;
                }
                self.connections.changed().await;
            }
        };
        let place = tokio::time::timeout(PLACE, freed).await.unwrap_or(None);
        drop(turn);
        self.connections.pass_on();
        place
    }
}

/// Answers that there is no place, without waiting for the client, and closes the connection. Under TLS there is no answer without a
/// handshake, so it is closed alone.
pub(crate) fn refuse(stream: TcpStream, is_https: bool) {
    metrics::counter!("indelible_connections_refused_total").increment(1);
    if is_https {
        return;
    }
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
