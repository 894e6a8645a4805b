use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use index::Field;
use segment::{Part, PartError, View};

use crate::context::Context;
use crate::error::{SearchError, Spent};
use crate::predicate::{Predicate, Term};
use crate::scope::Scope;
use crate::touches::Touches;

/// A predicate asked by somebody about a view: what every function of this crate answers.
pub struct Question<'a> {
    pub(crate) view: &'a View,
    pub(crate) context: Context<'a>,
    scope: &'a Scope,
    /// What is asked of the entries inside the scope.
    beside_scope: Predicate,
    /// Both.
    asked: Predicate,
    /// Tree size the answer is for; below the view's when a cursor pins an earlier one.
    pub(crate) size: u64,
    /// The moment `since` counts from.
    pub(crate) now_us: i64,
    hash: OnceLock<[u8; 32]>,
    lines_read: AtomicU64,
    /// For each part of the view, how many reads had failed before the question was put.
    failed_before: Vec<u64>,
    /// How identities held open meet each needle: found once a question rather than once a part.
    touches: Mutex<HashMap<(String, bool), Arc<Touches>>>,
}

impl<'a> Question<'a> {
    /// Joins a predicate to the caller's scope. The scope is added here and nowhere else (I-8): the functions of this
    /// crate see only the conjunction.
    #[must_use]
    pub fn new(view: &'a View, predicate: &Predicate, scope: &'a Scope, context: Context<'a>) -> Self {
        let asked = Predicate::and([scope.predicate().clone(), predicate.clone()]);
        Self {
            view,
            context,
            scope,
            beside_scope: predicate.clone(),
            asked,
            size: view.size,
            now_us: context.now_us,
            hash: OnceLock::new(),
            lines_read: AtomicU64::new(0),
            failed_before: view.parts.iter().map(|part| part.failed_reads()).collect(),
            touches: Mutex::default(),
        }
    }

    /// Returns the hash of the whole question, scope and sight included: same view, same hash, same answer, as long as nobody is
    /// erased. Caches and cursors name it by this.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        *self.hash.get_or_init(|| self.context.seen.named(self.asked.hash()))
    }

    /// The question as it was at an earlier moment.
    pub(crate) fn pinned(&self, size: u64, now_us: i64) -> Self {
        Self {
            view: self.view,
            context: self.context,
            scope: self.scope,
            beside_scope: self.beside_scope.clone(),
            asked: self.asked.clone(),
            size,
            now_us,
            hash: self.hash.clone(),
            lines_read: AtomicU64::new(0),
            failed_before: self.failed_before.clone(),
            touches: Mutex::default(),
        }
    }

    /// The parts that hold anything the question sees, by ascending leaf.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &'a Arc<dyn Part>> {
        self.view.parts.iter().filter(|part| part.rows() > 0 && part.leaf_set().start() < self.size)
    }

    /// The field and the value of it that the question asks for, if that is all it asks of this part.
    pub(crate) fn one_value(&self, part: &dyn Part) -> Option<(Field, &[u8])> {
        let whole = part.leaf_set().end() <= self.size;
        match &self.asked {
            // An address also stands for pseudonyms.
            Predicate::Term(Term::Equal(keyword, value)) if whole && !value.contains('@') => {
                Some((keyword.field(), value.as_bytes()))
            }
            _ => None,
        }
    }

    /// Notes that so many lines are about to be read; returns whether they may be.
    pub(crate) fn may_read(&self, lines: u64) -> bool {
        let read = self.lines_read.fetch_add(lines, Ordering::Relaxed) + lines;
        read <= self.context.lines_max && !(self.context.over_budget)()
    }

    /// Fails once the question has cost what it may.
    pub(crate) fn keep_going(&self, lines: u64) -> Result<(), SearchError> {
        if self.may_read(lines) { Ok(()) } else { Err(SearchError::OverBudget(self.spent())) }
    }

    /// Which budget is spent, once one is.
    pub(crate) fn spent(&self) -> Spent {
        if self.lines_read.load(Ordering::Relaxed) > self.context.lines_max { Spent::Lines } else { Spent::Time }
    }

    /// Returns how the visible identities that are held open meet a needle.
    pub(crate) fn touches(&self, needle: &str, fold: bool) -> Result<Arc<Touches>, SearchError> {
        // A poisoned map is a whole map: entries are put in at once.
        let mut known = self.touches.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (needle.to_owned(), fold);
        if let Some(touches) = known.get(&key) {
            return Ok(Arc::clone(touches));
        }
        let touches = Arc::new(Touches::find(&self.context, needle, fold)?);
        known.insert(key, Arc::clone(&touches));
        Ok(touches)
    }

    /// What the caller may see.
    pub(crate) fn scope(&self) -> &Scope {
        self.scope
    }

    /// The predicate without the scope.
    pub(crate) fn beside_scope(&self) -> &Predicate {
        &self.beside_scope
    }

    /// The predicate with the scope in it.
    pub(crate) fn asked(&self) -> &Predicate {
        &self.asked
    }

    /// Fails if a part could not read its index since the question was put: the answer may lack rows then. To be called when
    /// everything is answered. Cost: a look at each part.
    ///
    /// # Errors
    /// `Part`, with what could not be read.
    pub fn check_reads(&self) -> Result<(), SearchError> {
        let mut parts = self.view.parts.iter().zip(&self.failed_before);
        parts.try_for_each(|(part, before)| whole_since(part.as_ref(), *before))
    }

    /// What is handed out lies within the question's size (I-8).
    pub(crate) fn must_hold(&self, leaf: u64) {
        assert!(leaf < self.size, "I-8: leaf {leaf} is beyond the size {} of the question", self.size);
    }
}

/// Fails if more reads of the part's index have failed than `failed_before`.
pub(crate) fn whole_since(part: &dyn Part, failed_before: u64) -> Result<(), SearchError> {
    if part.failed_reads() == failed_before {
        return Ok(());
    }
    Err(SearchError::Part(part.last_failure().unwrap_or(PartError::IndexUnread)))
}
