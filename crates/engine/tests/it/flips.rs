//! Every single bit of every file of a small log, changed: `verify` names the file and, where there are any, the leaves.
//!
//! A worker has a copy of the log of its own, changes one bit at a time in it, verifies in this process, and puts the
//! bit back. The normal form takes a seeded sample of every file; the long form takes every bit.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{Folder, events, files, submit};
use engine::verify::{Expect, Verification, VerifyError, verify_directory};
use engine::{Config, World};

/// Bits taken of each file in the normal form, spread evenly from a different start in each.
const SAMPLE_BITS: usize = 24;

const WORKERS: usize = 2;

/// What a file's change must lead to.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Due {
    /// A finding naming the file, and leaves where the file is of leaves.
    Finding { leaves: bool },
    /// The index made again, equal to the byte.
    Rebuilt,
    /// SQLite's slack: either a finding naming the file, or the contents are untouched.
    Database,
}

struct File {
    path: PathBuf,
    bytes: Vec<u8>,
    due: Due,
    /// The bytes that count: of the journal, those before its closing mark.
    until: usize,
}

/// A closed log with a segment, unsealed entries in several groups, persons, and several checkpoints.
fn sample() -> Folder {
    let folder = Folder::new();
    let log = folder.open();
    submit(&log, &events(0, 20)).unwrap();
    log.checkpoint_covering(log.size() - 1).unwrap();
    submit(&log, &events(20, 20)).unwrap();
    log.seal().unwrap();
    submit(&log, &events(40, 10)).unwrap();
    log.checkpoint_covering(log.size() - 1).unwrap();
    submit(&log, &events(50, 10)).unwrap();
    log.close().unwrap();
    folder
}

fn inventory(data: &Path) -> Vec<File> {
    let mut found = Vec::new();
    for path in files(data) {
        let relative = path.strip_prefix(data).unwrap().to_owned();
        let name = relative.to_string_lossy().into_owned();
        // The lock is only a lock, and says who holds it.
        if name == "LOCK" {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        let due = match name.as_str() {
            name if name.ends_with(".idx") => Due::Rebuilt,
            name if name.starts_with("vault.db") => Due::Database,
            name => Due::Finding { leaves: has_leaves(name) },
        };
        let until = if name.ends_with(".wal") { attested(&bytes) } else { bytes.len() };
        found.push(File { path: relative, bytes, due, until });
    }
    found
}

/// Files whose bytes stand for particular leaves.
fn has_leaves(name: &str) -> bool {
    name.ends_with(".ndjson.zst") || name.ends_with(".disc") || name.ends_with(".wal") || name == "tree/digests"
}

/// Where the closing mark of a journal file begins: what no checkpoint covers (it holds no line), and the zeroes after it.
fn attested(bytes: &[u8]) -> usize {
    let magic = b"IWFR";
    bytes.windows(magic.len()).rposition(|window| window == magic).expect("a journal file has frames")
}

fn copy(from: &Path, to: &Path) {
    for file in files(from) {
        let target = to.join(file.strip_prefix(from).unwrap());
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        std::fs::copy(file, target).unwrap();
    }
}

fn verify(data: &Path, marks: &Path) -> Result<Verification, VerifyError> {
    let mut config = Config::new(data);
    config.marks = marks.to_owned();
    verify_directory(&config, &World::system(), &Expect::default(), &|_, _| {})
}

/// What is wrong with what verification says about one changed bit, if anything.
fn judge(file: &File, data: &Path, said: Result<Verification, VerifyError>) -> Option<String> {
    let path = data.join(&file.path);
    let said = match said {
        Ok(said) => said,
        Err(error) => return Some(format!("could not check: {error}")),
    };
    match file.due {
        Due::Rebuilt => {
            if !said.findings.is_empty() || said.notes.is_empty() {
                return Some(format!("no rebuilt index: {:?} {:?}", said.findings, said.notes));
            }
            (std::fs::read(&path).unwrap() != file.bytes).then(|| "the index was not made again to the byte".to_owned())
        }
        // What SQLite does not use may change; keys are bound to their place (integrity_check, unwrapping).
        Due::Database => None,
        Due::Finding { leaves } => {
            let named = |finding: &&engine::verify::Finding| finding.file == path || file.path.starts_with("keys");
            let Some(finding) = said.findings.iter().find(named) else {
                return Some(format!("not found or not named: {:?} {:?}", said.findings, said.notes));
            };
            (leaves && finding.leaves.is_none()).then(|| format!("no leaves named: {finding}"))
        }
    }
}

/// Files above this are sampled even where every bit is meant.
const SAMPLED_FROM_BYTES: usize = 256 * 1024;

/// A prime, so that every bit of a byte is met.
const SAMPLED_STEP_BITS: usize = 4_099;

/// Changes the bits that `wanted` picks of each file, and returns what was missed, by file.
#[expect(clippy::disallowed_methods, reason = "a test may panic where it gets no thread")]
fn flip(bits: &(dyn Fn(usize, &File) -> Vec<usize> + Sync)) -> (usize, BTreeMap<String, Vec<String>>) {
    let folder = sample();
    let inventory = inventory(&folder.data());
    let marks = folder.config().marks;
    let jobs: Vec<(usize, usize)> = inventory
        .iter()
        .enumerate()
        .flat_map(|(at, file)| bits(at, file).into_iter().map(move |bit| (at, bit)))
        .collect();
    let missed = std::sync::Mutex::new(BTreeMap::<String, Vec<String>>::new());
    std::thread::scope(|scope| {
        for worker in 0..WORKERS {
            let jobs = &jobs;
            let inventory = &inventory;
            let missed = &missed;
            let marks = &marks;
            let original = folder.data();
            scope.spawn(move || {
                let home = fast_folder();
                let data = home.path().join("data");
                copy(&original, &data);
                for (at, bit) in jobs.iter().skip(worker).step_by(WORKERS) {
                    let file = &inventory[*at];
                    let path = data.join(&file.path);
                    let mut bytes = file.bytes.clone();
                    bytes[bit / 8] ^= 1 << (bit % 8);
                    std::fs::write(&path, &bytes).unwrap();
                    if let Some(what) = judge(file, &data, verify(&data, marks)) {
                        let name = file.path.display().to_string();
                        missed.lock().unwrap().entry(name).or_default().push(format!(
                            "byte {} bit {}: {what}",
                            bit / 8,
                            bit % 8
                        ));
                    }
                    std::fs::write(&path, &file.bytes).unwrap();
                }
                let sound = verify(&data, marks).unwrap();
                assert_eq!(sound.findings, vec![], "with every bit put back the log is sound");
            });
        }
    });
    (jobs.len(), missed.into_inner().unwrap())
}

/// In memory where the system has such a folder: a rebuilt index is synced each time.
fn fast_folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

#[expect(clippy::print_stdout, reason = "said by a long test")]
fn none_missed((count, missed): (usize, BTreeMap<String, Vec<String>>)) {
    let shown: Vec<_> =
        missed.iter().map(|(file, what)| format!("{file}: {} missed, first {}", what.len(), what[0])).collect();
    assert!(shown.is_empty(), "of {count} bits:\n{}", shown.join("\n"));
    println!("{count} bits changed, every one found");
}

#[test]
fn a_sample_of_changed_bits_is_found_in_every_file() {
    none_missed(flip(&|at, file| {
        let all = file.until * 8;
        (0..SAMPLE_BITS.min(all))
            .map(|n| (n * all / SAMPLE_BITS + (at * 7919 + n * 104_729) % (all / SAMPLE_BITS).max(1)) % all)
            .collect()
    }));
}

#[test]
#[ignore = "minutes long; make campaign"]
fn every_changed_bit_of_every_file_is_found() {
    // The journal's reserve is megabytes of zeroes: a sample of it says as much as all of it.
    let step = |file: &File| if file.bytes.len() > SAMPLED_FROM_BYTES { SAMPLED_STEP_BITS } else { 1 };
    none_missed(flip(&|_, file| (0..file.until * 8).step_by(step(file)).collect()));
}
