//! When programs were last used, to the minute: kept, but no entry, since each of their requests would be one.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::store::{Row, RowChange};

/// Kind of such rows.
pub(crate) const USED: &str = "used";

const MINUTE_US: i64 = 60_000_000;

/// Minutes of last use, microseconds since 1970.
#[derive(Default)]
pub(crate) struct Uses(Mutex<HashMap<String, Use>>);

struct Use {
    minute_us: i64,
    is_kept: bool,
}

impl Uses {
    /// Takes a row.
    pub(crate) fn take(&self, row: &Row) {
        if let Ok(minute_us) = row.value.parse() {
            self.lock().insert(row.id.clone(), Use { minute_us, is_kept: true });
        }
    }

    /// Notes a use. Cost: a look-up.
    pub(crate) fn note(&self, id: &str, now_us: i64) {
        let minute_us = now_us - now_us.rem_euclid(MINUTE_US);
        let mut uses = self.lock();
        match uses.get_mut(id) {
            Some(known) if known.minute_us == minute_us => {}
            Some(known) => *known = Use { minute_us, is_kept: false },
            None => drop(uses.insert(id.to_owned(), Use { minute_us, is_kept: false })),
        }
    }

    pub(crate) fn last_us(&self, id: &str) -> Option<i64> {
        self.lock().get(id).map(|known| known.minute_us)
    }

    /// The rows that are to be written, taken as written.
    pub(crate) fn rows(&self) -> Vec<RowChange> {
        let mut uses = self.lock();
        let row = |(id, known): (&String, &mut Use)| {
            let is_kept = std::mem::replace(&mut known.is_kept, true);
            let row = || Row { kind: USED.to_owned(), id: id.clone(), value: known.minute_us.to_string() };
            (!is_kept).then(|| RowChange::Put(row()))
        };
        uses.iter_mut().filter_map(row).collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Use>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
