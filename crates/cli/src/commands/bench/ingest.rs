//! Durable ingest: a server of its own as a child process, clients in this one.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError, mpsc};

use env::{Clock, SystemClock, SystemDisk};
use serde_json::json;

use super::Ingest;
use super::generate::Generator;
use super::measure::{anonymous_bytes, bytes_by_kind, percentile, processor_seconds, sync_p50_us};
use crate::exit::{Exit, failed};
use crate::remote::{Remote, text};

/// Single events sent one after the other for the latency figure.
const SINGLES: u64 = 2_000;

/// Batches made ahead of the clients, so that generating never holds them up for long.
const AHEAD: usize = 8;

pub(super) fn run(what: &Ingest) -> miette::Result<Exit> {
    let clock = SystemClock::new();
    let io = |error: std::io::Error| failed(&error, "name a folder that can be written with --dir");
    let dir = what
        .dir
        .clone()
        .unwrap_or_else(|| std::env::temp_dir().join(format!("indelible-bench-{}", std::process::id())));
    std::fs::create_dir_all(&dir).map_err(io)?;
    let sync_us = sync_p50_us(&SystemDisk, &clock, &dir).map_err(io)?;
    let server = ServerProcess::start(&dir)?;
    let start = clock.monotonic_us();
    let sent = send(what, &server)?;
    let seconds = (clock.monotonic_us() - start) as f64 / 1e6;
    let sealing = seal(&server, &clock)?;
    let (processor, peak) = (processor_seconds(server.child.id()).unwrap_or_default(), server.peak());
    let mut singles = single_events(&server, &clock)?;
    server.stop()?;
    let kinds = bytes_by_kind(&dir.join("data")).map_err(io)?;
    std::fs::remove_dir_all(&dir).map_err(io)?;
    let total: u64 = kinds.values().sum();
    let per_entry = |bytes: u64| bytes as f64 / sent as f64;
    let (p50, p99) = (percentile(&mut singles, 50), percentile(&mut singles, 99));
    if what.json {
        let kinds: serde_json::Map<_, _> =
            kinds.iter().map(|(kind, bytes)| (kind.clone(), per_entry(*bytes).into())).collect();
        println!(
            "{}",
            json!({"entries": sent, "seconds": seconds, "entries_per_second": sent as f64 / seconds, "sealing_seconds_after": sealing,
                "server_processor_us_per_entry": processor * 1e6 / sent as f64, "anonymous_peak_bytes": peak, "bytes_per_entry": per_entry(total),
                "bytes_per_entry_by_kind": kinds, "single_p50_us": p50, "single_p99_us": p99, "sync_p50_us": sync_us})
        );
        return Ok(Exit::Done);
    }
    println!(
        "durable ingest    {sent} entries in {seconds:.1} s = {:.0} entries/s ({} clients, batches of {})",
        sent as f64 / seconds,
        what.clients,
        what.batch
    );
    println!("sealing after     {sealing:.1} s until everything is in segments");
    println!("server processor  {:.1} µs an entry, sealing included", processor * 1e6 / sent as f64);
    println!("anonymous memory  {} MiB at most", peak >> 20);
    println!("single events     p50 {p50} µs, p99 {p99} µs, one client; one fdatasync of 4 KiB here: p50 {sync_us} µs");
    println!("on disk           {:.0} bytes an entry", per_entry(total));
    for (kind, bytes) in kinds {
        println!("                  {:>8.1}  {kind}", per_entry(bytes));
    }
    Ok(Exit::Done)
}

/// What the clients read of an answer: a receipt for each event.
#[derive(serde::Deserialize)]
struct Taken {
    receipts: Vec<serde::de::IgnoredAny>,
}

/// Sends everything; returns how many entries were recorded.
fn send(what: &Ingest, server: &ServerProcess) -> miette::Result<u64> {
    let (batches, queue) = mpsc::sync_channel::<Vec<u8>>(AHEAD);
    let (queue, recorded) = (Mutex::new(queue), AtomicU64::new(0));
    let results: Vec<miette::Result<()>> = std::thread::scope(|scope| {
        let client = || -> miette::Result<()> {
            let remote = Remote::new(&server.url);
            loop {
                let batch = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
                let Ok(batch) = batch else { return Ok(()) };
                let taken: Taken = remote.send_events("/v1/events", &batch)?;
                recorded.fetch_add(taken.receipts.len() as u64, Ordering::Relaxed);
                server.look_at_memory();
            }
        };
        let clients: Vec<_> = (0..what.clients).map(|_| scope.spawn(client)).collect();
        let made = make(what, &batches);
        drop(batches);
        let joined = clients
            .into_iter()
            .map(|client| client.join().unwrap_or_else(|_| Err(miette::miette!("a client panicked"))));
        std::iter::once(made).chain(joined).collect()
    });
    results.into_iter().collect::<miette::Result<()>>()?;
    Ok(recorded.into_inner())
}

fn make(what: &Ingest, batches: &mpsc::SyncSender<Vec<u8>>) -> miette::Result<()> {
    // Where no client takes any more, the clients' own errors say why.
    let hand_on = |batch: Vec<u8>| batches.send(batch).is_ok();
    if let Some(path) = &what.from {
        let file =
            std::fs::File::open(path).map_err(|error| failed(&error, format!("cannot read {}", path.display())))?;
        let (mut batch, mut lines, mut left) = (Vec::new(), 0, what.entries);
        let mut file = BufReader::with_capacity(1 << 20, file);
        while left > 0 && file.read_until(b'\n', &mut batch).map_err(|error| failed(&error, "cannot read on"))? > 0 {
            (lines, left) = (lines + 1, left - 1);
            if lines == what.batch {
                lines = 0;
                if !hand_on(std::mem::take(&mut batch)) {
                    return Ok(());
                }
            }
        }
        if !batch.is_empty() {
            hand_on(batch);
        }
        return Ok(());
    }
    let mut generator = Generator::new(1);
    let mut n = 0;
    while n < what.entries {
        let mut batch = String::with_capacity(what.batch * 900);
        for _ in 0..what.batch.min((what.entries - n) as usize) {
            generator.write(n, &mut batch);
            n += 1;
        }
        if !hand_on(batch.into_bytes()) {
            break;
        }
    }
    Ok(())
}

/// Has the rest sealed; returns the seconds it took.
fn seal(server: &ServerProcess, clock: &dyn Clock) -> miette::Result<f64> {
    let start = clock.monotonic_us();
    let answer = Remote::new(&server.url).post("/v1/seal", "application/json", b"{}")?;
    if answer.status != 200 {
        return Err(crate::remote::refused(answer.status, &text(answer.body)?));
    }
    server.look_at_memory();
    Ok((clock.monotonic_us() - start) as f64 / 1e6)
}

fn single_events(server: &ServerProcess, clock: &dyn Clock) -> miette::Result<Vec<u64>> {
    let (remote, mut generator) = (Remote::new(&server.url), Generator::new(2));
    let mut times = Vec::new();
    for n in 0..SINGLES {
        let mut event = String::new();
        generator.write(u64::from(u32::MAX) + n, &mut event);
        let start = clock.monotonic_us();
        let _taken: Taken = remote.send_events("/v1/events", event.as_bytes())?;
        times.push(clock.monotonic_us() - start);
    }
    Ok(times)
}

/// A server of this binary, ended when dropped.
struct ServerProcess {
    child: Child,
    url: String,
    peak: AtomicU64,
}

impl ServerProcess {
    fn start(dir: &Path) -> miette::Result<Self> {
        let io = |error: std::io::Error| failed(&error, "the server could not be started");
        let exe: PathBuf = std::env::current_exe().map_err(io)?;
        let mut child = Command::new(exe)
            .args(["serve", "--dev", "--listen", "127.0.0.1:0", "--data"])
            .arg(dir.join("data"))
            .arg("--marks")
            .arg(dir.join("marks"))
            .env("INDELIBLE_LOG", "warn")
            .stdout(Stdio::piped())
            .spawn()
            .map_err(io)?;
        let mut said = String::new();
        if let Some(stdout) = child.stdout.take() {
            let mut stdout = BufReader::new(stdout);
            stdout.read_line(&mut said).map_err(io)?;
            // The pipe stays open for what the server still says.
            std::thread::spawn(move || stdout.read_to_end(&mut Vec::new()));
        }
        let url = said.trim().rsplit(' ').next().filter(|word| word.starts_with("http://")).map(str::to_owned);
        let url = url.ok_or_else(|| miette::miette!(help = "see what it says above", "the server did not start"))?;
        Ok(Self { child, url, peak: AtomicU64::new(0) })
    }

    fn look_at_memory(&self) {
        let now = anonymous_bytes(self.child.id()).unwrap_or_default();
        self.peak.fetch_max(now, Ordering::Relaxed);
    }

    fn peak(&self) -> u64 {
        self.peak.load(Ordering::Relaxed)
    }

    /// Tells the server to end, and waits for it.
    fn stop(mut self) -> miette::Result<()> {
        let io = |error: std::io::Error| failed(&error, "the server did not end");
        Command::new("kill").arg(self.child.id().to_string()).status().map_err(io)?;
        self.child.wait().map_err(io)?;
        Ok(())
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        // Ended already, mostly.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
