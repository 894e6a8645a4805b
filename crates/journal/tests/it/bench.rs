//! What an append costs beside the sync; run by hand: `cargo test -p indelible-journal --release -- --ignored --nocapture`.

use crate::world::{batch, dir, open_at};
use env::fake::FaultyDisk;
use env::{Clock, SystemClock};
use journal::{Journal, Sizes};

#[test]
#[ignore = "a measurement, not a test"]
fn append_cost() {
    let disk = FaultyDisk::new();
    let journal = open_at(&disk, &dir(), 1, 0, 0, Sizes::default()).unwrap().journal;
    let group = [batch(0, 1000, 780)];
    let clock = SystemClock::new();
    let start = clock.monotonic_us();
    for _ in 0..50 {
        journal.append(&group).unwrap();
    }
    let us = clock.monotonic_us() - start;
    println!("{} ns a line of {} bytes", us * 1000 / 50_000, group[0].lines.bytes().len() / 1000);
}
