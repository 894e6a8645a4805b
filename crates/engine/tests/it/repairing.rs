//! A list of segments that was lost is made again from what the tree attests, or not at all.

use std::fs;
use std::path::PathBuf;

use engine::verify::{Expect, verify_directory};
use engine::{Log, OpenLogError, Repair, RepairError, World};

use super::destroying::contents;
use super::{Folder, events, everything, files, submit};

type Entries = Vec<(u64, Vec<u8>)>;

/// Four sealed segments, each by a start of its own, and a tail.
fn sealed() -> (Folder, Entries) {
    let folder = Folder::new();
    for round in 0..4 {
        let log = folder.open();
        submit(&log, &events(round * 20, 20)).unwrap();
        log.seal().unwrap();
        log.close().unwrap();
    }
    let log = folder.open();
    submit(&log, &events(80, 5)).unwrap();
    let entries = everything(&log);
    log.close().unwrap();
    (folder, entries)
}

fn manifests(folder: &Folder) -> Vec<PathBuf> {
    files(&folder.data().join("manifest"))
}

fn plan(folder: &Folder) -> Result<Option<Repair>, RepairError> {
    Repair::plan(&folder.config(), &World::system(), &|_, _| {})
}

fn assert_repairs(folder: &Folder, entries: &Entries, case: &str) {
    assert!(Log::open(folder.config(), World::system()).is_err(), "{case}: there is something to repair");
    let before = contents(&folder.data());
    let repair = plan(folder).unwrap_or_else(|error| panic!("{case}: {error:?}")).expect(case);
    assert!(repair.steps().iter().any(|step| step.contains("make manifest")), "{case}: {:?}", repair.steps());
    assert!(contents(&folder.data()) == before, "{case}: a plan changes nothing");
    repair.carry_out(&World::system()).unwrap();
    let log = folder.open();
    let now = everything(&log);
    assert!(now.starts_with(entries), "{case}");
    let recorded = |(_, line): &&(u64, Vec<u8>)| line.windows(13).any(|part| part == b"server.repair");
    assert_eq!(now.iter().filter(recorded).count(), 1, "{case}: the repair is on record");
    log.close().unwrap();
    assert!(!folder.data().join("REPAIRED").exists());
    let verified = verify_directory(&folder.config(), &World::system(), &Expect::default(), &|_, _| {}).unwrap();
    assert_eq!(verified.findings, vec![], "{case}");
}

#[test]
fn manifests_that_were_lost_are_made_again() {
    for (case, kept) in [("all lost", 0), ("one left", 1), ("the newest lost", 3)] {
        let (folder, entries) = sealed();
        manifests(&folder).split_off(kept).iter().for_each(|path| fs::remove_file(path).unwrap());
        assert_repairs(&folder, &entries, case);
    }
    let (folder, entries) = sealed();
    fs::remove_dir_all(folder.data().join("manifest")).unwrap();
    assert_repairs(&folder, &entries, "no folder of manifests");
}

#[test]
fn a_damaged_manifest_and_lost_indexes_are_made_again_and_the_damaged_one_is_kept() {
    let (folder, entries) = sealed();
    let newest = manifests(&folder).pop().unwrap();
    fs::write(&newest, "not what was written").unwrap();
    files(&folder.data().join("segments"))
        .iter()
        .filter(|path| path.extension().is_some_and(|end| end == "idx"))
        .for_each(|path| fs::remove_file(path).unwrap());
    assert_repairs(&folder, &entries, "damaged");
    let aside = folder.data().join("aside").join(newest.file_name().unwrap());
    assert_eq!(fs::read_to_string(aside).unwrap(), "not what was written");
}

#[test]
fn a_segment_that_is_not_the_trees_is_not_used() {
    let (folder, _) = sealed();
    manifests(&folder).iter().for_each(|path| fs::remove_file(path).unwrap());
    let segments = files(&folder.data().join("segments"));
    let lines: Vec<_> = segments.iter().filter(|path| path.to_string_lossy().ends_with(".zst")).collect();
    let mut bytes = fs::read(lines[1]).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(lines[1], bytes).unwrap();
    let before = contents(&folder.data());
    let refused = plan(&folder).err().expect("entries are nowhere");
    assert!(matches!(&refused, RepairError::Lacking { unsound, .. } if unsound.len() == 1), "{refused:?}");
    assert!(contents(&folder.data()) == before, "nothing was changed");
}

#[test]
fn a_sound_log_and_a_part_of_one_are_not_repaired() {
    let (folder, _) = sealed();
    assert!(plan(&folder).unwrap().is_none());
    fs::remove_file(folder.data().join("keys/signing")).unwrap();
    let refused = plan(&folder).err().expect("a key cannot be made again");
    assert!(matches!(refused, RepairError::Beyond(OpenLogError::Incomplete { .. })), "{refused:?}");
}
