//! The log that the server writes of its own work.

use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};

/// Writes that the error output has not taken.
static LOST: AtomicU64 = AtomicU64::new(0);

/// Where the server's own log goes: the error output, as far as that takes it. What it refuses (its disk is full, nobody reads it any
/// more) is counted and lost; the server goes on, since an audit log is worth more than what it says of itself.
#[derive(Debug, Clone, Copy)]
pub struct OwnLog;

impl Write for OwnLog {
    /// Never fails. Cost: one write.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if io::stderr().write_all(line).is_err() {
            LOST.fetch_add(1, Ordering::Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// How many lines were lost since the process began.
pub(crate) fn lost() -> u64 {
    LOST.load(Ordering::Relaxed)
}
