//! The golden vectors of `spec/ledger.md`.

use env::Disk;
use env::fake::{FaultyDisk, ManualClock};
use ledger::{ChainKey, Ledger, LedgerEnv, OlderMark, load_signing_key, verify_tree};
use proof::{Digest, TreeSize};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const RECORDED_US: i64 = 1_700_000_000_000_000;

fn vector(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec/vectors/ledger");
    std::fs::read(folder.join(name)).unwrap()
}

fn put(disk: &FaultyDisk, path: &Path, name: &str) {
    disk.create_dir_all(path.parent().unwrap()).unwrap();
    env::publish_file(disk, path, &vector(name)).unwrap();
}

fn paths() -> (PathBuf, PathBuf, PathBuf) {
    ("/data/tree".into(), "/state/mark".into(), "/data/keys/signing".into())
}

#[test]
fn the_same_lines_give_the_bytes_of_the_vectors() {
    let disk = FaultyDisk::new();
    let (tree, mark, signing) = paths();
    put(&disk, &signing, "signing");
    let clock = Arc::new(ManualClock::at(RECORDED_US));
    let env = LedgerEnv { disk: Arc::new(disk.clone()), clock: Arc::clone(&clock) as Arc<dyn env::Clock> };
    let key = load_signing_key(&disk, &signing).unwrap();
    let ledger = Ledger::create(env, &tree, key, &mark).unwrap();
    for size in [1, 300, 520] {
        clock.advance_us(1);
        let digests = |n| Digest::of(format!("{{\"v\":1,\"n\":{n}}}").as_bytes());
        ledger.append(&(ledger.size().0..size).map(digests).collect::<Vec<_>>()).unwrap();
        ledger.checkpoint().unwrap();
    }
    for name in ["origin", "digests", "level-1", "checkpoints"] {
        assert_eq!(disk.read(&tree.join(name)).unwrap(), vector(name), "{name}");
    }
    assert_eq!(disk.read(&mark).unwrap(), vector("mark"));
    assert_eq!(disk.list(&tree).unwrap().len(), 4, "nothing else is there");
}

#[test]
fn the_vectors_open_and_verify() {
    let disk = FaultyDisk::new();
    let (tree, mark, signing) = paths();
    put(&disk, &signing, "signing");
    put(&disk, &mark, "mark");
    ["origin", "digests", "level-1", "checkpoints"].iter().for_each(|name| put(&disk, &tree.join(name), name));
    let key = load_signing_key(&disk, &signing).unwrap();
    let report = verify_tree(&disk, &tree, &key.verifier(), Some(&ChainKey::of(&key)), Some(&mark)).unwrap();
    assert_eq!((report.size, report.checkpoints, report.findings), (TreeSize(520), 4, Vec::new()));
    let env = LedgerEnv { disk: Arc::new(disk), clock: Arc::new(ManualClock::at(0)) };
    let ledger = Ledger::open(env, &tree, key, &mark, OlderMark::Refuse).unwrap();
    ledger.settle().unwrap();
    assert_eq!(ledger.newest().recorded_us, RECORDED_US + 3);
}
