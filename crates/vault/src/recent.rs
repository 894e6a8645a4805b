//! Identities sealed lately: most events of a person carry the same. Records are as safe as on the disk, so nothing has to be forgotten with a key.

use std::sync::{Arc, PoisonError, RwLock};

use proof::DigestMap;

/// Records kept in each of two generations: some 200 bytes each, so that both stay below 8 MiB; more persons than act
/// within some minutes.
const GENERATION_RECORDS: usize = 1 << 14;

/// Records by digest.
type Generation = DigestMap<[u8; 32], Arc<[u8]>>;

/// The newest records by digest; the older of two generations goes when the newer one is full.
#[derive(Default)]
pub(crate) struct RecentRecords(RwLock<[Generation; 2]>);

impl RecentRecords {
    pub(crate) fn get(&self, digest: &[u8; 32]) -> Option<Arc<[u8]>> {
        let generations = self.0.read().unwrap_or_else(PoisonError::into_inner);
        generations.iter().find_map(|records| records.get(digest)).cloned()
    }

    pub(crate) fn put(&self, digest: [u8; 32], record: Arc<[u8]>) {
        let mut generations = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let [newer, older] = &mut *generations;
        if newer.len() == GENERATION_RECORDS {
            *older = std::mem::take(newer);
        }
        newer.insert(digest, record);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_are_found_and_the_number_is_bounded() {
        let recent = RecentRecords::default();
        let digest = |n: usize| {
            let mut digest = [0; 32];
            digest[..8].copy_from_slice(&n.to_le_bytes());
            digest
        };
        for n in 0..3 * GENERATION_RECORDS {
            recent.put(digest(n), Arc::from(n.to_le_bytes()));
            assert_eq!(recent.get(&digest(n)).as_deref(), Some(&n.to_le_bytes()[..]));
        }
        assert!(recent.get(&digest(2 * GENERATION_RECORDS)).is_some());
        assert!(recent.get(&digest(0)).is_none());
        assert!(recent.0.read().unwrap().iter().map(DigestMap::len).sum::<usize>() <= 2 * GENERATION_RECORDS);
    }
}
