//! Crash table: whatever operation fails, loses power or finds the disk full, no published checkpoint is lost or
//! contradicted.

use crate::world::{create, digests, env, grow, key, mark, open, tree};
use env::fake::{Fault, FaultyDisk, SeededRandom};
use ledger::{AppendError, ChainKey, Ledger, Published, SignError, verify_tree};
use proof::MemoryTree;
use std::sync::Arc;

/// Opens (or creates) and grows, signing now and then, until something fails. Returns the last checkpoint published.
fn work(disk: &FaultyDisk, seed: u64, published: &mut Option<Arc<Published>>) {
    let random = SeededRandom::new(seed);
    let opened = match Ledger::is_created(&*env(disk).disk, &tree()) {
        Ok(true) => open(disk),
        Ok(false) => {
            assert!(published.is_none(), "a published log is gone");
            Ledger::create(env(disk), &tree(), key(), &mark())
        }
        Err(_) => return,
    };
    let Ok(ledger) = opened else { return };
    assert_continues(&ledger, published.as_deref());
    *published = Some(ledger.newest());
    for _ in 0..4 {
        let size = ledger.size().0 + 1 + random.below(270);
        match ledger.append(&digests(ledger.size().0, size)) {
            Ok(()) => {}
            Err(AppendError::Failed { .. } | AppendError::Stopped { .. }) => return,
        }
        match ledger.checkpoint() {
            Ok(new) => *published = Some(new),
            Err(SignError::DiskFull) => {}
            Err(_) => return,
        }
    }
}

fn assert_continues(ledger: &Ledger, published: Option<&Published>) {
    let newest = ledger.newest();
    if let Some(old) = published {
        assert!(newest.checkpoint.size >= old.checkpoint.size, "a published checkpoint is gone");
        let path = ledger.consistency(old.checkpoint.size, newest.checkpoint.size).unwrap();
        if old.checkpoint.size.0 > 0 {
            let old = &old.checkpoint;
            let new = &newest.checkpoint;
            proof::verify_consistency(old.size, new.size, &path, &old.root, &new.root).unwrap();
        }
    }
    let tree: MemoryTree = digests(0, newest.checkpoint.size.0).iter().map(|digest| digest.leaf_hash()).collect();
    assert_eq!(tree.root(), newest.checkpoint.root);
}

fn table(fault: Fault, seeds: std::ops::Range<u64>) {
    let clean = FaultyDisk::new();
    work(&clean, 0, &mut None);
    for nth in 0..clean.operations() + 10 {
        for seed in seeds.clone() {
            let disk = FaultyDisk::new();
            let mut published = None;
            disk.fail_at(nth, fault);
            work(&disk, seed, &mut published);
            // The process dies, the machine does not: the page cache still shows what the disk never got.
            work(&disk, seed + 100, &mut published);
            disk.crash(seed);
            disk.fail_at(nth / 2, Fault::PowerLoss);
            work(&disk, seed + 200, &mut published);
            disk.crash(seed + 1);
            work(&disk, seed + 300, &mut published);
            let ledger = open(&disk).unwrap_or_else(|error| panic!("operation {nth}, seed {seed}: {error}"));
            assert_continues(&ledger, published.as_deref());
            let report =
                verify_tree(&disk, &tree(), &key().verifier(), Some(&ChainKey::of(&key())), Some(&mark())).unwrap();
            assert_eq!(report.findings, []);
        }
    }
}

#[test]
fn power_loss_at_every_operation_loses_no_published_checkpoint() {
    table(Fault::PowerLoss, 0..4);
}

#[test]
fn an_error_at_every_operation_loses_no_published_checkpoint() {
    table(Fault::Error, 0..4);
}

#[test]
fn a_full_disk_at_every_operation_loses_no_published_checkpoint() {
    table(Fault::Full, 0..2);
}

#[test]
fn after_an_error_nothing_more_is_signed() {
    let disk = FaultyDisk::new();
    let ledger = create(&disk);
    grow(&ledger, 10);
    disk.fail_at(0, Fault::Error);
    assert!(matches!(ledger.checkpoint(), Err(SignError::Failed { .. })));
    assert!(matches!(ledger.checkpoint(), Err(SignError::Stopped { .. })), "I-9");
    assert!(matches!(ledger.append(&digests(10, 11)), Err(AppendError::Stopped { .. })));
}

#[test]
fn on_a_full_disk_leaves_wait_in_memory_and_signing_resumes_unaided() {
    let disk = FaultyDisk::new();
    let ledger = create(&disk);
    grow(&ledger, 10);
    let old = ledger.checkpoint().unwrap();
    disk.set_capacity(Some(disk.used() + 40_000));
    grow(&ledger, 5000);
    assert!(matches!(ledger.checkpoint(), Err(SignError::DiskFull)));
    grow(&ledger, 10_000);
    assert_eq!(ledger.newest(), old);
    assert_eq!(ledger.digests(proof::LeafIndex(0), 10_000).unwrap(), digests(0, 10_000));
    disk.set_capacity(None);
    assert_eq!(ledger.checkpoint().unwrap().checkpoint.size.0, 10_000);
    disk.crash(1);
    assert_continues(&open(&disk).unwrap(), Some(&old));
}

#[test]
fn too_many_open_files_delay_a_checkpoint_and_stop_nothing() {
    let disk = FaultyDisk::new();
    let ledger = create(&disk);
    grow(&ledger, 10);
    let old = ledger.checkpoint().unwrap();
    disk.set_out_of_files(true);
    // More than a level: its file is new.
    grow(&ledger, 5000);
    for _ in 0..3 {
        assert!(matches!(ledger.checkpoint(), Err(SignError::OutOfFiles)));
        assert_eq!(ledger.newest(), old);
    }
    disk.set_out_of_files(false);
    assert_eq!(ledger.checkpoint().unwrap().checkpoint.size.0, 5_000);
    disk.crash(1);
    assert_continues(&open(&disk).unwrap(), Some(&old));
}
