//! Records in, entries out: a mapping's events are submitted in batches, every record is accounted for.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use engine::{Log, Submission, SubmitError};
use event::BodyKind;
use indicatif::{ProgressBar, ProgressStyle};
use ingest::{Counts, Line, Lines, Mapping, Outcome, Session};
use remote::Remote;
use serde_json::{Value, json};

use crate::beside::Beside;
use crate::exit::failed;
use crate::output::errln;

/// Events submitted at once: a group commit's worth, far below the limits of a batch.
const BATCH_EVENTS: usize = 1_000;

/// Bytes submitted at once at most; a batch may have 16 MiB.
const BATCH_BYTES: usize = 8 << 20;

/// Where events go.
pub(crate) enum Sink<'a> {
    /// Into a log that this process has open.
    Log(&'a Log),
    /// To a running server.
    Remote {
        /// The server.
        remote: &'a Remote,
        /// Where signed receipts are appended.
        receipts: Option<File>,
    },
}

/// What an import did.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Imported {
    /// Records, by what became of them; `accepted` are those the log has taken.
    pub(crate) counts: Counts,
    /// Of the accepted ones, those that the log had before.
    pub(crate) known: u64,
    /// How long it took.
    pub(crate) seconds: f64,
}

impl std::fmt::Display for Imported {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Counts { read, accepted, joined, skipped, refused } = self.counts;
        write!(f, "read {read} = {accepted} accepted + {joined} joined + {skipped} skipped + {refused} refused")?;
        if self.known > 0 {
            write!(f, "; {} of the accepted were recorded before", self.known)?;
        }
        write!(f, "; {:.0} records/s", read as f64 / self.seconds.max(1e-6))
    }
}

/// Imports one stream of lines. Refused records go to `refused`.
pub(crate) fn import(
    mut lines: Lines,
    name: &str,
    mapping: &Mapping,
    sink: &Sink<'_>,
    refused: &mut Refused,
    clock: &dyn env::Clock,
) -> miette::Result<Imported> {
    let start = clock.monotonic_us();
    let progress = progress(name);
    let mut session = Session::new(mapping);
    let source = format!("import:{}", mapping.name());
    let mut batch = Batch { sink, source, body: Vec::new(), line_nos: Vec::new(), known: 0, refused, refused_late: 0 };
    loop {
        let line =
            lines.next_line().map_err(|error| failed(&error, "is the file whole? what was read before is recorded"))?;
        let Some(line) = line else { break };
        let (outcomes, record) = match line {
            Line::Bytes(bytes) => (session.push(bytes), bytes.to_vec()),
            Line::TooLong { .. } => (session.refuse("the line is too long"), Vec::new()),
        };
        batch.take(outcomes, &record)?;
        progress.set_message(session.counts().read.to_string());
        progress.tick();
    }
    batch.take(session.finish(), &[])?;
    batch.submit()?;
    progress.finish_and_clear();
    let mut counts = session.counts();
    counts.accepted -= batch.refused_late;
    counts.refused += batch.refused_late;
    let seconds = clock.monotonic_us().saturating_sub(start) as f64 / 1e6;
    Ok(Imported { counts, known: batch.known, seconds })
}

struct Batch<'a> {
    sink: &'a Sink<'a>,
    source: String,
    body: Vec<u8>,
    line_nos: Vec<u64>,
    known: u64,
    refused: &'a mut Refused,
    refused_late: u64,
}

impl Batch<'_> {
    fn take(&mut self, outcomes: Vec<Outcome>, record: &[u8]) -> miette::Result<()> {
        for outcome in outcomes {
            match outcome {
                Outcome::Event { json, line_no } => {
                    if self.line_nos.len() == BATCH_EVENTS || self.body.len() + json.len() > BATCH_BYTES {
                        self.submit()?;
                    }
                    self.body.extend_from_slice(&json);
                    self.body.push(b'\n');
                    self.line_nos.push(line_no);
                }
                Outcome::Refused { reason, line_no } => self.refused.write(line_no, &reason, record)?,
                Outcome::Joined { .. } | Outcome::Skipped { .. } => {}
            }
        }
        Ok(())
    }

    fn submit(&mut self) -> miette::Result<()> {
        if self.line_nos.is_empty() {
            return Ok(());
        }
        let (known, problems) = match self.sink {
            Sink::Log(log) => into_log(log, &self.body, &self.source)?,
            Sink::Remote { remote, receipts } => to_server(remote, receipts.as_ref(), &self.body)?,
        };
        self.known += known;
        let events: Vec<&[u8]> = self.body.split(|byte| *byte == b'\n').collect();
        for (index, reason) in problems {
            let line_no = self.line_nos.get(index).copied().unwrap_or_default();
            self.refused.write(line_no, &reason, events.get(index).copied().unwrap_or_default())?;
            self.refused_late += 1;
        }
        self.body.clear();
        self.line_nos.clear();
        Ok(())
    }
}

type Late = (u64, Vec<(usize, String)>);

fn into_log(log: &Log, body: &[u8], source: &str) -> miette::Result<Late> {
    let submission = Submission { body, kind: BodyKind::Ndjson, source, reach: None, partial: true };
    let submitted = loop {
        match log.submit(&submission) {
            // Sealing has fallen behind: nobody else waits for this import, so it waits for sealing.
            Err(SubmitError::Overloaded { .. }) => log.wait_for_sealing(Duration::from_secs(1)),
            other => {
                break other.map_err(|error| {
                    let room = if matches!(error, SubmitError::DiskFull) { "make room on the disk; " } else { "" };
                    let help = "what was imported before is recorded; importing again adds only the rest";
                    failed(&error, format!("{room}{help}"))
                })?;
            }
        }
    };
    let known = submitted.receipts.iter().flatten().filter(|receipt| receipt.duplicate).count() as u64;
    let mut problems: Vec<(usize, String)> = Vec::new();
    for problem in submitted.problems {
        let Some(index) = problem.index else { continue };
        let reason = format!("{}: {}", problem.pointer, problem.message);
        match problems.last_mut() {
            Some((last, reasons)) if *last == index => {
                reasons.push_str("; ");
                reasons.push_str(&reason);
            }
            _ => problems.push((index, reason)),
        }
    }
    Ok((known, problems))
}

fn to_server(remote: &Remote, receipts: Option<&File>, body: &[u8]) -> miette::Result<Late> {
    let path = if receipts.is_some() { "/v1/events?partial=true&signed=true" } else { "/v1/events?partial=true" };
    let answer: Value = remote.send_events(path, body)?;
    if let (Some(mut file), Some(note)) = (receipts, answer.get("note").and_then(Value::as_str)) {
        let kept = file.write_all(note.as_bytes()).and_then(|()| file.sync_data());
        kept.map_err(|error| failed(&error, "what was sent is recorded, but its receipts could not be kept"))?;
    }
    let list = |name: &str| answer.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let known =
        list("receipts").iter().filter(|receipt| receipt.get("duplicate") == Some(&Value::Bool(true))).count() as u64;
    let mut problems: Vec<(usize, String)> = Vec::new();
    for problem in list("problems") {
        let Some(index) = problem.get("index").and_then(Value::as_u64) else { continue };
        let word = |name: &str| problem.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        if problems.last().is_none_or(|(last, _)| *last as u64 != index) {
            problems.push((index as usize, format!("{}: {}", word("pointer"), word("message"))));
        }
    }
    Ok((known, problems))
}

/// The file of refused records, made when the first one is met; several imports may share it. It gets its name at the end, even
/// after a failure, so that the file of an earlier import stays if this one refuses nothing.
pub(crate) struct Refused {
    path: PathBuf,
    file: Option<BufWriter<Beside>>,
}

impl Drop for Refused {
    fn drop(&mut self) {
        let Some(file) = self.file.take() else { return };
        let finished = file.into_inner().map_err(io::IntoInnerError::into_error).and_then(Beside::finish);
        if let Err(error) = finished {
            tracing::error!(file = %self.path.display(), %error, "the refused records could not be kept");
        }
    }
}

impl Refused {
    pub(crate) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), file: None }
    }

    fn write(&mut self, line_no: u64, reason: &str, record: &[u8]) -> miette::Result<()> {
        let wrong = |error: std::io::Error| failed(&error, "name another file for refused records with --refused");
        if self.file.is_none() {
            self.file = Some(BufWriter::new(Beside::create(&self.path).map_err(wrong)?));
            errln!("refused records go to {}", self.path.display());
        }
        let line = json!({"line": line_no, "reason": reason, "record": String::from_utf8_lossy(record)});
        let Some(file) = &mut self.file else { return Ok(()) };
        writeln!(file, "{line}").and_then(|()| file.flush()).map_err(wrong)
    }
}

fn progress(name: &str) -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    let style = ProgressStyle::with_template("{spinner} {prefix}: {msg} records, {elapsed}");
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar.set_prefix(name.to_owned());
    bar
}
