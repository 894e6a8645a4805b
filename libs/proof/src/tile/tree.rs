//! Tiles from a tree, and a tree from tiles.

use crate::{
    Hash, NodeSource, TreeSize, node_hash,
    tile::{TILE_HEIGHT, TILE_WIDTH, TileKind, TilePath},
};

/// The bytes of a tile of hashes: 32 for each hash.
///
/// Cost: one node read for every hash, at most 256. The caller checks first that the tree holds the tile
/// ([`TilePath::is_within`]); entry bundles are encoded by [`crate::tile::encode_bundle`], and for one of them this
/// gives the leaf hashes.
///
/// # Errors
/// The source's own.
pub fn tile_bytes<S: NodeSource + ?Sized>(tile: &TilePath, nodes: &S) -> Result<Vec<u8>, S::Error> {
    let mut bytes = Vec::with_capacity(usize::from(tile.width()) * 32);
    for index in tile.node_indexes() {
        bytes.extend_from_slice(&nodes.node(tile.node_level(), index)?.0);
    }
    Ok(bytes)
}

/// Where tiles come from: a mirror's folder, a server.
pub trait TileSource {
    /// Why a tile could not be had.
    type Error: std::error::Error + Send + Sync + 'static;

    /// The bytes of a tile of hashes.
    ///
    /// # Errors
    /// The source's own.
    fn tile(&self, path: &TilePath) -> Result<Vec<u8>, Self::Error>;
}

/// A tree of a given size read through its tiles. It believes the tiles: compare its root with a signed one before
/// trusting any node.
///
/// Cost: one tile read a node, and up to 255 hashes for nodes between two levels of tiles; the source may cache.
#[derive(Debug)]
pub struct TileTree<T> {
    tiles: T,
    size: TreeSize,
}

/// Why a node could not be read from tiles.
#[derive(Debug, thiserror::Error)]
pub enum TileTreeError<E: std::error::Error + 'static> {
    /// The tree of this size has no such complete subtree.
    #[error("the tree has no node {index} at level {level}")]
    BeyondTree {
        /// The level asked for.
        level: u8,
        /// The index asked for.
        index: u64,
    },
    /// The tile could not be read.
    #[error("{tile} could not be read")]
    Source {
        /// Which tile.
        tile: TilePath,
        /// Why.
        #[source]
        cause: E,
    },
    /// The tile has another length than its name says.
    #[error("{tile} has {found} bytes, not {}", u32::from(tile.width()) * 32)]
    Length {
        /// Which tile.
        tile: TilePath,
        /// Its bytes.
        found: usize,
    },
}

impl<T: TileSource> TileTree<T> {
    /// A tree of `size` leaves over `tiles`.
    pub fn new(size: TreeSize, tiles: T) -> Self {
        Self { tiles, size }
    }
}

impl<T: TileSource> NodeSource for TileTree<T> {
    type Error = TileTreeError<T::Error>;

    fn node(&self, level: u8, index: u64) -> Result<Hash, Self::Error> {
        let beyond = TileTreeError::BeyondTree { level, index };
        let tile_level = level / TILE_HEIGHT;
        let height = level % TILE_HEIGHT;
        // A node between two levels of tiles is computed from the 2^height hashes under it, which share one tile.
        let count = 1_u64 << height;
        let Some(first) = index.checked_mul(count) else { return Err(beyond) };
        let width = u64::from(TILE_WIDTH);
        let Some(tile) = TilePath::at_size(TileKind::Hashes(tile_level), first / width, self.size) else {
            return Err(beyond);
        };
        if first % width + count > u64::from(tile.width()) {
            return Err(beyond);
        }
        let bytes = self.tiles.tile(&tile).map_err(|cause| TileTreeError::Source { tile, cause })?;
        let (hashes, odd) = bytes.as_chunks::<32>();
        if hashes.len() != usize::from(tile.width()) || !odd.is_empty() {
            return Err(TileTreeError::Length { tile, found: bytes.len() });
        }
        let mut row: Vec<Hash> =
            hashes.iter().skip((first % width) as usize).take(count as usize).map(|hash| Hash(*hash)).collect();
        while row.len() > 1 {
            row = row.as_chunks::<2>().0.iter().map(|[left, right]| node_hash(left, right)).collect();
        }
        row.first().copied().ok_or(beyond)
    }
}
