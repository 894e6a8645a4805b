//! Reading every checkpoint ever recorded.

use super::Checking;
use crate::record::{Item, Records};
use crate::{CHECKPOINTS_FILE, OpenError};
use proof::{Checkpoint, Hash, TreeSize, VerifierKey};
use std::io;
use std::path::PathBuf;

/// A size and root that the log has signed, and where that is written.
pub(super) struct Signed {
    pub(super) size: TreeSize,
    pub(super) root: Hash,
    pub(super) path: PathBuf,
}

/// Reads the records and checks their bytes, signatures and order. Returns those that are the log's, smallest first.
pub(super) fn read_checkpoints(checking: &mut Checking<'_>, key: &VerifierKey) -> Result<Vec<Signed>, OpenError> {
    let path = checking.path(CHECKPOINTS_FILE);
    let io_error = |source| OpenError::Io { path: path.clone(), source };
    let file = match checking.disk.open_read(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            checking.find(path, 0..0, "the file is missing");
            return Ok(Vec::new());
        }
        Err(source) => return Err(io_error(source)),
    };
    let mut records = Records::of(&*file).map_err(io_error)?;
    let (mut signed, mut offset, mut last) = (Vec::<Signed>::new(), 0, (TreeSize(0), i64::MIN));
    loop {
        match records.at(offset).map_err(io_error)? {
            Item::Record(record, next) => {
                match Checkpoint::open(&record.note, key) {
                    Ok(checkpoint) => {
                        if (checkpoint.size, record.recorded_us) < last || record.recorded_us < last.1 {
                            checking.find(path.clone(), 0..0, format!("the record at offset {offset} goes back"));
                        }
                        last = (checkpoint.size, record.recorded_us);
                        signed.push(Signed { size: checkpoint.size, root: checkpoint.root, path: path.clone() });
                    }
                    Err(error) => {
                        let what = format!("the record at offset {offset} is no checkpoint of this log: {error}");
                        checking.find(path.clone(), 0..0, what);
                    }
                }
                offset = next;
            }
            Item::End | Item::Torn => break,
            Item::Damaged(what) => {
                checking.find(path.clone(), 0..0, format!("damaged at offset {offset}: {what}"));
                break;
            }
        }
    }
    if signed.is_empty() && checking.report.findings.is_empty() {
        checking.find(path, 0..0, "no checkpoint is recorded");
    }
    signed.sort_by_key(|signed| signed.size);
    Ok(signed)
}
