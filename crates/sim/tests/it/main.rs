//! The short form of the campaign: some seeds, one of them twice, and every planted bug.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

use indelible_sim::{BUGS, run};

/// Seeds of the short form.
const SEEDS: u64 = 16;

/// Seeds within which a planted bug must be found.
const BUG_SEEDS: u64 = 100;

/// Seeds that find most of them, tried first to save time.
const BUG_SEEDS_FIRST: [u64; 3] = [0, 14, 17];

#[test]
fn every_promise_is_kept_in_every_seed() {
    for seed in 0..SEEDS {
        let outcome = run(seed, None, false);
        assert_eq!(outcome.broken, None, "seed {seed}");
    }
}

#[test]
fn a_seed_does_the_same_twice() {
    let once = run(7, None, true);
    let twice = run(7, None, true);
    assert!(once.counts.operations > 100);
    let differs = once.trace.lines().iter().zip(twice.trace.lines()).find(|(a, b)| a != b);
    assert_eq!(differs, None);
    assert_eq!(once.trace.hash(), twice.trace.hash());
}

#[test]
fn every_planted_bug_is_found() {
    for bug in BUGS {
        let found =
            BUG_SEEDS_FIRST.into_iter().chain(0..BUG_SEEDS).any(|seed| run(seed, Some(bug), false).broken.is_some());
        assert!(found, "{}", bug.name);
    }
}
