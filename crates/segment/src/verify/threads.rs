//! Jobs side by side.

use std::iter::from_fn;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Does jobs 0 to `jobs` on at most `threads` threads, the caller's among them, each with a `state` of its own; returns
/// what they gave, in the order of the jobs.
pub(super) fn side_by_side<S, T: Send>(
    threads: usize,
    jobs: usize,
    state: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, usize) -> T + Sync,
) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let run = |_| {
        let mut state = state();
        let take = || Some(next.fetch_add(1, Ordering::Relaxed)).filter(|job| *job < jobs);
        from_fn(take).map(|job| (job, work(&mut state, job))).collect::<Vec<_>>()
    };
    let mut done = env::threads::map(0..threads.clamp(1, jobs.max(1)), run).into_iter().flatten().collect::<Vec<_>>();
    done.sort_unstable_by_key(|(job, _)| *job);
    done.into_iter().map(|(_, given)| given).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_job_is_done_once_by_few_threads_and_given_in_order() {
        for threads in [0, 1, 3, 200] {
            let states = AtomicUsize::new(0);
            let state = || states.fetch_add(1, Ordering::Relaxed);
            let given = side_by_side(threads, 100, state, |_, job| job * 2);
            assert_eq!(given, (0..100).map(|job| job * 2).collect::<Vec<_>>());
            assert!((1..=threads.clamp(1, 100)).contains(&states.into_inner()));
        }
        assert_eq!(side_by_side(2, 0, || (), |(), job| job), Vec::<usize>::new());
    }
}
