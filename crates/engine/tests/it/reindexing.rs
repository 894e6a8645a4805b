//! Indexes are made again, several segments at once.

use std::path::PathBuf;

use engine::{OpenLogError, Watch, World, reindex};

use super::sealing::{assert_sound, fill};
use super::{Folder, everything};

/// A closed log of three segments, the third with the most entries; leaves and lines of everything.
fn filled() -> (Folder, Vec<(u64, Vec<u8>)>) {
    let folder = Folder::new();
    let log = folder.open();
    fill(&log);
    let before = everything(&log);
    log.close().unwrap();
    (folder, before)
}

/// The files of its segments of one kind, oldest first.
fn of_segments(folder: &Folder, kind: &str) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder.data().join("segments")).unwrap().map(|file| file.unwrap().path());
    let mut files: Vec<_> = files.filter(|file| file.to_str().unwrap().ends_with(kind)).collect();
    files.sort_unstable();
    assert_eq!(files.len(), 3);
    files
}

#[test]
fn a_start_makes_every_index_again_that_is_gone_or_damaged() {
    let (folder, before) = filled();
    let indexes = of_segments(&folder, ".idx");
    let sound: Vec<_> = indexes.iter().map(|index| std::fs::read(index).unwrap()).collect();
    std::fs::remove_file(&indexes[0]).unwrap();
    std::fs::write(&indexes[2], &sound[2][..sound[2].len() / 2]).unwrap();
    let log = folder.open();
    assert!(everything(&log).starts_with(&before));
    log.close().unwrap();
    let made: Vec<_> = indexes.iter().map(|index| std::fs::read(index).unwrap()).collect();
    assert!(made == sound, "the same bytes as before");
    assert_sound(&folder);
}

#[test]
fn a_segment_that_cannot_be_indexed_is_said_and_the_others_stay_sound() {
    let (folder, _) = filled();
    let lines = of_segments(&folder, ".ndjson.zst");
    let whole = std::fs::read(&lines[2]).unwrap();
    std::fs::write(&lines[2], &whole[..whole.len() / 2]).unwrap();
    let watch = Watch { each: &|name, _| assert!(!lines[2].to_str().unwrap().contains(name)), progress: &|_, _| {} };
    let failed = reindex(&folder.config(), &World::system(), &watch);
    assert!(matches!(failed, Err(OpenLogError::Reindex(_))), "{failed:?}");
    let left = std::fs::read_dir(folder.data().join("segments")).unwrap();
    assert_eq!(left.count(), 9, "three files a segment, and none that was in the making");
    std::fs::write(&lines[2], whole).unwrap();
    assert_sound(&folder);
}
