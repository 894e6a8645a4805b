//! Exports over HTTP to a client on the same machine, which throws the bytes away.

use env::{Clock, SystemClock};
use serde_json::json;

use super::measure::processor_seconds;
use super::server::ServerProcess;
use super::{OneLog, log};
use crate::commands::export::whole;
use crate::download::download;
use crate::exit::Exit;
use crate::output::outln;

/// Format and order of what is measured.
const EXPORTS: [(&str, &str); 5] =
    [("ndjson", "leaf"), ("ndjson", "desc"), ("ndjson", "asc"), ("csv", "desc"), ("json", "desc")];

/// Exports of each; the best counts, since others use the machine, too.
const ROUNDS: usize = 3;

/// Seconds after which there are no more rounds: what takes so long is not measured better by waiting again.
const SECONDS_MAX: f64 = 40.0;

#[derive(serde::Serialize)]
struct Row {
    format: &'static str,
    order: &'static str,
    bytes: u64,
    seconds: f64,
    entries_per_second: f64,
    server_processor_us_per_entry: f64,
}

pub(super) fn run(what: &OneLog) -> miette::Result<Exit> {
    let folder = log::folder(what.dir.as_deref())?;
    let server = log::serve_settled(folder.path(), &what.events)?;
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
    if what.json {
        outln!("{}", json!({"entries": entries, "anonymous_peak_bytes": peak, "exports": rows}));
        return Ok(Exit::Done);
    }
    outln!("{entries} entries exported to a client on this machine, the best of up to {ROUNDS}");
    outln!("format  order   entries/s     MB/s  server µs/entry");
    for row in rows {
        outln!(
            "{:<7} {:<6} {:>10.0} {:>8.0} {:>16.2}",
            row.format,
            row.order,
            row.entries_per_second,
            row.bytes as f64 / row.seconds / 1e6,
            row.server_processor_us_per_entry
        );
    }
    outln!("anonymous memory  {} MiB at most", peak >> 20);
    Ok(Exit::Done)
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
    let download = download(server.url(), "/v1/export", &params, &mut std::io::sink())?;
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
