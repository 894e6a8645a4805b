//! Work side by side, as far as the system gives threads. A refused one (`EAGAIN`: a limit of processes is reached) is passing and no
//! reason to fail: the caller's thread then does the work itself.

use std::cell::Cell;
use std::panic::resume_unwind;
use std::sync::{Mutex, PoisonError};
use std::thread::{self, Builder};

thread_local! {
    static ALONE: Cell<bool> = const { Cell::new(false) };
}

/// Does `work` on this thread alone: [`join`] and [`map`] within it do one thing after the other, in order, so that what it does
/// can be done again.
pub fn alone<T>(work: impl FnOnce() -> T) -> T {
    struct Before(bool);
    impl Drop for Before {
        fn drop(&mut self) {
            ALONE.set(self.0);
        }
    }
    let _before = Before(ALONE.replace(true));
    work()
}

/// Does `there` on a thread of its own and `here` on the caller's; without a thread, one after the other. Returns what both gave.
///
/// Cost: a thread. A panic of either is passed on.
pub fn join<A: Send, B>(there: impl FnOnce() -> A + Send, here: impl FnOnce() -> B) -> (A, B) {
    if ALONE.get() {
        return (there(), here());
    }
    // In a place that outlives a refused thread, which drops what it was to run.
    let there = Mutex::new(Some(there));
    let run = || {
        let there = there.lock().unwrap_or_else(PoisonError::into_inner).take();
        there.expect("the thread or the caller runs it, not both")()
    };
    thread::scope(|scope| {
        let helper = Builder::new().spawn_scoped(scope, run);
        let here = here();
        let there = match helper {
            Ok(helper) => helper.join().unwrap_or_else(|panic| resume_unwind(panic)),
            Err(_) => run(),
        };
        (there, here)
    })
}

/// Does `work` with each share side by side: the first on the caller's thread, every other on one of its own, if it is given one.
/// Returns what they gave, in order.
///
/// Cost: a thread for each share but one. A panic is passed on.
pub fn map<S: Clone + Send, T: Send>(shares: impl IntoIterator<Item = S>, work: impl Fn(S) -> T + Sync) -> Vec<T> {
    let mut shares = shares.into_iter();
    if ALONE.get() {
        return shares.map(work).collect();
    }
    let Some(first) = shares.next() else { return Vec::new() };
    let work = &work;
    thread::scope(|scope| {
        let spawn = |share: S| {
            let theirs = share.clone();
            Builder::new().spawn_scoped(scope, move || work(theirs)).map_err(|_| share)
        };
        let helpers: Vec<_> = shares.map(spawn).collect();
        let mut given = vec![work(first)];
        given.extend(helpers.into_iter().map(|helper| match helper {
            Ok(helper) => helper.join().unwrap_or_else(|panic| resume_unwind(panic)),
            Err(share) => work(share),
        }));
        given
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_are_done_and_borrow_from_the_caller() {
        let text = String::from("held");
        assert_eq!(join(|| text.len(), || text.as_str()), (4, "held"));
    }

    #[test]
    fn alone_everything_is_done_on_the_callers_thread_in_order() {
        let me = thread::current().id();
        let seen = Mutex::new(Vec::new());
        let note = |n: u8| {
            assert_eq!(thread::current().id(), me);
            seen.lock().unwrap_or_else(PoisonError::into_inner).push(n);
        };
        alone(|| {
            join(|| note(0), || note(1));
            map(2..5, note);
        });
        assert_eq!(seen.into_inner().unwrap(), [0, 1, 2, 3, 4]);
        assert!(!ALONE.get());
    }

    #[test]
    fn shares_are_done_once_each_and_given_in_order() {
        assert_eq!(map(0..7, |share| share * 2), [0, 2, 4, 6, 8, 10, 12]);
        assert_eq!(map(Vec::<u8>::new(), |share| share), []);
    }
}
