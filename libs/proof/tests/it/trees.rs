//! Every small tree, whole; larger ones by chance.

use indelible_proof::{
    BuildError, Hash, LeafIndex, MemoryTree, NodeSource, ProofError, RightEdge, TreeSize, consistency_path, empty_root,
    inclusion_path, leaf_hash, node_hash, root, subtree_path, verify_consistency, verify_inclusion, verify_subtree,
};
use proptest::prelude::*;

/// Every size up to this is checked whole: beyond the first three powers of 4, quick enough in a debug build.
const SMALL: u64 = 70;

fn leaf(n: u64) -> Hash {
    leaf_hash(&n.to_be_bytes())
}

fn tree(size: u64) -> MemoryTree {
    (0..size).map(leaf).collect()
}

/// The root as RFC 6962 writes it down, recursively.
fn recursive_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [one] => *one,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            node_hash(&recursive_root(left), &recursive_root(right))
        }
    }
}

fn flip(hash: &mut Hash, bit: usize) {
    hash.0[bit / 8 % 32] ^= 1 << (bit % 8);
}

#[test]
fn roots_are_those_of_the_recursive_definition() {
    let leaves: Vec<_> = (0..SMALL).map(leaf).collect();
    for size in 0..=SMALL {
        let expected = recursive_root(&leaves[..size as usize]);
        assert_eq!(tree(size).root(), expected, "{size}");
        assert_eq!(root(TreeSize(size), &tree(SMALL)).unwrap(), expected, "{size}");
    }
}

#[test]
fn an_edge_read_back_grows_like_the_original() {
    let whole = tree(SMALL);
    for size in 0..SMALL {
        let mut edge = RightEdge::read(TreeSize(size), &whole).unwrap();
        let again = RightEdge::from_nodes(TreeSize(size), edge.nodes().to_vec()).unwrap();
        assert_eq!(edge, again);
        assert_eq!(edge.root(), root(TreeSize(size), &whole).unwrap());
        let mut completed = Vec::new();
        edge.push(leaf(size), |level, index, hash| completed.push((level, index, hash)));
        assert_eq!(edge.size(), TreeSize(size + 1));
        assert_eq!(edge.root(), root(TreeSize(size + 1), &whole).unwrap());
        assert_eq!(completed.len() as u32, size.trailing_ones() + 1, "each completed subtree is reported once");
        for (level, index, hash) in completed {
            assert_eq!(index, size >> level);
            assert_eq!(hash, whole.node(level, index).unwrap());
        }
    }
    assert!(RightEdge::from_nodes(TreeSize(3), vec![leaf(0)]).is_err());
}

#[test]
fn every_complete_subtree_of_every_small_tree_is_proved_to_stand_there_alone() {
    for size in 1..=70 {
        let whole = tree(size);
        let size = TreeSize(size);
        let root = whole.root();
        for level in 0..8_u8 {
            for index in 0..size.0 >> level {
                let node = whole.node(level, index).unwrap();
                let path = subtree_path(level, index, size, &whole).unwrap();
                for claimed in 0..=size.0 >> level {
                    let verdict = verify_subtree(&node, level, claimed, size, &path, &root);
                    assert_eq!(verdict.is_ok(), claimed == index, "{level}/{index} as {claimed} of {size}");
                }
                assert_eq!(verify_subtree(&leaf(size.0), level, index, size, &path, &root), Err(ProofError::OtherRoot));
            }
            let beyond = subtree_path(level, size.0 >> level, size, &whole);
            assert!(matches!(beyond, Err(BuildError::BeyondTree { .. })), "{level} of {size}");
        }
    }
    assert!(subtree_path(64, 0, TreeSize(u64::MAX), &tree(1)).is_err());
}

#[test]
fn every_inclusion_proof_of_every_small_tree_verifies_for_its_leaf_alone() {
    let whole = tree(SMALL);
    for size in 1..=SMALL {
        let root = root(TreeSize(size), &whole).unwrap();
        for index in 0..size {
            let path = inclusion_path(LeafIndex(index), TreeSize(size), &whole).unwrap();
            assert!(path.len() as u32 <= 64 - (size - 1).leading_zeros());
            for claimed in 0..=size {
                let verdict = verify_inclusion(&leaf(index), LeafIndex(claimed), TreeSize(size), &path, &root);
                assert_eq!(verdict.is_ok(), claimed == index, "leaf {index} as {claimed} of {size}");
            }
        }
        assert_eq!(
            inclusion_path(LeafIndex(size), TreeSize(size), &whole),
            Err(BuildError::BeyondTree { index: LeafIndex(size), size: TreeSize(size) })
        );
    }
}

#[test]
fn every_consistency_proof_between_small_trees_verifies() {
    let whole = tree(SMALL);
    let roots: Vec<_> = (0..=SMALL).map(|size| root(TreeSize(size), &whole).unwrap()).collect();
    for new in 1..=SMALL {
        for old in 1..=new {
            let path = consistency_path(TreeSize(old), TreeSize(new), &whole).unwrap();
            let check = |old_root: &Hash, new_root: &Hash, path: &[Hash]| {
                verify_consistency(TreeSize(old), TreeSize(new), path, old_root, new_root)
            };
            let old_root = roots[old as usize];
            let new_root = roots[new as usize];
            assert_eq!(check(&old_root, &new_root, &path), Ok(()), "{old} to {new}");
            let other = leaf(u64::MAX);
            assert_eq!(check(&other, &new_root, &path), Err(ProofError::OtherRoot), "{old} to {new}");
            assert_eq!(check(&old_root, &other, &path), Err(ProofError::OtherRoot), "{old} to {new}");
            let longer: Vec<_> = path.iter().copied().chain([other]).collect();
            assert!(check(&old_root, &new_root, &longer).is_err());
            if let Some((_, shorter)) = path.split_last() {
                assert!(check(&old_root, &new_root, shorter).is_err());
            }
        }
    }
}

#[test]
fn nothing_is_proved_from_an_empty_tree_or_backwards() {
    let empty = empty_root();
    let verify = |old, new| verify_consistency(TreeSize(old), TreeSize(new), &[], &empty, &empty);
    assert_eq!(verify(0, 0), Err(ProofError::OldIsEmpty));
    assert_eq!(verify(0, 1), Err(ProofError::OldIsEmpty));
    assert_eq!(verify(2, 1), Err(ProofError::OldIsLarger { old: TreeSize(2), new: TreeSize(1) }));
    assert_eq!(consistency_path(TreeSize(0), TreeSize(5), &tree(5)), Ok(Vec::new()));
    assert!(matches!(consistency_path(TreeSize(6), TreeSize(5), &tree(5)), Err(BuildError::OldIsLarger { .. })));
}

#[test]
fn the_largest_numbers_are_handled() {
    let all = TreeSize(u64::MAX);
    let path = vec![leaf(0); 64];
    let root = leaf(1);
    for index in [0, 1, u64::MAX / 2, u64::MAX - 1].map(LeafIndex) {
        assert!(verify_inclusion(&leaf(0), index, all, &path, &root).is_err());
        assert!(verify_consistency(TreeSize(index.0 + 1), all, &path, &root, &root).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_changed_inclusion_proof_fails(size in 1_u64..2000, place in any::<prop::sample::Index>(), bit in 0_usize..256,
                                       victim in any::<prop::sample::Index>()) {
        let index = place.index(size as usize) as u64;
        let tree = tree(size);
        let path = inclusion_path(LeafIndex(index), TreeSize(size), &tree).unwrap();
        let mut parts = vec![leaf(index), tree.root()];
        parts.extend(&path);
        let verify = |parts: &[Hash]| verify_inclusion(&parts[0], LeafIndex(index), TreeSize(size), &parts[2..], &parts[1]);
        prop_assert_eq!(verify(&parts), Ok(()));
        let victim = victim.index(parts.len());
        flip(&mut parts[victim], bit);
        prop_assert_eq!(verify(&parts), Err(ProofError::OtherRoot));
        flip(&mut parts[victim], bit);
        parts.push(leaf(0));
        prop_assert!(verify(&parts).is_err());
    }

    #[test]
    fn a_changed_consistency_proof_fails(new in 2_u64..2000, place in any::<prop::sample::Index>(), bit in 0_usize..256,
                                         victim in any::<prop::sample::Index>()) {
        let old = 1 + place.index(new as usize - 1) as u64;
        let tree = tree(new);
        let mut parts = vec![root(TreeSize(old), &tree).unwrap(), tree.root()];
        parts.extend(consistency_path(TreeSize(old), TreeSize(new), &tree).unwrap());
        let verify = |parts: &[Hash]| verify_consistency(TreeSize(old), TreeSize(new), &parts[2..], &parts[0], &parts[1]);
        prop_assert_eq!(verify(&parts), Ok(()));
        flip(&mut parts[victim.index(2)], bit);
        prop_assert!(verify(&parts).is_err());
        flip(&mut parts[victim.index(2)], bit);
        let victim = victim.index(parts.len());
        flip(&mut parts[victim], bit);
        prop_assert!(verify(&parts).is_err());
    }

    #[test]
    fn judging_any_numbers_ends(index in any::<u64>(), size in any::<u64>(), length in 0_usize..70) {
        let path = vec![leaf(0); length];
        prop_assert!(verify_inclusion(&leaf(0), LeafIndex(index), TreeSize(size), &path, &leaf(1)).is_err());
        prop_assert!(verify_consistency(TreeSize(index), TreeSize(size), &path, &leaf(1), &leaf(2)).is_err());
    }
}
