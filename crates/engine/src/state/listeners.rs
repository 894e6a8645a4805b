//! Those who are told of every commit.

use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;

type Tell = Arc<dyn Fn(u64) + Send + Sync>;

/// Told by the sequencer, in the order they came. Telling takes no lock.
#[derive(Default)]
pub(crate) struct Listeners {
    all: ArcSwap<Vec<Tell>>,
    adding: Mutex<()>,
}

impl Listeners {
    /// Adds one, for as long as the log is open.
    pub(crate) fn add(&self, tell: Tell) {
        let _one_at_a_time = self.adding.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all = Vec::clone(&self.all.load());
        all.push(tell);
        self.all.store(Arc::new(all));
    }

    /// Tells all of them the new size.
    pub(crate) fn tell(&self, size: u64) {
        self.all.load().iter().for_each(|tell| tell(size));
    }
}
