use std::ops::Range;
use std::path::{Path, PathBuf};

use env::Disk;
use env::fake::{Fault, FaultyDisk};
use indelible_segment::manifest::{self, Manifest, SegmentEntry, verify_manifests};
use indelible_segment::sealed::SealedLines;
use indelible_segment::verify::verify_folder;
use indelible_segment::{BlockCache, PartLines, SealError, Sealer, SegmentFile};
use index::Lines;

use crate::sample::{Log, MANIFESTS, SEED, SEGMENTS, address, disk, store};

const LOG: Log = Log("here");
/// Leaves sealed at a time.
const LEAVES: u64 = 20;

fn segments() -> &'static Path {
    Path::new(SEGMENTS)
}

/// Asserts that the segment holds exactly the lines and disclosures it should.
fn assert_whole(disk: &FaultyDisk, entry: &SegmentEntry) {
    let findings = LOG.verify(disk, segments(), entry);
    assert_eq!(findings, []);
    let lines = SealedLines::open(&store(disk, segments()), entry, &BlockCache::new(1 << 20)).unwrap();
    for leaf in entry.name.leaves() {
        assert_eq!(lines.line(leaf).unwrap(), LOG.line(leaf));
        assert_eq!(lines.disclosures(leaf).unwrap(), LOG.disclosed(leaf));
    }
}

#[test]
fn what_is_sealed_reads_back_whole() {
    let disk = disk();
    let entry = LOG.seal(&disk, 0..300).unwrap();
    assert_whole(&disk, &entry);
    let next = LOG.seal(&disk, 300..301).unwrap();
    assert_whole(&disk, &next);
    let names: Vec<String> =
        disk.list(segments()).unwrap().iter().map(|p| p.file_name().unwrap().to_str().unwrap().to_owned()).collect();
    assert_eq!(
        names,
        [
            "000000000000-000000000299.0.disc",
            "000000000000-000000000299.0.idx",
            "000000000000-000000000299.0.ndjson.zst",
            "000000000300-000000000300.0.disc",
            "000000000300-000000000300.0.idx",
            "000000000300-000000000300.0.ndjson.zst",
        ]
    );
}

#[test]
fn sealing_again_takes_a_new_name() {
    let disk = disk();
    assert_eq!(LOG.seal(&disk, 0..10).unwrap().name.generation, 0);
    assert_eq!(LOG.seal(&disk, 0..10).unwrap().name.generation, 1);
    disk.create_new(&segments().join("000000000000-000000000009.7.disc.tmp")).unwrap();
    assert_eq!(LOG.seal(&disk, 0..10).unwrap().name.generation, 8);
}

#[test]
fn what_is_not_as_the_tree_says_is_not_sealed() {
    let disk = disk();
    let store = store(&disk, segments());
    let begin = || Sealer::begin(&store, 0, 0, SEED).unwrap();
    let push = |sealer: &mut Sealer, leaf| sealer.push(&LOG.line(leaf), &LOG.disclosed(leaf), address(leaf));

    let mut sealer = begin();
    (0..3).for_each(|leaf| push(&mut sealer, leaf).unwrap());
    let wrong_tree = sealer.finish(&|leaf| Ok(LOG.digest(if leaf == 1 { 2 } else { leaf })));
    assert!(matches!(wrong_tree, Err(SealError::NotInTree { leaf: 1 })));

    let mut sealer = begin();
    (0..3).for_each(|leaf| push(&mut sealer, leaf).unwrap());
    assert!(matches!(sealer.finish(&|_| Err("gone".into())), Err(SealError::Tree { leaf: 0, .. })));

    let mut sealer = begin();
    push(&mut sealer, 0).unwrap();
    let swapped = sealer.push(&LOG.line(1), &LOG.disclosed(2), None);
    assert!(matches!(swapped, Err(SealError::Disclosures { leaf: 1 })));
    assert!(matches!(sealer.push(b"no line", &Vec::new(), None), Err(SealError::Line { leaf: 1, .. })));
    assert_eq!(sealer.leaves(), 0..1);
    sealer.push_line(&LOG.line(1), &[], &[]).expect_err("the line names disclosures");
    drop(sealer);

    let mut sealer = begin();
    let unnamed = (0..).find(|leaf| LOG.disclosed(*leaf).is_empty()).unwrap();
    sealer.push_line(&LOG.line(unnamed), &[], &[]).unwrap();
    let rowless = sealer.finish(&|leaf| Ok(LOG.digest(leaf)));
    assert!(matches!(rowless, Err(SealError::Count { lines: 1, rows: 0 })));

    assert!(matches!(begin().finish(&|leaf| Ok(LOG.digest(leaf))), Err(SealError::Count { lines: 0, .. })));
    assert_eq!(disk.list(segments()).unwrap(), Vec::<PathBuf>::new());
}

/// Seals and publishes, as the engine does.
fn seal_and_publish(disk: &FaultyDisk) -> Result<(), Box<dyn std::error::Error>> {
    let manifests = Path::new(MANIFESTS);
    let newest = manifest::newest(&store(disk, manifests))?;
    let from = newest.as_ref().map_or(0, Manifest::sealed_to);
    let entry = LOG.seal(disk, from..from + LEAVES)?;
    let next = newest.map_or_else(|| Manifest::first(1, entry), |newest| newest.followed_by(1, entry));
    manifest::publish(&store(disk, manifests), &next)?;
    Ok(())
}

/// Every operation of sealing and publishing fails in turn, in each of the ways a disk fails; then power goes.
#[test]
fn a_fault_at_any_step_leaves_the_old_state_or_the_new() {
    let before = disk();
    seal_and_publish(&before).unwrap();
    let whole = before.snapshot();
    seal_and_publish(&whole).unwrap();
    let steps = whole.operations();
    assert!(steps >= 15, "{steps} steps");

    let mut old = 0;
    let mut new = 0;
    for fault in [Fault::Error, Fault::Full, Fault::PowerLoss] {
        for step in 0..steps {
            let disk = before.snapshot();
            disk.fail_at(step, fault);
            let outcome = seal_and_publish(&disk);
            disk.clear_faults();
            disk.crash(step);

            let published = recover(&disk, outcome.is_ok(), &format!("{fault:?} at {step}"));
            *(if published { &mut new } else { &mut old }) += 1;
        }
    }
    assert!(old > new && new > 0, "{old} old, {new} new");
}

/// What every start finds after a fault: the first segment alone, or both, whole. Returns which; then sealing goes on.
fn recover(disk: &FaultyDisk, told_published: bool, case: &str) -> bool {
    let newest = manifest::newest(&store(disk, Path::new(MANIFESTS))).unwrap().unwrap();
    let published = newest.number > 1;
    assert_eq!(newest.sealed_to(), if published { 2 * LEAVES } else { LEAVES }, "{case}");
    assert!(published || !told_published, "{case}: published, then lost");
    newest.segments.iter().for_each(|entry| assert_whole(disk, entry));

    LOG.clean(disk, &newest, newest.sealed_to()..u64::MAX, &|_| true);
    assert_eq!(verify_folder(&store(disk, segments()), Some(&newest)).unwrap(), [], "{case}");
    seal_and_publish(disk).unwrap();
    let newest = manifest::newest(&store(disk, Path::new(MANIFESTS))).unwrap().unwrap();
    newest.segments.iter().for_each(|entry| assert_whole(disk, entry));
    assert_eq!(verify_manifests(&store(disk, Path::new(MANIFESTS))).unwrap(), [], "{case}");
    published
}

/// Sealing fails or finds the disk full, is tried again, and meets a second fault at any step: all pairs.
#[test]
fn two_faults_leave_the_old_state_or_the_new() {
    let before = disk();
    seal_and_publish(&before).unwrap();
    let whole = before.snapshot();
    seal_and_publish(&whole).unwrap();
    let steps = whole.operations();
    for first in 0..steps {
        let fault = if first % 2 == 0 { Fault::Error } else { Fault::Full };
        for second in 0..steps {
            let disk = before.snapshot();
            disk.fail_at(first, fault);
            let mut outcome = seal_and_publish(&disk);
            disk.clear_faults();
            if outcome.is_err() && manifest::newest(&store(&disk, Path::new(MANIFESTS))).unwrap().unwrap().number == 1 {
                disk.fail_at(second, Fault::PowerLoss);
                outcome = seal_and_publish(&disk);
            }
            disk.crash(first * steps + second);
            recover(&disk, outcome.is_ok(), &format!("{fault:?} at {first}, power loss at {second}"));
        }
    }
}

#[test]
fn only_what_is_really_held_elsewhere_is_cleaned_away() {
    let disk = disk();
    seal_and_publish(&disk).unwrap();
    let newest = manifest::newest(&store(&disk, Path::new(MANIFESTS))).unwrap().unwrap();
    let sound = |leaves: Range<u64>| {
        leaves.end <= LEAVES && newest.segments.iter().all(|entry| LOG.verify(&disk, segments(), entry).is_empty())
    };
    let clean = |journal: Range<u64>| LOG.clean(&disk, &newest, journal, &sound);
    let lost = LOG.seal(&disk, LEAVES..30).unwrap();
    let unfinished = segments().join("000000000020-open.0.idx.tmp");
    for name in [&unfinished, &segments().join("anything.tmp")] {
        disk.create_new(name).unwrap();
    }

    // The journal ends at 25: leaves 25 to 29 of the unnamed segment may be nowhere else.
    let left = clean(20..25);
    assert_eq!((left.removed, left.kept.len()), (vec![unfinished], 4));
    assert_whole(&disk, &lost);
    assert!(disk.exists(&segments().join("anything.tmp")).unwrap(), "nobody knows whose it is");
    disk.remove(&segments().join("anything.tmp")).unwrap();
    assert_eq!(verify_folder(&store(&disk, segments()), Some(&newest)).unwrap().len(), 3);

    assert_eq!(clean(20..30).removed.len(), 3);
    assert_eq!(verify_folder(&store(&disk, segments()), Some(&newest)).unwrap(), []);
    newest.segments.iter().for_each(|entry| assert_whole(&disk, entry));

    // A second writing of live leaves is surplus, as long as the live files are what they were.
    let surplus = LOG.seal(&disk, 0..LEAVES).unwrap();
    let live = segments().join(newest.segments[0].name.file(SegmentFile::Lines));
    let kept = disk.read(&live).unwrap();
    disk.flip_bit(&live, kept.len() as u64 / 2, 0).unwrap();
    assert_eq!(clean(LEAVES..LEAVES).removed, Vec::<PathBuf>::new());
    disk.remove(&live).unwrap();
    assert_eq!(clean(LEAVES..LEAVES).removed, Vec::<PathBuf>::new());
    assert_whole(&disk, &surplus);
    env::publish_file(&disk, &live, &kept).unwrap();
    assert_eq!(clean(LEAVES..LEAVES).removed.len(), 3);
}

/// Every file whose name is a segment's, and what became of each after a start.
fn stays(disk: &FaultyDisk, files: &[(&str, Vec<u8>)]) -> Vec<bool> {
    let newest = manifest::newest(&store(disk, Path::new(MANIFESTS))).unwrap().unwrap();
    for (name, content) in files {
        env::publish_file(disk, &segments().join(name), content).unwrap();
    }
    let left = LOG.clean(disk, &newest, LEAVES..LEAVES, &|_| true);
    let stays = files.iter().map(|(name, content)| {
        let path = segments().join(name);
        let is_there = disk.read(&path).ok().as_ref() == Some(content);
        assert_eq!(left.kept.iter().any(|(kept, _)| *kept == path), is_there, "{name}: named if it stays");
        assert_eq!(left.removed.contains(&path), !is_there, "{name}");
        is_there
    });
    stays.collect()
}

#[test]
fn leftovers_that_a_disk_read_wrongly_go_at_a_later_start() {
    let disk = disk();
    seal_and_publish(&disk).unwrap();
    let newest = manifest::newest(&store(&disk, Path::new(MANIFESTS))).unwrap().unwrap();
    let surplus = LOG.seal(&disk, 0..LEAVES).unwrap();
    let [lines, disclosures, index] = SegmentFile::ALL.map(|file| segments().join(surplus.name.file(file)));
    let clean = || LOG.clean(&disk, &newest, LEAVES..LEAVES, &|_| true).removed;
    disk.flip_bit(&disclosures, 40, 0).unwrap();
    assert_eq!(clean(), [index]);
    disk.flip_bit(&disclosures, 40, 0).unwrap();
    let mut removed = clean();
    removed.sort();
    assert_eq!(removed, [disclosures, lines]);
}

#[test]
fn no_name_of_a_segment_removes_what_is_not_the_logs() {
    let disk = disk();
    seal_and_publish(&disk).unwrap();
    let read = |disk: &FaultyDisk, entry: &SegmentEntry| {
        SegmentFile::ALL.map(|file| disk.read(&segments().join(entry.name.file(file))).unwrap())
    };
    let ours = read(&disk, &manifest::newest(&store(&disk, Path::new(MANIFESTS))).unwrap().unwrap().segments[0]);
    let theirs = {
        let disk = crate::sample::disk();
        let entry = Log("other").seal(&disk, 0..LEAVES).unwrap();
        read(&disk, &entry)
    };
    let names = SegmentFile::ALL.map(|file| format!("000000000000-{:012}.5.{}", LEAVES - 1, file.extension()));
    let files = |contents: [&[u8]; 3]| {
        let named = names.iter().zip(contents).filter(|(_, content)| !content.is_empty());
        named.map(|(name, content)| (name.as_str(), content.to_vec())).collect::<Vec<_>>()
    };
    let [lines, disclosures, index] = ours.each_ref().map(Vec::as_slice);
    let [lines2, disclosures2, index2] = theirs.each_ref().map(Vec::as_slice);
    let text: &[u8] = b"my only copy of something";
    for (case, contents, expected) in [
        ("ours", [lines, disclosures, index], &[false, false, false][..]),
        ("the lines alone", [lines, b"", b""], &[false]),
        ("another log's", [lines2, disclosures2, index2], &[true, true, true]),
        // Lines stay as long as a file beside them: they tell whose it is.
        ("another log's disclosures", [lines, disclosures2, index], &[true, true, false]),
        ("another log's index", [lines, disclosures, index2], &[true, false, true]),
        ("texts", [text, text, text], &[true, true, true]),
        ("a text as disclosures", [lines, text, index], &[true, true, false]),
        ("a text as an index", [lines, disclosures, text], &[true, false, true]),
        ("disclosures alone", [b"", disclosures, b""], &[true]),
        ("an index alone", [b"", b"", index], &[true]),
    ] {
        assert_eq!(stays(&disk.snapshot(), &files(contents)), expected, "{case}");
    }
    for at in (0..lines.len()).step_by(61) {
        let mut changed = lines.to_vec();
        changed[at] ^= 1;
        assert_eq!(stays(&disk.snapshot(), &files([&changed, b"", b""])), [true], "byte {at}");
    }
    let edges = [
        ("18446744073709551615-18446744073709551615.0.ndjson.zst", text.to_vec()),
        ("000000000000-18446744073709551615.0.disc", text.to_vec()),
        ("000000000000-000000000009.4294967295.idx", text.to_vec()),
        ("000000000000-my-notes.tmp", text.to_vec()),
        ("000000000000-open.4294967295.idx.tmp", text.to_vec()),
        ("000000000000-000000000009.3.idx.tmp", text.to_vec()),
    ];
    assert_eq!(stays(&disk, &edges), [true; 6]);
    assert_eq!(LOG.seal(&disk, LEAVES..2 * LEAVES).unwrap().name.generation, 0);
    // Nor does a file that has a number's last name end sealing.
    assert_eq!(LOG.seal(&disk, 0..LEAVES).unwrap().name.generation, 1);
}
