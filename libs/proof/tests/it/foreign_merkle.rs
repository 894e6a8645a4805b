//! Against the proofs of transparency-dev/merkle.

use indelible_proof::{Hash, LeafIndex, TreeSize, leaf_hash, verify_consistency, verify_inclusion};
use serde_json::Value;

use crate::{hashes, number, text, vectors};

fn cases(kind: &str) -> Vec<Value> {
    let lines = zstd::decode_all(vectors("merkle/proofs.ndjson.zst").as_slice()).unwrap();
    let cases = lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    cases.map(|line| serde_json::from_slice::<Value>(line).unwrap()).filter(|case| case["kind"] == kind).collect()
}

fn hash(case: &Value, member: &str) -> Option<Hash> {
    Hash::from_base64(text(case, member))
}

fn accepts_inclusion(case: &Value) -> Option<()> {
    let leaf = hash(case, "leafHash")?;
    let root = hash(case, "root")?;
    let path = hashes(case, "proof")?;
    let index = LeafIndex(number(case, "leafIdx"));
    let size = TreeSize(number(case, "treeSize"));
    verify_inclusion(&leaf, index, size, &path, &root).ok()
}

fn accepts_consistency(case: &Value) -> Option<()> {
    // One case accepts any equal byte strings as roots of equal trees; a hash stands in for those of another length.
    let root = |member| hash(case, member).unwrap_or_else(|| leaf_hash(text(case, member).as_bytes()));
    let old_root = root("root1");
    let new_root = root("root2");
    let path = hashes(case, "proof")?;
    let old = TreeSize(number(case, "size1"));
    let new = TreeSize(number(case, "size2"));
    verify_consistency(old, new, &path, &old_root, &new_root).ok()
}

fn judge(kind: &str, expected: usize, accepts: impl Fn(&Value) -> Option<()>) {
    let cases = cases(kind);
    assert_eq!(cases.len(), expected);
    for case in &cases {
        let refuse = case["wantErr"].as_bool().unwrap();
        assert_eq!(accepts(case).is_none(), refuse, "{}", case["path"]);
    }
}

#[test]
fn inclusion_proofs_are_judged_as_elsewhere() {
    judge("inclusion", 46, accepts_inclusion);
}

#[test]
fn consistency_proofs_are_judged_as_elsewhere() {
    judge("consistency", 54, accepts_consistency);
}
