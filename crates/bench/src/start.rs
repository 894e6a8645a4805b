//! How long a server takes to start that was killed while nothing was sealed: it reads the journal and makes its tail again.

use std::fmt::{self, Display, Formatter};
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use super::events::Events;
use super::server::ServerProcess;
use super::{Report, Watch, log};

/// Most entries: so many may be unsealed, with room for those the server records itself; of more, the first are sent.
const ENTRIES_MAX: u64 = engine::SEAL_ROWS_MAX - 100;

/// What came of [`start`].
#[derive(Debug)]
pub struct Started {
    sent: u64,
    started_in: Duration,
    /// Anonymous memory, in bytes.
    memory: u64,
}

impl Report for Started {
    fn json(&self) -> Value {
        let Self { sent, started_in, memory } = self;
        json!({"unsealed_entries": sent, "start_ms": started_in.as_millis() as u64, "anonymous_bytes": memory})
    }
}

impl Display for Started {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { sent, started_in, memory } = self;
        let ms = started_in.as_millis();
        writeln!(f, "start             {ms} ms until a killed server listened again, {sent} entries unsealed")?;
        write!(f, "anonymous memory  {} MiB then", memory >> 20)
    }
}

/// Starts a server again that was killed with as many of these events unsealed as may be, in a folder of its own within `dir`.
///
/// # Errors
/// If something could not be run.
pub fn start(events: &Events, dir: Option<&Path>, watch: &dyn Watch) -> miette::Result<Started> {
    let events = Events { entries: events.entries.min(ENTRIES_MAX), ..events.clone() };
    let folder = log::scratch(dir)?;
    let unsealed = ["--seal-rows".to_owned(), engine::SEAL_ROWS_MAX.to_string()];
    let server = ServerProcess::start_with(folder.path(), &unsealed)?;
    let sent = events.send(&server, watch)?;
    server.kill();
    let server = ServerProcess::start_with(folder.path(), &unsealed)?;
    server.look_at_memory();
    let started_in = server.started_in();
    let memory = server.peak();
    server.stop()?;
    Ok(Started { sent, started_in, memory })
}
