//! How long a server takes to start that was killed while nothing was sealed: it reads the journal and makes its tail again.

use serde_json::json;

use super::events::Events;
use super::server::ServerProcess;
use super::{Start, log};
use crate::exit::Exit;
use crate::output::outln;

/// Most entries: so many may be unsealed, with room for those the server records itself; of more, the first are sent.
const ENTRIES_MAX: u64 = engine::SEAL_ROWS_MAX - 100;

pub(super) fn run(what: &Start) -> miette::Result<Exit> {
    let events = Events { entries: what.events.entries.min(ENTRIES_MAX), ..what.events.clone() };
    let folder = log::scratch(what.scratch.dir.as_deref())?;
    let unsealed = ["--seal-rows".to_owned(), engine::SEAL_ROWS_MAX.to_string()];
    let server = ServerProcess::start_with(folder.path(), &unsealed)?;
    let sent = events.send(&server)?;
    server.kill();
    let server = ServerProcess::start_with(folder.path(), &unsealed)?;
    server.look_at_memory();
    let started_in = server.started_in();
    let memory = server.peak();
    server.stop()?;
    if what.scratch.json {
        outln!(
            "{}",
            json!({"unsealed_entries": sent, "start_ms": started_in.as_millis() as u64, "anonymous_bytes": memory})
        );
        return Ok(Exit::Done);
    }
    outln!(
        "start             {} ms until a killed server listened again, {sent} entries unsealed",
        started_in.as_millis()
    );
    outln!("anonymous memory  {} MiB then", memory >> 20);
    Ok(Exit::Done)
}
