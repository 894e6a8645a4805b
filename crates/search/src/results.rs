//! Answers of parts that last, kept so that a question asked again reads nothing.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use segment::{Counts, Lru, Part};

use crate::catalogue::Recorded;
use crate::error::SearchError;
use crate::plan::Rows;
use crate::question::{Question, whole_since};

/// Answers of lasting parts, by part, question and what its asker may see. One per log; its memory is bounded.
pub struct ResultCache {
    kept: Mutex<Lru<Key, Kept>>,
    hits: AtomicU64,
    misses: AtomicU64,
}

/// The result cache as one question uses it.
#[derive(Clone, Copy)]
pub struct Results<'a> {
    /// Where answers are kept.
    pub cache: &'a ResultCache,
    /// Names what the asker may see of persons: another number whenever an answer could differ, such as after an erasure.
    pub seen: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    part: u64,
    question: [u8; 32],
    seen: u64,
    what: What,
}

/// What a part was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum What {
    /// The rows that match.
    Rows,
    /// How often each value of the field with this number occurs.
    Values(u8),
    /// The values of the field with this number, since when and until when each.
    Recorded(u8),
    /// The values of the field with this number that begin with this text.
    Beginning(u8, String),
    /// The bars of a histogram, described by this text.
    Bars(String),
}

impl What {
    fn bytes(&self) -> usize {
        match self {
            Self::Beginning(_, text) | Self::Bars(text) => text.len(),
            Self::Rows | Self::Values(_) | Self::Recorded(_) => 0,
        }
    }
}

/// Beginning, total and values of each bar.
pub(crate) type Bars = Vec<(i64, u64, Vec<(Vec<u8>, u64)>)>;

/// An answer.
#[derive(Debug, Clone)]
pub(crate) enum Kept {
    Rows(Arc<Rows>),
    Values(Arc<Counts>),
    Recorded(Arc<[Recorded]>),
    Bars(Arc<Bars>),
}

impl ResultCache {
    /// Makes an empty cache of at most `bytes_max` bytes.
    #[must_use]
    pub fn new(bytes_max: usize) -> Self {
        Self { kept: Mutex::new(Lru::new(bytes_max)), hits: AtomicU64::new(0), misses: AtomicU64::new(0) }
    }

    /// Returns how many answers of parts were found here, and how many had to be worked out.
    #[must_use]
    pub fn hits_and_misses(&self) -> (u64, u64) {
        (self.hits.load(Ordering::Relaxed), self.misses.load(Ordering::Relaxed))
    }

    /// Returns how many bytes are kept.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).bytes()
    }
}

impl Question<'_> {
    /// Returns the kept answer of a part, or works it out and keeps it. Nothing is kept if the part will not last, if the
    /// question sees only some of its rows, or if the answer depends on the moment.
    pub(crate) fn kept(
        &self,
        part: &dyn Part,
        what: What,
        work_out: impl FnOnce() -> Result<Kept, SearchError>,
    ) -> Result<Kept, SearchError> {
        let Some((cache, key)) = self.key(part, what) else { return work_out() };
        let lock = || cache.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = lock().get(&key) {
            cache.hits.fetch_add(1, Ordering::Relaxed);
            return Ok(kept);
        }
        cache.misses.fetch_add(1, Ordering::Relaxed);
        let before = part.failed_reads();
        let kept = work_out()?;
        whole_since(part, before)?;
        let bytes = kept.bytes() + key.what.bytes();
        lock().put(key, kept.clone(), bytes);
        Ok(kept)
    }
}

impl<'a> Question<'a> {
    /// Whether an answer is kept.
    pub(crate) fn is_kept(&self, part: &dyn Part, what: &What) -> bool {
        let key = self.key(part, what.clone());
        key.is_some_and(|(cache, key)| cache.kept.lock().unwrap_or_else(PoisonError::into_inner).get(&key).is_some())
    }

    fn key(&self, part: &dyn Part, what: What) -> Option<(&'a ResultCache, Key)> {
        let whole = part.first_leaf() + u64::from(part.rows()) <= self.size;
        let part = part.lasting().filter(|_| whole && !self.asked().depends_on_now())?;
        let Results { cache, seen } = self.context.results?;
        Some((cache, Key { part, question: self.hash(), seen, what }))
    }
}

impl Kept {
    fn bytes(&self) -> usize {
        let counts = |counts: &[(Vec<u8>, u64)]| counts.iter().map(|(value, _)| value.len() + 48).sum::<usize>();
        let own = match self {
            Self::Rows(rows) => rows.bytes(),
            Self::Values(values) => values.bytes() / 4 * 5,
            Self::Recorded(values) => values.iter().map(Recorded::bytes).sum(),
            Self::Bars(bars) => bars.iter().map(|(_, _, values)| 48 + counts(values)).sum(),
        };
        own + std::mem::size_of::<(Key, Self)>() + 64
    }
}
