//! One entry: its line, its proof, and the log's key. No log needed.

use std::path::Path;

use proof::{Digest, TlogProof, VerifierKey};

use super::{Report, read};
use crate::exit::failed;

pub(super) fn verify(line: &Path, proof: &Path, key: &VerifierKey) -> miette::Result<Report> {
    let bytes = std::fs::read(line).map_err(|error| failed(&error, format!("cannot read {}", line.display())))?;
    // A line has no newline inside; one at the end is an editor's.
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
    let text = read(proof)?;
    let report = Report { origin: key.name().to_owned(), ..Report::default() };
    let parsed: TlogProof = match text.parse() {
        Ok(parsed) => parsed,
        Err(error) => return Err(failed(&error, format!("{} is no .tlog-proof", proof.display()))),
    };
    let leaf = parsed.index.0;
    match parsed.verify(&Digest::of(bytes), key) {
        Ok(checkpoint) => Ok(Report {
            sound: true,
            entries: 1,
            checkpoints: 1,
            notes: vec![format!("leaf {leaf} of the tree of {} signed by {key}", checkpoint.size.0)],
            ..report
        }),
        Err(error) => {
            let what = format!("{}, leaf {leaf}: {error}", line.display());
            Ok(Report { findings: vec![what], ..report })
        }
    }
}
