//! Prints what the steps of a verification cost, each alone: `verify_speed SEGMENTS_FOLDER`. Nanoseconds an entry, the best
//! of three, on one thread and on two at once.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "run by hand")]
#![allow(clippy::disallowed_methods, reason = "a stopwatch is what this program is")]

use std::error::Error;
use std::hint::black_box;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use env::{FolderStore, SystemDisk};
use indelible_segment::data::DataFile;
use indelible_segment::disclosures::DisclosureFile;
use indelible_segment::{BlockCache, SegmentFile, SegmentName};
use proof::{Digest, RightEdge};

/// Lines that are held, to be hashed without being read.
const LINES: usize = 100_000;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("which folder of segments?")?;
    let names = std::fs::read_dir(&folder)?.filter_map(|file| {
        let name = file.ok()?.file_name();
        SegmentName::parse(name.to_str()?).filter(|(_, file)| *file == SegmentFile::Lines)
    });
    let (name, _) = names.min_by_key(|(name, _)| name.first).ok_or("there is no segment")?;
    let cache = BlockCache::new(0);
    let store = FolderStore::new(Arc::new(SystemDisk), Path::new(&folder));
    let lines = DataFile::open(&store, &name.file(SegmentFile::Lines), &cache)?;
    let disclosures = DisclosureFile::open(&store, &name.file(SegmentFile::Disclosures), &cache)?;
    let entries = lines.leaves().len() as usize;
    let mut held = Vec::new();
    lines.scan(0, &mut |_, line| {
        held.push(line.to_vec());
        if held.len() < LINES { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    let digests: Vec<Digest> = held.iter().map(|line| Digest::of(line)).collect();
    println!("{name}: {entries} entries, {} bytes a line", lines.text_bytes() / entries as u64 - 1);

    measure("frames decompressed and cut into lines", entries, || {
        lines.scan(0, &mut |_, _| ControlFlow::Continue(())).expect("the lines are sound");
    });
    measure("SHA-256 of lines", held.len(), || held.iter().for_each(|line| _ = black_box(Digest::of(line))));
    measure("SHA-256 of the file of lines", entries, || _ = black_box(lines.sha256()));
    measure("SHA-256 of the file of disclosures", entries, || _ = black_box(disclosures.sha256()));
    measure("disclosures: checksums, records, references", entries, || disclosures.check().expect("they are sound"));
    measure("SHA-256 of two digests: one element of `personal`", held.len(), || {
        digests.iter().for_each(|digest| _ = black_box(Digest::of([digest.0, digest.0].as_flattened())));
    });
    measure("tree: leaf and node", digests.len(), || {
        let mut edge = RightEdge::new();
        digests.iter().for_each(|digest| edge.push(digest.leaf_hash(), |_, _, _| {}));
        black_box(edge.root());
    });
    Ok(())
}

fn measure(what: &str, entries: usize, work: impl Fn() + Sync) {
    let timed = || {
        let start = Instant::now();
        work();
        start.elapsed().as_nanos() as f64 / entries as f64
    };
    let best = |time: &dyn Fn() -> f64| (0..3).map(|_| time()).fold(f64::INFINITY, f64::min);
    let alone = best(&timed);
    let beside = best(&|| {
        std::thread::scope(|scope| {
            let other = scope.spawn(timed);
            timed().max(other.join().unwrap_or(f64::INFINITY))
        })
    });
    println!("{alone:8.0} ns alone {beside:8.0} ns beside itself  {what}");
}
