//! On whose behalf the log is asked.

use search::{Scope, ScopeError};

use crate::ask::limits::Limits;
use crate::disclose::sight::Sight;
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
}

impl Caller {
    /// One who may see every entry and every value: whoever has the machine (`serve --dev`, commands).
    #[must_use]
    pub fn of_everything(viewer: Viewer, limits: Limits) -> Self {
        Self { viewer, scope: Scope::everything(), sight: Sight::of_everything(), limits }
    }

    /// One who may see the entries that match `scope`, and in them the personal values that `sight` covers.
    ///
    /// # Errors
    /// [`ScopeError`] for a predicate that cannot be judged on the line alone.
    pub fn within(viewer: Viewer, scope: search::Predicate, sight: Sight, limits: Limits) -> Result<Self, ScopeError> {
        Ok(Self { viewer, scope: Scope::within(scope)?, sight, limits })
    }
}
