//! Durable ingest: a server of its own as a child process, clients in this one.

use std::path::Path;

use env::{Clock, SystemClock};
use serde_json::json;

use super::Ingest;
use super::events::{Events, seal};
use super::log;
use super::measure::{bytes_by_kind, processor_seconds};
use super::server::ServerProcess;
use crate::exit::{Exit, failed};
use crate::output::outln;

pub(super) fn run(what: &Ingest) -> miette::Result<Exit> {
    let folder = log::scratch(what.scratch.dir.as_deref())?;
    measure(&what.events, folder.path(), what.scratch.json)
}

/// Makes a new log of these events in `dir`, and leaves it there.
pub(super) fn measure(events: &Events, dir: &Path, json: bool) -> miette::Result<Exit> {
    let clock = SystemClock::new();
    let io = |error: std::io::Error| failed(&error, "name a folder that can be written with --dir");
    std::fs::create_dir_all(dir).map_err(io)?;
    let server = ServerProcess::start(dir)?;
    let start = clock.monotonic_us();
    let sent = events.send(&server)?;
    let seconds = (clock.monotonic_us() - start) as f64 / 1e6;
    let start = clock.monotonic_us();
    seal(&server)?;
    let sealing = (clock.monotonic_us() - start) as f64 / 1e6;
    let processor = processor_seconds(server.pid()).unwrap_or_default();
    let peak = server.peak();
    server.stop()?;
    let kinds = bytes_by_kind(&dir.join("data")).map_err(io)?;
    let total: u64 = kinds.values().sum();
    let per_entry = |bytes: u64| bytes as f64 / sent as f64;
    if json {
        let kinds: serde_json::Map<_, _> =
            kinds.iter().map(|(kind, bytes)| (kind.clone(), per_entry(*bytes).into())).collect();
        outln!(
            "{}",
            json!({"entries": sent, "seconds": seconds, "entries_per_second": sent as f64 / seconds, "sealing_seconds_after": sealing,
                "entries_per_second_sealed": sent as f64 / (seconds + sealing),
                "server_processor_us_per_entry": processor * 1e6 / sent as f64, "anonymous_peak_bytes": peak, "bytes_per_entry": per_entry(total),
                "bytes_per_entry_by_kind": kinds})
        );
        return Ok(Exit::Done);
    }
    outln!(
        "durable ingest    {sent} entries in {seconds:.1} s = {:.0} entries/s ({} clients, batches of {})",
        sent as f64 / seconds,
        events.clients,
        events.batch
    );
    outln!(
        "sealing after     {sealing:.1} s until everything is in segments; counting it {:.0} entries/s",
        sent as f64 / (seconds + sealing)
    );
    outln!("server processor  {:.1} µs an entry, sealing included", processor * 1e6 / sent as f64);
    outln!("anonymous memory  {} MiB at most", peak >> 20);
    outln!("on disk           {:.0} bytes an entry", per_entry(total));
    for (kind, bytes) in kinds {
        outln!("                  {:>8.1}  {kind}", per_entry(bytes));
    }
    Ok(Exit::Done)
}
