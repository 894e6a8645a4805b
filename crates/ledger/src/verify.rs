//! Checking everything the tree's folder holds.

mod checkpoints;
mod stored;

use crate::keys::ORIGIN_FILE_BYTES_MAX;
use crate::ledger::origin_text;
use crate::levels::{FILES, HASH_BYTES, file_name, hashes_in};
use crate::mark::Mark;
use crate::{ChainKey, MarkError, MarkState, ORIGIN_FILE, OpenLedgerError};
use checkpoints::{Read, Signed, read_checkpoints};
use env::Disk;
use proof::{Digest, Hash, LeafIndex, RightEdge, TreeSize, VerifierKey};
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use stored::StoredHashes;

/// Findings beyond this many are counted, not listed: the first ones say where to look.
const FINDINGS_MAX: usize = 1000;

/// Something that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeFinding {
    /// The file.
    pub path: PathBuf,
    /// The leaves concerned, the last exclusive; empty where none can be named.
    pub leaves: Range<LeafIndex>,
    /// What is wrong.
    pub what: String,
}

/// What a check of the tree's folder found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TreeReport {
    /// What the newest checkpoint covers.
    pub size: TreeSize,
    /// How many checkpoints were checked.
    pub checkpoints: u64,
    /// Whether the key of the chain was at hand. Without it, a gap is not seen if somebody numbered the records anew.
    pub chained: bool,
    /// What the mark says; `None` if it was not asked, or is a finding.
    pub mark: Option<MarkState>,
    /// What is not as it was written, at most a thousand of them; empty when all is well.
    pub findings: Vec<TreeFinding>,
    /// Files that reach beyond what the newest checkpoint covers, as a crash leaves them; the next start cuts them. Empty if
    /// anything was found: then nobody knows what counts.
    pub beyond: Vec<Beyond>,
}

/// Bytes at the end of a file that mean nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beyond {
    /// The file.
    pub path: PathBuf,
    /// How many they are.
    pub bytes: u64,
}

/// A check of the tree's folder: checkpoints are read first, which is soon done, then the tree is recomputed.
pub struct TreeCheck<'a> {
    checking: Checking<'a>,
    /// What was signed, smallest first.
    signed: Vec<Signed>,
    times: Vec<Recorded>,
}

/// What a recorded checkpoint covers, and when it was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    /// What it covers.
    pub size: TreeSize,
    /// Microseconds since 1970, UTC.
    pub recorded_us: i64,
}

impl<'a> TreeCheck<'a> {
    /// Reads origin, checkpoints and mark.
    ///
    /// # Errors
    /// As [`verify_tree`].
    pub fn begin(
        disk: &'a dyn Disk,
        tree: &'a Path,
        key: &VerifierKey,
        chain: Option<&ChainKey>,
        mark: Option<&Path>,
    ) -> Result<Self, OpenLedgerError> {
        let mut checking = Checking { disk, tree, report: TreeReport::default() };
        checking.origin(key)?;
        let Read { mut signed, times } = read_checkpoints(&mut checking, key, chain)?;
        checking.report.chained = chain.is_some();
        checking.report.checkpoints = signed.len() as u64;
        checking.report.size = signed.last().map(|signed| signed.size).unwrap_or_default();
        if let Some(path) = mark {
            checking.mark(path, key, &mut signed);
        }
        Ok(Self { checking, signed, times })
    }

    /// What the newest checkpoint covers.
    #[must_use]
    pub fn size(&self) -> TreeSize {
        self.checking.report.size
    }

    /// Every recorded checkpoint in the order of the file, 16 bytes each. Sizes and times ascend, or that is a finding.
    #[must_use]
    pub fn times(&self) -> Vec<Recorded> {
        self.times.clone()
    }

    /// The sizes that were signed, ascending, and the root signed for each.
    #[must_use]
    pub fn signed_roots(&self) -> Vec<(TreeSize, Hash)> {
        self.signed.iter().map(|signed| (signed.size, signed.root)).collect()
    }

    /// Recomputes the tree and compares.
    ///
    /// # Errors
    /// As [`verify_tree`].
    pub fn finish(mut self) -> Result<TreeReport, OpenLedgerError> {
        self.checking.recompute(&self.signed)?;
        // If checkpoints were lost or altered, nobody knows which bytes count.
        if !self.checking.report.findings.is_empty() {
            self.checking.report.beyond.clear();
        }
        Ok(self.checking.report)
    }
}

/// Recomputes the whole tree from `tree/digests` and compares: every level file, every checkpoint's root and signature,
/// that they are a chain (numbers alone, without its key), the origin, and the mark when there is one. Changes nothing; may run beside a server.
///
/// Cost: reads all of the folder once; two hashes a leaf.
///
/// # Errors
/// [`OpenLedgerError::Io`] when a file cannot be read at all; what is merely wrong is a [`TreeFinding`].
pub fn verify_tree(
    disk: &dyn Disk,
    tree: &Path,
    key: &VerifierKey,
    chain: Option<&ChainKey>,
    mark: Option<&Path>,
) -> Result<TreeReport, OpenLedgerError> {
    TreeCheck::begin(disk, tree, key, chain, mark)?.finish()
}

/// A check under way.
struct Checking<'a> {
    disk: &'a dyn Disk,
    tree: &'a Path,
    report: TreeReport,
}

impl Checking<'_> {
    fn path(&self, name: &str) -> PathBuf {
        self.tree.join(name)
    }

    fn find(&mut self, path: PathBuf, leaves: Range<u64>, what: impl Into<String>) {
        if self.report.findings.len() < FINDINGS_MAX {
            let leaves = LeafIndex(leaves.start)..LeafIndex(leaves.end);
            self.report.findings.push(TreeFinding { path, leaves, what: what.into() });
        }
    }

    /// Notes a file that has more bytes than count.
    fn beyond(&mut self, path: PathBuf, bytes: u64) {
        if bytes > 0 {
            self.report.beyond.push(Beyond { path, bytes });
        }
    }

    fn origin(&mut self, key: &VerifierKey) -> Result<(), OpenLedgerError> {
        let path = self.path(ORIGIN_FILE);
        match env::read_whole(self.disk, &path, ORIGIN_FILE_BYTES_MAX) {
            Ok(origin) if origin == origin_text(key.name()).as_bytes() => Ok(()),
            Ok(_) => {
                self.find(path, 0..0, "the origin is not the name of the log's key");
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.find(path, 0..0, "the file is missing");
                Ok(())
            }
            Err(source) => Err(OpenLedgerError::Io { path, source }),
        }
    }

    /// Adds what the mark remembers to the checkpoints whose roots are compared.
    fn mark(&mut self, path: &Path, key: &VerifierKey, signed: &mut Vec<Signed>) {
        match (Mark { disk: self.disk, path }).read(key) {
            Ok(None) => self.report.mark = Some(MarkState::Missing),
            Ok(Some(marked)) if marked.size > self.report.size => {
                let what = format!("the log once signed {} leaves: this is an older copy", marked.size);
                self.find(path.to_owned(), self.report.size.0..marked.size.0, what);
            }
            Ok(Some(marked)) => {
                let before = signed.len().checked_sub(2).and_then(|at| signed.get(at)).map(|signed| signed.size);
                let state = Mark::state(Some(marked.size), before.unwrap_or_default());
                self.report.mark = Some(state);
                if let MarkState::Older { marked } = state {
                    let what =
                        format!("the mark was put back: it remembers {marked} leaves, and others were signed since");
                    self.find(path.to_owned(), marked.0..self.report.size.0, what);
                }
                signed.push(Signed { size: marked.size, root: marked.root, path: path.to_owned() });
                signed.sort_by_key(|signed| signed.size);
            }
            Err(MarkError::Io { source, .. }) => self.find(path.to_owned(), 0..0, format!("cannot be read: {source}")),
            Err(error) => self.find(path.to_owned(), 0..0, error.to_string()),
        }
    }

    /// Builds the tree from the digests and compares it with what is stored and signed. `signed` is sorted by size.
    fn recompute(&mut self, signed: &[Signed]) -> Result<(), OpenLedgerError> {
        let size = self.report.size;
        let mut files = Vec::new();
        for file in 0..FILES {
            files.push(self.stored(file, size)?);
        }
        let Some((digests, above)) = files.split_first_mut() else { return Ok(()) };
        let mut edge = RightEdge::new();
        let mut comparing = Comparing { signed, good: 0, bad: None, differing: Vec::new() };
        comparing.roots(&edge);
        for _ in 0..size.0 {
            let Some(digest) = digests.next()? else { break };
            let mut completed = Vec::new();
            edge.push(Digest(digest).leaf_hash(), |level, index, hash| {
                if level != 0 && level.is_multiple_of(8) {
                    completed.push((level / 8, index, hash));
                }
            });
            for (file, index, hash) in completed {
                let stored = above.get_mut(usize::from(file) - 1).map(StoredHashes::next).transpose()?.flatten();
                // A hash that is missing altogether was found by the file's length.
                if stored.is_some_and(|stored| stored != hash.0) {
                    comparing.differing.push((file, index));
                }
            }
            comparing.roots(&edge);
        }
        self.conclude(comparing);
        Ok(())
    }

    /// Opens a level's file and finds out whether it reaches as far as was signed, and no further.
    fn stored(&mut self, file: u8, size: TreeSize) -> Result<StoredHashes, OpenLedgerError> {
        let path = self.path(&file_name(file));
        let stored = StoredHashes::open(self.disk, &path)?;
        let expected = hashes_in(file, size);
        if stored.count() < expected {
            let leaves = stored.count() << (8 * u32::from(file))..size.0;
            self.find(path, leaves, format!("holds {} hashes of {expected}", stored.count()));
        } else {
            self.beyond(path, stored.bytes() - expected * HASH_BYTES);
        }
        Ok(stored)
    }

    /// Tells which file is wrong. If the digests have the signed root, they are right, and a subtree hash that differs was
    /// altered. If not, the digests under the subtree hash that differs were altered.
    fn conclude(&mut self, comparing: Comparing<'_>) {
        let Comparing { bad, good, differing, .. } = comparing;
        let leaves = |file: u8, index: u64| index << (8 * file)..(index + 1) << (8 * file);
        let Some(bad) = bad else {
            for (file, index) in differing {
                self.find(self.path(&file_name(file)), leaves(file, index), "a subtree hash is not that of its leaves");
            }
            return;
        };
        let lowest: Vec<_> = differing.into_iter().filter(|(file, _)| *file == 1).collect();
        for (file, index) in &lowest {
            let what = "the digests are not those whose subtree hash is stored, nor those that were signed";
            self.find(self.path(&file_name(0)), leaves(*file, *index), what);
        }
        if lowest.is_empty() {
            let what =
                format!("the leaves do not have the root signed for {} leaves in {}", bad.size, bad.path.display());
            self.find(self.path(&file_name(0)), good..bad.size.0, what);
        }
    }
}

/// The comparison of roots and subtree hashes, leaf by leaf.
struct Comparing<'a> {
    /// What is still to be compared, smallest first.
    signed: &'a [Signed],
    /// Up to here the digests have the root that was signed.
    good: u64,
    /// The first signed root that the digests do not have.
    bad: Option<&'a Signed>,
    /// Stored subtree hashes that are not those of the digests: file and index.
    differing: Vec<(u8, u64)>,
}

impl Comparing<'_> {
    /// Compares the root with those signed for this very size.
    fn roots(&mut self, edge: &RightEdge) {
        while let Some((next, rest)) = self.signed.split_first().filter(|(next, _)| next.size == edge.size()) {
            if next.root == edge.root() {
                self.good = self.good.max(next.size.0);
            } else if self.bad.is_none() {
                self.bad = Some(next);
            }
            self.signed = rest;
        }
    }
}
