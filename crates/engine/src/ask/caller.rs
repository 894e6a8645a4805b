//! On whose behalf the log is asked.

use std::borrow::Cow;
use std::sync::Arc;

use search::{Scope, ScopeError};

use crate::ask::limits::Limits;
use crate::ask::permitted::Permitted;
use crate::ask::reach::Resolving;
use crate::disclose::sight::Sight;
use crate::log::Log;
use crate::own::viewer::Viewer;

/// Who asks, which entries and which personal values they may see, and what a question of theirs may cost. Made where a request's permission is decided, and
/// nowhere else: a [`crate::Reader`] goes by it alone.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who looks, for the record.
    pub viewer: Viewer,
    pub(crate) scope: Scope,
    pub(crate) sight: Sight,
    pub(crate) limits: Limits,
    /// What scope and sight were made of, where they were.
    permitted: Option<Arc<Permitted>>,
}

impl Caller {
    /// One who may see every entry and every value: whoever has the machine (`serve --dev`, commands).
    #[must_use]
    pub fn of_everything(viewer: Viewer, limits: Limits) -> Self {
        Self { viewer, scope: Scope::everything(), sight: Sight::of_everything(), limits, permitted: None }
    }

    /// One who may see the entries that match `scope`, and in them the personal values that `sight` covers.
    ///
    /// # Errors
    /// [`ScopeError`] for a predicate that cannot be judged on the line alone.
    pub fn within(viewer: Viewer, scope: search::Predicate, sight: Sight, limits: Limits) -> Result<Self, ScopeError> {
        Ok(Self { viewer, scope: Scope::within(scope)?, sight, limits, permitted: None })
    }

    /// One who may see what these grants permit, with the persons and pseudonyms that `log` knows at this moment. To be made for
    /// each request; [`crate::Reader::follow`] looks again by itself.
    ///
    /// Cost: some look-ups for each id that is an address, and for each own id; one without an organization asks the parts of the log for their
    /// sources, which are kept.
    #[must_use]
    pub fn permitted(viewer: Viewer, permitted: Arc<Permitted>, limits: Limits, log: &Log) -> Self {
        let sources = || log.sources.of(&log.shared.view());
        let resolving = Resolving { vault: &log.shared.vault, sources: &sources };
        let (scope, sight) = (permitted.scope(resolving), permitted.sight(resolving));
        Self { viewer, scope, sight, limits, permitted: Some(permitted) }
    }

    /// The same with the persons and pseudonyms of this moment.
    pub(crate) fn renewed(&self, log: &Log) -> Cow<'_, Self> {
        match &self.permitted {
            None => Cow::Borrowed(self),
            Some(permitted) => {
                Cow::Owned(Self::permitted(self.viewer.clone(), Arc::clone(permitted), self.limits, log))
            }
        }
    }
}
