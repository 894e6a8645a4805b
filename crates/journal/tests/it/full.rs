//! A full disk: refused before anything is written, resumed unaided.

use crate::world::{append, batch, open, seen, signed};
use env::fake::{Fault, FaultyDisk};
use journal::{AppendError, Journal};

#[test]
fn a_full_disk_is_refused_and_appending_resumes_when_there_is_room() {
    let disk = FaultyDisk::new();
    let journal = open(&disk, 1, 0).unwrap().journal;
    let mut all = append(&journal, &[1], 10).unwrap();
    disk.set_capacity(Some(disk.used() + 700));
    let full = loop {
        match append(&journal, &[1], 100) {
            Ok(group) => all.extend(group),
            Err(error) => break error,
        }
    };
    assert!(matches!(full, AppendError::DiskFull), "{full}");
    assert!(matches!(append(&journal, &[3], 100), Err(AppendError::DiskFull)));
    // The next file takes a little of the reserve: a start writes the last one once more, so it must not grow.
    journal.begin_book(signed(0)).unwrap();
    assert!(matches!(append(&journal, &[1], 1), Err(AppendError::DiskFull)), "the reserve is not whole");

    // The server's own entries go on.
    let first = journal.next_leaf().0;
    let own = batch(first, 2, 20);
    journal.append_reserved(std::slice::from_ref(&own)).unwrap();
    all.push(seen(first, &own));
    // With the reserve in use, others wait until it is whole again.
    let other = loop {
        match append(&journal, &[1], 300) {
            Ok(group) => all.extend(group),
            Err(error) => break error,
        }
    };
    assert!(matches!(other, AppendError::DiskFull));

    disk.set_capacity(None);
    all.extend(append(&journal, &[1, 2], 900).unwrap());
    journal.begin_book(signed(0)).unwrap();
    all.extend(append(&journal, &[1, 2], 900).unwrap());
    disk.crash(3);
    assert_eq!(open(&disk, 2, 0).unwrap().seen, all);
}

#[test]
fn a_disk_that_fills_at_any_write_never_stops_the_journal_for_good() {
    for nth in 0..30 {
        let disk = FaultyDisk::new();
        let journal = open(&disk, 1, 0).unwrap().journal;
        let mut all = append(&journal, &[2], 10).unwrap();
        // Only writes that need more space meet a full disk.
        disk.set_capacity(Some(disk.used() + nth * 150));
        for _ in 0..8 {
            match append(&journal, &[2, 1], 250) {
                Ok(group) => all.extend(group),
                Err(error) => assert!(matches!(error, AppendError::DiskFull), "{error}"),
            }
            if journal.book_is_full() {
                match journal.begin_book(signed(0)) {
                    Ok(_) => {}
                    Err(error) => assert!(matches!(error, AppendError::DiskFull), "{error}"),
                }
            }
        }
        disk.set_capacity(None);
        all.extend(append(&journal, &[1], 1).unwrap());
        disk.crash(nth);
        assert_eq!(open(&disk, 2, 0).unwrap().seen, all);
    }
}

#[test]
fn a_full_disk_at_the_sync_stops_the_journal() {
    let disk = FaultyDisk::new();
    let journal = open(&disk, 1, 0).unwrap().journal;
    // The frame's own write, into space that was filled with zeroes before.
    disk.fail_at(0, Fault::Full);
    assert!(matches!(append(&journal, &[1], 10), Err(AppendError::Failed { .. })));
    assert!(matches!(append(&journal, &[1], 10), Err(AppendError::Stopped { .. })));
}

#[test]
fn a_journal_opens_on_a_full_disk_with_the_help_of_its_reserve() {
    let disk = FaultyDisk::new();
    let all = append(&open(&disk, 1, 0).unwrap().journal, &[2, 2], 30).unwrap();
    disk.set_capacity(Some(disk.used()));
    let opened = open(&disk, 2, 0).unwrap();
    assert_eq!(opened.seen, all);
}

#[test]
fn too_many_open_files_delay_the_next_file_and_stop_nothing() {
    let disk = FaultyDisk::new();
    let journal = open(&disk, 1, 0).unwrap().journal;
    let mut all = append(&journal, &[1], 10).unwrap();
    disk.set_out_of_files(true);
    assert!(matches!(journal.begin_book(signed(0)), Err(AppendError::OutOfFiles)));
    all.extend(append(&journal, &[1, 2], 100).unwrap());
    disk.set_out_of_files(false);
    journal.begin_book(signed(0)).unwrap();
    all.extend(append(&journal, &[1, 2], 100).unwrap());
    disk.crash(3);
    assert_eq!(open(&disk, 2, 0).unwrap().seen, all);
}
