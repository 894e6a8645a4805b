//! What appending and proving cost; run by hand: `cargo test -p indelible-ledger --release -- --ignored --nocapture`.

use crate::world::{digests, key};
use env::{Clock, SystemClock, SystemDisk};
use ledger::{Ledger, LedgerEnv};
use proof::LeafIndex;
use std::sync::Arc;

#[test]
#[ignore = "a measurement, not a test"]
fn append_and_proof_cost() {
    let folder = tempfile::tempdir().unwrap();
    let env = LedgerEnv { disk: Arc::new(SystemDisk), clock: Arc::new(SystemClock::new()) };
    let ledger = Ledger::create(env, &folder.path().join("tree"), key(), &folder.path().join("mark")).unwrap();
    let digests = digests(0, 1_000_000);
    let clock = SystemClock::new();
    let start = clock.monotonic_us();
    for batch in digests.chunks(1000) {
        ledger.append(batch).unwrap();
    }
    let appended = clock.monotonic_us() - start;
    let start = clock.monotonic_us();
    let newest = ledger.checkpoint().unwrap();
    let signed = clock.monotonic_us() - start;
    let start = clock.monotonic_us();
    for leaf in 0..1000 {
        ledger.inclusion(LeafIndex(leaf * 997), &newest).unwrap();
    }
    let proven = clock.monotonic_us() - start;
    println!("{} ns a leaf, {signed} µs the checkpoint of all, {proven} ns an inclusion proof", appended / 1000);
}
