//! Reading every checkpoint ever recorded.

use super::{Checking, Recorded};
use crate::chain::{Chain, ChainKey};
use crate::record::{Item, Records};
use crate::{CHECKPOINTS_FILE, OpenLedgerError};
use proof::{Checkpoint, Hash, TreeSize, VerifierKey};
use std::io;
use std::path::PathBuf;

/// A size and root that the log has signed, and where that is written.
pub(super) struct Signed {
    pub(super) size: TreeSize,
    pub(super) root: Hash,
    pub(super) path: PathBuf,
}

/// What the file says.
#[derive(Default)]
pub(super) struct Read {
    /// The checkpoints that are the log's, smallest first.
    pub(super) signed: Vec<Signed>,
    /// The same, as they were recorded.
    pub(super) times: Vec<Recorded>,
}

/// Reads the records and checks their bytes, signatures, order and chain.
pub(super) fn read_checkpoints(
    checking: &mut Checking<'_>,
    key: &VerifierKey,
    chain: Option<&ChainKey>,
) -> Result<Read, OpenLedgerError> {
    let path = checking.path(CHECKPOINTS_FILE);
    let io_error = |source| OpenLedgerError::Io { path: path.clone(), source };
    let file = match checking.disk.open_read(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            checking.find(path, 0..0, "the file is missing");
            return Ok(Read::default());
        }
        Err(source) => return Err(io_error(source)),
    };
    let mut records = Records::of(&*file).map_err(io_error)?;
    let mut chain = Chain::begin(chain.cloned());
    let mut read = Read::default();
    let mut offset = 0;
    loop {
        match records.at(offset).map_err(io_error)? {
            Item::Record(record, next) => {
                if let Err(what) = chain.follow(&record) {
                    checking.find(path.clone(), 0..0, format!("the record at offset {offset}: {what}"));
                }
                match Checkpoint::open(&record.note, key) {
                    Ok(checkpoint) => {
                        let recorded = Recorded { size: checkpoint.size, recorded_us: record.recorded_us };
                        if read.times.last().is_some_and(|last| !follows(&recorded, last)) {
                            checking.find(path.clone(), 0..0, format!("the record at offset {offset} goes back"));
                        }
                        read.times.push(recorded);
                        read.signed.push(Signed { size: checkpoint.size, root: checkpoint.root, path: path.clone() });
                    }
                    Err(error) => {
                        let what = format!("the record at offset {offset} is no checkpoint of this log: {error}");
                        checking.find(path.clone(), 0..0, what);
                    }
                }
                offset = next;
            }
            Item::End => break,
            Item::Torn(bytes) => {
                checking.beyond(path.clone(), bytes);
                break;
            }
            Item::Damaged(what) => {
                checking.find(path.clone(), 0..0, format!("damaged at offset {offset}: {what}"));
                break;
            }
        }
    }
    if read.signed.is_empty() && checking.report.findings.is_empty() {
        checking.find(path, 0..0, "no checkpoint is recorded");
    }
    read.signed.sort_by_key(|signed| signed.size);
    Ok(read)
}

/// Whether a checkpoint may stand behind `last`: each covers more, at the same time or later.
fn follows(recorded: &Recorded, last: &Recorded) -> bool {
    recorded.size > last.size && recorded.recorded_us >= last.recorded_us
}
