//! Publication: a finished segment, sealed, merged or joined, becomes part of the log.
//!
//! Order (docs/reliability.md, "Seal"): the segment durable and read back → opened, its index too → manifest n+1 where none was → it answers in
//! place of what it holds → what nobody needs any more is removed: journal files, and files of segments it took the place of.
//!
//! | fails | the newest manifest says | what comes of it |
//! |---|---|---|
//! | opening the segment or its index | n | its files are removed; it is made anew, index included |
//! | writing or naming the manifest | n | the same |
//! | naming it, though it was done; syncing the folder; listing it | n + 1 | the same text as a new file in its place, synced; then as after a success |
//! | reading which one is the newest, or that new file | unknown | nothing else is begun until it is known |
//! | any of these | something else | nothing more is published: another hand has written there |
//! | removing files, here or of the journal | n + 1 | they stay until the next publication, at the latest until the next start |
//!
//! Until it is known that n + 1 is durable, the journal keeps the lines, and the segments that were merged keep their files.

use std::collections::HashSet;
use std::io;
use std::sync::Arc;

use proof::LeafIndex;
use segment::manifest::{Manifest, SegmentEntry, newest, publish, publish_again};
use segment::seal::remove_files;
use segment::sealed::{IndexAccess, open_segment};
use segment::{BlockCache, Segment, SegmentFile, SegmentName};

use crate::seal::error::SealingError;
use crate::seal::own_puts::OwnPuts;
use crate::state::config::Stores;
use crate::state::health::Work;
use crate::state::parts::TailPart;
use crate::state::shared::Shared;

/// Publishes segments, one after the other. Owned by the sealer.
pub(crate) struct Publisher {
    shared: Arc<Shared>,
    cache: Arc<BlockCache>,
    /// The newest manifest known to be durable. Its segments are those that questions see.
    manifest: Option<Manifest>,
    /// A publication that may or may not have taken place.
    unsettled: Option<Publication>,
    /// What this process has put or took over.
    own: OwnPuts,
    /// Whether files of our own may lie in the folder that no manifest names.
    untidy: bool,
}

struct Publication {
    work: Work,
    next: Manifest,
    name: SegmentName,
    segment: Arc<Segment>,
}

/// What became of a publication that failed.
enum Settled {
    Published,
    NotPublished,
}

impl Publisher {
    /// Goes on from `manifest`, the newest, whose segments are open.
    pub(crate) fn new(shared: Arc<Shared>, cache: Arc<BlockCache>, manifest: Option<Manifest>, own: OwnPuts) -> Self {
        let publisher = Self { shared, cache, manifest, unsettled: None, own, untidy: false };
        let files = publisher.entries().iter().flat_map(|entry| SegmentFile::ALL.map(|file| entry.name.file(file)));
        publisher.own.take_over(files);
        publisher
    }

    /// The segments as the manifest names them.
    pub(crate) fn entries(&self) -> &[SegmentEntry] {
        self.manifest.as_ref().map_or(&[], |manifest| &manifest.segments)
    }

    /// Publishes a segment, whose files are durable; it takes the place of those whose leaves it holds.
    ///
    /// # Errors
    /// Whatever failed; see the table above. It may be unsettled then.
    pub(crate) fn publish(
        &mut self,
        work: Work,
        entry: &SegmentEntry,
        opened: Option<Segment>,
    ) -> Result<(), SealingError> {
        assert!(self.unsettled.is_none(), "nothing is published before it is known what became of the one before");
        // Whatever fails from here on: these files are ours, and no manifest names them.
        self.untidy = true;
        let Stores { segments, manifests } = self.shared.stores.clone();
        let open = || open_segment(&*segments, entry, &self.cache, IndexAccess::Blocks);
        let segment = Arc::new(opened.map_or_else(open, Ok)?);
        let term = self.shared.journal.term().0;
        let next = match &self.manifest {
            Some(manifest) => manifest.followed_by_merged(term, *entry),
            None => Manifest::first(term, *entry),
        };
        let published = publish(&*manifests, &next);
        let publication = Publication { work, next, name: entry.name, segment };
        let Err(error) = published else {
            self.adopt(publication);
            return Ok(());
        };
        tracing::warn!(reason = env::with_causes(&error), "publishing a manifest failed; it is read again");
        self.unsettled = Some(publication);
        match self.settle()? {
            Settled::Published => Ok(()),
            Settled::NotPublished => Err(error.into()),
        }
    }

    /// Whether it has to be found out what became of a publication: [`Publisher::go_on`].
    pub(crate) fn is_unsettled(&self) -> bool {
        self.unsettled.is_some()
    }

    /// Finds out what became of a publication that failed, and goes on from there.
    ///
    /// # Errors
    /// It cannot be seen, or something else was published: nothing more is, then.
    pub(crate) fn go_on(&mut self) -> Result<(), SealingError> {
        self.settle().map(drop)
    }

    fn settle(&mut self) -> Result<Settled, SealingError> {
        let Some(Publication { next, .. }) = &self.unsettled else { return Ok(Settled::NotPublished) };
        let manifests = Arc::clone(&self.shared.stores.manifests);
        let found = newest(&*manifests)?;
        if found == self.manifest {
            self.unsettled = None;
            return Ok(Settled::NotPublished);
        }
        if found.as_ref() != Some(next) {
            let number = found.map_or(0, |found| found.number);
            return Err(SealingError::OtherHand { number, ours: next.number });
        }
        // The folder's sync failed, so the page cache may call it clean although the disk never got it (I-9).
        publish_again(&*manifests, next)?;
        if let Some(publication) = self.unsettled.take() {
            self.adopt(publication);
        }
        Ok(Settled::Published)
    }

    /// The manifest is durable: the segment answers, and what it takes the place of goes.
    fn adopt(&mut self, published: Publication) {
        let Publication { work, next, name, segment } = published;
        let end = next.sealed_to();
        // Noted before anybody can see that the work is done.
        self.shared.health.succeeded(work);
        self.manifest = Some(next);
        self.shared.change(|parts| {
            let start = parts.segments.partition_point(|part| part.source().name().last < name.first);
            let behind = parts.segments.partition_point(|part| part.leaf_set().start() <= name.last);
            drop(parts.segments.splice(start..behind, [segment]));
            parts.tail.retain(|part: &TailPart| part.first_leaf() >= end);
        });
        self.shared.recent.raise_floor(end);
        if let Err(error) = self.shared.journal.free(LeafIndex(end)) {
            tracing::warn!(reason = env::with_causes(&error), "journal files that are sealed stay for now");
        }
        self.untidy = true;
        self.shared.sealed.notify();
    }

    /// A segment was not made to its end: some of its files may have their names.
    pub(crate) fn files_were_left(&mut self) {
        self.untidy = true;
    }

    /// Removes the files of segments that this process made or took over and that no manifest names: failed ones, and those
    /// that another took the place of. Whoever still reads one has it open. Not those being joined now, nor anything while it is not known
    /// what the manifest says.
    pub(crate) fn tidy(&mut self, joining: &[SegmentEntry]) {
        if !self.untidy || self.unsettled.is_some() {
            return;
        }
        let joined = |file: &str| {
            let name = segment_of(file);
            let ends = joining.first().zip(joining.last()).map(|(first, last)| (first.name.first, last.name.last));
            name.is_some_and(|name| ends == Some((name.first, name.last)))
        };
        let tidied = self.unnamed().and_then(|files| {
            let ours: Vec<_> = files.filter(|file| self.own.has(file) && !joined(file)).collect();
            remove_files(&*self.shared.stores.segments, &ours)
        });
        match tidied {
            Ok(()) => self.untidy = false,
            Err(error) => tracing::warn!(%error, "files that no manifest names stay for now"),
        }
    }

    /// The files of segments that the manifest does not name.
    fn unnamed(&self) -> io::Result<impl Iterator<Item = String> + use<>> {
        let named: HashSet<SegmentName> = self.entries().iter().map(|entry| entry.name).collect();
        let files = self.shared.stores.segments.list()?;
        Ok(files.into_iter().filter(move |file| segment_of(file).is_some_and(|name| !named.contains(&name))))
    }
}

fn segment_of(file: &str) -> Option<SegmentName> {
    SegmentName::parse(file).map(|(name, _)| name)
}
