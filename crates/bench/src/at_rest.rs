//! What is done with a log at rest by a command of its own: verification, indexes made again.

use std::fmt::{self, Display, Formatter};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use env::{Clock, SystemClock};
use remote::{failed, wait};
use serde_json::{Value, json};

use crate::measure::anonymous_bytes;
use crate::{OneLog, Report, Watch, log};

/// How often the command's memory is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A command on a log at rest, and how fast it was.
#[derive(Debug)]
pub struct Ran {
    /// What was done, for people.
    title: &'static str,
    /// How many a second, for programs.
    member: &'static str,
    entries: u64,
    seconds: f64,
    /// The most anonymous memory seen, in bytes.
    peak: u64,
}

impl Report for Ran {
    fn json(&self) -> Value {
        let Self { member, entries, seconds, peak, .. } = self;
        json!({"entries": entries, "seconds": seconds, *member: self.rate(), "anonymous_peak_bytes": peak})
    }
}

impl Display for Ran {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { title, entries, seconds, .. } = self;
        writeln!(f, "{title:<17} {entries} entries in {seconds:.1} s = {:.0} entries/s", self.rate())?;
        write!(f, "anonymous memory  {} MiB at most", self.peak >> 20)
    }
}

impl Ran {
    fn of(ended: &Ended, (title, member): (&'static str, &'static str), entries: u64) -> Self {
        Self { title, member, entries, seconds: ended.seconds, peak: ended.peak }
    }

    fn rate(&self) -> f64 {
        self.entries as f64 / self.seconds
    }
}

/// A command that has ended.
struct Ended {
    /// What it wrote to its standard output.
    said: Vec<u8>,
    success: bool,
    seconds: f64,
    /// The most anonymous memory seen, in bytes.
    peak: u64,
}

/// Everything an auditor with the folder would check.
///
/// # Errors
/// If something could not be run, or the log is not sound.
pub fn verify(what: &OneLog, watch: &dyn Watch) -> miette::Result<Ran> {
    let folder = log::folder(what.dir())?;
    log::serve_settled(folder.path(), &what.events, watch)?.stop()?;
    let ended = run(folder.path(), &["verify", "--json"])?;
    let report: Value = serde_json::from_slice(&ended.said).unwrap_or_default();
    let entries = report.get("entries").and_then(Value::as_u64).filter(|_| ended.success);
    let Some(entries) = entries else {
        return Err(miette::miette!("the log is not sound: {}", String::from_utf8_lossy(&ended.said)));
    };
    Ok(Ran::of(&ended, ("verification", "verified_per_second"), entries))
}

/// Every index made again from the lines.
///
/// # Errors
/// If something could not be run.
pub fn reindex(what: &OneLog, watch: &dyn Watch) -> miette::Result<Ran> {
    let folder = log::folder(what.dir())?;
    let server = log::serve_settled(folder.path(), &what.events, watch)?;
    let entries = log::entries(&server)?;
    server.stop()?;
    let ended = run(folder.path(), &["reindex"])?;
    if !ended.success {
        return Err(miette::miette!(help = "see what it says above", "the indexes could not be made again"));
    }
    Ok(Ran::of(&ended, ("indexes again", "indexed_per_second"), entries))
}

/// Runs this binary on the log in `folder`; its progress and complaints stay on the standard error.
#[expect(clippy::disallowed_methods, reason = "a measurement may panic where it gets no thread")]
fn run(folder: &Path, command: &[&str]) -> miette::Result<Ended> {
    let io = |error: std::io::Error| failed(&error, "the command could not be run");
    let clock = SystemClock::new();
    let start = clock.monotonic_us();
    let exe = std::env::current_exe().map_err(io)?;
    let mut child = Command::new(exe)
        .args(command)
        .arg("--data")
        .arg(folder.join("data"))
        .arg("--marks")
        .arg(folder.join("marks"))
        .stdout(Stdio::piped())
        .spawn()
        .map_err(io)?;
    let pid = child.id();
    let stdout = child.stdout.take();
    let reader = std::thread::spawn(move || {
        let mut said = Vec::new();
        // Output that cannot be read is missed by the checks below.
        let _ = stdout.map(|mut stdout| std::io::Read::read_to_end(&mut stdout, &mut said));
        said
    });
    let mut peak = 0;
    let status = loop {
        peak = peak.max(anonymous_bytes(pid).unwrap_or_default());
        match child.try_wait().map_err(io)? {
            Some(status) => break status,
            None => wait(LOOK_EVERY),
        }
    };
    let seconds = (clock.monotonic_us() - start) as f64 / 1e6;
    Ok(Ended { said: reader.join().unwrap_or_default(), success: status.success(), seconds, peak })
}
