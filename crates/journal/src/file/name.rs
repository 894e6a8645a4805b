//! Names of journal files.

use proof::{LEAVES_MAX, LeafIndex};
use std::path::{Path, PathBuf};

const EXTENSION: &str = "wal";

/// No journal comes to a later term: with a start every second it would take nine million years.
pub(super) const TERM_MAX: u64 = 1 << 48;

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

    /// What a path names; `None` when it does not end as a journal file's does.
    pub(super) fn parse(path: &Path) -> Option<Named> {
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
        Some(match parsed() {
            None => Named::Wrong,
            Some(name) if name.first_leaf.0 > LEAVES_MAX || name.term > TERM_MAX => Named::OutOfReach,
            Some(name) => Named::File(name),
        })
    }
}

/// What a name that ends in `.wal` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Named {
    /// A file that a journal may have.
    File(Name),
    /// A leaf or term that no journal comes to.
    OutOfReach,
    /// Nothing.
    Wrong,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_spelling_and_leaves_room_for_the_next() {
        let dir = Path::new("/journal");
        for (first_leaf, term) in [(0, 1), (88, 0x1_0000_0000), (LEAVES_MAX, TERM_MAX)] {
            let name = Name { first_leaf: LeafIndex(first_leaf), term };
            assert_eq!(Name::parse(&name.path(dir)), Some(Named::File(name)));
        }
        for (first_leaf, term) in [(0, TERM_MAX + 1), (0, u64::MAX), (LEAVES_MAX + 1, 1), (u64::MAX, u64::MAX - 1)] {
            let name = Name { first_leaf: LeafIndex(first_leaf), term };
            assert_eq!(Name::parse(&name.path(dir)), Some(Named::OutOfReach));
        }
        for wrong in ["x.wal", "0-1.wal", "0000000000000000-00000001.5.wal", "10000000000000000-00000001.wal"] {
            assert_eq!(Name::parse(&dir.join(wrong)), Some(Named::Wrong), "{wrong}");
        }
        assert_eq!(Name::parse(&dir.join("reserve")), None);
    }
}
