//! Questions and single entries.

use std::borrow::Cow;

use enrich::Browsers;
use event::Entry;
use event::render::{Options, entry_json};
use proof::Digest;
use search::{Context, Hit, Predicate, Question, Results, Scope, SearchError};
use segment::{PartError, View};

use crate::admit::error::SubmitError;
use crate::ask::disclosed::{OpenedTexts, must_name};
use crate::ask::limits::{Limits, QUESTION_BYTES_MAX};
use crate::ask::opener::Opener;
use crate::ask::visible::Visible;
use crate::log::Log;

/// An entry as a caller may see it: the line, and what opens of its disclosures.
#[derive(Debug)]
pub struct Shown {
    /// Place in the log.
    pub leaf_index: u64,
    /// The exact bytes.
    pub line: Vec<u8>,
    /// Those of its personal values whose keys are there.
    pub opened: OpenedTexts,
}

impl Shown {
    /// SHA-256 of the line.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&self.line)
    }

    /// The line, parsed.
    ///
    /// # Errors
    /// `Store` if these bytes are no line.
    pub fn entry(&self) -> Result<Entry<'_>, PartError> {
        Entry::parse(&self.line).map_err(|error| PartError::Store(Box::new(error)))
    }

    /// Appends the entry as `GET /v1/entries` shows it. `full`: with `changes` and `properties`. Two computed members stand last,
    /// and in no line or export: `browser`, where the client's user agent is visible and `browsers` knows it; `details`, where
    /// there are changes or properties.
    ///
    /// # Errors
    /// As [`Shown::entry`].
    pub fn write_json(&self, full: bool, browsers: &Browsers, out: &mut Vec<u8>) -> Result<(), PartError> {
        let options = Options { full, leaf_index: Some(self.leaf_index) };
        let (entry, opened) = (self.entry()?, self.opened.opened()?);
        entry_json(&entry, &opened, options, out);
        let disclosed = || opened.iter().find_map(|opened| opened.text("/client/user_agent"));
        let user_agent = entry.client.user_agent.as_deref().map(Cow::Borrowed).or_else(disclosed);
        let browser = user_agent.and_then(|user_agent| browsers.label(&user_agent));
        let end = out.pop();
        if let Some(browser) = browser {
            out.extend_from_slice(b",\"browser\":");
            out.extend_from_slice(serde_json::Value::from(browser).to_string().as_bytes());
        }
        if entry.changes.is_some() || entry.properties.is_some() {
            out.extend_from_slice(b",\"details\":true");
        }
        out.extend(end);
        Ok(())
    }
}

impl Log {
    /// Everything committed up to now.
    #[must_use]
    pub fn view(&self) -> View {
        self.shared.view()
    }

    /// The parts that hold committed leaves from `from` on: enough for a [`search::Feed`] that begins there. Cost: grows with
    /// what is new, not with the log.
    #[must_use]
    pub fn view_from(&self, from: u64) -> View {
        self.shared.view_from(from)
    }

    /// Calls `tell` with the new size after every commit, for those who wait for new entries. It runs on the thread that orders
    /// all commits, so it must return at once. Only the first call of this method counts; returns whether this was it.
    pub fn on_commit(&self, tell: impl Fn(u64) + Send + Sync + 'static) -> bool {
        self.shared.on_commit.set(Box::new(tell)).is_ok()
    }

    /// Asks a question about `view` within `limits`, because somebody waits for the answer.
    ///
    /// # Errors
    /// As [`SearchError`]; `OverBudget` beyond the limits.
    pub fn ask_within<T>(
        &self,
        view: &View,
        predicate: &Predicate,
        scope: &Scope,
        limits: Limits,
        answer: impl FnOnce(&Question<'_>) -> Result<T, SearchError>,
    ) -> Result<T, SearchError> {
        let visible = Visible::new(&self.shared.vault);
        let clock = &self.shared.world.clock;
        let end_us = clock.monotonic_us().saturating_add(limits.time_us);
        let over_time = || clock.monotonic_us() >= end_us;
        let results = Some(self.results()).filter(|_| !limits.fresh);
        let (lines_max, bytes_max) = (limits.lines, limits.bytes);
        let context = Context { lines_max, bytes_max, results, ..self.context(&visible, &over_time) };
        answer_whole(&Question::new(view, predicate, scope, context), answer)
    }

    /// Returns how many answers of segments came from the cache, and how many were worked out.
    #[must_use]
    pub fn result_hits_and_misses(&self) -> (u64, u64) {
        self.results.hits_and_misses()
    }

    fn results(&self) -> Results<'_> {
        Results { cache: &self.results, seen: self.shared.vault.erasures() }
    }

    /// Asks a question about `view`, however long it takes. `over_budget` is asked now and then whether it has cost enough.
    ///
    /// # Errors
    /// As [`SearchError`].
    pub fn ask<T>(
        &self,
        view: &View,
        predicate: &Predicate,
        scope: &Scope,
        over_budget: &(dyn Fn() -> bool + Sync),
        answer: impl FnOnce(&Question<'_>) -> Result<T, SearchError>,
    ) -> Result<T, SearchError> {
        let visible = Visible::new(&self.shared.vault);
        answer_whole(&Question::new(view, predicate, scope, self.context(&visible, over_budget)), answer)
    }

    /// Finds the entry with this id, if the caller may see it.
    ///
    /// # Errors
    /// As [`SearchError`].
    pub fn find(&self, id: &str, scope: &Scope) -> Result<Option<Hit>, SearchError> {
        let visible = Visible::new(&self.shared.vault);
        search::find_id(&self.view(), id, scope, self.context(&visible, &|| false))
    }

    /// Reads what was found. The line is held against the tree, and its disclosures against the line.
    ///
    /// # Errors
    /// As [`PartError`].
    pub fn show(&self, hit: &Hit) -> Result<Shown, PartError> {
        let line = hit.part.line(hit.row)?;
        let disclosed = hit.part.disclosures(hit.row)?;
        must_name(&line, hit.leaf, &disclosed)?;
        let opened = OpenedTexts::open(&self.shared.vault, &self.shared.opened, disclosed)?;
        Ok(Shown { leaf_index: hit.leaf, line, opened })
    }

    /// Returns what opens the disclosures of many entries. Cost: none yet.
    #[must_use]
    pub fn opener(&self) -> Opener<'_> {
        Opener::new(&self.shared.vault)
    }

    fn context<'a>(&'a self, visible: &'a Visible<'a>, over_budget: &'a (dyn Fn() -> bool + Sync)) -> Context<'a> {
        Context {
            now_us: self.shared.world.clock.now_us(),
            identities: visible,
            addresses: visible,
            cursor_key: &self.cursor_key,
            over_budget,
            lines_max: u64::MAX,
            bytes_max: QUESTION_BYTES_MAX,
            memory: Some(&self.memory),
            results: None,
        }
    }
}

/// The answer, or an error if anything it depends on could not be read.
fn answer_whole<T>(
    question: &Question<'_>,
    answer: impl FnOnce(&Question<'_>) -> Result<T, SearchError>,
) -> Result<T, SearchError> {
    let answered = answer(question)?;
    question.check_reads()?;
    Ok(answered)
}

/// Why a read was not recorded, so that it must be refused.
#[derive(Debug, thiserror::Error)]
pub enum RecordReadError {
    /// The entry cannot be read.
    #[error("the entry cannot be read")]
    Read(#[from] PartError),
    /// The entry that records the read cannot be written.
    #[error("the read cannot be recorded")]
    Record(#[from] SubmitError),
}
