//! What appending and proving cost; run by hand: `cargo test -p indelible-ledger --release -- --ignored --nocapture`.

use crate::world::{create, digests};
use env::fake::FaultyDisk;
use env::{Clock, SystemClock};
use proof::LeafIndex;

#[test]
#[ignore = "a measurement, not a test"]
fn append_and_proof_cost() {
    let ledger = create(&FaultyDisk::new());
    let digests = digests(0, 1_000_000);
    let clock = SystemClock::new();
    let start = clock.monotonic_us();
    for batch in digests.chunks(1000) {
        ledger.append(batch).unwrap();
    }
    let appended = clock.monotonic_us() - start;
    let newest = ledger.checkpoint().unwrap();
    let start = clock.monotonic_us();
    for leaf in 0..1000 {
        ledger.inclusion(LeafIndex(leaf * 997), &newest).unwrap();
    }
    let proven = clock.monotonic_us() - start;
    println!("{} ns a leaf, {} ns an inclusion proof", appended / 1000, proven);
}
