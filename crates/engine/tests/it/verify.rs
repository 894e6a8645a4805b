use super::{Folder, events, files, submit};
use engine::World;
use engine::verify::{Expect, Verification, verify_directory};

fn verify(folder: &Folder, expect: &Expect) -> Verification {
    verify_directory(&folder.config(), &World::system(), expect, &|_, _| {}).unwrap()
}

/// A log with a segment, a journal and some persons, closed.
fn sample() -> Folder {
    let folder = Folder::new();
    let log = folder.open();
    submit(&log, &events(0, 40)).unwrap();
    log.seal().unwrap();
    submit(&log, &events(40, 20)).unwrap();
    log.close().unwrap();
    folder
}

#[test]
fn a_sound_log_is_sound_also_after_a_crash() {
    let folder = sample();
    let verification = verify(&folder, &Expect::default());
    assert_eq!((verification.findings, verification.notes), (vec![], Vec::<String>::new()));
    let log = folder.open();
    submit(&log, &events(100, 20)).unwrap();
    drop(log);
    let verification = verify(&folder, &Expect::default());
    assert_eq!(verification.findings, vec![]);
}

#[test]
fn a_missing_or_damaged_index_is_made_again() {
    let folder = sample();
    let index = files(&folder.data()).into_iter().find(|file| file.extension().is_some_and(|it| it == "idx")).unwrap();
    let bytes = std::fs::read(&index).unwrap();
    std::fs::remove_file(&index).unwrap();
    let verification = verify(&folder, &Expect::default());
    assert_eq!(verification.findings, vec![]);
    assert!(!verification.notes.is_empty());
    assert_eq!(std::fs::read(&index).unwrap(), bytes, "the same index");
}

#[test]
fn removed_files_are_found() {
    let folder = sample();
    for file in files(&folder.data()) {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        if name == "LOCK"
            || name.ends_with(".idx")
            || name == "reserve"
            || name.contains("-wal")
            || name.contains("-shm")
        {
            continue;
        }
        let bytes = std::fs::read(&file).unwrap();
        std::fs::remove_file(&file).unwrap();
        let found = verify_directory(&folder.config(), &World::system(), &Expect::default(), &|_, _| {});
        assert!(found.is_ok_and(|found| !found.findings.is_empty()), "{} was removed unnoticed", file.display());
        std::fs::write(&file, bytes).unwrap();
    }
}

#[test]
fn an_older_copy_is_found_by_a_remembered_checkpoint_and_by_the_mark() {
    let folder = sample();
    let copy: Vec<_> = files(&folder.data()).into_iter().map(|file| (std::fs::read(&file).unwrap(), file)).collect();
    let log = folder.open();
    submit(&log, &events(200, 30)).unwrap();
    let since = log.checkpoint_covering(log.size() - 1).unwrap().note.clone();
    log.close().unwrap();
    let expect = Expect { since: Some(since), ..Expect::default() };
    assert_eq!(verify(&folder, &expect).findings, vec![], "it continues what was signed");
    std::fs::remove_dir_all(folder.data()).unwrap();
    for (bytes, file) in copy {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, bytes).unwrap();
    }
    assert!(!verify(&folder, &expect).findings.is_empty(), "by the checkpoint");
    assert!(!verify(&folder, &Expect::default()).findings.is_empty(), "by the mark outside");
    assert!(engine::Log::open(folder.config(), World::system()).is_err(), "and it does not go on");
}

#[test]
fn checkpoints_cut_back_below_a_segment_are_found_though_no_mark_remembers_them() {
    let folder = Folder::new();
    let log = folder.open();
    submit(&log, &events(0, 5)).unwrap();
    log.checkpoint_covering(4).unwrap();
    let checkpoints = log.layout().tree().join("checkpoints");
    let early = std::fs::read(&checkpoints).unwrap();
    submit(&log, &events(5, 40)).unwrap();
    log.seal().unwrap();
    log.close().unwrap();
    std::fs::write(&checkpoints, early).unwrap();
    std::fs::remove_dir_all(folder.config().marks).unwrap();
    let found = verify(&folder, &Expect::default()).findings;
    let segment = |finding: &&engine::verify::Finding| finding.file.to_string_lossy().ends_with(".ndjson.zst");
    let beyond = found.iter().find(segment).expect("the segment reaches beyond what is signed").leaves.clone();
    assert!(beyond.is_some_and(|leaves| leaves.start >= 5 && leaves.end >= 45), "{found:?}");
    assert!(engine::Log::open(folder.config(), World::system()).is_err());
}
