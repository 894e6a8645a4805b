//! The first half of a start: everything is read and compared, nothing is written, cut or removed.
//!
//! Order: manifest → key → vault → newest checkpoint, tree files and mark against it → segments → journal, every line that
//! a checkpoint covers against the tree. Only what agrees in all of this is handed to [`crate::start::settling`].

use std::sync::Arc;

use env::{BlobStore, Disk};
use event::Kind;
use event::personal::SealedDisclosure;
use journal::{FoundJournal, Known, MacKey};
use ledger::{DigestsAhead, Ledger, load_signing_key};
use proof::{Digest, LeafIndex};
use roaring::RoaringTreemap;
use segment::manifest::{Manifest, SegmentEntry, newest};
use segment::sealed::{IndexAccess, SealedLines, open_segment};
use segment::{BlockCache, PartError, Segment};
use vault::{RootKey, Vault};

use crate::admit::dedup::Recent;
use crate::commit::sequencer::signed_tree;
use crate::commit::tree::Tree;
use crate::disclose::indexing::{index_secret, remember_identity};
use crate::start::create::{ledger_env, surroundings};
use crate::start::error::OpenLogError;
use crate::start::recover::{Recovered, Recovering};
use crate::start::repaired::{self, NoteKey, Repaired};
use crate::state::config::{Config, World};
use crate::state::layout::Layout;

/// A log that was read and found to agree with itself.
pub(crate) struct Looked {
    pub(crate) vault: Vault,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) manifest: Option<Manifest>,
    pub(crate) cache: Arc<BlockCache>,
    /// What cursors are signed with: the same after a start, and by another server of the same log.
    pub(crate) cursor_key: [u8; 32],
    pub(crate) segments: Vec<Sealed>,
    pub(crate) recent: Recent,
    /// The journal as found; taken when it is taken over.
    pub(crate) found: Option<Box<dyn FoundJournal>>,
    pub(crate) recovered: Recovered,
    /// What a repair left to be recorded.
    pub(crate) repaired: Repaired,
}

/// A live segment.
pub(crate) struct Sealed {
    pub(crate) entry: SegmentEntry,
    /// `None`: its lines are there, and its index is to be made again.
    pub(crate) segment: Option<Segment>,
}

/// Decompressed frames kept in memory: a page's worth of every segment of a long log.
const CACHE_BYTES_MAX: usize = 32 << 20;

/// Reads the log and compares its parts.
///
/// Cost: reads the journal once, heads and identities of every segment.
///
/// # Errors
/// Whatever does not agree.
pub(crate) fn look(config: &Config, world: &World, layout: &Layout) -> Result<Looked, OpenLogError> {
    look_as(config, world, layout, newest(&*world.stores(layout).manifests)?)
}

/// As [`look`], as if this were the newest manifest.
pub(crate) fn look_as(
    config: &Config,
    world: &World,
    layout: &Layout,
    manifest: Option<Manifest>,
) -> Result<Looked, OpenLogError> {
    let disk: &dyn Disk = &*world.disk;
    let key = load_signing_key(disk, &layout.signing_key())?;
    let origin = key.name().to_owned();
    let note_key = NoteKey::of(&key);
    let mac_key = MacKey::new(&key.derive(MacKey::INFO));
    let cursor_key = *key.derive(search::CURSOR_KEY_INFO);
    let vault = Vault::open(layout.data(), surroundings(world, layout), &RootKey::read(disk, layout.data())?)?;
    vault.limit_identities(config.identities_bytes_max);
    let ledger = Ledger::open(ledger_env(world), &layout.tree(), key, &layout.mark(&origin), config.older_mark)?;
    let ledger = Arc::new(ledger);
    let sealed = manifest.as_ref().map_or(0, Manifest::sealed_to);
    let cache =
        BlockCache::held_against(CACHE_BYTES_MAX, Arc::new(Tree(Arc::clone(&ledger))), index_secret(&vault).key);
    let named = manifest.as_ref().map_or(&[][..], |manifest| &manifest.segments);
    let stores = world.stores(layout);
    let unlisted = |error| crate::start::unlisted::explain(&*stores.segments, manifest.as_ref(), error);
    let segments =
        open_segments(&*stores.segments, named, &config.explained, &cache, &vault, &ledger).map_err(unlisted)?;

    let recent = Recent::new(sealed);
    let mut recovering = Recovering::new(sealed, &vault, &ledger, &recent, world.clock.now_us());
    let digests = DigestsAhead::new(&ledger);
    let known = Known {
        origin: &origin,
        sealed: LeafIndex(sealed),
        checkpoint: signed_tree(&ledger.newest().checkpoint),
        root_at: &|size| proof::root(size, &*ledger).ok(),
        in_tree: &|leaf, digest| digests.get(leaf.0).is_ok_and(|ours| ours == *digest),
        key: Some(&mac_key),
    };
    let found = world.journal(config, layout).look(&known, &mut |batch| recovering.take(&batch));
    drop(digests);
    let found = found.map_err(|error| unlisted(error.into()))?;
    let recovered = recovering.finish();
    let note = layout.repaired();
    let repaired = repaired::read(disk, &note, &note_key, manifest.as_ref(), found.leaves().end.0);
    let repaired = repaired.map_err(|source| OpenLogError::disk(&note, source))?;
    Ok(Looked { vault, ledger, manifest, cache, cursor_key, segments, recent, found: Some(found), recovered, repaired })
}

/// Opens every live segment. Identities are held open from then on.
fn open_segments(
    store: &dyn BlobStore,
    named: &[SegmentEntry],
    explained: &RoaringTreemap,
    cache: &Arc<BlockCache>,
    vault: &Vault,
    ledger: &Ledger,
) -> Result<Vec<Sealed>, OpenLogError> {
    let mut segments = Vec::new();
    for entry in named {
        let segment = match open_segment(store, entry, cache, IndexAccess::Blocks) {
            Err(error) if error.is_forged() => {
                tracing::error!(segment = %entry.name, %error, "somebody who lacks the log's keys wrote to its folder; the index is made again");
                None
            }
            Err(error) if error.wants_reindex() => {
                tracing::warn!(segment = %entry.name, %error, "the index is made again");
                None
            }
            opened => Some(opened?),
        };
        let without_index;
        let lines = match &segment {
            Some(segment) => segment.source(),
            None => {
                without_index = SealedLines::open(store, entry, cache)?;
                &without_index
            }
        };
        check_removed(lines, explained)?;
        remember_identities(lines, vault)?;
        if Some(entry) == named.last() {
            check_last(lines, ledger)?;
        }
        segments.push(Sealed { entry: *entry, segment });
    }
    Ok(segments)
}

fn remember_identities(lines: &SealedLines, vault: &Vault) -> Result<(), PartError> {
    let remember = &mut |_, record: SealedDisclosure| remember_identity(vault, record.as_ref());
    lines.disclosure_file().each_record(Kind::Identity, remember)
}

/// Checks that every leaf that a segment lacks is one whose absence is explained (I-7).
pub(crate) fn check_removed(lines: &SealedLines, explained: &RoaringTreemap) -> Result<(), OpenLogError> {
    if lines.leaves().is_whole() {
        return Ok(());
    }
    let unexplained = lines.leaves().removed() - explained;
    match unexplained.min() {
        None => Ok(()),
        Some(leaf) => Err(OpenLogError::Missing { segment: lines.name(), leaf, leaves: unexplained.len() }),
    }
}

/// Checks that the newest segment's last line is the tree's: a manifest that was put back shows here at the latest. One that lacks
/// all of its leaves says nothing.
fn check_last(lines: &SealedLines, ledger: &Ledger) -> Result<(), OpenLogError> {
    let Some(leaf) = lines.leaves().last() else { return Ok(()) };
    let same = ledger
        .digest(LeafIndex(leaf))
        .is_ok_and(|digest| lines.data().line(leaf).is_ok_and(|line| Digest::of(&line) == digest));
    if same { Ok(()) } else { Err(OpenLogError::NotInTree { leaf }) }
}
