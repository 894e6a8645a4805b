//! What is handed out of the tree files is held against the newest checkpoint first: nobody is given a hash that was changed on
//! the disk. A client would notice, but would have to think that this log signed two histories.

use super::{Ledger, beyond_or};
use crate::BuildProofError;
use crate::levels::{file_name, subtree_root};
use proof::tile::{TILE_HEIGHT, TILE_WIDTH, TilePath};
use proof::{BuildError, Checkpoint, Hash, LeafIndex, NodeSource, ProofError, RightEdge, TreeSize};

impl Ledger {
    /// The proof that the first `old` leaves are the beginning of the first `new`; `new` at most the newest
    /// checkpoint's size. Verified as its reader will, for roots that the newest checkpoint vouches for.
    ///
    /// Cost: two to three proofs, some hundred hashes each.
    ///
    /// # Errors
    /// [`BuildProofError`].
    pub fn consistency(&self, old: TreeSize, new: TreeSize) -> Result<Vec<Hash>, BuildProofError> {
        let newest = self.newest();
        let signed = &newest.checkpoint;
        if new > signed.size {
            return Err(BuildProofError::BeyondCheckpoint { index: LeafIndex(new.0 - 1), size: signed.size });
        }
        let path = proof::consistency_path(old, new, &self.levels).map_err(beyond_or)?;
        // Of the empty tree, and of the same one, nothing is proved.
        if old.0 > 0 && old < new {
            let new_root = if new == signed.size { signed.root } else { self.root_under(new, signed)? };
            let old_root = self.root_of(old)?;
            proof::verify_consistency(old, new, &path, &old_root, &new_root)
                .map_err(|source| self.changed(0, format!("the proof from {old} to {new} leaves"), source))?;
        }
        Ok(path)
    }

    /// The bytes of a tile or entry bundle of the tree that the newest checkpoint covers; `None` when it has no such
    /// tile.
    ///
    /// Cost: a read; 255 hashes over a whole tile, and as many for each level of tiles above it.
    ///
    /// # Errors
    /// [`BuildProofError`].
    pub fn tile(&self, tile: &TilePath) -> Result<Option<Vec<u8>>, BuildProofError> {
        let newest = self.newest();
        if !tile.is_within(newest.checkpoint.size) {
            return Ok(None);
        }
        // Neighbours to the right are read, too: all of them together are quicker to hold against the root.
        let widest = TilePath::at_size(tile.kind(), tile.index(), newest.checkpoint.size).unwrap_or(*tile);
        let row = self.levels.row(&widest).map_err(|error| BuildProofError::Build(BuildError::Source(error)))?;
        self.hold(&widest, row.hashes(), &newest.checkpoint)?;
        Ok(Some(row.bytes(tile)))
    }

    /// Checks the nodes of a tile, as wide as it is at this size, against the signed root: those of a whole tile as one complete
    /// subtree, others as the part of the right edge that they are.
    fn hold(&self, tile: &TilePath, nodes: &[Hash], signed: &Checkpoint) -> Result<(), BuildProofError> {
        let level = tile.node_level();
        let above = level + TILE_HEIGHT;
        let over = |row: &[Hash]| subtree_root(row.to_vec()).unwrap_or_else(|| panic!("no row of a tile is empty"));
        let held = if tile.width() == TILE_WIDTH {
            let path = proof::subtree_path(above, tile.index(), signed.size, &self.levels).map_err(beyond_or)?;
            proof::verify_subtree(&over(nodes), above, tile.index(), signed.size, &path, &signed.root)
        } else {
            let mut rest = nodes;
            let edge = RightEdge::positions(signed.size).map(|(at, index)| {
                if !(level..above).contains(&at) {
                    return self.levels.node(at, index).map_err(BuildError::Source);
                }
                let (row, behind) = rest.split_at(1 << (at - level));
                rest = behind;
                Ok(over(row))
            });
            let edge = edge.collect::<Result<_, _>>().map_err(beyond_or)?;
            let edge = RightEdge::from_nodes(signed.size, edge);
            let edge = edge.unwrap_or_else(|error| panic!("there is a node for each position: {error}"));
            if edge.root() == signed.root { Ok(()) } else { Err(ProofError::OtherRoot) }
        };
        held.map_err(|source| self.changed(level / TILE_HEIGHT, tile.to_string(), source))
    }

    /// The root of the first `size` leaves, as the tree files have it.
    fn root_of(&self, size: TreeSize) -> Result<Hash, BuildProofError> {
        RightEdge::read(size, &self.levels).map(|edge| edge.root()).map_err(beyond_or)
    }

    /// The same, proved to be the beginning of what was signed.
    fn root_under(&self, size: TreeSize, signed: &Checkpoint) -> Result<Hash, BuildProofError> {
        let root = self.root_of(size)?;
        let path = proof::consistency_path(size, signed.size, &self.levels).map_err(beyond_or)?;
        proof::verify_consistency(size, signed.size, &path, &root, &signed.root)
            .map_err(|source| self.changed(0, format!("the root of {size} leaves"), source))?;
        Ok(root)
    }

    fn changed(&self, file: u8, what: String, source: ProofError) -> BuildProofError {
        BuildProofError::Changed { file: self.tree.join(file_name(file)), what, source }
    }
}
