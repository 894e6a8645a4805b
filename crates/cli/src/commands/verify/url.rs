//! A served log, verified by somebody who does not trust it: every line is downloaded and hashed here.

use std::io::{BufRead, BufReader, Read};

use engine::verify::KeptReceipt;
use indicatif::ProgressBar;
use proof::{Checkpoint, Digest, RightEdge, VerifierKey};
use remote::Remote;

use super::{Report, receipt};
use crate::exit::failed;

/// Longer than any line; a server that sends more is no log.
const LINE_BYTES_MAX: u64 = 1 << 20;

pub(super) fn verify(
    remote: &Remote,
    since: Option<&str>,
    key: Option<VerifierKey>,
    kept: Option<&KeptReceipt>,
) -> miette::Result<Report> {
    let mut notes = Vec::new();
    let key = match key {
        Some(key) => key,
        None => {
            let text = remote.get_text("/vkey")?;
            let key = text.trim().parse().map_err(|error| failed(&error, "the server gives no key"))?;
            notes.push(format!("the key is the server's own word: {key}; give one you trust with --key"));
            key
        }
    };
    let open = |note: &str| Checkpoint::open(note.as_bytes(), &key);
    let mut report = Report { origin: key.name().to_owned(), notes, ..Report::default() };
    let receipt = match kept {
        Some(kept) => receipt::open(kept, &key, &mut report)?,
        None => None,
    };
    // Asking for a proof of the last acknowledged entry makes the log sign a checkpoint that covers it. If it cannot, the
    // comparison below says so.
    if let Some(last) = receipt.iter().flat_map(|receipt| &receipt.entries).max_by_key(|entry| entry.leaf) {
        remote.ask(&format!("/v1/entries/{}/proof", last.id), &[], "*/*")?;
    }
    let newest = open(&remote.get_text("/checkpoint")?);
    let newest = match newest {
        Ok(newest) => newest,
        Err(error) => {
            report.findings.push(format!("checkpoint: {error}"));
            return Ok(report);
        }
    };
    let since = match since.map(open) {
        None => None,
        Some(Ok(since)) => Some(since),
        Some(Err(error)) if error.is_of_another_key() => {
            report.findings.push(format!("the earlier checkpoint is not signed by the key {key}: {error}"));
            return Ok(report);
        }
        Some(Err(error)) => {
            return Err(failed(&error, "give a checkpoint as /checkpoint shows it, with nothing changed"));
        }
    };
    let mut acknowledged = receipt::Acknowledgements::new(receipt.as_ref());
    check_lines(remote, &newest, since.as_ref(), &mut acknowledged, &mut report)?;
    acknowledged.finish(&mut report);
    report.sound = report.findings.is_empty();
    Ok(report)
}

fn check_lines(
    remote: &Remote,
    newest: &Checkpoint,
    since: Option<&Checkpoint>,
    acknowledged: &mut receipt::Acknowledgements<'_>,
    report: &mut Report,
) -> miette::Result<()> {
    let size = newest.size.0;
    (report.entries, report.checkpoints, report.since) = (size, 1, since.map(|since| since.size.0));
    let mut edge = RightEdge::new();
    let broken = |error: &(dyn std::error::Error + 'static)| failed(error, "the export broke off; try again");
    let continues = |edge: &RightEdge, report: &mut Report| {
        if let Some(since) = since
            && since.size == edge.size()
            && since.root != edge.root()
        {
            report.findings.push(format!(
                "leaves 0 to {}: not those that the earlier checkpoint signed",
                since.size.0.saturating_sub(1)
            ));
        }
    };
    continues(&edge, report);
    if since.is_some_and(|since| since.size.0 > size) {
        report.findings.push(format!("an older copy: the checkpoint remembered is larger than {size}"));
    }
    let params = [("format", "ndjson"), ("order", "leaf")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    let mut lines = BufReader::with_capacity(1 << 20, remote.get("/v1/export", &params)?.into_reader());
    let bar = ProgressBar::new(size);
    let mut line = Vec::new();
    while edge.size().0 < size {
        line.clear();
        lines.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut line).map_err(|error| broken(&error))?;
        if line.pop() != Some(b'\n') {
            report.findings.push(format!("leaves {} to {}: the export does not hold them", edge.size().0, size - 1));
            break;
        }
        let digest = Digest::of(&line);
        acknowledged.meet(edge.size().0, digest, report);
        edge.push(digest.leaf_hash(), |_, _, _| {});
        continues(&edge, report);
        if edge.size().0.is_multiple_of(4_096) {
            bar.set_position(edge.size().0);
        }
    }
    bar.finish_and_clear();
    if edge.size() == newest.size && edge.root() != newest.root {
        report.findings.push(format!(
            "leaves 0 to {}: the lines do not have the root that the checkpoint signs",
            size.saturating_sub(1)
        ));
    }
    Ok(())
}
