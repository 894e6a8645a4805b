//! Making a lost list of segments again.
//!
//! A manifest says nothing that the segments and the tree do not say as well: which files are live, and their hashes. So
//! where the newest one is lost, or damaged, it is made again from segments of which every line is the tree's and every
//! disclosure what its line commits to. What the tree does not attest is not repaired: a copy must be restored.
//!
//! Order: what is not used is set aside, by renaming → `REPAIRED` says what was done, under the log's key → manifest. The next start
//! records it as an entry of the log and removes `REPAIRED`. A repair that is cut short is done again.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use env::Disk;
use ledger::{Ledger, load_signing_key};
use proof::LeafIndex;
use segment::SegmentName;
use segment::manifest::{Manifest, SegmentEntry, newest_sound, publish};
use segment::sealed::{IndexAccess, stamp};
use segment::verify::{FindingKind, VerifyOptions, verify_segment};

use crate::admit::error::SubmitError;
use crate::log::Log;
use crate::own::Own;
use crate::start::create::ledger_env;
use crate::start::error::OpenLogError;
use crate::start::ground::{Ground, survey};
use crate::start::looking::{look, look_as};
use crate::start::repaired::{self, Note, NoteKey, Repaired};
use crate::start::unlisted::whole_segments;
use crate::state::config::{Config, World};
use crate::state::failure::is_disk_full;
use crate::state::layout::Layout;
use crate::verify::Progress;
use env::with_causes;

/// Threads that read lines, however many processors there are: each takes some MiB.
const THREADS_MAX: usize = 16;

/// Why nothing was repaired. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum RepairError {
    /// What is wrong cannot be mended by `repair`. Remedy: restore what it names from a copy.
    #[error("this is not for repair to mend")]
    Beyond(#[source] OpenLogError),
    /// No sound segment holds these entries, nor does the journal. Remedy: restore a segment's files from a copy.
    #[error("no sound segment holds entry {leaf}{}", unsound.iter().map(|what| format!("\n  {what}")).collect::<String>())]
    Lacking {
        /// The first leaf that is nowhere.
        leaf: u64,
        /// What is wrong with segments that were not used.
        unsound: Vec<String>,
    },
    /// The log does not agree with itself even so. Remedy: restore what it names from a copy.
    #[error("with the segments that are sound the log still does not agree with itself")]
    Disagrees(#[source] OpenLogError),
    /// The tree could not be read.
    #[error("the tree cannot be read: {0}")]
    Tree(String),
    /// The disk failed.
    #[error("cannot use {}", path.display())]
    Disk {
        /// The file or folder.
        path: PathBuf,
        /// What the system answered.
        source: std::io::Error,
    },
    /// The manifest could not be published.
    #[error("the manifest could not be published")]
    Manifest(#[from] segment::manifest::ManifestError),
}

impl RepairError {
    /// Whether the disk is full. Remedy: make room, then repair again.
    #[must_use]
    pub fn is_disk_full(&self) -> bool {
        is_disk_full(self)
    }
}

/// What a repair would do. Dropped, it does nothing.
pub struct Repair {
    layout: Layout,
    manifest: Manifest,
    /// Files that are not used.
    aside: Vec<PathBuf>,
    /// What is wrong with them, where something is.
    unsound: Vec<String>,
    note_key: NoteKey,
    /// Entries of the log.
    size: u64,
    _lock: Box<dyn env::FolderLock>,
}

impl Repair {
    /// Looks at a log and says what would mend it; `None` if nothing needs mending. Changes nothing.
    ///
    /// Cost: as the first half of a start; where a manifest is lost, reads every segment whole.
    ///
    /// # Errors
    /// [`RepairError`].
    pub fn plan(config: &Config, world: &World, progress: Progress<'_>) -> Result<Option<Self>, RepairError> {
        let layout = Layout::new(&config.data, &config.marks);
        let disk: &dyn Disk = &*world.disk;
        if survey(world, &layout).map_err(RepairError::Beyond)? == Ground::Free {
            return Err(RepairError::Beyond(OpenLogError::NoLog { data: config.data.clone() }));
        }
        let lock = disk.lock(layout.data()).map_err(|error| RepairError::Beyond(error.into()))?;
        match look(config, world, &layout) {
            Ok(_) => return Ok(None),
            Err(OpenLogError::Unlisted { .. } | OpenLogError::Manifest(_)) => {}
            Err(error) => return Err(RepairError::Beyond(error)),
        }
        let (before, mut aside) = newest_sound(&*world.stores(&layout).manifests)?;
        let found = Candidates::read(config, world, &layout, progress)?;
        let mut manifest = Manifest { number: 1, previous: None, term: 0, segments: found.chain() };
        if let Some(before) = &before {
            (manifest.number, manifest.previous) = (before.number + 1, Some(before.digest()));
        }
        if manifest.segments.is_empty() {
            return Err(RepairError::Lacking { leaf: 0, unsound: found.unsound });
        }
        let size = match look_as(config, world, &layout, Some(manifest.clone())) {
            Ok(looked) => looked.found.map_or(0, |found| {
                manifest.term = found.next_term().0;
                found.leaves().end.0
            }),
            Err(OpenLogError::Unlisted { .. }) => {
                return Err(RepairError::Lacking { leaf: manifest.sealed_to(), unsound: found.unsound });
            }
            Err(error) => return Err(RepairError::Disagrees(error)),
        };
        let is_used = |name: &SegmentName| manifest.segments.iter().any(|entry| entry.name == *name);
        let segments = world.stores(&layout).segments;
        let files = segments.list().map_err(disk_error(&layout.segments()))?;
        let is_left = |file: &&String| SegmentName::parse(file).is_some_and(|(name, _)| !is_used(&name));
        aside.extend(files.iter().filter(is_left).map(|file| segments.place(file)));
        let key = load_signing_key(disk, &layout.signing_key()).map_err(|error| RepairError::Beyond(error.into()))?;
        let note_key = NoteKey::of(&key);
        let note = layout.repaired();
        let mut unsound = found.unsound;
        // A note of a repair that was cut short is written anew; anything else under that name is somebody else's.
        if let Repaired::Foreign(what) =
            repaired::read(disk, &note, &note_key, Some(&manifest), size).map_err(disk_error(&note))?
        {
            unsound.push(format!("{}: {what}", note.display()));
            aside.push(note);
        }
        Ok(Some(Self { layout, manifest, aside, unsound, note_key, size, _lock: lock }))
    }

    /// What would be done, a step a line.
    #[must_use]
    pub fn steps(&self) -> Vec<String> {
        let set_aside = |path: &PathBuf| format!("set {} aside, in {}", path.display(), self.layout.aside().display());
        let mut steps: Vec<String> = self.aside.iter().map(set_aside).collect();
        let Manifest { number, segments, .. } = &self.manifest;
        let entries = self.manifest.sealed_to();
        steps.push(format!(
            "make manifest {number}: {} segments with {entries} entries, all found sound",
            segments.len()
        ));
        steps.push("record the repair as an entry of the log".to_owned());
        steps
    }

    /// What is wrong with segments that are not used.
    #[must_use]
    pub fn unsound(&self) -> &[String] {
        &self.unsound
    }

    /// Does it. The next start records it.
    ///
    /// # Errors
    /// `Disk`, `Manifest`: done again by the next repair.
    pub fn carry_out(self, world: &World) -> Result<(), RepairError> {
        let disk: &dyn Disk = &*world.disk;
        let aside = self.layout.aside();
        if !self.aside.is_empty() {
            disk.create_dir_all(&aside).map_err(disk_error(&aside))?;
        }
        let mut names = Vec::new();
        for path in &self.aside {
            let target = set_aside(disk, path, &aside).map_err(disk_error(path))?;
            names.extend(target.file_name().map(|name| name.to_string_lossy().into_owned()));
        }
        for folder in [aside, self.layout.segments(), self.layout.manifests(), self.layout.data().to_owned()] {
            if disk.exists(&folder).map_err(disk_error(&folder))? {
                disk.sync_dir(&folder).map_err(disk_error(&folder))?;
            }
        }
        let note = self.layout.repaired();
        let done = Note::of(&self.manifest, self.size, names).encode(&self.note_key);
        env::replace_file(disk, &note, &done).map_err(disk_error(&note))?;
        let manifests = self.layout.manifests();
        disk.create_dir_all(&manifests).map_err(disk_error(&manifests))?;
        Ok(publish(&*world.stores(&self.layout).manifests, &self.manifest)?)
    }
}

/// Records a repair that was done before this start.
pub(crate) fn record(log: &Log, repaired: &Repaired) -> Result<(), SubmitError> {
    let disk: &dyn Disk = &*log.shared.world.disk;
    let path = log.layout.repaired();
    match repaired {
        Repaired::Nothing => return Ok(()),
        // The process that recorded it ended before it had removed the note.
        Repaired::Recorded => {}
        Repaired::Note(note) => drop(log.record_own(&Own::Repaired { done: &note.properties() })?),
        Repaired::Foreign(what) => {
            tracing::warn!(file = %path.display(), what, "this is no note of a repair: it is not recorded, and stays");
            return Ok(());
        }
    }
    if let Err(error) = disk.remove(&path).and_then(|()| disk.sync_dir(log.layout.data())) {
        tracing::warn!(file = %path.display(), %error, "the repair is recorded, and its note stays for now");
    }
    Ok(())
}

/// Segments by what they are worth.
struct Candidates {
    sound: Vec<SegmentEntry>,
    unsound: Vec<String>,
}

impl Candidates {
    /// Reads every segment whole, against the tree.
    fn read(config: &Config, world: &World, layout: &Layout, progress: Progress<'_>) -> Result<Self, RepairError> {
        let disk: &dyn Disk = &*world.disk;
        let key = load_signing_key(disk, &layout.signing_key());
        let key = key.map_err(|error| RepairError::Beyond(error.into()))?;
        let mark = layout.mark(key.name());
        let ledger = Ledger::open(ledger_env(world), &layout.tree(), key, &mark, config.older_mark);
        let ledger = ledger.map_err(|error| RepairError::Beyond(error.into()))?;
        let store = world.stores(layout).segments;
        let size = ledger.size().0;
        let names = whole_segments(&*store);
        let all = names.iter().fold(0_u64, |all, name| all.saturating_add(name.last - name.first + 1));
        let checked = AtomicU64::new(0);
        let how = VerifyOptions {
            digests: &|leaves| {
                let count = usize::try_from(leaves.end - leaves.start)?;
                Ok(ledger.digests(LeafIndex(leaves.start), count)?)
            },
            opens: None,
            explained: &config.explained,
            // What is wrong with an index does not matter here.
            index_key: None,
            each_line: &|_, _| Ok(()),
            access: IndexAccess::Whole,
            threads: thread::available_parallelism().map_or(1, NonZero::get).min(THREADS_MAX),
            progress: &|leaves| progress(checked.fetch_add(leaves, Ordering::Relaxed) + leaves, all),
        };
        let mut found = Self { sound: Vec::new(), unsound: Vec::new() };
        for name in names {
            if name.last >= size {
                found.unsound.push(format!("segment {name}: the tree has {size} entries only"));
                continue;
            }
            let entry = match stamp(&*store, name) {
                Ok(entry) => entry,
                Err(error) => {
                    found.unsound.push(format!("segment {name}: {}", with_causes(&error)));
                    continue;
                }
            };
            let findings = verify_segment(&*store, &entry, &how);
            let findings = findings.map_err(|error| RepairError::Tree(error.to_string()))?;
            let serious = |kind| matches!(kind, FindingKind::Tampered | FindingKind::Unreadable);
            match findings.iter().find(|finding| serious(finding.kind)) {
                Some(finding) => found.unsound.push(finding.to_string()),
                None => found.sound.push(entry),
            }
        }
        Ok(found)
    }

    /// Consecutive segments from leaf 0 on, as far as any reach. Of several that lead as far the longest is taken: it was merged of
    /// the others.
    fn chain(&self) -> Vec<SegmentEntry> {
        let mut sound = self.sound.clone();
        sound.sort_unstable_by_key(|entry| Reverse(entry.name.first));
        // By first leaf: how far segments lead from there, and the first of them.
        let mut from: BTreeMap<u64, (u64, SegmentEntry)> = BTreeMap::new();
        for entry in sound {
            let end = entry.name.leaves().end;
            let farthest = from.get(&end).map_or(end, |(farthest, _)| *farthest);
            let rank = |farthest: u64, entry: &SegmentEntry| (farthest, entry.name.last, entry.name.generation);
            let known = from.get(&entry.name.first);
            if known.is_none_or(|(far, known)| rank(farthest, &entry) > rank(*far, known)) {
                from.insert(entry.name.first, (farthest, entry));
            }
        }
        let mut chain: Vec<SegmentEntry> = Vec::new();
        while let Some((_, entry)) = from.get(&chain.last().map_or(0, |entry| entry.name.leaves().end)) {
            chain.push(*entry);
        }
        chain
    }
}

/// Renames a file into the folder of what is not used, to a name that is free there.
fn set_aside(disk: &dyn Disk, path: &Path, folder: &Path) -> std::io::Result<PathBuf> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut target = folder.join(&name);
    for number in 1_u32.. {
        if !disk.exists(&target)? {
            break;
        }
        target = folder.join(format!("{name}.{number}"));
    }
    disk.rename_noreplace(path, &target)?;
    Ok(target)
}

fn disk_error(path: &Path) -> impl Fn(std::io::Error) -> RepairError {
    let path = path.to_owned();
    move |source| RepairError::Disk { path: path.clone(), source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proof::Digest;
    use segment::SegmentName;
    use segment::manifest::FileStamp;

    fn chain(sound: &[(u64, u64)]) -> Vec<(u64, u64)> {
        let stamp = FileStamp { bytes: 0, sha256: Digest([0; 32]) };
        let entry = |&(first, last): &(u64, u64)| SegmentEntry {
            name: SegmentName { first, last, generation: 0 },
            lines: stamp,
            disclosures: stamp,
            removed: None,
        };
        let candidates = Candidates { sound: sound.iter().map(entry).collect(), unsound: Vec::new() };
        candidates.chain().iter().map(|entry| (entry.name.first, entry.name.last)).collect()
    }

    #[test]
    fn a_segment_that_leads_nowhere_does_not_hide_those_that_do() {
        assert_eq!(chain(&[(0, 300), (0, 200), (201, 402), (403, 464)]), [(0, 200), (201, 402), (403, 464)]);
        assert_eq!(chain(&[(0, 9), (10, 19), (0, 19), (20, 29)]), [(0, 19), (20, 29)], "the merged one");
        assert_eq!(chain(&[(0, 9), (20, 29)]), [(0, 9)]);
        assert_eq!(chain(&[(10, 19)]), []);
    }
}
