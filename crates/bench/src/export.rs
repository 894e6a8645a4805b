//! Exports over HTTP to a client on the same machine, which throws the bytes away.

use std::fmt::{self, Display, Formatter};

use env::{Clock, SystemClock};
use remote::{download, whole};
use serde_json::{Value, json};

use super::measure::processor_seconds;
use super::server::ServerProcess;
use super::{OneLog, Report, Watch, log};

/// Format and order of what is measured.
const EXPORTS: [(&str, &str); 5] =
    [("ndjson", "leaf"), ("ndjson", "desc"), ("ndjson", "asc"), ("csv", "desc"), ("json", "desc")];

/// Exports of each; the best counts, since others use the machine, too.
const ROUNDS: usize = 3;

/// Seconds after which there are no more rounds: what takes so long is not measured better by waiting again.
const SECONDS_MAX: f64 = 40.0;

/// What came of [`export`].
#[derive(Debug)]
pub struct Exported {
    entries: u64,
    peak: u64,
    rows: Vec<Row>,
}

#[derive(Debug, serde::Serialize)]
struct Row {
    format: &'static str,
    order: &'static str,
    bytes: u64,
    seconds: f64,
    entries_per_second: f64,
    server_processor_us_per_entry: f64,
}

impl Report for Exported {
    fn json(&self) -> Value {
        json!({"entries": self.entries, "anonymous_peak_bytes": self.peak, "exports": self.rows})
    }
}

impl Display for Exported {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} entries exported to a client on this machine, the best of up to {ROUNDS}", self.entries)?;
        writeln!(f, "format  order   entries/s     MB/s  server µs/entry")?;
        for row in &self.rows {
            writeln!(
                f,
                "{:<7} {:<6} {:>10.0} {:>8.0} {:>16.2}",
                row.format,
                row.order,
                row.entries_per_second,
                row.bytes as f64 / row.seconds / 1e6,
                row.server_processor_us_per_entry
            )?;
        }
        write!(f, "anonymous memory  {} MiB at most", self.peak >> 20)
    }
}

/// Exports everything in each format and order.
///
/// # Errors
/// If something could not be run, or an export is not whole.
pub fn export(what: &OneLog, watch: &dyn Watch) -> miette::Result<Exported> {
    let folder = log::folder(what.dir())?;
    let server = log::serve_settled(folder.path(), &what.events, watch)?;
    let clock = SystemClock::new();
    let entries = log::entries(&server)?;
    let mut rows = Vec::new();
    for (format, order) in EXPORTS {
        let (mut best, mut seconds): (Option<Row>, _) = (None, 0.0);
        for _ in 0..ROUNDS {
            let row = measure(&server, &clock, format, order, entries)?;
            server.look_at_memory();
            seconds += row.seconds;
            if best.as_ref().is_none_or(|best| row.seconds < best.seconds) {
                best = Some(row);
            }
            if seconds > SECONDS_MAX {
                break;
            }
        }
        rows.extend(best);
    }
    let peak = server.peak();
    server.stop()?;
    Ok(Exported { entries, peak, rows })
}

/// One export of everything that was sent, checked to be whole.
fn measure(
    server: &ServerProcess,
    clock: &dyn Clock,
    format: &'static str,
    order: &'static str,
    entries: u64,
) -> miette::Result<Row> {
    let params = [("format", format), ("order", order), ("source", "dev")];
    let params = params.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let processor = processor_seconds(server.pid()).unwrap_or_default();
    let start = clock.monotonic_us();
    let download = download(&server.remote(), "/v1/export", &params, &mut std::io::sink())?;
    let seconds = (clock.monotonic_us() - start) as f64 / 1e6;
    let processor = processor_seconds(server.pid()).unwrap_or_default() - processor;
    whole(&download)?;
    let said = download.trailers.get("indelible-export").and_then(|said| said.to_str().ok()).unwrap_or_default();
    if !said.contains(&format!("entries={entries};")) {
        return Err(miette::miette!("the export says {said:?}, and the log has {entries} entries"));
    }
    let per = entries as f64;
    let bytes = download.bytes;
    let server_processor_us_per_entry = processor * 1e6 / per;
    Ok(Row { format, order, bytes, seconds, entries_per_second: per / seconds, server_processor_us_per_entry })
}
