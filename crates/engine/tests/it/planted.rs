//! Files under the log's own names that are not the log's: they stay, and lend neither a term nor an entry nor a lock.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use engine::verify::{Expect, Verification, VerifyError, verify_directory};
use engine::{Log, OpenLogError, Repair, World};

use super::destroying::{contents, copy};
use super::{Folder, events, everything, files, submit};

/// Puts something where the lock is.
type Plant = fn(&Folder, &Path);

const TEXT: &[u8] = b"my only copy of something";

/// Twice started, sealed and closed, with entries in the journal. `first`: where the numbers of its events begin.
fn at_rest(first: usize) -> Folder {
    let folder = Folder::new();
    for round in 0..2 {
        let log = folder.open();
        submit(&log, &events(first + round * 20, 20)).unwrap();
        log.seal().unwrap();
        log.close().unwrap();
    }
    folder
}

fn copied(made: &Folder) -> Folder {
    let folder = Folder::new();
    copy(&made.root(), &folder.root());
    folder
}

fn verify(folder: &Folder) -> Result<Verification, VerifyError> {
    verify_directory(&folder.config(), &World::system(), &Expect::default(), &|_, _| {})
}

/// Every file to the byte, the lock, too.
fn every_byte(folder: &Folder) -> Vec<(PathBuf, Vec<u8>)> {
    files(&folder.data()).into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

fn entries(log: &Log, action: &str) -> usize {
    everything(log).iter().filter(|(_, line)| String::from_utf8_lossy(line).contains(action)).count()
}

/// Starts the log twice, with entries in between that are sealed; the files stay.
fn assert_goes_on(folder: &Folder, planted: &[PathBuf], case: &str) {
    let kept: Vec<_> = planted.iter().map(|path| fs::read(path).unwrap()).collect();
    for _ in 0..2 {
        let log = Log::open(folder.config(), World::system()).unwrap_or_else(|error| panic!("{case}: {error:?}"));
        submit(&log, &events(900, 3)).unwrap();
        log.seal().unwrap();
        log.close().unwrap();
        let now: Vec<_> = planted.iter().map(|path| fs::read(path).unwrap_or_default()).collect();
        assert!(now == kept, "{case}: what was planted is gone");
    }
}

#[test]
fn no_name_removes_a_file_or_brings_anything_to_a_halt() {
    let made = at_rest(0);
    for name in [
        "journal/0000000000000000-00000001.wal",
        "journal/0000000000000000-00000001.wal.tmp",
        "journal/0000000000000000-ffffffffffffffff.wal",
        "journal/0000000000000000-fffffffffffffffe.wal",
        "journal/ffffffffffffffff-ffffffffffffffff.wal",
        "segments/000000000000-000000000000.77.disc",
        "segments/18446744073709551615-18446744073709551615.0.ndjson.zst",
        "segments/000000000000-18446744073709551615.0.ndjson.zst",
        "segments/000000000000-000000000009.4294967295.idx",
        "segments/000000000000-my-notes.tmp",
        "manifest/18446744073709551615",
        "manifest/18446744073709551614",
        "tree/level-8",
        "tree/level-255",
        "CREATING",
        "REPAIRED",
    ] {
        let folder = copied(&made);
        let planted = folder.data().join(name);
        fs::write(&planted, TEXT).unwrap();
        let before = every_byte(&folder);
        verify(&folder).unwrap();
        assert!(every_byte(&folder) == before, "{name}: verify has written");
        assert_goes_on(&folder, &[planted], name);
        verify(&folder).unwrap();
    }
}

#[test]
fn a_segment_of_all_leaves_does_not_end_a_repair() {
    let folder = at_rest(0);
    let planted = ["ndjson.zst", "disc"]
        .map(|end| folder.data().join(format!("segments/000000000000-18446744073709551615.0.{end}")));
    planted.iter().for_each(|path| fs::write(path, TEXT).unwrap());
    fs::remove_dir_all(folder.data().join("manifest")).unwrap();
    assert!(Log::open(folder.config(), World::system()).is_err());
    let repair = Repair::plan(&folder.config(), &World::system(), &|_, _| {}).unwrap().unwrap();
    repair.carry_out(&World::system()).unwrap();
    assert_goes_on(&folder, &planted, "repaired");
}

#[test]
fn files_of_another_log_stay_whatever_they_are_named() {
    let made = at_rest(0);
    let other = at_rest(500);
    let theirs = files(&other.data().join("segments")).into_iter();
    let theirs = theirs.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("000000000000-"));
    let copies = theirs.map(|path| {
        let name = path.file_name().unwrap().to_str().unwrap().replacen(".0.", ".5.", 1);
        (path, format!("segments/{name}"))
    });
    let journal = files(&other.data().join("journal")).into_iter().find(|path| path.extension().is_some()).unwrap();
    let copies: Vec<_> = copies.chain([(journal, "journal/0000000000000000-00000001.wal".to_owned())]).collect();
    assert_eq!(copies.len(), 4);
    let folder = copied(&made);
    let planted: Vec<_> = copies.iter().map(|(_, name)| folder.data().join(name)).collect();
    for ((from, _), to) in copies.iter().zip(&planted) {
        fs::copy(from, to).unwrap();
    }
    assert_goes_on(&folder, &planted, "another log's");
    let verified = verify(&folder).unwrap();
    assert!(verified.notes.iter().any(|note| note.contains("0000000000000000-00000001.wal")), "{:?}", verified.notes);
}

#[test]
fn a_segment_written_twice_goes_and_so_does_a_journal_file_that_is_sealed() {
    let folder = Folder::new();
    let log = folder.open();
    submit(&log, &events(0, 20)).unwrap();
    log.close().unwrap();
    let journal = files(&folder.data().join("journal")).into_iter().find(|path| path.extension().is_some()).unwrap();
    let unsealed = fs::read(&journal).unwrap();
    for round in 0..2 {
        let log = folder.open();
        submit(&log, &events(100 * round, 5)).unwrap();
        log.seal().unwrap();
        log.close().unwrap();
    }
    assert!(!journal.exists(), "what is sealed was removed");
    let mut planted = vec![journal.clone()];
    fs::write(&journal, unsealed).unwrap();
    for path in files(&folder.data().join("segments")) {
        let second = path.with_file_name(path.file_name().unwrap().to_str().unwrap().replacen(".0.", ".5.", 1));
        fs::copy(&path, &second).unwrap();
        planted.push(second);
    }
    folder.open().close().unwrap();
    assert!(planted.iter().all(|path| !path.exists()), "each was read to be held elsewhere");
    assert_eq!(verify(&folder).unwrap().findings, []);
}

#[test]
fn a_lock_is_taken_of_a_file_of_the_logs_own_and_by_verify_without_a_byte_written() {
    let made = at_rest(0);
    let plants: [(&str, Plant); 4] = [
        ("a link to a segment", |folder, lock| {
            let lines = files(&folder.data().join("segments")).into_iter();
            let lines = lines.filter(|path| path.extension().is_some_and(|end| end == "zst")).min().unwrap();
            symlink(lines, lock).unwrap();
        }),
        ("a second name", |folder, lock| {
            fs::write(folder.root().join("precious"), TEXT).unwrap();
            fs::hard_link(folder.root().join("precious"), lock).unwrap();
        }),
        ("a second name of an empty file", |folder, lock| {
            fs::write(folder.root().join("precious"), "").unwrap();
            fs::hard_link(folder.root().join("precious"), lock).unwrap();
        }),
        ("a text", |_, lock| fs::write(lock, TEXT).unwrap()),
    ];
    for (case, plant) in plants {
        let folder = copied(&made);
        let lock = folder.data().join("LOCK");
        fs::remove_file(&lock).unwrap();
        plant(&folder, &lock);
        let before = every_byte(&folder);
        let _ = verify(&folder);
        let refused = Log::open(folder.config(), World::system()).err().expect(case);
        assert!(matches!(refused, OpenLogError::Lock(env::LockError::Io { .. })), "{case}: {refused:?}");
        assert!(Repair::plan(&folder.config(), &World::system(), &|_, _| {}).is_err(), "{case}");
        assert!(every_byte(&folder) == before, "{case}: something was written");
    }
    let before = every_byte(&made);
    assert_eq!(verify(&made).unwrap().findings, []);
    assert!(every_byte(&made) == before, "the lock was written");
    let log = made.open();
    assert!(matches!(verify(&made), Err(VerifyError::Lock(env::LockError::Held { .. }))));
    log.close().unwrap();
    fs::remove_file(made.data().join("LOCK")).unwrap();
    assert_eq!(verify(&made).unwrap().findings, []);
    assert!(!made.data().join("LOCK").exists());
}

#[test]
fn only_a_repair_makes_the_log_record_one_and_only_once() {
    let folder = at_rest(0);
    fs::remove_dir_all(folder.data().join("manifest")).unwrap();
    let note = folder.data().join("REPAIRED");
    let planted = br#"{"manifest":7,"by":"mallory","person":"Anna Lehmann"}"#;
    fs::write(&note, planted).unwrap();
    let repair = Repair::plan(&folder.config(), &World::system(), &|_, _| {}).unwrap().unwrap();
    repair.carry_out(&World::system()).unwrap();
    assert_eq!(fs::read(folder.data().join("aside/REPAIRED")).unwrap(), planted);
    let kept = fs::read(&note).unwrap();
    assert!(verify(&folder).unwrap().notes.iter().any(|note| note.contains("the next start records it")));

    // Of another log with another key, and with a word changed: neither is recorded.
    let other = at_rest(0);
    fs::write(other.data().join("REPAIRED"), &kept).unwrap();
    let log = other.open();
    assert_eq!(entries(&log, "server.repair"), 0);
    log.close().unwrap();
    assert_eq!(fs::read(other.data().join("REPAIRED")).unwrap(), kept);
    assert!(verify(&other).unwrap().notes.iter().any(|note| note.contains("REPAIRED")));
    let changed = copied(&folder);
    let text = String::from_utf8(kept.clone()).unwrap().replace("size 4", "size 9");
    assert_ne!(text.as_bytes(), kept);
    fs::write(changed.data().join("REPAIRED"), &text).unwrap();
    let log = changed.open();
    assert_eq!(entries(&log, "server.repair"), 0);
    log.close().unwrap();

    for _ in 0..3 {
        let log = folder.open();
        assert_eq!(entries(&log, "server.repair"), 1);
        assert_eq!(entries(&log, "mallory") + entries(&log, "Anna Lehmann"), 0);
        submit(&log, &events(900, 3)).unwrap();
        log.seal().unwrap();
        log.close().unwrap();
        // Put back, as somebody who kept it would.
        fs::write(&note, &kept).unwrap();
    }
}

#[test]
fn nothing_is_written_through_a_link_into_a_file_of_two_names() {
    let made = at_rest(0);
    for name in ["tree/checkpoints", "tree/digests", "vault.db"] {
        for hard in [false, true] {
            let folder = copied(&made);
            let path = folder.data().join(name);
            let elsewhere = folder.root().join("elsewhere");
            if hard {
                fs::hard_link(&path, &elsewhere).unwrap();
            } else {
                fs::rename(&path, &elsewhere).unwrap();
                symlink(&elsewhere, &path).unwrap();
            }
            let before = contents(&folder.data());
            let refused = Log::open(folder.config(), World::system()).err();
            assert!(refused.is_some(), "{name}, hard: {hard}");
            assert!(contents(&folder.data()) == before, "{name}, hard: {hard}");
        }
    }
}

#[test]
fn what_is_put_under_a_segments_name_while_the_log_runs_stays() {
    let folder = at_rest(0);
    let log = folder.open();
    let segments = folder.data().join("segments");
    let names = [
        "000000000000-000000000999.0.ndjson.zst",
        "000000000000-000000000999.0.disc",
        "000000700000-000000700009.3.idx",
    ];
    let planted = names.map(|name| segments.join(name));
    for path in &planted {
        fs::write(path, TEXT).unwrap();
    }
    let link = segments.join("000000800000-000000800009.0.idx");
    symlink(folder.root().join("nowhere"), &link).unwrap();
    for round in 0..3 {
        submit(&log, &events(900 + round * 20, 20)).unwrap();
        log.seal().unwrap();
    }
    for path in &planted {
        assert_eq!(fs::read(path).unwrap_or_default(), TEXT, "{}", path.display());
    }
    assert!(link.is_symlink());
    log.close().unwrap();
}

#[test]
fn no_index_is_made_over_something_else() {
    let folder = at_rest(0);
    let index = files(&folder.data()).into_iter().find(|path| path.extension().is_some_and(|it| it == "idx")).unwrap();
    let mut draft = index.clone().into_os_string();
    draft.push(".tmp");
    fs::write(&draft, TEXT).unwrap();
    fs::remove_file(&index).unwrap();
    assert!(verify(&folder).is_err_and(|error| env::with_causes(&error).contains("move it away")));
    assert_eq!(fs::read(&draft).unwrap(), TEXT);
    assert!(Log::open(folder.config(), World::system()).is_err());
    assert_eq!(fs::read(&draft).unwrap(), TEXT);
    fs::remove_file(&draft).unwrap();
    assert_eq!(verify(&folder).unwrap().findings, []);
}

#[test]
fn a_live_file_that_a_link_leads_to_is_not_removed() {
    for elsewhere in ["000000000000-open.0.ndjson.zst.tmp", "000000000000-000000000021.7.ndjson.zst"] {
        let folder = at_rest(0);
        let segments = folder.data().join("segments");
        let live = files(&segments).into_iter().find(|path| path.to_string_lossy().ends_with(".ndjson.zst")).unwrap();
        let elsewhere = segments.join(elsewhere);
        fs::rename(&live, &elsewhere).unwrap();
        symlink(&elsewhere, &live).unwrap();
        let before = fs::read(&live).unwrap();
        let log = folder.open();
        submit(&log, &events(900, 20)).unwrap();
        log.seal().unwrap();
        log.close().unwrap();
        assert_eq!(fs::read(&live).unwrap_or_default(), before, "{}", elsewhere.display());
    }
}
