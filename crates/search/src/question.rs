use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use event::Entry;
use segment::View;

use crate::context::Context;
use crate::error::SearchError;
use crate::hit::Hit;
use crate::plan::Touches;
use crate::predicate::Predicate;
use crate::scope::Scope;

/// A predicate asked by somebody about a view: what every function of this crate answers.
pub struct Question<'a> {
    pub(crate) view: &'a View,
    pub(crate) context: Context<'a>,
    scope: &'a Scope,
    asked: Predicate,
    /// Tree size the answer is for; below the view's when a cursor pins an earlier one.
    pub(crate) size: u64,
    /// The moment `since` counts from.
    pub(crate) now_us: i64,
    /// How identities meet each needle: found once a question rather than once a part.
    touches: Mutex<HashMap<(String, bool), Arc<Touches>>>,
}

impl<'a> Question<'a> {
    /// Joins a predicate to the caller's scope. The scope is added here and nowhere else (I-8): the functions of this
    /// crate see only the conjunction.
    #[must_use]
    pub fn new(view: &'a View, predicate: &Predicate, scope: &'a Scope, context: Context<'a>) -> Self {
        let asked = Predicate::and([scope.predicate().clone(), predicate.clone()]);
        Self { view, context, scope, asked, size: view.size, now_us: context.now_us, touches: Mutex::default() }
    }

    /// Returns the hash of the whole question, scope included: same view, same hash, same answer, as long as the caller
    /// sees the same identities. Caches name it by this.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        self.asked.hash()
    }

    /// The question as it was at an earlier moment.
    pub(crate) fn pinned(&self, size: u64, now_us: i64) -> Self {
        Self {
            view: self.view,
            context: self.context,
            scope: self.scope,
            asked: self.asked.clone(),
            size,
            now_us,
            touches: Mutex::default(),
        }
    }

    /// Returns how the visible identities meet a needle.
    pub(crate) fn touches(&self, needle: &str, fold: bool) -> Arc<Touches> {
        // A poisoned map is a whole map: entries are put in at once.
        let mut known = self.touches.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = known.entry((needle.to_owned(), fold));
        entry.or_insert_with(|| Arc::new(Touches::find(self.context.identities, needle, fold))).clone()
    }

    /// What the caller may see.
    pub(crate) fn scope(&self) -> &Scope {
        self.scope
    }

    /// The predicate with the scope in it.
    pub(crate) fn asked(&self) -> &Predicate {
        &self.asked
    }

    /// Checks a row that leaves against the scope once more, on its line (I-8). Cost: nothing where the scope is
    /// everything, else one line.
    pub(crate) fn admit(&self, hit: &Hit) -> Result<(), SearchError> {
        assert!(hit.leaf < self.size, "I-8: leaf {} is beyond the size {} of the question", hit.leaf, self.size);
        if self.scope.is_everything() {
            return Ok(());
        }
        let line = hit.part.line(hit.row)?;
        let entry = Entry::parse(&line).map_err(|source| SearchError::Line { leaf: hit.leaf, source })?;
        if self.scope.admits(&entry) { Ok(()) } else { Err(SearchError::OutsideScope { leaf: hit.leaf }) }
    }
}
