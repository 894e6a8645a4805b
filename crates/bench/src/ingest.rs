//! Durable ingest: a server of its own as a child process, clients in this one.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::path::Path;

use env::{Clock, SystemClock};
use remote::failed;
use serde_json::{Value, json};

use super::events::{Events, seal};
use super::measure::{bytes_by_kind, processor_seconds};
use super::server::ServerProcess;
use super::{Report, Watch, log};

/// What came of [`ingest`].
#[derive(Debug)]
pub struct Ingested {
    entries: u64,
    clients: usize,
    batch: usize,
    seconds: f64,
    /// How long it took afterwards until everything was sealed.
    sealing: f64,
    /// Of the server, in seconds.
    processor: f64,
    /// Anonymous memory, in bytes.
    peak: u64,
    /// Bytes on disk by kind of file.
    kinds: BTreeMap<String, u64>,
}

impl Ingested {
    fn per_entry(&self, bytes: u64) -> f64 {
        bytes as f64 / self.entries as f64
    }

    fn bytes(&self) -> u64 {
        self.kinds.values().sum()
    }
}

impl Report for Ingested {
    fn json(&self) -> Value {
        let Self { entries, seconds, sealing, processor, peak, .. } = self;
        let kinds = self.kinds.iter().map(|(kind, bytes)| (kind.clone(), self.per_entry(*bytes).into()));
        let kinds: serde_json::Map<_, _> = kinds.collect();
        let count = *entries as f64;
        json!({"entries": entries, "seconds": seconds, "entries_per_second": count / seconds, "sealing_seconds_after": sealing,
            "entries_per_second_sealed": count / (seconds + sealing),
            "server_processor_us_per_entry": processor * 1e6 / count, "anonymous_peak_bytes": peak,
            "bytes_per_entry": self.per_entry(self.bytes()), "bytes_per_entry_by_kind": kinds})
    }
}

impl Display for Ingested {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { entries, clients, batch, seconds, sealing, processor, peak, kinds } = self;
        let count = *entries as f64;
        writeln!(
            f,
            "durable ingest    {entries} entries in {seconds:.1} s = {:.0} entries/s ({clients} clients, batches of {batch})",
            count / seconds
        )?;
        writeln!(
            f,
            "sealing after     {sealing:.1} s until everything is in segments; counting it {:.0} entries/s",
            count / (seconds + sealing)
        )?;
        writeln!(f, "server processor  {:.1} µs an entry, sealing included", processor * 1e6 / count)?;
        writeln!(f, "anonymous memory  {} MiB at most", peak >> 20)?;
        write!(f, "on disk           {:.0} bytes an entry", self.per_entry(self.bytes()))?;
        for (kind, bytes) in kinds {
            write!(f, "\n                  {:>8.1}  {kind}", self.per_entry(*bytes))?;
        }
        Ok(())
    }
}

/// Makes a log of these events, in a folder of its own within `dir`, and removes it again.
///
/// # Errors
/// If something could not be run.
pub fn ingest(events: &Events, dir: Option<&Path>, by: Sender, watch: &dyn Watch) -> miette::Result<Ingested> {
    ingest_into(log::scratch(dir)?.path(), events, by, watch)
}

/// Who sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sender {
    /// Anybody: the server has no access control.
    Anybody,
    /// A program, with a writer's token.
    Writer,
}

/// Makes a new log of these events in `dir`, and leaves it there.
///
/// # Errors
/// As [`ingest`].
pub fn ingest_into(dir: &Path, events: &Events, by: Sender, watch: &dyn Watch) -> miette::Result<Ingested> {
    let clock = SystemClock::new();
    let io = |error: std::io::Error| failed(&error, "name a folder that can be written with --dir");
    std::fs::create_dir_all(dir).map_err(io)?;
    let server = match by {
        Sender::Anybody => ServerProcess::start(dir)?,
        Sender::Writer => ServerProcess::start_controlled(dir, "writer", json!({}))?,
    };
    let start = clock.monotonic_us();
    let entries = events.send(&server, watch)?;
    let seconds = (clock.monotonic_us() - start) as f64 / 1e6;
    let start = clock.monotonic_us();
    seal(&server)?;
    let sealing = (clock.monotonic_us() - start) as f64 / 1e6;
    let processor = processor_seconds(server.pid()).unwrap_or_default();
    let peak = server.peak();
    server.stop()?;
    let kinds = bytes_by_kind(&dir.join("data")).map_err(io)?;
    Ok(Ingested { entries, clients: events.clients, batch: events.batch, seconds, sealing, processor, peak, kinds })
}
