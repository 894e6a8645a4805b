//! One question on two processors, where one is free for it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, Builder};

use segment::Part;

use crate::error::SearchError;
use crate::question::Question;
use crate::results::AnswerKind;

/// Helpers at work in this process. At most half of the processors are helpers' at any time, so that however many
/// questions are asked, ingest finds one.
static HELPERS: AtomicUsize = AtomicUsize::new(0);

/// Calling a helper costs some 30 µs on a machine with time to spare, and milliseconds on a busy one, since its answer must be
/// waited for. So a helper is called only where the question alone would take longer.
const ROWS_MIN: u64 = 1 << 22;

/// Calls `work` with every part that has rows below the question's size. A helper takes part if the work is worth it: if it
/// `is_dear`, and not kept yet for parts of many rows. Returns the answers in the order of the parts.
///
/// # Errors
/// That of the first part that failed.
pub(crate) fn for_parts<T: Send>(
    question: &Question<'_>,
    is_dear: bool,
    what: &AnswerKind,
    work: impl Fn(&Arc<dyn Part>) -> Result<T, SearchError> + Sync,
) -> Result<Vec<T>, SearchError> {
    let parts: Vec<_> = question.parts().collect();
    let to_do = parts.iter().filter(|part| is_dear && !question.is_kept(part.as_ref(), what));
    let rows: u64 = to_do.map(|part| u64::from(part.rows())).sum();
    let helper = if rows >= ROWS_MIN { Helper::call() } else { None };
    if helper.is_none() {
        return parts.into_iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(parts.len()));
    let run = || {
        while let Some(part) = parts.get(next.fetch_add(1, Ordering::Relaxed)) {
            let answer = work(part);
            // After a failure the other thread has nothing more to do.
            if answer.is_err() {
                next.store(parts.len(), Ordering::Relaxed);
            }
            done.lock().unwrap_or_else(PoisonError::into_inner).push((part.leaf_set().start(), answer));
        }
    };
    thread::scope(|scope| {
        // A refused thread is passing: this one then does all parts.
        let _helper = Builder::new().spawn_scoped(scope, run);
        run();
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(first, _)| *first);
    done.into_iter().map(|(_, answer)| answer).collect()
}

/// The right to one more thread.
struct Helper;

impl Helper {
    fn call() -> Option<Self> {
        let most = thread::available_parallelism().map_or(1, usize::from) / 2;
        let taken = HELPERS.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |now| (now < most).then_some(now + 1));
        taken.is_ok().then_some(Self)
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        HELPERS.fetch_sub(1, Ordering::Relaxed);
    }
}
