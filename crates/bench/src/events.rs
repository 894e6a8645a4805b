//! The events of a benchmark: generated, or from a file; handed out in batches, sent by several clients at once.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError, mpsc};
use std::time::Duration;

use remote::{failed, text, wait};

use super::Watch;
use super::generate::Generator;
use super::server::ServerProcess;

/// Batches made ahead of the clients, so that generating never holds them up for long.
const AHEAD: usize = 8;

/// What the clients read of an answer: a receipt for each event.
#[derive(serde::Deserialize)]
pub(super) struct Taken {
    receipts: Vec<serde::de::IgnoredAny>,
}

impl Taken {
    /// How many entries were recorded.
    pub(super) fn entries(&self) -> u64 {
        self.receipts.len() as u64
    }
}

/// Which events.
#[derive(Debug, Clone)]
pub struct Events {
    /// How many.
    pub entries: u64,
    /// Events of the caller's (NDJSON as `POST /v1/events` takes it) in place of generated ones.
    pub from: Option<PathBuf>,
    /// Entries a request carries.
    pub batch: usize,
    /// Connections that send at once.
    pub clients: usize,
}

impl Events {
    /// Hands out every event in batches of whole lines, the same ones each time, until `take` says no.
    pub(super) fn batches(&self, take: &mut dyn FnMut(Vec<u8>) -> bool) -> miette::Result<()> {
        match &self.from {
            Some(path) => self.read(path, take),
            None => {
                self.generate(take);
                Ok(())
            }
        }
    }

    fn read(&self, path: &std::path::Path, take: &mut dyn FnMut(Vec<u8>) -> bool) -> miette::Result<()> {
        let file =
            std::fs::File::open(path).map_err(|error| failed(&error, format!("cannot read {}", path.display())))?;
        let mut batch = Vec::new();
        let mut lines = 0;
        let mut left = self.entries;
        let mut file = BufReader::with_capacity(1 << 20, file);
        while left > 0 && file.read_until(b'\n', &mut batch).map_err(|error| failed(&error, "cannot read on"))? > 0 {
            (lines, left) = (lines + 1, left - 1);
            if lines == self.batch {
                lines = 0;
                if !take(std::mem::take(&mut batch)) {
                    return Ok(());
                }
            }
        }
        if !batch.is_empty() {
            take(batch);
        }
        Ok(())
    }

    fn generate(&self, take: &mut dyn FnMut(Vec<u8>) -> bool) {
        let mut generator = Generator::new(1, self.entries);
        let mut n = 0;
        while n < self.entries {
            let mut batch = String::with_capacity(self.batch * 900);
            for _ in 0..self.batch.min((self.entries - n) as usize) {
                generator.write(n, &mut batch);
                n += 1;
            }
            if !take(batch.into_bytes()) {
                break;
            }
        }
    }

    /// Sends every event; returns how many entries were recorded.
    #[expect(clippy::disallowed_methods, reason = "a measurement may panic where it gets no thread")]
    pub(super) fn send(&self, server: &ServerProcess, watch: &dyn Watch) -> miette::Result<u64> {
        let (batches, queue) = mpsc::sync_channel::<Vec<u8>>(AHEAD);
        let queue = Mutex::new(queue);
        let recorded = AtomicU64::new(0);
        watch.sent(0, self.entries);
        let results: Vec<miette::Result<()>> = std::thread::scope(|scope| {
            let client = || -> miette::Result<()> {
                let remote = server.remote();
                loop {
                    let batch = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok(batch) = batch else { return Ok(()) };
                    let taken: Taken = remote.send_events("/v1/events", &batch)?;
                    let before = recorded.fetch_add(taken.entries(), Ordering::Relaxed);
                    watch.sent(before + taken.entries(), self.entries);
                    server.look_at_memory();
                }
            };
            let clients: Vec<_> = (0..self.clients).map(|_| scope.spawn(client)).collect();
            // If no client takes any more, the clients' own errors say why.
            let made = self.batches(&mut |batch| batches.send(batch).is_ok());
            drop(batches);
            let joined = clients
                .into_iter()
                .map(|client| client.join().unwrap_or_else(|_| Err(miette::miette!("a client panicked"))));
            std::iter::once(made).chain(joined).collect()
        });
        watch.all_sent();
        results.into_iter().collect::<miette::Result<()>>()?;
        Ok(recorded.into_inner())
    }
}

/// How often merging is looked at.
const LOOK: Duration = Duration::from_secs(1);

/// Looks without any change after which merging is not waited for any longer: it has failed, or the disk is full.
const LOOKS_MAX: u32 = 900;

/// Waits until the server has no more to merge, and shows how far it is; says so if it never gets there.
pub(super) fn settle(server: &ServerProcess, watch: &dyn Watch) -> miette::Result<()> {
    let remote = server.operated();
    let mut last = 0;
    let mut looks = 0;
    loop {
        let waiting = gauge(&remote.get_text("/metrics")?, "indelible_entries_to_merge");
        server.look_at_memory();
        if waiting == 0 {
            return Ok(());
        }
        if waiting != last {
            watch.remark(&format!("{waiting} entries are in segments that are being merged or wait for it"));
            (last, looks) = (waiting, 0);
        }
        looks += 1;
        if looks > LOOKS_MAX {
            watch.remark("merging does not get on; what follows is measured as it stands");
            return Ok(());
        }
        wait(LOOK);
    }
}

/// The value of a gauge; 0 if there is none.
fn gauge(metrics: &str, name: &str) -> u64 {
    let value = |line: &str| line.strip_prefix(name)?.trim().parse::<f64>().ok();
    metrics.lines().find_map(value).map_or(0, |value| value as u64)
}

/// Has everything sealed that is not yet.
pub(super) fn seal(server: &ServerProcess) -> miette::Result<()> {
    let answer = server.operated().post("/v1/seal", "application/json", b"{}")?;
    if answer.status != 200 {
        return Err(remote::refused(answer.status, &text(answer.body)?));
    }
    server.look_at_memory();
    Ok(())
}
