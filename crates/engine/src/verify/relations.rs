//! Relations between lines, checkpoints and keys, checked while lines are read.

use std::collections::HashSet;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use event::PersonId;
use event::personal::SealedDisclosure;
use index::IndexKey;
use ledger::Recorded;
use vault::Vault;

use super::Verification;
use crate::commit::received::{Dates, received_in};
use crate::disclose::checking::check_opens;
use crate::disclose::indexing::index_secret;
use crate::own::erased::{erased_in, handle_text};

/// Shared by all threads that read lines.
pub(super) struct Relations<'v> {
    vault: Option<&'v Vault>,
    dates: Dates,
    /// Whose erasure was read.
    erased: Mutex<HashSet<PersonId>>,
}

impl<'v> Relations<'v> {
    /// `vault`: if it can be opened; `checkpoints`: all, as they were recorded; `now_us`: of this machine.
    pub(super) fn new(vault: Option<&'v Vault>, checkpoints: Vec<Recorded>, now_us: i64) -> Self {
        Self { vault, dates: Dates::new(checkpoints, now_us), erased: Mutex::default() }
    }

    /// Whether the keys are at hand.
    pub(super) fn has_keys(&self) -> bool {
        self.vault.is_some()
    }

    /// What the log's indexes are authenticated under, where the keys are at hand.
    pub(super) fn index_key(&self) -> Option<IndexKey> {
        self.vault.map(|vault| index_secret(vault).key)
    }

    /// Takes a line; says what is wrong with it.
    pub(super) fn line(&self, leaf: u64, line: &[u8]) -> Result<(), &'static str> {
        if let Some(person) = erased_in(line) {
            self.erased.lock().unwrap_or_else(PoisonError::into_inner).insert(person);
        }
        let received_us = received_in(line).ok_or("the line does not say when it was received")?;
        self.dates.check(leaf, received_us)
    }

    /// Opens a disclosure under its person's key; says what is wrong with it. One whose person was erased cannot be opened, which
    /// is right.
    pub(super) fn open(&self, sealed: SealedDisclosure<&[u8]>) -> Result<(), &'static str> {
        self.vault.map_or(Ok(()), |vault| check_opens(vault, sealed))
    }

    /// Once all lines were read: every destroyed key of the store must be explained.
    pub(super) fn finish(self, store: &Path, verification: &mut Verification) {
        let erased = self.erased.into_inner().unwrap_or_else(PoisonError::into_inner);
        for person in self.vault.map(Vault::destroyed).unwrap_or_default() {
            if !erased.contains(&person) {
                let what = "was destroyed, and no entry of the log's own records an erasure";
                let what = format!("the key of person {} {what}", handle_text(person));
                verification.found(store, None, what);
            }
        }
    }
}
