//! Verification of a data directory at rest: everything an auditor with the folder would check.

use std::process::Command;

use env::{Clock, SystemClock};
use serde_json::json;

use super::{Asked, log};
use crate::exit::{Exit, failed};

pub(super) fn run(what: &Asked) -> miette::Result<Exit> {
    let folder = log::folder(what.dir.as_deref())?;
    log::serve_settled(folder.path(), &what.events)?.stop()?;
    let (data, marks) = (folder.path().join("data"), folder.path().join("marks"));
    let io = |error: std::io::Error| failed(&error, "verification could not be started");
    let exe = std::env::current_exe().map_err(io)?;
    let clock = SystemClock::new();
    let start = clock.monotonic_us();
    let mut verification = Command::new(exe);
    verification.arg("verify").arg("--data").arg(&data).arg("--marks").arg(&marks).arg("--json");
    let said = verification.output().map_err(io)?;
    let seconds = (clock.monotonic_us() - start) as f64 / 1e6;
    let report: serde_json::Value = serde_json::from_slice(&said.stdout).unwrap_or_default();
    let entries = report.get("entries").and_then(serde_json::Value::as_u64);
    let (Some(entries), true) = (entries, said.status.success()) else {
        return Err(miette::miette!(
            "the log is not sound: {}{}",
            String::from_utf8_lossy(&said.stdout),
            String::from_utf8_lossy(&said.stderr)
        ));
    };
    let rate = entries as f64 / seconds;
    if what.json {
        println!("{}", json!({"entries": entries, "seconds": seconds, "verified_per_second": rate}));
    } else {
        println!(
            "verification      {entries} entries in {seconds:.1} s = {rate:.0} entries/s, every file of the folder"
        );
    }
    Ok(Exit::Done)
}
