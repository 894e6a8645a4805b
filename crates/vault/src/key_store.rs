//! Where the rows of a log's persons are kept: the seam between what the vault knows and what stores it.
//!
//! A store keeps rows and knows nothing of what they mean: keys reach it wrapped. Order that must hold (docs/reliability.md,
//! "Acknowledge"): new persons' rows are durable before the frame that holds something sealed under their keys. The rows that wait are
//! one transaction.

use std::path::Path;
use std::sync::Arc;

use event::PersonId;
use sqlite::Access;

use crate::{StoreError, VaultError};

/// A person, as a store keeps them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRow {
    /// The handle of the key. No two rows have the same.
    pub id: PersonId,
    /// `o` or `s`, and the organization's id or the source. No two rows with a key have scope, kind and subject in common.
    pub scope: String,
    /// The person's type.
    pub kind: String,
    /// The person's id, or the pseudonym that stands for it.
    pub subject: String,
    /// Nonce ‖ ciphertext ‖ tag, at least 60 bytes; `None` once destroyed.
    pub wrapped: Option<Vec<u8>>,
    /// When it was made, µs since 1970 UTC.
    pub created_us: i64,
    /// Whether the row says that the key was destroyed.
    pub destroyed: bool,
}

/// The key store of one log, open or not. Handles are shared between threads.
pub trait KeyStore: Send + Sync {
    /// What messages and findings call it: its file, or its table.
    fn name(&self) -> &Path;

    /// Whether there is one.
    ///
    /// # Errors
    /// Any [`VaultError`] but `KeyFile`, `Row`.
    fn exists(&self) -> Result<bool, VaultError>;

    /// Whether it is as creation makes it: nobody's key was ever stored in it.
    ///
    /// # Errors
    /// As [`Self::exists`]; also if there is none.
    fn is_fresh(&self) -> Result<bool, VaultError>;

    /// Makes an empty one, durable, unless there is one already. It appears whole or not at all.
    ///
    /// # Errors
    /// As [`Self::exists`].
    fn create(&self) -> Result<(), VaultError>;

    /// Opens the one that is there, after having seen that it is what the log made. Changes none of what it keeps.
    ///
    /// # Errors
    /// As [`Self::exists`]; also if there is none.
    fn open(&self, access: Access) -> Result<Box<dyn KeyRows>, VaultError>;
}

/// An open key store. Who has it open is one at a time, but for those who read beside it.
///
/// After a failed write it writes no more, and says [`StoreError::Failed`] (I-9): nobody knows what it has. What it has is seen by
/// opening it again.
pub trait KeyRows: Send {
    /// Visits every row, in no particular order, with the number that the store gives it, which serves for messages alone.
    ///
    /// # Errors
    /// [`VaultError::Store`]; what the visitor answers, after which no other row is visited.
    fn for_each(&self, visit: &mut dyn FnMut(i64, PersonRow) -> Result<(), VaultError>) -> Result<(), VaultError>;

    /// Adds persons in one transaction: all or none, durable when this returns.
    ///
    /// # Errors
    /// Any [`StoreError`]; nothing was added after [`StoreError::DiskFull`] and [`StoreError::Busy`].
    fn insert(&mut self, rows: &[Arc<PersonRow>]) -> Result<(), StoreError>;

    /// Overwrites a person's key and notes when, durable when this returns. The old bytes may stand in what the store keeps
    /// to undo or repeat a transaction, until [`Self::purge`].
    ///
    /// # Errors
    /// Any [`StoreError`]; [`StoreError::Failed`] also for somebody who has no key here.
    fn destroy(&mut self, id: PersonId, destroyed_us: i64) -> Result<(), StoreError>;

    /// Removes what is left of destroyed keys; when this returns no byte of them is in the store.
    ///
    /// # Errors
    /// Any [`StoreError`].
    fn purge(&mut self) -> Result<(), StoreError>;

    /// Finishes what an earlier process has left half done: until then the store stays as that left it, also when it is closed again.
    ///
    /// # Errors
    /// [`VaultError::Store`], [`VaultError::DiskFull`].
    fn settle(&mut self) -> Result<(), VaultError>;

    /// What is wrong with the store itself, in words, rows aside; empty if nothing is. Cost: reads it whole.
    fn complaints(&self) -> Vec<String>;
}
