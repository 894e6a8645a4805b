//! A small ledger on a disk that can misbehave.

use env::fake::{FaultyDisk, ManualClock};
use ledger::{Ledger, LedgerEnv, OlderMark, OpenLedgerError};
use proof::{Digest, SigningKey};
use std::path::PathBuf;
use std::sync::Arc;

pub const ORIGIN: &str = "test/0123456789abcdef";

pub fn tree() -> PathBuf {
    PathBuf::from("/data/tree")
}

pub fn mark() -> PathBuf {
    ledger::mark_path("/state/indelible".as_ref(), ORIGIN)
}

pub fn key() -> SigningKey {
    SigningKey::from_seed(ORIGIN, &[7; 32]).unwrap()
}

pub fn env(disk: &FaultyDisk) -> LedgerEnv {
    LedgerEnv { disk: Arc::new(disk.clone()), clock: Arc::new(ManualClock::at(1_700_000_000_000_000)) }
}

pub fn create(disk: &FaultyDisk) -> Ledger {
    Ledger::create(env(disk), &tree(), key(), &mark()).unwrap()
}

pub fn open(disk: &FaultyDisk) -> Result<Ledger, OpenLedgerError> {
    let ledger = Ledger::open(env(disk), &tree(), key(), &mark(), OlderMark::Refuse)?;
    ledger.settle()?;
    Ok(ledger)
}

/// The digests of the leaves `first` to `end`, exclusive.
pub fn digests(first: u64, end: u64) -> Vec<Digest> {
    (first..end).map(|leaf| Digest::of(&leaf.to_le_bytes())).collect()
}

/// Appends leaves up to a size.
pub fn grow(ledger: &Ledger, size: u64) {
    ledger.append(&digests(ledger.size().0, size)).unwrap();
}
