//! The name of a tile.

use std::{fmt, str::FromStr};

use crate::{
    TreeSize,
    numbers::parse_decimal,
    tile::{TILE_HEIGHT, TILE_WIDTH},
};

/// Which tile, and how much of it: `tile/<L>/<N>[.p/<W>]` or `tile/entries/<N>[.p/<W>]`.
///
/// `N` is written in groups of three digits, all but the last marked with an `x`: 1234067 is `x001/x234/067`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TilePath {
    kind: TileKind,
    index: u64,
    width: u16,
}

/// What a tile holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TileKind {
    /// Hashes of complete subtrees of 256^level leaves; level 0 holds leaf hashes.
    Hashes(u8),
    /// The leaf data under the level 0 tile of the same index.
    Entries,
}

/// The text or the numbers name no tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the path of a tile: tile/<level or \"entries\">/<index>[.p/<width>]")]
pub struct TilePathError;

/// The highest level a tree of 64-bit size reaches: 256^8 leaves would be one too many.
const LEVEL_MAX: u8 = 7;

/// The highest index: a tile beyond it would begin at a leaf that no 64-bit size reaches.
const INDEX_MAX: u64 = u64::MAX >> TILE_HEIGHT;

impl TilePath {
    /// The tile of that kind and index with `width` hashes or entries, 1 to 256.
    ///
    /// # Errors
    /// [`TilePathError`] if no tree of a 64-bit size has such a tile.
    pub fn new(kind: TileKind, index: u64, width: u16) -> Result<Self, TilePathError> {
        let level = match kind {
            TileKind::Hashes(level) => level,
            TileKind::Entries => 0,
        };
        if level > LEVEL_MAX || index > INDEX_MAX >> (u32::from(level) * 8) || !(1..=TILE_WIDTH).contains(&width) {
            return Err(TilePathError);
        }
        Ok(Self { kind, index, width })
    }

    /// The widest tile of that kind and index in a tree of `size` leaves; `None` if it holds none.
    pub fn at_size(kind: TileKind, index: u64, size: TreeSize) -> Option<Self> {
        let whole = Self::new(kind, index, TILE_WIDTH).ok()?;
        let width = whole.nodes_at(size).checked_sub(index * u64::from(TILE_WIDTH))?.min(u64::from(TILE_WIDTH));
        Self::new(kind, index, u16::try_from(width).ok()?).ok()
    }

    /// Every tile of hashes a mirror of a tree of `size` leaves needs, level by level from 0.
    pub fn hash_tiles(size: TreeSize) -> impl Iterator<Item = Self> {
        (0..=LEVEL_MAX).flat_map(move |level| {
            let kind = TileKind::Hashes(level);
            (0..).map_while(move |index| Self::at_size(kind, index, size))
        })
    }

    /// What the tile holds.
    pub fn kind(&self) -> TileKind {
        self.kind
    }

    /// Its number among the tiles of its kind.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// How many hashes or entries it holds, 1 to 256.
    pub fn width(&self) -> u16 {
        self.width
    }

    /// The level in the tree of the nodes it holds: 0 for leaves and entries.
    pub fn node_level(&self) -> u8 {
        match self.kind {
            TileKind::Hashes(level) => level * TILE_HEIGHT,
            TileKind::Entries => 0,
        }
    }

    /// The indexes, at [`Self::node_level`], of the nodes it holds.
    pub fn node_indexes(&self) -> std::ops::RangeInclusive<u64> {
        let first = self.index * u64::from(TILE_WIDTH);
        first..=first + (u64::from(self.width) - 1)
    }

    /// Whether a tree of `size` leaves holds everything in this tile.
    pub fn is_within(&self, size: TreeSize) -> bool {
        *self.node_indexes().end() < self.nodes_at(size)
    }

    /// How many complete nodes a tree of `size` leaves has at this tile's level.
    fn nodes_at(&self, size: TreeSize) -> u64 {
        size.0 >> self.node_level()
    }
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            TileKind::Hashes(level) => write!(f, "tile/{level}/")?,
            TileKind::Entries => f.write_str("tile/entries/")?,
        }
        let mut group = 1_u64;
        while self.index / group >= 1000 {
            group *= 1000;
        }
        while group > 1 {
            write!(f, "x{:03}/", self.index / group % 1000)?;
            group /= 1000;
        }
        write!(f, "{:03}", self.index % 1000)?;
        if self.width < TILE_WIDTH { write!(f, ".p/{}", self.width) } else { Ok(()) }
    }
}

impl FromStr for TilePath {
    type Err = TilePathError;

    /// Reads a path without leading slash. Exactly the texts that `Display` writes are read.
    fn from_str(text: &str) -> Result<Self, TilePathError> {
        let rest = text.strip_prefix("tile/").ok_or(TilePathError)?;
        let (kind, rest) = rest.split_once('/').ok_or(TilePathError)?;
        let kind = match kind {
            "entries" => TileKind::Entries,
            level => {
                let level = parse_decimal(level).and_then(|level| u8::try_from(level).ok());
                TileKind::Hashes(level.ok_or(TilePathError)?)
            }
        };
        let (index, width) = match rest.split_once(".p/") {
            Some((index, width)) => {
                let width = parse_decimal(width).and_then(|width| u16::try_from(width).ok());
                // A full tile has one name only, the one without a width.
                (index, width.filter(|width| *width < TILE_WIDTH).ok_or(TilePathError)?)
            }
            None => (rest, TILE_WIDTH),
        };
        Self::new(kind, parse_index(index).ok_or(TilePathError)?, width)
    }
}

fn parse_index(text: &str) -> Option<u64> {
    let mut index = 0_u64;
    let mut groups = text.split('/').peekable();
    let several = text.contains('/');
    let mut first = true;
    while let Some(group) = groups.next() {
        let digits = if groups.peek().is_some() { group.strip_prefix('x')? } else { group };
        if digits.len() != 3 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        if first && several && digits == "000" {
            return None;
        }
        first = false;
        index = index.checked_mul(1000)?.checked_add(digits.parse().ok()?)?;
    }
    Some(index)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hashes(level: u8, index: u64, width: u16) -> TilePath {
        TilePath::new(TileKind::Hashes(level), index, width).unwrap()
    }

    #[test]
    fn paths_are_written_as_the_format_says() {
        for (path, text) in [
            (hashes(0, 0, 256), "tile/0/000"),
            (hashes(0, 1, 44), "tile/0/001.p/44"),
            (hashes(1, 999, 1), "tile/1/999.p/1"),
            (hashes(2, 1000, 256), "tile/2/x001/000"),
            (hashes(3, 1_234_067, 255), "tile/3/x001/x234/067.p/255"),
            (TilePath::new(TileKind::Entries, 273, 7).unwrap(), "tile/entries/273.p/7"),
            (hashes(0, INDEX_MAX, 256), "tile/0/x072/x057/x594/x037/x927/935"),
        ] {
            assert_eq!(path.to_string(), text);
            assert_eq!(text.parse(), Ok(path));
        }
    }

    #[test]
    fn any_other_spelling_is_refused() {
        for bad in [
            "",
            "tile",
            "tile/",
            "tile/0",
            "tile/0/",
            "/tile/0/000",
            "tile/00/000",
            "tile/8/000",
            "tile/256/000",
            "tile/-1/000",
            "tile/0/0",
            "tile/0/0000",
            "tile/0/x000/000",
            "tile/0/x001",
            "tile/0/001/000",
            "tile/0/x01/000",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/000.p/01",
            "tile/0/000.p/",
            "tile/0/000.p",
            "tile/0/000/",
            "tile/0/00a",
            "tile/data/000",
            "tile/entries/000.p/300",
            "tile/0/x072/x057/x594/x037/x927/936",
            "tile/7/001",
            "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
        ] {
            assert_eq!(bad.parse::<TilePath>(), Err(TilePathError), "{bad}");
        }
    }

    #[test]
    fn a_tree_of_300_leaves_has_three_hash_tiles() {
        let names: Vec<_> = TilePath::hash_tiles(TreeSize(300)).map(|tile| tile.to_string()).collect();
        assert_eq!(names, ["tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1"]);
        assert_eq!(TilePath::hash_tiles(TreeSize(0)).count(), 0);
        assert!(hashes(0, 1, 44).is_within(TreeSize(300)));
        assert!(!hashes(0, 1, 45).is_within(TreeSize(300)));
        assert!(!hashes(1, 0, 2).is_within(TreeSize(300)));
        assert_eq!(
            TilePath::at_size(TileKind::Entries, 1, TreeSize(300)).unwrap().to_string(),
            "tile/entries/001.p/44"
        );
        assert_eq!(TilePath::at_size(TileKind::Entries, 2, TreeSize(300)), None);
    }
}
