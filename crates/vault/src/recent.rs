//! Identities sealed lately: most events of a person carry the same. Records are as safe as on the disk, so nothing has to be forgotten with a key.

use std::sync::{Arc, PoisonError, RwLock};

use crate::generations::Generations;

/// Records kept in each of two generations: some 200 bytes each, so that both stay below 8 MiB; more persons than act
/// within some minutes.
const GENERATION_RECORDS: usize = 1 << 14;

/// The newest records by digest.
pub(crate) struct RecentRecords(RwLock<Generations<[u8; 32], Arc<[u8]>>>);

impl Default for RecentRecords {
    fn default() -> Self {
        Self(RwLock::new(Generations::new(GENERATION_RECORDS)))
    }
}

impl RecentRecords {
    pub(crate) fn get(&self, digest: &[u8; 32]) -> Option<Arc<[u8]>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(digest).cloned()
    }

    pub(crate) fn put(&self, digest: [u8; 32], record: Arc<[u8]>) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).put(digest, record);
    }
}
