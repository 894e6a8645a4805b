//! Names of journal files.

use proof::LeafIndex;
use std::path::{Path, PathBuf};

const EXTENSION: &str = "wal";

/// A journal file as its name tells: `<first leaf>-<term>.wal`, 16 and 8 lower-case hexadecimal digits (more for a term
/// beyond 32 bits). The term makes every name new: a name whose write failed is never used again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name {
    pub(super) first_leaf: LeafIndex,
    pub(super) term: u64,
}

impl Name {
    pub(super) fn path(&self, dir: &Path) -> PathBuf {
        dir.join(format!("{:016x}-{:08x}.{EXTENSION}", self.first_leaf.0, self.term))
    }

    /// `None` when the path is no journal file's; an error when it ends like one and is none.
    pub(super) fn parse(path: &Path) -> Option<Result<Self, &'static str>> {
        if path.extension()? != EXTENSION {
            return None;
        }
        let parsed = || {
            let (first_leaf, term) = path.file_stem()?.to_str()?.split_once('-')?;
            let name = Self {
                first_leaf: LeafIndex(u64::from_str_radix(first_leaf, 16).ok()?),
                term: u64::from_str_radix(term, 16).ok()?,
            };
            (name.path(path.parent()?) == path).then_some(name)
        };
        Some(parsed().ok_or("the name is not <first leaf>-<term>.wal"))
    }
}
