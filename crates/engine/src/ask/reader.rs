//! The one way from a request to entries: scope, sight, limits, memory and caches of a caller's questions in one place (I-8).

use std::ops::ControlFlow;

use search::{Context, Feed, Hit, Page, PageRequest, Predicate, Progress, Question, Results, SearchError};
use segment::{PartError, View};

use crate::ask::caller::Caller;
use crate::ask::limits::QUESTION_BYTES_MAX;
use crate::ask::shown::Shown;
use crate::disclose::Disclosing;
use crate::disclose::named::must_name;
use crate::disclose::opener::Opener;
use crate::disclose::texts::OpenedTexts;
use crate::disclose::visible::Visible;
use crate::log::Log;

/// What a caller sees of the log. Every answer is that of a log which holds only what the caller may see.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    pub(crate) log: &'a Log,
    pub(crate) caller: &'a Caller,
}

/// A page of entries, each read and opened when it is asked for.
pub struct Entries<'a> {
    reader: Reader<'a>,
    page: Page,
}

impl Entries<'_> {
    /// How many entries the page has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.page.hits.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.page.hits.is_empty()
    }

    /// How many entries match in all, where that was asked.
    #[must_use]
    pub fn count(&self) -> Option<u64> {
        self.page.count
    }

    /// The cursor of the next page, if there is one.
    #[must_use]
    pub fn next(&self) -> Option<&str> {
        self.page.next.as_deref()
    }

    /// Hands out the entries in the order asked. Memory: one at a time.
    ///
    /// # Errors
    /// Each as [`Reader::entry`].
    pub fn shown(&self) -> impl Iterator<Item = Result<Shown, SearchError>> {
        self.page.hits.iter().map(|hit| self.reader.show(hit))
    }
}

impl Log {
    /// What `caller` sees of the log.
    #[must_use]
    pub fn reader<'a>(&'a self, caller: &'a Caller) -> Reader<'a> {
        Reader { log: self, caller }
    }

    /// Calls `tell` with the new size after every commit, for those who wait for new entries. It runs on the thread that orders
    /// all commits, so it must return at once. Any number may listen, for as long as the log is open.
    pub fn on_commit(&self, tell: impl Fn(u64) + Send + Sync + 'static) {
        self.shared.listeners.add(std::sync::Arc::new(tell));
    }

    /// Returns how many answers of segments came from the cache, and how many were worked out.
    #[must_use]
    pub fn result_hits_and_misses(&self) -> (u64, u64) {
        self.results.hits_and_misses()
    }
}

impl<'a> Reader<'a> {
    /// Answers a question about everything committed up to now, within the caller's limits, because somebody waits.
    ///
    /// # Errors
    /// As [`SearchError`]; `OverBudget` beyond the limits.
    pub fn ask<T>(
        &self,
        predicate: &Predicate,
        answer: impl FnOnce(&Question<'_>) -> Result<T, SearchError>,
    ) -> Result<T, SearchError> {
        self.ask_within(&self.log.shared.view(), predicate, answer)
    }

    pub(crate) fn ask_within<T>(
        &self,
        view: &View,
        predicate: &Predicate,
        answer: impl FnOnce(&Question<'_>) -> Result<T, SearchError>,
    ) -> Result<T, SearchError> {
        let limits = self.caller.limits;
        let clock = &self.log.shared.world.clock;
        let end_us = clock.monotonic_us().saturating_add(limits.time_us);
        let over_time = || clock.monotonic_us() >= end_us;
        let visible = Visible::new(self.disclosing());
        let erasures = self.log.shared.vault.erasures();
        let results = Some(Results { cache: &self.log.results, erasures }).filter(|_| !limits.fresh);
        let lines_max = limits.lines;
        let bytes_max = limits.bytes;
        let context = Context { lines_max, bytes_max, results, ..self.context(&visible, &over_time) };
        answer_whole(&Question::new(view, predicate, &self.caller.scope, context), answer)
    }

    /// Answers a question about everything committed up to now, however long it takes: exports.
    ///
    /// # Errors
    /// As [`SearchError`].
    pub fn ask_at_leisure<T>(
        &self,
        predicate: &Predicate,
        answer: impl FnOnce(&Question<'_>) -> Result<T, SearchError>,
    ) -> Result<T, SearchError> {
        self.ask_about(&self.log.shared.view(), predicate, answer)
    }

    pub(crate) fn ask_about<T>(
        &self,
        view: &View,
        predicate: &Predicate,
        answer: impl FnOnce(&Question<'_>) -> Result<T, SearchError>,
    ) -> Result<T, SearchError> {
        let visible = Visible::new(self.disclosing());
        let context = self.context(&visible, &|| false);
        answer_whole(&Question::new(view, predicate, &self.caller.scope, context), answer)
    }

    /// A page of what matches.
    ///
    /// # Errors
    /// As [`Reader::ask`].
    pub fn page(&self, predicate: &Predicate, request: &PageRequest<'_>) -> Result<Entries<'a>, SearchError> {
        let page = self.ask(predicate, |question| search::page(question, request))?;
        Ok(Entries { reader: *self, page })
    }

    /// The entry with this id, if there is one that the caller may see.
    ///
    /// # Errors
    /// As [`SearchError`]: its line is held against the tree, its disclosures against the line.
    pub fn entry(&self, id: &str) -> Result<Option<Shown>, SearchError> {
        let visible = Visible::new(self.disclosing());
        let context = self.context(&visible, &|| false);
        let hit = search::find_id(&self.log.shared.view(), id, &self.caller.scope, context)?;
        hit.map(|hit| self.show(&hit)).transpose()
    }

    /// A feed that begins at the last `count` entries that match, and the size of the log at this moment.
    ///
    /// # Errors
    /// As [`SearchError`].
    pub fn feed_of_last(&self, predicate: &Predicate, count: usize) -> Result<(Feed, u64), SearchError> {
        let view = self.log.shared.view();
        let feed = self.ask_about(&view, predicate, |question| Feed::last(question, count))?;
        Ok((feed, view.size))
    }

    /// Hands out what matches from the feed's position on, below `until`, as [`Feed::read`] does. An entry that cannot be
    /// read ends it.
    ///
    /// Cost: grows with what is new, not with the log.
    ///
    /// # Errors
    /// As [`SearchError`].
    pub fn follow(
        &self,
        feed: &mut Feed,
        predicate: &Predicate,
        until: Option<u64>,
        each: &mut dyn FnMut(&Shown) -> Result<ControlFlow<()>, PartError>,
    ) -> Result<Progress, SearchError> {
        let mut view = self.log.shared.view_from(feed.position());
        view.size = until.unwrap_or(view.size).min(view.size);
        // Persons may have come since the feed began.
        let caller = self.caller.renewed(self.log);
        let reader = self.log.reader(&caller);
        let mut failed = None;
        let progress = reader.ask_about(&view, predicate, |question| {
            feed.read(question, &mut |hit| {
                let shown = reader.show(hit).and_then(|shown| Ok(each(&shown)?));
                shown.unwrap_or_else(|error| {
                    failed = Some(error);
                    ControlFlow::Break(())
                })
            })
        })?;
        failed.map_or(Ok(progress), Err)
    }

    /// Returns what opens the disclosures of many entries, as far as the caller may see them. Cost: none yet.
    #[must_use]
    pub fn opener(&self) -> Opener<'a> {
        Opener::new(self.disclosing())
    }

    /// Reads what was found. The line is held against the tree and against the caller's scope, its disclosures against the line.
    pub(crate) fn show(&self, hit: &Hit) -> Result<Shown, SearchError> {
        let line = hit.line(&self.caller.scope)?;
        let disclosed = hit.disclosures()?;
        must_name(&line, hit.leaf, &disclosed)?;
        let opened = OpenedTexts::open(self.disclosing(), &self.log.shared.opened, &disclosed)?;
        Ok(Shown { leaf_index: hit.leaf, line, opened })
    }

    /// The vault as the caller sees it.
    fn disclosing(&self) -> Disclosing<'a> {
        Disclosing::new(&self.log.shared.vault, &self.caller.sight)
    }

    fn context<'c>(&self, visible: &'c Visible<'c>, over_budget: &'c (dyn Fn() -> bool + Sync)) -> Context<'c>
    where
        'a: 'c,
    {
        Context {
            now_us: self.log.shared.world.clock.now_us(),
            identities: visible,
            addresses: visible,
            seen: self.caller.sight.seen(),
            cursor_key: &self.log.cursor_key,
            over_budget,
            lines_max: u64::MAX,
            bytes_max: QUESTION_BYTES_MAX,
            memory: Some(&self.log.memory),
            results: None,
        }
    }
}

/// The answer, or an error if anything it depends on could not be read.
fn answer_whole<T>(
    question: &Question<'_>,
    answer: impl FnOnce(&Question<'_>) -> Result<T, SearchError>,
) -> Result<T, SearchError> {
    question.check_sight()?;
    let answered = answer(question)?;
    question.check_reads()?;
    Ok(answered)
}
