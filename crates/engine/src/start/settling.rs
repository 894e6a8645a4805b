//! The second half of a start, once everything was read and agrees: indexes that are missing, what an unclean stop has
//! left undone, and only then what is not needed any more.
//!
//! Order: folders synced → unfinished files of segments removed → indexes → destroyed keys against the entries that explain them → vault → newest checkpoint and mark written again, tree files cut → journal copied, its old files
//! removed → leftovers of sealing removed. Each step may be cut: see docs/reliability.md, "Start".

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::ops::{ControlFlow, Range};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use env::{BlobStore, Disk, Kind};
use journal::{Journal, Recovery};
use ledger::DigestsAhead;
use proof::{Digest, LeafIndex};
use roaring::RoaringTreemap;
use segment::manifest::{Manifest, SegmentEntry, foreign};
use segment::seal::{Elsewhere, remove_leftovers, remove_unfinished};
use segment::sealed::{IndexAccess, SealedLines, open_segment};
use segment::verify::{DigestsOf, FindingKind, VerifyOptions, verify_segment};
use segment::{Segment, SegmentName};

use crate::disclose::indexing::index_secret;
use crate::start::create::created;
use crate::start::erased::check_erasures;
use crate::start::error::OpenLogError;
use crate::start::ground::is_empty_file;
use crate::start::looking::{Looked, Sealed};
use crate::start::reindex::{Watch, make_again};
use crate::state::config::{Config, World};
use crate::state::layout::Layout;

/// Rows after which a start that makes its index again says how far it is: every ten seconds or so.
const REINDEX_TOLD_ROWS: u64 = 1 << 20;

/// What a start goes on with.
pub(crate) struct Settled {
    pub(crate) journal: Box<dyn Journal>,
    pub(crate) recovery: Recovery,
    pub(crate) segments: Vec<Arc<Segment>>,
}

/// Writes what was left undone, and removes what is left over.
///
/// # Errors
/// What the disk answers, or an index that cannot be made. The next start finds all that counts.
pub(crate) fn settle(
    config: &Config,
    world: &World,
    layout: &Layout,
    looked: &mut Looked,
) -> Result<Settled, OpenLogError> {
    let disk: &dyn Disk = &*world.disk;
    let dir = layout.segments();
    make_names_durable(disk, layout)?;
    let stores = world.stores(layout);
    // Sealing that was cut on a full disk has left in them what this start needs.
    remove_unfinished(&*stores.segments, looked.manifest.as_ref())
        .map_err(|source| OpenLogError::disk(&dir, source))?;
    let made = world.journal(config, layout).make_room_to_settle();
    made.map_err(|source| OpenLogError::disk(&layout.journal(), source))?;
    let segments = with_indexes(&*stores.segments, looked)?;
    check_erasures(&looked.vault, &segments, &looked.recovered.erased, world.clock.now_us())?;
    looked.vault.settle()?;
    looked.ledger.settle()?;
    let ledger = Arc::clone(&looked.ledger);
    let digests: &DigestsOf<'_> = &|leaves| {
        let count = usize::try_from(leaves.end - leaves.start)?;
        Ok(ledger.digests(LeafIndex(leaves.start), count)?)
    };
    let sound = Sound {
        store: &*stores.segments,
        manifest: looked.manifest.as_ref(),
        digests,
        explained: &config.explained,
        known: RefCell::default(),
    };
    let held = |leaves| sound.hold(leaves);
    let Some(found) = looked.found.take() else { unreachable!("a start settles once") };
    let end = found.leaves().end.0;
    let (journal, recovery) = found.take_over(&held)?;
    for folder in [&dir, &layout.manifests()] {
        disk.create_dir_all(folder).map_err(|source| OpenLogError::disk(folder, source))?;
    }
    let elsewhere = Elsewhere {
        manifest: looked.manifest.as_ref(),
        journal: sound.sealed()..end,
        are_held: &held,
        digests,
        index_key: &index_secret(&looked.vault).key,
    };
    let leftovers =
        remove_leftovers(&*stores.segments, &elsewhere).map_err(|source| OpenLogError::disk(&dir, source))?;
    for (file, what) in leftovers.kept {
        tracing::warn!(file = %file.display(), what, "a file in the segments' folder stays, and is not used");
    }
    for file in foreign(&*stores.manifests)? {
        tracing::warn!(file = %file.display(), "no manifest is named so: it stays, and is not used");
    }
    remove_marker(disk, layout)?;
    Ok(Settled { journal, recovery, segments })
}

/// Makes every name durable that was found. A process that was killed between naming a file and syncing its folder leaves a name that
/// everybody sees and a power failure takes back, and what this start removes may be held by that file alone.
/// Cost: a sync for each folder.
fn make_names_durable(disk: &dyn Disk, layout: &Layout) -> Result<(), OpenLogError> {
    let folders = [layout.keys(), layout.tree(), layout.journal(), layout.segments(), layout.manifests()];
    for folder in folders.iter().map(PathBuf::as_path).chain([layout.data()]) {
        match disk.sync_dir(folder) {
            // Copying a log may lose empty folders.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            synced => synced.map_err(|source| OpenLogError::disk(folder, source))?,
        }
    }
    Ok(())
}

/// Removes a marker that says of a log that was made to the end that it was not. What is no such marker stays.
fn remove_marker(disk: &dyn Disk, layout: &Layout) -> Result<(), OpenLogError> {
    let marker = layout.creating();
    if is_empty_file(disk, &marker) {
        tracing::warn!("this log was made to the end; the marker that says otherwise is removed");
        return created(disk, layout);
    }
    if disk.kind(&marker).map_err(|source| OpenLogError::disk(&marker, source))? != Kind::Absent {
        tracing::warn!(file = %marker.display(), "this is no marker of a creation: it stays, and means nothing");
    }
    Ok(())
}

/// The live segments; an index that is missing or damaged is made again.
fn with_indexes(store: &dyn BlobStore, looked: &mut Looked) -> Result<Vec<Arc<Segment>>, OpenLogError> {
    let rebuild: Vec<SegmentEntry> =
        looked.segments.iter().filter(|sealed| sealed.segment.is_none()).map(|sealed| sealed.entry).collect();
    for entry in &rebuild {
        check_lines(store, entry, looked)?;
    }
    let told = AtomicU64::new(0);
    let progress = |rows: u64, of: u64| {
        let times = rows / REINDEX_TOLD_ROWS;
        if told.fetch_max(times, Ordering::Relaxed) < times {
            tracing::info!(rows, of, "indexed");
        }
    };
    let each = |segment: &str, _| tracing::info!(segment, "the index is made");
    make_again(store, &looked.vault, &rebuild, &Watch { each: &each, progress: &progress })?;
    let mut segments = Vec::new();
    for Sealed { entry, segment } in std::mem::take(&mut looked.segments) {
        let segment = match segment {
            Some(segment) => segment,
            None => open_segment(store, &entry, &looked.cache, IndexAccess::Blocks)?,
        };
        segments.push(Arc::new(segment));
    }
    Ok(segments)
}

/// Checks that the segment's lines are those in the tree: an index made of others would answer wrongly for good.
/// Cost: reads and hashes them; a part of what making the index costs.
fn check_lines(store: &dyn BlobStore, entry: &SegmentEntry, looked: &Looked) -> Result<(), OpenLogError> {
    let lines = SealedLines::open(store, entry, &looked.cache)?;
    let digests = DigestsAhead::new(&looked.ledger);
    let mut other = None;
    lines.data().scan(0, &mut |leaf, line| match digests.get(leaf) {
        Ok(digest) if digest == Digest::of(line) => ControlFlow::Continue(()),
        _ => {
            other = Some(leaf);
            ControlFlow::Break(())
        }
    })?;
    other.map_or(Ok(()), |leaf| Err(OpenLogError::NotInTree { leaf }))
}

/// Which live segments were read whole and are what manifest and tree say. Only asked for where something is to be removed
/// because of them.
struct Sound<'a> {
    store: &'a dyn BlobStore,
    manifest: Option<&'a Manifest>,
    digests: &'a DigestsOf<'a>,
    explained: &'a RoaringTreemap,
    known: RefCell<BTreeMap<SegmentName, bool>>,
}

impl Sound<'_> {
    fn sealed(&self) -> u64 {
        self.manifest.map_or(0, Manifest::sealed_to)
    }

    /// Whether sound segments hold these leaves. Cost: reads each such segment once, whole, and hashes its lines.
    fn hold(&self, leaves: Range<u64>) -> bool {
        let named = self.manifest.map_or(&[][..], |manifest| &manifest.segments);
        let concerned = named.iter().filter(|entry| entry.name.first < leaves.end && leaves.start <= entry.name.last);
        leaves.end <= self.sealed() && concerned.into_iter().all(|entry| self.is_sound(entry))
    }

    fn is_sound(&self, entry: &SegmentEntry) -> bool {
        *self.known.borrow_mut().entry(entry.name).or_insert_with(|| {
            let how = VerifyOptions {
                digests: self.digests,
                opens: None,
                explained: self.explained,
                each_line: &|_, _| Ok(()),
                // What is wrong with an index does not matter here.
                index_key: None,
                access: IndexAccess::Blocks,
                threads: 1,
                progress: &|_| (),
            };
            let serious = |kind| matches!(kind, FindingKind::Tampered | FindingKind::Unreadable);
            match verify_segment(self.store, entry, &how) {
                Ok(findings) => findings.into_iter().filter(|finding| serious(finding.kind)).all(|finding| {
                    tracing::error!(%finding, "a segment is not as it was");
                    false
                }),
                Err(error) => {
                    tracing::error!(segment = %entry.name, %error, "the tree cannot be read");
                    false
                }
            }
        })
    }
}
