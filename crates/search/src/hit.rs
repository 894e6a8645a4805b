use std::fmt;
use std::sync::Arc;

use segment::Part;

/// An entry found: where it is and what orders it.
#[derive(Clone)]
pub struct Hit {
    /// The part that holds it.
    pub part: Arc<dyn Part>,
    /// Its row there.
    pub row: u32,
    /// Its place in the log.
    pub leaf: u64,
    /// Its order time, µs UTC.
    pub time_us: i64,
}

impl fmt::Debug for Hit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hit").field("leaf", &self.leaf).field("time_us", &self.time_us).finish_non_exhaustive()
    }
}
