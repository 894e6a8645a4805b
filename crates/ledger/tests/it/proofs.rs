//! Proofs and tiles built from the files verify.

use crate::world::{create, digests, grow, key, open, tree};
use env::fake::FaultyDisk;
use ledger::{BuildProofError, ReadError};
use proof::tile::{TileKind, TilePath, decode_bundle};
use proof::{LeafIndex, MemoryTree, TreeSize};
use proptest::prelude::*;

fn memory_tree(size: u64) -> MemoryTree {
    digests(0, size).iter().map(|digest| digest.leaf_hash()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn proofs_from_files_verify_before_and_after_reopening(
        steps in prop::collection::vec(1_u64..700, 1..5),
        picks in prop::collection::vec(any::<prop::sample::Index>(), 6),
    ) {
        let disk = FaultyDisk::new();
        let ledger = create(&disk);
        let mut size = 0;
        let mut checkpoints = vec![ledger.newest()];
        for step in steps {
            size += step;
            grow(&ledger, size);
            checkpoints.push(ledger.checkpoint().unwrap());
        }
        let reopened = open(&disk).unwrap();
        for ledger in [&ledger, &reopened] {
            prop_assert_eq!(ledger.newest().checkpoint.root, memory_tree(size).root());
            for pick in &picks {
                let against = &checkpoints[1 + pick.index(checkpoints.len() - 1)];
                let leaf = pick.index(against.checkpoint.size.0 as usize) as u64;
                let proof = ledger.inclusion(LeafIndex(leaf), against).unwrap();
                let proven = proof.verify(&digests(leaf, leaf + 1)[0], &key().verifier()).unwrap();
                prop_assert_eq!(&proven, &against.checkpoint);
                prop_assert_eq!(ledger.digest(LeafIndex(leaf)).unwrap(), digests(leaf, leaf + 1)[0]);

                let old = TreeSize(1 + leaf);
                let path = ledger.consistency(old, against.checkpoint.size).unwrap();
                let old_root = memory_tree(old.0).root();
                proof::verify_consistency(old, against.checkpoint.size, &path, &old_root, &against.checkpoint.root)
                    .unwrap();
            }
        }
    }
}

#[test]
fn tiles_and_bundles_hold_what_the_tree_has() {
    let disk = FaultyDisk::new();
    let ledger = create(&disk);
    grow(&ledger, 70_000);
    ledger.checkpoint().unwrap();
    let expected = memory_tree(70_000);
    for tile in TilePath::hash_tiles(TreeSize(70_000)) {
        let bytes = ledger.tile(&tile).unwrap().unwrap();
        assert!(bytes == proof::tile::tile_bytes(&tile, &expected).unwrap(), "{tile}");
    }
    let last = TilePath::at_size(TileKind::Entries, 273, TreeSize(70_000)).unwrap();
    let bundle = ledger.tile(&last).unwrap().unwrap();
    let entries = decode_bundle(&bundle).unwrap();
    assert_eq!(entries, digests(273 * 256, 70_000).iter().map(|digest| &digest.0[..]).collect::<Vec<_>>());
}

#[test]
fn what_no_checkpoint_covers_is_not_shown() {
    let ledger = create(&FaultyDisk::new());
    grow(&ledger, 10);
    let newest = ledger.checkpoint().unwrap();
    grow(&ledger, 300);
    let first = TilePath::new(TileKind::Entries, 0, 256).unwrap();
    assert!(ledger.tile(&first).unwrap().is_none());
    assert!(ledger.tile(&TilePath::new(TileKind::Hashes(0), 0, 10).unwrap()).unwrap().is_some());
    let beyond = ledger.inclusion(LeafIndex(10), &newest);
    assert!(matches!(beyond, Err(BuildProofError::BeyondCheckpoint { .. })));
    let beyond = ledger.consistency(TreeSize(3), TreeSize(11));
    assert!(matches!(beyond, Err(BuildProofError::BeyondCheckpoint { .. })));
    assert_eq!(ledger.digest(LeafIndex(299)).unwrap(), digests(299, 300)[0], "the digest itself can be had");
    assert!(matches!(ledger.digest(LeafIndex(300)), Err(ReadError::Beyond { .. })));
}

#[test]
fn nothing_is_handed_out_of_tree_files_that_changed() {
    const SIZE: u64 = 66_000;
    let disk = FaultyDisk::new();
    let ledger = create(&disk);
    grow(&ledger, 65_000);
    ledger.checkpoint().unwrap();
    grow(&ledger, SIZE);
    ledger.checkpoint().unwrap();
    let all: Vec<_> = TilePath::hash_tiles(TreeSize(SIZE))
        .chain((0..).map_while(|index| TilePath::at_size(TileKind::Entries, index, TreeSize(SIZE))))
        .chain(
            [(TileKind::Hashes(0), 0), (TileKind::Entries, 257), (TileKind::Hashes(1), 0), (TileKind::Hashes(1), 1)]
                .map(|(kind, index)| TilePath::new(kind, index, 1).unwrap()),
        )
        .collect();
    let sizes = [(1, 2), (100, SIZE), (255, 65_000), (65_000, SIZE), (65_536, 65_537)];
    let paths = || sizes.map(|(old, new)| ledger.consistency(TreeSize(old), TreeSize(new)));
    let true_paths = paths().map(Result::unwrap);
    for (file, hash) in
        [("digests", 5), ("digests", 65_990), ("level-1", 0), ("level-1", 1), ("level-1", 256), ("level-2", 0)]
    {
        let true_tiles: Vec<_> = all.iter().map(|tile| ledger.tile(tile).unwrap().unwrap()).collect();
        disk.flip_bit(&tree().join(file), hash * 32 + 7, 1).unwrap();
        let mut refused = 0;
        for (tile, expected) in all.iter().zip(&true_tiles) {
            match ledger.tile(tile) {
                Ok(bytes) => assert!(bytes.as_ref() == Some(expected), "{file} {hash}: {tile}"),
                Err(error) => {
                    assert!(matches!(error, BuildProofError::Changed { .. }), "{error}");
                    refused += 1;
                }
            }
        }
        assert!(refused > 0, "{file} {hash}: no tile holds it");
        for (path, expected) in paths().into_iter().zip(&true_paths) {
            assert!(path.as_ref().map_or(true, |path| path == expected), "{file} {hash}");
        }
        disk.flip_bit(&tree().join(file), hash * 32 + 7, 1).unwrap();
    }
    // The hashes above a changed leaf are not made from it, so some proofs can still be given; this one cannot.
    disk.flip_bit(&tree().join("level-1"), 0, 1).unwrap();
    assert!(matches!(ledger.consistency(TreeSize(512), TreeSize(SIZE)), Err(BuildProofError::Changed { .. })));
}

#[test]
fn no_proof_is_given_from_tree_files_that_changed() {
    let disk = FaultyDisk::new();
    let ledger = create(&disk);
    grow(&ledger, 300);
    let newest = ledger.checkpoint().unwrap();
    ledger.inclusion(LeafIndex(5), &newest).unwrap();
    disk.flip_bit(&tree().join("digests"), 5 * 32, 1).unwrap();
    for leaf in [4, 5, 200] {
        let proof = ledger.inclusion(LeafIndex(leaf), &newest);
        assert!(matches!(proof, Err(BuildProofError::Differs { .. })), "{leaf}: {proof:?}");
    }
}
