//! From a grown tree to a published checkpoint, in the one order that is safe.

use super::{Ledger, Published};
use crate::chain::Chain;
use crate::levels::Flushed;
use crate::mark::Mark;
use crate::{MarkError, OpenLedgerError, SignError};
use env::{Disk, DiskFile, is_disk_full, is_out_of_files};
use proof::Checkpoint;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

/// The side of a ledger that signs. One at a time.
pub(super) struct Signer {
    /// `tree/checkpoints`.
    file: Box<dyn DiskFile>,
    path: PathBuf,
    /// The record that was the newest when the file was opened, until it was made durable.
    unsettled: Option<LastRecord>,
    /// Where the next record goes.
    end: u64,
    /// What it continues.
    chain: Chain,
    mark: PathBuf,
    /// The highest checkpoint ever signed here. Published, unless writing the mark failed.
    recorded: Arc<Published>,
}

/// A record and where it lies.
pub(super) struct LastRecord {
    pub(super) at: u64,
    pub(super) bytes: Vec<u8>,
}

impl Signer {
    pub(super) fn new(
        file: Box<dyn DiskFile>,
        path: PathBuf,
        last: LastRecord,
        chain: Chain,
        mark: PathBuf,
        recorded: Arc<Published>,
    ) -> Self {
        let end = last.at + last.bytes.len() as u64;
        Self { file, path, unsettled: Some(last), end, chain, mark, recorded }
    }

    /// Makes the newest checkpoint durable, in its file and in the mark, and cuts off what lies behind it.
    pub(super) fn settle(&mut self, disk: &dyn Disk) -> Result<(), OpenLedgerError> {
        let Some(last) = &self.unsettled else { return Ok(()) };
        // If a process died after a failed sync, the page cache may show a last record that the disk never got. It is written
        // once more, so that it is durable before anybody relies on it.
        let written = self
            .file
            .write_all_at(&last.bytes, last.at)
            .and_then(|()| self.file.set_len(self.end))
            .and_then(|()| self.file.sync_all());
        written.map_err(|source| OpenLedgerError::Io { path: self.path.clone(), source })?;
        Mark { disk, path: &self.mark }.write(&self.recorded)?;
        self.unsettled = None;
        Ok(())
    }

    pub(super) fn checkpoint(&mut self, ledger: &Ledger) -> Result<Arc<Published>, SignError> {
        if let Some(reason) = ledger.stopped.get() {
            return Err(SignError::Stopped { reason: reason.clone() });
        }
        if *self.recorded != *ledger.newest() {
            // The mark could not be written last time.
            self.publish(ledger)?;
        }
        // Taken before the flush: leaves that are not flushed now were received later than this, less the time they waited.
        let now_us = ledger.env.clock.now_us();
        let flushed = ledger.levels.flush().map_err(|(path, source)| failed(ledger, &path, source))?;
        if flushed.size == self.recorded.checkpoint.size {
            return Ok(Arc::clone(&self.recorded));
        }
        sync(ledger, &flushed)?;
        self.check(ledger, &flushed)?;
        let checkpoint = Checkpoint { origin: ledger.origin().to_owned(), size: flushed.size, root: flushed.root };
        let note = checkpoint.sign(&ledger.key).map_err(SignError::Note)?.to_string();
        let recorded_us = ledger.dates.record(now_us);
        self.record(ledger, Published { checkpoint, note, recorded_us })?;
        self.publish(ledger)?;
        Ok(Arc::clone(&self.recorded))
    }

    /// Refuses to sign what does not continue what was signed before, here or according to the mark.
    fn check(&self, ledger: &Ledger, flushed: &Flushed) -> Result<(), SignError> {
        let old = &self.recorded.checkpoint;
        assert!(old.size < flushed.size, "I-3: the size never shrinks");
        let path = proof::consistency_path(old.size, flushed.size, &ledger.levels).map_err(SignError::Unproven)?;
        // Every tree begins with the empty one; its root was checked when the ledger was opened.
        if old.size.0 > 0 {
            proof::verify_consistency(old.size, flushed.size, &path, &old.root, &flushed.root)
                .map_err(|source| SignError::Inconsistent { old: old.size, new: flushed.size, source })?;
        }
        let mark = Mark { disk: &*ledger.env.disk, path: &self.mark };
        mark.check(&ledger.verifier_key(), flushed.size, &ledger.levels).map_err(passing)?;
        Ok(())
    }

    /// Appends a signed checkpoint to the file and syncs it.
    fn record(&mut self, ledger: &Ledger, published: Published) -> Result<(), SignError> {
        let record = self.chain.link(published.recorded_us, published.note.clone().into_bytes());
        let bytes = record.encode();
        if let Err(source) = self.file.write_all_at(&bytes, self.end) {
            if is_disk_full(&source) {
                let cut = self.file.set_len(self.end);
                cut.map_err(|source| failed(ledger, &self.path, source))?;
            }
            return Err(failed(ledger, &self.path, source));
        }
        if let Err(source) = self.file.sync_data() {
            ledger.stop(&self.path, &source);
            return Err(SignError::Failed { path: self.path.clone(), source });
        }
        ledger.places.add(published.checkpoint.size, self.end);
        self.end += bytes.len() as u64;
        let continued = self.chain.follow(&record);
        assert!(continued.is_ok(), "a record just made continues the chain");
        self.recorded = Arc::new(published);
        Ok(())
    }

    /// Remembers the recorded checkpoint outside, then shows it to everybody.
    fn publish(&self, ledger: &Ledger) -> Result<(), SignError> {
        let mark = Mark { disk: &*ledger.env.disk, path: &self.mark };
        mark.write(&self.recorded).map_err(passing)?;
        *ledger.published.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&self.recorded);
        Ok(())
    }
}

/// The error of a mark, or of a file that cannot be used for now.
fn passing(error: MarkError) -> SignError {
    match error {
        MarkError::Io { source, .. } if is_disk_full(&source) => SignError::DiskFull,
        MarkError::Io { source, .. } if is_out_of_files(&source) => SignError::OutOfFiles,
        other => other.into(),
    }
}

/// Makes the hashes durable that the checkpoint covers.
fn sync(ledger: &Ledger, flushed: &Flushed) -> Result<(), SignError> {
    for level in &flushed.unsynced {
        // After a failed sync nothing may be tried again, not even on a full disk.
        level.sync().map_err(|source| {
            ledger.stop(level.path(), &source);
            SignError::Failed { path: level.path().to_owned(), source }
        })?;
    }
    if flushed.new_names {
        ledger.env.disk.sync_dir(&ledger.tree).map_err(|source| {
            if is_out_of_files(&source) {
                // The folder was not even opened; the names are synced next time.
                return SignError::OutOfFiles;
            }
            ledger.stop(&ledger.tree, &source);
            SignError::Failed { path: ledger.tree.clone(), source }
        })?;
        ledger.levels.names_synced();
    }
    Ok(())
}

/// A write that failed: for good, unless the disk is merely full, or a new file could not be opened for now.
fn failed(ledger: &Ledger, path: &Path, source: io::Error) -> SignError {
    if is_disk_full(&source) {
        return SignError::DiskFull;
    }
    if is_out_of_files(&source) {
        return SignError::OutOfFiles;
    }
    ledger.stop(path, &source);
    SignError::Failed { path: path.to_owned(), source }
}
