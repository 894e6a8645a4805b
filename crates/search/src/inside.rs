//! What lies inside the caller's scope, where an index knows more than that.

use index::Field;
use segment::{Part, PartError};

use crate::error::{SearchError, Spent};
use crate::plan::{self, Rows};
use crate::question::Question;

/// Identities looked at between two looks at whether the question may go on.
const IDENTITIES_BETWEEN_LOOKS: u64 = 256;

impl Question<'_> {
    /// Hands out every value of the visible identities in `part` that are not held open and that entries inside the scope have; each
    /// counts as a line read.
    ///
    /// Cost: with a scope, a look-up for each identity of the part besides.
    ///
    /// # Errors
    /// `OverBudget` with [`Spent::Identities`]; else as [`SearchError`].
    pub(crate) fn others(
        &self,
        part: &dyn Part,
        take: &mut dyn FnMut(&[u8; 32], &str, &str),
    ) -> Result<(), SearchError> {
        if self.context.identities.are_all_open() {
            return Ok(());
        }
        let inside = self.rows_inside(part)?;
        let looked_at = std::cell::Cell::new(0_u64);
        let wanted = |digest: &[u8; 32]| {
            if let Some(inside) = &inside {
                looked_at.set(looked_at.get() + 1);
                if looked_at.get().is_multiple_of(IDENTITIES_BETWEEN_LOOKS) && !self.may_read(0) {
                    return Err(PartError::Stopped);
                }
                if inside.meet(part.equal(Field::Identity, digest)?).is_empty() {
                    return Ok(false);
                }
            }
            if self.may_read(1) { Ok(true) } else { Err(PartError::Stopped) }
        };
        let others = self.context.identities.others(part, &wanted, take);
        others.map_err(|error| match error {
            PartError::Stopped => SearchError::OverBudget(Spent::Identities),
            error => error.into(),
        })
    }

    /// Whether the index would list a value if the part held only what lies inside the scope. An index lists the values of some
    /// fields only where many rows have them, whoever's these are.
    pub(crate) fn lists_inside(
        &self,
        part: &dyn Part,
        field: Field,
        value: &[u8],
        inside: Option<&Rows>,
    ) -> Result<bool, SearchError> {
        let Some(inside) = inside.filter(|_| part.lasting().is_some() && index::lists_from(field) > 1) else {
            return Ok(true);
        };
        Ok(inside.meet(part.equal(field, value)?).len() >= index::lists_from(field))
    }

    /// The rows of a part inside the scope; `None` where all are.
    pub(crate) fn rows_inside(&self, part: &dyn Part) -> Result<Option<Rows>, SearchError> {
        if self.scope().is_everything() { Ok(None) } else { plan::inside(self, part).map(Some) }
    }
}
