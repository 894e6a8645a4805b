//! How much of all indexes is in memory.

use std::cmp::Reverse;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, Weak};

use super::Index;

/// Memory for index files of all segments together: as much as the usual questions touch of ten million rows. Blocks that had to
/// make room are read and checked again, at some gigabytes a second.
pub const INDEX_BYTES_MAX: usize = 96 << 20;

/// The indexes that read from files, and what they take.
pub struct IndexMemory {
    bytes_max: usize,
    filled: Arc<AtomicUsize>,
    known: Mutex<Vec<Weak<RwLock<Index>>>>,
}

impl IndexMemory {
    /// Keeps at most so many bytes in memory, as far as indexes are not being read.
    #[must_use]
    pub fn new(bytes_max: usize) -> Self {
        Self { bytes_max, filled: Arc::default(), known: Mutex::default() }
    }

    /// Where indexes count what they have in memory.
    pub fn filled(&self) -> &Arc<AtomicUsize> {
        &self.filled
    }

    /// Notes an index that may have to make room.
    pub(super) fn add(&self, index: &Arc<RwLock<Index>>) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::downgrade(index));
    }

    /// If too much is in memory, has the largest indexes forget what they read, until half is left. An index that is being read
    /// is passed over, and the next reader tries again. Cost: a look at a number while there is room.
    pub(super) fn make_room(&self) {
        if self.filled.load(Ordering::Relaxed) <= self.bytes_max {
            return;
        }
        let Ok(mut known) = self.known.try_lock() else { return };
        known.retain(|index| index.strong_count() > 0);
        let size = |index: Arc<RwLock<Index>>| (index.try_read().map_or(0, |index| index.in_memory()), index);
        let mut largest: Vec<_> = known.iter().filter_map(Weak::upgrade).map(size).collect();
        largest.sort_by_key(|(bytes, _)| Reverse(*bytes));
        for (_, index) in largest {
            if self.filled.load(Ordering::Relaxed) <= self.bytes_max / 2 {
                return;
            }
            // Waiting to write would block a thread that reads an index it is reading already.
            if let Ok(mut index) = index.try_write() {
                index.forget();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use env::fake::FaultyDisk;
    use proof::Digest;

    use super::*;
    use crate::bound::{Bound, trailer_of};
    use crate::field::Field;
    use crate::format::Kind;
    use crate::secret::IndexKey;
    use crate::test_file::{PATH, TestFile};
    use crate::{IndexBuilder, IndexError, RowExtra};

    /// An index of many blocks, of whose file nothing is in memory but what opening it reads.
    fn index(memory: &IndexMemory) -> (FaultyDisk, Arc<RwLock<Index>>) {
        let disk = FaultyDisk::new();
        let lines = Digest::of(b"lines");
        let mut builder = IndexBuilder::new(0, 1);
        for leaf in 0..20_000_u64 {
            let line = format!(
                r#"{{"v":1,"id":"0198c0de-0000-7000-8000-{leaf:012}","time":"2026-01-01T00:00:00.000000Z","received":"2026-01-01T00:01:00.000000Z","actor":{{"type":"user","id":"u{leaf}"}},"action":"a.b","event":"updated","channel":"door","description":"d","severity":"info","source":"dev"}}"#
            );
            builder.push(leaf, &event::Entry::parse(line.as_bytes()).unwrap(), &RowExtra::default());
        }
        let bytes = builder.finish();
        let bytes = [&bytes[..], &trailer_of(&lines, &bytes, &IndexKey::default())].concat();
        let file = TestFile::written(&disk, &bytes);
        let bound = Bound::read(&file, &lines, Some(&IndexKey::default())).unwrap();
        let blocks = bound.blocks(Box::new(file), memory.filled()).unwrap();
        let index = Arc::new(RwLock::new(Index::open_blocks(blocks).unwrap()));
        memory.add(&index);
        (disk, index)
    }

    fn actors(index: &RwLock<Index>) -> Result<usize, IndexError> {
        let index = index.read().unwrap();
        let name = Kind::Dictionary.of_field(Field::Actor);
        let dictionary = index.dictionary(name)?;
        let values = (0..dictionary.len()).map(|nth| dictionary.get(nth)).collect::<Option<Vec<_>>>();
        Ok(values.ok_or_else(|| index.damaged(name))?.len())
    }

    #[test]
    fn what_is_read_stays_within_its_bound_and_can_be_read_again() {
        let memory = IndexMemory::new(200_000);
        let (_disk, index) = index(&memory);
        let filled = || memory.filled().load(Ordering::Relaxed);
        for _ in 0..3 {
            assert_eq!(actors(&index).unwrap(), 20_000);
            assert!(filled() > 200_000);
            let reading = index.read().unwrap();
            memory.make_room();
            assert!(filled() > 200_000, "what is read from stays");
            drop(reading);
            memory.make_room();
            assert_eq!(filled(), 0);
        }
        drop(index);
        assert_eq!(filled(), 0);
    }

    #[test]
    fn a_block_that_changed_is_an_error_and_one_in_memory_is_not_reached() {
        let memory = IndexMemory::new(usize::MAX);
        let (disk, index) = index(&memory);
        let at = {
            let index = index.read().unwrap();
            index.bytes() / 2
        };
        let flip = || disk.flip_bit(Path::new(PATH), at, 3).unwrap();
        flip();
        let index_verified = index.read().unwrap().verify();
        assert!(index_verified.is_err(), "{index_verified:?}");
        let failures = index.read().unwrap().failures();
        assert!(failures > 0);
        flip();
        assert_eq!(actors(&index).unwrap(), 20_000);
        index.read().unwrap().verify().unwrap();
        for at in (0..index.read().unwrap().bytes()).step_by(1_000) {
            disk.flip_bit(Path::new(PATH), at, 1).unwrap();
        }
        assert_eq!(actors(&index).unwrap(), 20_000, "what is in memory is our own");
        index.write().unwrap().forget();
        assert!(matches!(actors(&index), Err(IndexError::Damaged { .. })));
        assert!(index.read().unwrap().afresh().is_err());
    }
}
