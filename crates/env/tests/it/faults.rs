//! The faulty disk loses exactly what was not synced.

use env::fake::{Fault, FaultyDisk, SeededRandom};
use env::{Disk, is_disk_full, publish_file, replace_file};
use std::collections::BTreeSet;
use std::path::Path;

fn disk() -> FaultyDisk {
    let disk = FaultyDisk::new();
    disk.create_dir_all("/d".as_ref()).unwrap();
    disk
}

fn path() -> &'static Path {
    Path::new("/d/file")
}

#[test]
fn what_was_synced_survives_every_crash() {
    for seed in 0..50 {
        let disk = disk();
        publish_file(&disk, path(), b"synced").unwrap();
        disk.crash(seed);
        assert_eq!(disk.read(path()).unwrap(), b"synced");
    }
}

#[test]
fn unsynced_blocks_vanish_or_stay_each_by_itself() {
    let mut seen = BTreeSet::new();
    for seed in 0..200 {
        let disk = disk();
        publish_file(&disk, path(), &[0; 2048]).unwrap();
        disk.open_write(path()).unwrap().write_all_at(&[1; 2048], 0).unwrap();
        disk.crash(seed);
        let content = disk.read(path()).unwrap();
        seen.insert(content.chunks(512).map(|block| block[0]).collect::<Vec<_>>());
        assert!(content.chunks(512).all(|block| block.iter().all(|byte| *byte == block[0])), "blocks are whole");
    }
    assert_eq!(seen.len(), 16, "every combination comes up");
}

#[test]
fn unsynced_names_may_vanish_although_the_content_was_synced() {
    let survived = (0..50).filter(|seed| {
        let disk = disk();
        disk.create_new(path()).unwrap().sync_all().unwrap();
        disk.crash(*seed);
        disk.exists(path()).unwrap()
    });
    assert!((1..50).contains(&survived.count()));
}

#[test]
fn after_a_failed_sync_the_bytes_are_readable_but_lost() {
    for seed in 0..20 {
        let disk = disk();
        publish_file(&disk, path(), b"old").unwrap();
        let file = disk.open_write(path()).unwrap();
        file.write_all_at(b"new", 0).unwrap();
        disk.fail_at(0, Fault::Error);
        assert!(file.sync_data().is_err());
        assert!(file.sync_data().is_ok(), "the second sync claims success");
        assert_eq!(disk.read(path()).unwrap(), b"new");
        disk.crash(seed);
        assert_eq!(disk.read(path()).unwrap(), b"old");
    }
}

#[test]
fn a_replaced_file_is_old_or_new_wherever_power_fails() {
    for nth in 0..6 {
        for seed in 0..20 {
            let disk = disk();
            publish_file(&disk, path(), b"old").unwrap();
            disk.fail_at(nth, Fault::PowerLoss);
            let done = replace_file(&disk, path(), b"new").is_ok();
            disk.crash(seed);
            let content = disk.read(path()).unwrap();
            assert!(content == b"new" || (!done && content == b"old"), "operation {nth}, seed {seed}");
        }
    }
}

#[test]
fn without_power_nothing_works_and_old_handles_stay_dead() {
    let disk = disk();
    let file = disk.create_new(path()).unwrap();
    disk.fail_at(0, Fault::PowerLoss);
    assert!(file.write_all_at(b"x", 0).is_err());
    assert!(disk.exists(path()).is_err());
    disk.crash(1);
    assert!(file.write_all_at(b"x", 0).is_err());
    disk.exists(path()).unwrap();
}

#[test]
fn a_full_disk_takes_no_more_until_something_is_removed() {
    let disk = disk();
    disk.set_capacity(Some(1000));
    publish_file(&disk, path(), &[1; 900]).unwrap();
    let other = disk.create_new("/d/other".as_ref()).unwrap();
    assert!(is_disk_full(&other.write_all_at(&[2; 101], 0).unwrap_err()));
    assert_eq!(other.len().unwrap(), 100, "a part may have been written");
    assert!(is_disk_full(&other.set_len(101).unwrap_err()));
    disk.open_write(path()).unwrap().write_all_at(&[3; 900], 0).unwrap();
    disk.remove(path()).unwrap();
    other.write_all_at(&[2; 1000], 0).unwrap();
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let [one, two] = [SeededRandom::new(5), SeededRandom::new(5)];
    assert_eq!([one.next_u64(), one.next_u64()], [two.next_u64(), two.next_u64()]);
}

#[test]
fn a_lock_ends_with_power_and_its_holder_takes_nobody_elses() {
    let disk = disk();
    let dead = disk.lock("/d".as_ref()).unwrap();
    disk.crash(1);
    let held = disk.lock("/d".as_ref()).unwrap();
    drop(dead);
    assert!(disk.lock("/d".as_ref()).is_err());
    drop(held);
    disk.lock("/d".as_ref()).unwrap();
}
