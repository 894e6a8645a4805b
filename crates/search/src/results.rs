//! Answers of parts that last, kept so that a question asked again reads nothing.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use index::{Counts, Lru};

use crate::plan::Rows;
use crate::recorded::Recorded;

/// Answers of lasting parts, by part, question and what its asker may see. One per log; its memory is bounded.
pub struct ResultCache {
    kept: Mutex<Lru<CacheKey, CachedAnswer>>,
    hits: AtomicU64,
    misses: AtomicU64,
}

/// The result cache as one question uses it.
#[derive(Clone, Copy)]
pub struct Results<'a> {
    /// Where answers are kept.
    pub cache: &'a ResultCache,
    /// How many persons were erased: after each, an answer could differ.
    pub erasures: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct CacheKey {
    pub(crate) part: u64,
    /// With scope and sight ([`crate::Question::hash`]).
    pub(crate) question: [u8; 32],
    pub(crate) erasures: u64,
    pub(crate) what: AnswerKind,
}

/// What a part was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum AnswerKind {
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

impl AnswerKind {
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
pub(crate) enum CachedAnswer {
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
        self.lock().bytes()
    }

    /// The answer under this key; counts whether there was one.
    pub(crate) fn look_up(&self, key: &CacheKey) -> Option<CachedAnswer> {
        let found = self.lock().get(key);
        let counted = if found.is_some() { &self.hits } else { &self.misses };
        counted.fetch_add(1, Ordering::Relaxed);
        found
    }

    /// Whether there is one. Counts nothing.
    pub(crate) fn holds(&self, key: &CacheKey) -> bool {
        self.lock().get(key).is_some()
    }

    /// Keeps an answer, in place of those not asked for longest.
    pub(crate) fn put(&self, key: CacheKey, answer: CachedAnswer) {
        let bytes = answer.bytes() + key.what.bytes();
        self.lock().put(key, answer, bytes);
    }

    fn lock(&self) -> MutexGuard<'_, Lru<CacheKey, CachedAnswer>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CachedAnswer {
    fn bytes(&self) -> usize {
        let counts = |counts: &[(Vec<u8>, u64)]| counts.iter().map(|(value, _)| value.len() + 48).sum::<usize>();
        let own = match self {
            Self::Rows(rows) => rows.bytes(),
            Self::Values(values) => values.bytes() / 4 * 5,
            Self::Recorded(values) => values.iter().map(Recorded::bytes).sum(),
            Self::Bars(bars) => bars.iter().map(|(_, _, values)| 48 + counts(values)).sum(),
        };
        own + std::mem::size_of::<(CacheKey, Self)>() + 64
    }
}
