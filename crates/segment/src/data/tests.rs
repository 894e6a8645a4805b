use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use env::fake::FaultyDisk;
use env::{Disk, SystemDisk};
use index::LeafSet;
use proptest::prelude::*;

use super::{DataFile, DataWriter, FRAME_BYTES, FRAME_BYTES_MAX};
use crate::PartError;
use crate::cache::BlockCache;

fn empty_disk() -> FaultyDisk {
    let disk = FaultyDisk::new();
    disk.create_dir_all(Path::new("/segments")).unwrap();
    disk
}

fn write(disk: &dyn Disk, path: &Path, first_leaf: u64, lines: &[Vec<u8>]) {
    let mut writer = DataWriter::create(disk, path).unwrap();
    lines.iter().for_each(|line| writer.push(line).unwrap());
    let (bytes, sha256) = writer.finish(&LeafSet::from(first_leaf..first_leaf + lines.len() as u64)).unwrap();
    let written = disk.read(path).unwrap();
    assert_eq!((bytes, sha256), (written.len() as u64, proof::Digest::of(&written)));
}

fn scan(file: &DataFile, from: u64) -> Result<Vec<(u64, Vec<u8>)>, PartError> {
    let mut lines = Vec::new();
    file.scan(from, &mut |leaf, line| {
        lines.push((leaf, line.to_vec()));
        ControlFlow::Continue(())
    })?;
    Ok(lines)
}

/// Lines of about the given lengths, compressible but no two alike.
fn sample(lengths: impl IntoIterator<Item = usize>) -> Vec<Vec<u8>> {
    let line = |(n, len): (usize, usize)| {
        let mut line = format!("{{\"n\":{n},\"text\":\"").into_bytes();
        let text = (0_usize..).map(|at| b'a' + ((at * n + at / 7) % 26) as u8);
        line.extend(text.take(len));
        line.extend_from_slice(b"\"}");
        line
    };
    lengths.into_iter().enumerate().map(line).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn lines_come_back_whichever_way_they_are_read(
        lengths in prop::collection::vec(prop_oneof![0_usize..2000, 60_000_usize..70_000], 1..60),
        first_leaf in 0_u64..1 << 40,
        picks in prop::collection::vec(any::<prop::sample::Index>(), 0..40),
        from in 0_u64..70,
    ) {
        let disk = empty_disk();
        let lines = sample(lengths);
        write(&disk, Path::new("/segments/lines"), first_leaf, &lines);
        let file = DataFile::draft(&disk, Path::new("/segments/lines"), &BlockCache::new(200_000)).unwrap();
        prop_assert_eq!(file.leaves(), &LeafSet::from(first_leaf..first_leaf + lines.len() as u64));

        let all: Vec<(u64, Vec<u8>)> = (first_leaf..).zip(lines.iter().cloned()).collect();
        prop_assert_eq!(&scan(&file, 0).unwrap(), &all);
        let from = (from as usize).min(all.len());
        prop_assert_eq!(&scan(&file, first_leaf + from as u64).unwrap()[..], &all[from..]);

        let picked: Vec<usize> = picks.iter().map(|pick| pick.index(lines.len())).collect();
        let leaves: Vec<u64> = picked.iter().map(|at| first_leaf + *at as u64).collect();
        let mut read = Vec::new();
        file.lines(&leaves, &mut |place, line| read.push((place, line.to_vec()))).unwrap();
        let wanted: Vec<_> = picked.iter().enumerate().map(|(place, at)| (place, lines[*at].clone())).collect();
        prop_assert_eq!(read, wanted);
    }
}

#[test]
fn leaves_outside_are_refused_by_number() {
    let disk = empty_disk();
    write(&disk, Path::new("/segments/lines"), 10, &sample([5, 5]));
    let file = DataFile::draft(&disk, Path::new("/segments/lines"), &BlockCache::new(0)).unwrap();
    for leaf in [0, 9, 12, u64::MAX] {
        assert!(matches!(file.line(leaf), Err(PartError::NoSuchRow(n)) if n == leaf));
    }
    assert_eq!(scan(&file, 12).unwrap(), []);
}

#[test]
fn frames_close_at_their_size_and_a_long_line_stands_alone() {
    let disk = empty_disk();
    let lines = sample([100, FRAME_BYTES * 4, 100, FRAME_BYTES - 400, 100, 300]);
    write(&disk, Path::new("/segments/lines"), 0, &lines);
    let file = DataFile::draft(&disk, Path::new("/segments/lines"), &BlockCache::new(0)).unwrap();
    let frames: Vec<_> = (0..file.frames()).map(|at| file.frame_places(at).unwrap().0).collect();
    assert_eq!(frames, [0..1, 1..2, 2..5, 5..6]);

    let mut writer = DataWriter::create(&disk, Path::new("/segments/too long")).unwrap();
    writer.push(&vec![b'x'; FRAME_BYTES_MAX]).unwrap();
    assert!(writer.finish(&LeafSet::from(0..1)).is_err());
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test may panic where it gets no thread")]
fn the_zstd_program_reads_the_lines() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("lines.ndjson.zst");
    let lines = sample((0..500).map(|n| n * 3));
    write(&SystemDisk, &path, 0, &lines);
    let text: Vec<u8> = lines.iter().flat_map(|line| [line.as_slice(), b"\n"].concat()).collect();

    let packed = std::fs::read(&path).unwrap();
    assert_eq!(zstd::stream::decode_all(packed.as_slice()).unwrap(), text);

    let program = Command::new("zstd").arg("-dc").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let Ok(mut program) = program else {
        eprintln!("no zstd program here: only the library was asked");
        return;
    };
    let mut stdin = program.stdin.take().unwrap();
    let feeder = std::thread::spawn(move || stdin.write_all(&packed));
    let output = program.wait_with_output().unwrap();
    feeder.join().unwrap().unwrap();
    assert!(output.status.success());
    assert_eq!(output.stdout, text);
}

#[test]
fn a_flipped_bit_never_gives_a_wrong_line_nor_a_cut_a_shorter_file() {
    let disk = empty_disk();
    let path = Path::new("/segments/lines");
    let lines = sample([30, 40, 50]);
    write(&disk, path, 3, &lines);
    let all: Vec<(u64, Vec<u8>)> = (3..).zip(lines).collect();
    let bytes = disk.read(path).unwrap();
    let cache = BlockCache::new(0);
    let read = |bytes: &[u8]| {
        let disk = empty_disk();
        disk.create_new(path).unwrap().write_all_at(bytes, 0).unwrap();
        DataFile::draft(&disk, path, &cache).and_then(|file| scan(&file, 0))
    };
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        if let Ok(lines) = read(&flipped) {
            // Some bits of a zstd frame mean nothing; the hash of the whole file covers those.
            assert_eq!(lines, all, "bit {bit}");
        }
    }
    for len in 0..bytes.len() {
        assert!(read(&bytes[..len]).is_err(), "cut to {len}");
    }
}

#[test]
fn a_frame_is_decompressed_once_for_neighbours_and_kept() {
    let disk = empty_disk();
    write(&disk, Path::new("/segments/lines"), 0, &sample([1000; 300]));
    let cache = BlockCache::new(10 << 20);
    let file = DataFile::draft(&disk, Path::new("/segments/lines"), &cache).unwrap();
    let first = file.line(0).unwrap();
    // What is kept no longer needs the disk.
    disk.flip_bit(Path::new("/segments/lines"), 100, 0).unwrap();
    assert_eq!(file.line(0).unwrap(), first);
    drop(file);
    let file = DataFile::draft(&disk, Path::new("/segments/lines"), &Arc::clone(&cache)).unwrap();
    assert!(matches!(file.line(0), Err(PartError::Damaged { offset: 0, .. })));
    assert!(file.line(299).is_ok());
}
