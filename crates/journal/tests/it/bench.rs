//! What appending costs on the real disk; run by hand:
//! `cargo test -p indelible-journal --release -- --ignored --nocapture append_cost`.

use crate::world::{batch, key, known, signed};
use env::{Clock, Disk, SystemClock, SystemDisk, SystemRandom};
use journal::{FileJournal, Journal};
use std::sync::Arc;

#[test]
#[ignore = "a measurement, not a test"]
fn append_cost() {
    let folder = tempfile::tempdir().unwrap();
    let key = key();
    let known = known(0, 0, &key);
    let disk = Arc::new(SystemDisk);
    let opened = FileJournal::open(disk, Arc::new(SystemRandom), folder.path(), &known, &mut |_| Ok(()));
    let (journal, _) = opened.unwrap();
    let clock = SystemClock::new();
    let median = |runs: usize, run: &dyn Fn()| {
        let mut times: Vec<u64> = (0..runs)
            .map(|_| {
                let start = clock.monotonic_us();
                run();
                clock.monotonic_us() - start
            })
            .collect();
        times.sort_unstable();
        times[runs / 2]
    };
    let raw = SystemDisk.create_new(&folder.path().join("raw")).unwrap();
    raw.write_all_at(&[0; 1 << 20], 0).unwrap();
    raw.sync_all().unwrap();
    let bare = median(300, &|| raw.write_all_at(&[1; 900], 0).and_then(|()| raw.sync_data()).unwrap());
    let single = [batch(0, 1, 780)];
    let one = median(300, &|| drop(journal.append(&single).unwrap()));
    let thousand = [batch(0, 1000, 780)];
    let many = median(50, &|| {
        journal.append(&thousand).unwrap();
        if journal.book_is_full() {
            journal.begin_book(signed(0)).unwrap();
        }
    });
    println!("write and fdatasync of 900 B: {bare} µs; one line: {one} µs; a batch of 1000 lines: {many} µs");
}
