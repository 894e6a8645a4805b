//! Durable ingest: a server of its own as a child process, clients in this one.

use std::path::Path;

use env::{Clock, SystemClock, SystemDisk};
use serde_json::json;

use super::Ingest;
use super::events::{Events, Taken, seal};
use super::generate::Generator;
use super::log;
use super::measure::{bytes_by_kind, percentile, processor_seconds, sync_p50_us};
use super::server::ServerProcess;
use crate::exit::{Exit, failed};
use crate::remote::Remote;

/// Single events sent one after the other for the latency figure.
const SINGLES: u64 = 2_000;

pub(super) fn run(what: &Ingest) -> miette::Result<Exit> {
    let folder = log::scratch(what.dir.as_deref())?;
    measure(&what.events, folder.path(), Some(SINGLES), what.json)
}

/// Makes a new log in `dir`, and leaves it there. Without `singles` it holds these events and no others.
pub(super) fn measure(events: &Events, dir: &Path, singles: Option<u64>, json: bool) -> miette::Result<Exit> {
    let clock = SystemClock::new();
    let io = |error: std::io::Error| failed(&error, "name a folder that can be written with --dir");
    std::fs::create_dir_all(dir).map_err(io)?;
    let sync_us = sync_p50_us(&SystemDisk, &clock, dir).map_err(io)?;
    let server = ServerProcess::start(dir)?;
    let start = clock.monotonic_us();
    let sent = events.send(&server)?;
    let seconds = (clock.monotonic_us() - start) as f64 / 1e6;
    let start = clock.monotonic_us();
    seal(&server)?;
    let sealing = (clock.monotonic_us() - start) as f64 / 1e6;
    let (processor, peak) = (processor_seconds(server.pid()).unwrap_or_default(), server.peak());
    let singles = singles.map(|count| single_events(&server, &clock, count)).transpose()?;
    server.stop()?;
    let kinds = bytes_by_kind(&dir.join("data")).map_err(io)?;
    let total: u64 = kinds.values().sum();
    let per_entry = |bytes: u64| bytes as f64 / sent as f64;
    let singles = singles.map(|mut times| (percentile(&mut times, 50), percentile(&mut times, 99)));
    if json {
        let kinds: serde_json::Map<_, _> =
            kinds.iter().map(|(kind, bytes)| (kind.clone(), per_entry(*bytes).into())).collect();
        let (p50, p99) = singles.unzip();
        println!(
            "{}",
            json!({"entries": sent, "seconds": seconds, "entries_per_second": sent as f64 / seconds, "sealing_seconds_after": sealing,
                "entries_per_second_sealed": sent as f64 / (seconds + sealing),
                "server_processor_us_per_entry": processor * 1e6 / sent as f64, "anonymous_peak_bytes": peak, "bytes_per_entry": per_entry(total),
                "bytes_per_entry_by_kind": kinds, "single_p50_us": p50, "single_p99_us": p99, "sync_p50_us": sync_us})
        );
        return Ok(Exit::Done);
    }
    println!(
        "durable ingest    {sent} entries in {seconds:.1} s = {:.0} entries/s ({} clients, batches of {})",
        sent as f64 / seconds,
        events.clients,
        events.batch
    );
    println!(
        "sealing after     {sealing:.1} s until everything is in segments; counting it {:.0} entries/s",
        sent as f64 / (seconds + sealing)
    );
    println!("server processor  {:.1} µs an entry, sealing included", processor * 1e6 / sent as f64);
    println!("anonymous memory  {} MiB at most", peak >> 20);
    if let Some((p50, p99)) = singles {
        println!(
            "single events     p50 {p50} µs, p99 {p99} µs, one client; one fdatasync of 4 KiB here: p50 {sync_us} µs"
        );
    }
    println!("on disk           {:.0} bytes an entry", per_entry(total));
    for (kind, bytes) in kinds {
        println!("                  {:>8.1}  {kind}", per_entry(bytes));
    }
    Ok(Exit::Done)
}

fn single_events(server: &ServerProcess, clock: &dyn Clock, count: u64) -> miette::Result<Vec<u64>> {
    let (remote, mut generator) = (Remote::new(server.url()), Generator::new(2, count));
    let mut times = Vec::new();
    for n in 0..count {
        let mut event = String::new();
        generator.write(u64::from(u32::MAX) + n, &mut event);
        let start = clock.monotonic_us();
        let _taken: Taken = remote.send_events("/v1/events", event.as_bytes())?;
        times.push(clock.monotonic_us() - start);
    }
    Ok(times)
}
