//! A start that refuses leaves every byte: what it would have removed may be the only copy.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use engine::{Config, Log, OpenLogError, World};

use super::{Folder, events, everything, files, submit};

/// What every file below a folder holds, but the lock, which every start of a log writes.
pub(crate) fn contents(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    // SQLite maps `vault.db-shm` into memory; it holds nothing that the other two do not.
    let own = |path: &Path| path.ends_with("LOCK") || path.ends_with("vault.db-shm");
    let held = |path: PathBuf| (path.clone(), fs::read(path).unwrap());
    let kept = files(dir).into_iter().filter(|path| !own(path)).map(held);
    // That there is an empty write-ahead log says as much as that there is none.
    kept.filter(|(path, bytes)| !(path.ends_with("vault.db-wal") && bytes.is_empty())).collect()
}

pub(crate) fn copy(from: &Path, to: &Path) {
    for path in files(from) {
        let target = to.join(path.strip_prefix(from).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(&path, target).unwrap();
    }
}

fn refused(config: Config) -> OpenLogError {
    Log::open(config, World::system()).err().expect("the start is refused")
}

/// Asserts that a start is refused and changes nothing.
fn assert_left(folder: &Folder, case: &str) -> OpenLogError {
    let before = contents(&folder.data());
    let error = refused(folder.config());
    assert!(contents(&folder.data()) == before, "{case}: a start that was refused ({error}) has changed a file");
    error
}

/// Three times started, sealed and closed in good order. Returns the entries.
fn sealed_three_times(folder: &Folder) -> Vec<(u64, Vec<u8>)> {
    let mut entries = Vec::new();
    for round in 0..3 {
        let log = folder.open();
        submit(&log, &events(round * 20, 20)).unwrap();
        log.seal().unwrap();
        entries = everything(&log);
        log.close().unwrap();
    }
    entries
}

fn manifests(folder: &Folder) -> Vec<PathBuf> {
    files(&folder.data().join("manifest"))
}

#[test]
fn a_lost_manifest_costs_no_segment_and_the_refusal_names_what_is_missing() {
    for all in [false, true] {
        let folder = Folder::new();
        let entries = sealed_three_times(&folder);
        let whole = contents(&folder.data());
        let lost = manifests(&folder).split_off(if all { 0 } else { 2 });
        assert!(!lost.is_empty());
        lost.iter().for_each(|path| fs::remove_file(path).unwrap());
        let error = assert_left(&folder, "manifests lost");
        assert!(matches!(error, OpenLogError::Unlisted { manifest, .. } if manifest.is_none() == all), "{error:?}");

        for path in lost {
            fs::write(&path, &whole[&path]).unwrap();
        }
        let log = folder.open();
        assert!(everything(&log).starts_with(&entries));
        log.close().unwrap();
    }
}

#[test]
fn whatever_file_is_missing_a_refused_start_leaves_the_rest() {
    let made = Folder::new();
    sealed_three_times(&made);
    let log = made.open();
    submit(&log, &events(60, 300)).unwrap();
    log.checkpoint_covering(log.size() - 1).unwrap();
    // Not closed: a start has much to do.
    drop(log);
    let mut refusals = 0;
    for path in files(&made.data()).into_iter().filter(|path| !path.ends_with("LOCK")) {
        let folder = Folder::new();
        copy(&made.data().join(".."), &folder.data().join(".."));
        fs::remove_file(folder.data().join(path.strip_prefix(made.data()).unwrap())).unwrap();
        let before = contents(&folder.data());
        match Log::open(folder.config(), World::system()) {
            Ok(log) => log.close().unwrap(),
            Err(error) => {
                refusals += 1;
                assert!(contents(&folder.data()) == before, "{} removed: {error}", path.display());
            }
        }
    }
    assert!(refusals >= 10, "{refusals}");
}

#[test]
fn a_marker_of_creation_does_not_make_a_log_anew() {
    let folder = Folder::new();
    let entries = sealed_three_times(&folder);
    let keys = contents(&folder.data().join("keys"));
    fs::write(folder.data().join("CREATING"), "").unwrap();
    let log = folder.open();
    assert!(everything(&log).starts_with(&entries));
    log.close().unwrap();
    assert_eq!(contents(&folder.data().join("keys")), keys);
    assert!(!folder.data().join("CREATING").exists());
}

#[test]
fn part_of_a_log_is_refused_with_or_without_a_marker_of_creation() {
    let made = Folder::new();
    sealed_three_times(&made);
    let parts = ["keys/signing", "tree/checkpoints", "keys", "tree", "vault.db"];
    for (missing, marker) in parts.into_iter().flat_map(|part| [(part, false), (part, true)]) {
        let folder = Folder::new();
        copy(&made.data().join(".."), &folder.data().join(".."));
        let lost = folder.data().join(missing);
        if lost.is_dir() {
            fs::remove_dir_all(&lost).unwrap()
        } else {
            fs::remove_file(&lost).unwrap()
        }
        if marker {
            fs::write(folder.data().join("CREATING"), "").unwrap();
        }
        let error = assert_left(&folder, missing);
        let is_incomplete = matches!(error, OpenLogError::Incomplete { .. } | OpenLogError::Vault(_));
        assert!(is_incomplete, "without {missing}, marker {marker}: {error:?}");
    }
    // Nothing but the keys and the vault: persons are in it.
    let folder = Folder::new();
    copy(&made.data().join("keys"), &folder.data().join("keys"));
    fs::copy(made.data().join("vault.db"), folder.data().join("vault.db")).unwrap();
    fs::write(folder.data().join("CREATING"), "").unwrap();
    assert!(matches!(assert_left(&folder, "keys and vault"), OpenLogError::Incomplete { .. }));
}

#[test]
fn an_older_copy_is_refused_before_its_tree_files_are_cut() {
    let folder = Folder::new();
    let log = folder.open();
    submit(&log, &events(0, 300)).unwrap();
    log.close().unwrap();
    let older = fs::read(folder.data().join("tree/checkpoints")).unwrap();
    let log = folder.open();
    submit(&log, &events(300, 300)).unwrap();
    log.close().unwrap();
    fs::write(folder.data().join("tree/checkpoints"), older).unwrap();
    let error = assert_left(&folder, "older checkpoints");
    assert!(matches!(error, OpenLogError::Ledger(ledger::OpenLedgerError::Mark(_))), "{error:?}");
}

#[test]
fn a_foreign_folder_is_refused_without_a_byte_written() {
    let cases: [&[(&str, &str)]; 4] = [
        &[("HEAD", "ref: refs/heads/main\n"), ("objects/x", "y")],
        &[("tree/leaves", "oak\n"), ("keys/signing", "a key of something else")],
        &[("LOCK", "held by something else"), ("CURRENT", "MANIFEST-000001\n")],
        &[("LOCK", "another program's")],
    ];
    for case in cases {
        let folder = Folder::new();
        for (name, text) in case {
            let path = folder.data().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let snapshot = || files(&folder.data()).into_iter().map(|path| (path.clone(), fs::read(path).unwrap()));
        let before: Vec<_> = snapshot().collect();
        assert!(matches!(refused(folder.config()), OpenLogError::NotEmpty { .. }), "{case:?}");
        let verified = engine::verify::verify_directory(
            &folder.config(),
            &World::system(),
            &engine::verify::Expect::default(),
            &|_, _| {},
        );
        assert!(matches!(verified, Err(engine::verify::VerifyError::NoLog { .. })), "{case:?}");
        assert!(snapshot().eq(before), "{case:?}");
    }
}

#[test]
fn a_first_start_that_cannot_work_makes_nothing() {
    let folder = Folder::new();
    let config = folder.config();
    fs::write(&config.marks, "a file where the folder of marks should be").unwrap();
    refused(config);
    assert!(!folder.data().exists(), "the folder of marks");

    let folder = Folder::new();
    let rules = folder.data().with_file_name("rules.toml");
    fs::write(&rules, "no rules").unwrap();
    refused(Config { rules: Some(rules), ..folder.config() });
    assert!(!folder.data().exists(), "the rules");
    refused(Config { places: Some(folder.data().with_file_name("missing.mmdb")), ..folder.config() });
    assert!(!folder.data().exists(), "the places");
}
