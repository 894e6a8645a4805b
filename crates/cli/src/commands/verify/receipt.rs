//! A signed receipt: alone, or beside a served log.

use std::cmp::Reverse;
use std::path::Path;

use engine::verify::KeptReceipt;
use proof::{Acknowledged, Digest, Receipt, VerifierKey};

use super::{Report, read};
use crate::exit::failed;

pub(super) fn read_kept(file: &Path) -> miette::Result<KeptReceipt> {
    Ok(KeptReceipt { file: file.to_owned(), note: read(file)? })
}

/// Checks the signature and says what is acknowledged. No log needed.
pub(super) fn verify(kept: Option<&KeptReceipt>, key: &VerifierKey) -> miette::Result<Report> {
    let mut report = Report { origin: key.name().to_owned(), ..Report::default() };
    let receipt = kept.map(|kept| open(kept, key, &mut report)).transpose()?.flatten();
    if let Some(receipt) = receipt {
        report.receipt = Some(receipt.entries.len() as u64);
        let said = receipt.entries.iter();
        report.notes =
            said.map(|entry| format!("leaf {}: entry {}, digest {}", entry.leaf, entry.id, entry.digest)).collect();
    }
    report.sound = report.findings.is_empty();
    Ok(report)
}

/// Reads a receipt under the log's key; one that this key has not signed is a finding.
pub(super) fn open(kept: &KeptReceipt, key: &VerifierKey, report: &mut Report) -> miette::Result<Option<Receipt>> {
    match Receipt::open_all(&kept.note, key) {
        Ok(receipt) => Ok(Some(receipt)),
        Err(error) if error.is_malformed() => {
            let help = "give a receipt as POST /v1/events?signed=true answers it, the member note as text";
            Err(failed(&error, help))
        }
        Err(error) => {
            report
                .findings
                .push(format!("{}: the key {key} has not signed this receipt: {error}", kept.file.display()));
            Ok(None)
        }
    }
}

/// The entries of a receipt that were not met yet while a log's lines pass by in the order of leaves.
pub(super) struct Acknowledgements<'a> {
    /// Last leaf first.
    left: Vec<&'a Acknowledged>,
    count: Option<u64>,
}

impl<'a> Acknowledgements<'a> {
    pub(super) fn new(receipt: Option<&'a Receipt>) -> Self {
        let mut left: Vec<_> = receipt.iter().flat_map(|receipt| &receipt.entries).collect();
        left.sort_by_key(|entry| Reverse(entry.leaf));
        Self { left, count: receipt.map(|receipt| receipt.entries.len() as u64) }
    }

    /// Takes the digest of the line at `leaf`.
    pub(super) fn meet(&mut self, leaf: u64, digest: Digest, report: &mut Report) {
        while let Some(entry) = self.left.pop_if(|entry| entry.leaf.0 <= leaf) {
            if entry.digest != digest {
                let what = "which the receipt acknowledges, was changed: the line here is another";
                report.findings.push(format!("leaf {}: entry {}, {what}", entry.leaf, entry.id));
            }
        }
    }

    /// Ends the check: entries that were not met by now are findings.
    pub(super) fn finish(self, report: &mut Report) {
        report.receipt = self.count;
        for entry in self.left.iter().rev() {
            let what = "which the receipt acknowledges, is missing: the log was cut";
            report.findings.push(format!("leaf {}: entry {}, {what}", entry.leaf, entry.id));
        }
    }
}
