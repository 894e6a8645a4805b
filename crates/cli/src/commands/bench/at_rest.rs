//! What is done with a log at rest by a command of its own: verification, indexes made again.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use env::{Clock, SystemClock};
use serde_json::json;

use super::{OneLog, log};
use crate::exit::{Exit, failed};
use crate::output::outln;
use crate::process::anonymous_bytes;
use crate::remote::wait;

/// How often the command's memory is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A command, how long it took, and what it took.
struct Ran {
    /// What it wrote to its standard output.
    said: Vec<u8>,
    success: bool,
    seconds: f64,
    /// The most anonymous memory seen, in bytes.
    peak: u64,
}

impl Ran {
    /// Prints how fast it was, under a name for people and one for programs.
    fn tell(&self, what: &OneLog, (title, member): (&str, &str), entries: u64) {
        let rate = entries as f64 / self.seconds;
        if what.json {
            outln!(
                "{}",
                json!({"entries": entries, "seconds": self.seconds, member: rate, "anonymous_peak_bytes": self.peak})
            );
            return;
        }
        outln!("{title:<17} {entries} entries in {:.1} s = {rate:.0} entries/s", self.seconds);
        outln!("anonymous memory  {} MiB at most", self.peak >> 20);
    }
}

/// Everything an auditor with the folder would check.
pub(super) fn verify(what: &OneLog) -> miette::Result<Exit> {
    let folder = log::folder(what.dir.as_deref())?;
    log::serve_settled(folder.path(), &what.events)?.stop()?;
    let ran = run(folder.path(), &["verify", "--json"])?;
    let report: serde_json::Value = serde_json::from_slice(&ran.said).unwrap_or_default();
    let entries = report.get("entries").and_then(serde_json::Value::as_u64);
    let (Some(entries), true) = (entries, ran.success) else {
        return Err(miette::miette!("the log is not sound: {}", String::from_utf8_lossy(&ran.said)));
    };
    ran.tell(what, ("verification", "verified_per_second"), entries);
    Ok(Exit::Done)
}

/// Every index made again from the lines.
pub(super) fn reindex(what: &OneLog) -> miette::Result<Exit> {
    let folder = log::folder(what.dir.as_deref())?;
    let server = log::serve_settled(folder.path(), &what.events)?;
    let entries = log::entries(&server)?;
    server.stop()?;
    let ran = run(folder.path(), &["reindex"])?;
    if !ran.success {
        return Err(miette::miette!(help = "see what it says above", "the indexes could not be made again"));
    }
    ran.tell(what, ("indexes again", "indexed_per_second"), entries);
    Ok(Exit::Done)
}

/// Runs this binary on the log in `folder`; its progress and complaints stay on the standard error.
#[expect(clippy::disallowed_methods, reason = "a measurement may panic where it gets no thread")]
fn run(folder: &Path, command: &[&str]) -> miette::Result<Ran> {
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
    Ok(Ran { said: reader.join().unwrap_or_default(), success: status.success(), seconds, peak })
}
