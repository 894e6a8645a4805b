//! What is signed, and what is refused.

use crate::world::{ORIGIN, create, digests, env, grow, key, mark, open, tree};
use env::fake::{FaultyDisk, ManualClock, SeededRandom};
use env::{Disk, SystemDisk};
use ledger::{
    Ledger, LedgerEnv, MarkError, OlderMark, OpenLedgerError, SignError, create_signing_key, load_signing_key,
    new_origin,
};
use proof::{SigningKey, TreeSize};
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

#[test]
fn a_new_log_has_a_checkpoint_of_the_empty_tree() {
    let ledger = create(&FaultyDisk::new());
    let newest = ledger.newest();
    assert_eq!((newest.checkpoint.size, newest.checkpoint.root), (TreeSize(0), proof::empty_root()));
    assert_eq!(ledger.checkpoint().unwrap(), newest, "nothing new, nothing signed");
}

#[test]
fn leaves_beyond_the_newest_checkpoint_are_forgotten_and_can_be_appended_again() {
    let disk = FaultyDisk::new();
    let ledger = create(&disk);
    grow(&ledger, 300);
    ledger.checkpoint().unwrap();
    grow(&ledger, 5000);
    drop(ledger);
    let ledger = open(&disk).unwrap();
    assert_eq!(ledger.size(), TreeSize(300));
    grow(&ledger, 5001);
    let published = ledger.checkpoint().unwrap();
    let tree: proof::MemoryTree = digests(0, 5001).iter().map(|digest| digest.leaf_hash()).collect();
    assert_eq!(published.checkpoint.root, tree.root());
    assert_eq!(ledger.checkpoints_from(TreeSize(0), 10).unwrap().len(), 3);
    assert_eq!(ledger.checkpoints_from(TreeSize(301), 10).unwrap(), [(*published).clone()]);
}

#[test]
fn recorded_times_never_decrease() {
    let disk = FaultyDisk::new();
    let clock = Arc::new(ManualClock::at(1000));
    let env = LedgerEnv { disk: Arc::new(disk), clock: Arc::clone(&clock) as Arc<dyn env::Clock> };
    let ledger = Ledger::create(env, &tree(), key(), &mark()).unwrap();
    clock.step_to(500);
    grow(&ledger, 1);
    assert_eq!(ledger.checkpoint().unwrap().recorded_us, 1000);
    clock.step_to(2000);
    grow(&ledger, 2);
    assert_eq!(ledger.checkpoint().unwrap().recorded_us, 2000);
}

#[test]
fn an_older_copy_of_the_directory_is_refused() {
    let disk = FaultyDisk::new();
    let ledger = create(&disk);
    grow(&ledger, 10);
    ledger.checkpoint().unwrap();
    let old: Vec<_> = files(&disk).into_iter().map(|path| (disk.read(&path).unwrap(), path)).collect();
    grow(&ledger, 20);
    ledger.checkpoint().unwrap();
    drop(ledger);
    for (content, path) in old {
        env::replace_file(&disk, &path, &content).unwrap();
    }
    let refused = open(&disk).err();
    assert!(matches!(refused, Some(OpenLedgerError::Mark(MarkError::OlderCopy { .. }))), "{refused:?}");
    // Nor can a new log be made in its place.
    files(&disk).iter().for_each(|path| disk.remove(path).unwrap());
    let refused = Ledger::create(env(&disk), &tree(), key(), &mark()).err();
    assert!(matches!(refused, Some(OpenLedgerError::Mark(MarkError::OlderCopy { .. }))), "{refused:?}");
}

#[test]
fn another_history_under_the_same_key_is_refused_at_opening_and_at_signing() {
    let disk = FaultyDisk::new();
    let other = FaultyDisk::new();
    let ledger = create(&disk);
    let foreign = create(&other);
    grow(&ledger, 10);
    foreign.append(&digests(100, 110)).unwrap();
    foreign.checkpoint().unwrap();
    env::replace_file(&disk, &mark(), &other.read(&mark()).unwrap()).unwrap();
    let refused = ledger.checkpoint().err();
    assert!(matches!(refused, Some(SignError::Mark(MarkError::OtherHistory { .. }))), "{refused:?}");
    assert_eq!(ledger.newest().checkpoint.size, TreeSize(0));
    drop(ledger);
    for path in files(&other) {
        env::replace_file(&disk, &path, &other.read(&path).unwrap()).unwrap();
    }
    let forged = create(&FaultyDisk::new());
    grow(&forged, 10);
    let note = forged.checkpoint().unwrap().note.clone();
    env::replace_file(&disk, &mark(), note.as_bytes()).unwrap();
    let refused = open(&disk).err();
    assert!(matches!(refused, Some(OpenLedgerError::Mark(MarkError::OtherHistory { .. }))), "{refused:?}");
}

#[test]
fn a_tree_changed_under_a_running_ledger_is_not_signed() {
    let disk = FaultyDisk::new();
    let ledger = create(&disk);
    grow(&ledger, 1000);
    ledger.checkpoint().unwrap();
    disk.flip_bit(&tree().join("level-1"), 40, 3).unwrap();
    grow(&ledger, 1001);
    let refused = ledger.checkpoint().err();
    assert!(matches!(refused, Some(SignError::Inconsistent { .. })), "{refused:?}");
}

#[test]
fn a_lost_mark_is_made_again_and_a_foreign_one_is_refused() {
    let disk = FaultyDisk::new();
    drop(create(&disk));
    disk.remove(&mark()).unwrap();
    drop(open(&disk).unwrap());
    assert!(disk.exists(&mark()).unwrap());
    env::replace_file(&disk, &mark(), b"nonsense\n").unwrap();
    assert!(matches!(open(&disk).err(), Some(OpenLedgerError::Mark(MarkError::Unreadable { .. }))));
}

#[test]
fn the_key_of_another_log_is_refused() {
    let disk = FaultyDisk::new();
    drop(create(&disk));
    let foreign = SigningKey::from_seed("other/0123456789abcdef", &[7; 32]).unwrap();
    let refused = Ledger::open(env(&disk), &tree(), foreign, &mark(), OlderMark::Refuse).err();
    assert!(matches!(refused, Some(OpenLedgerError::OtherKey { .. })));
    let forged = SigningKey::from_seed(ORIGIN, &[8; 32]).unwrap();
    let refused = Ledger::open(env(&disk), &tree(), forged, &mark(), OlderMark::Refuse).err();
    assert!(matches!(refused, Some(OpenLedgerError::Signature { .. })));
}

#[test]
fn a_log_is_not_created_over_another() {
    let disk = FaultyDisk::new();
    drop(create(&disk));
    disk.remove(&mark()).unwrap();
    assert!(Ledger::create(env(&disk), &tree(), key(), &mark()).is_err());
}

#[test]
fn keys_are_for_their_owner_alone_and_read_back_exactly() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signing");
    let random = SeededRandom::new(1);
    let origin = new_origin("audit.example", &random);
    assert_eq!(origin.len(), "audit.example/".len() + 16);
    let key = create_signing_key(&SystemDisk, &random, &path, &origin).unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(load_signing_key(&SystemDisk, &path).unwrap().verifier().to_string(), key.verifier().to_string());
    assert!(create_signing_key(&SystemDisk, &random, &path, &origin).is_err(), "a key is never replaced");
}

#[test]
fn every_flipped_bit_of_a_key_file_is_noticed() {
    let disk = FaultyDisk::new();
    disk.create_dir_all("/data/keys".as_ref()).unwrap();
    let path = std::path::Path::new("/data/keys/signing");
    create_signing_key(&disk, &SeededRandom::new(1), path, ORIGIN).unwrap();
    for byte in 0..disk.read(path).unwrap().len() as u64 {
        for bit in 0..8 {
            let copy = disk.snapshot();
            copy.flip_bit(path, byte, bit).unwrap();
            assert!(load_signing_key(&copy, path).is_err(), "bit {bit} of byte {byte}");
        }
    }
}

fn files(disk: &FaultyDisk) -> Vec<std::path::PathBuf> {
    disk.list(&tree()).unwrap()
}

#[test]
fn an_old_checkpoint_costs_one_signature_however_many_stand_before_it() {
    let disk = FaultyDisk::new();
    let ledger = create(&disk);
    for size in 1..=700 {
        grow(&ledger, size);
        ledger.checkpoint().unwrap();
    }
    let look_up = |ledger: &Ledger| {
        for size in [0, 1, 255, 256, 257, 600, 700] {
            let before = ledger.signatures_checked();
            let found = ledger.checkpoints_from(TreeSize(size), 1).unwrap();
            assert_eq!(found.first().map(|found| found.checkpoint.size), Some(TreeSize(size)));
            assert_eq!(ledger.signatures_checked() - before, 1, "{size}");
        }
        assert_eq!(ledger.checkpoints_from(TreeSize(701), 1).unwrap(), []);
        assert_eq!(ledger.checkpoints_from(TreeSize(650), 1000).unwrap().len(), 51);
    };
    look_up(&ledger);
    drop(ledger);
    look_up(&open(&disk).unwrap());
}
