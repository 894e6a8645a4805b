//! Tiles: the tree cut into files of at most 256 hashes, and bundles of the leaf data under them.
//!
//! A tile of level `L` and index `N` holds, one after the other, the hashes of the complete subtrees of 256^L leaves
//! each, from number 256 × N on. A full tile never changes; a partial one is named by how many hashes it holds.
//!
//! Source: C2SP tlog-tiles.

mod bundle;
mod path;
mod tree;

pub use bundle::{BundleError, decode_bundle, encode_bundle};
pub use path::{TileKind, TilePath, TilePathError};
pub use tree::{TileSource, TileTree, TileTreeError, tile_bytes};

/// How many hashes or entries a full tile holds: the format's own number.
pub const TILE_WIDTH: u16 = 256;

/// How many levels of the tree one level of tiles spans: 2^8 = 256.
pub const TILE_HEIGHT: u8 = 8;
