use std::fmt;
use std::sync::Arc;

use segment::{Disclosed, Part, PartError};

use crate::error::SearchError;
use crate::scope::Scope;

/// An entry found: where it is and what orders it. It stands in the log; whether the caller may see it, its line says once more.
#[derive(Clone)]
pub struct Hit {
    pub(crate) part: Arc<dyn Part>,
    pub(crate) row: u32,
    /// Its place in the log.
    pub leaf: u64,
    /// Its order time, µs UTC.
    pub time_us: i64,
}

impl Hit {
    /// Reads the line and holds it against the caller's scope (I-8): the only way to a line that was found. Cost: one line of
    /// the part.
    ///
    /// # Errors
    /// As [`Part::line`]; `OutsideScope` where the index found a row that its line puts outside.
    pub fn line(&self, scope: &Scope) -> Result<Vec<u8>, SearchError> {
        let line = self.part.line(self.row)?;
        scope.check_line(self.leaf, &line)?;
        Ok(line)
    }

    /// The sealed disclosures behind the line. Cost: those of one row.
    ///
    /// # Errors
    /// As [`Part::disclosures`].
    pub fn disclosures(&self) -> Result<Disclosed, PartError> {
        self.part.disclosures(self.row)
    }
}

impl fmt::Debug for Hit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hit").field("leaf", &self.leaf).field("time_us", &self.time_us).finish_non_exhaustive()
    }
}
