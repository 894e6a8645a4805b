//! `.tlog-proof` files: what is accepted and what is not.

use indelible_proof::{
    Checkpoint, Digest, LeafIndex, MemoryTree, SigningKey, TlogProof, TlogProofError, TreeSize, inclusion_path,
};
use proptest::prelude::*;

fn key() -> SigningKey {
    SigningKey::from_seed("log.example/00", &[5; 32]).unwrap()
}

fn digest(n: u64) -> Digest {
    Digest::of(&n.to_be_bytes())
}

fn proof(index: u64, size: u64) -> TlogProof {
    let tree: MemoryTree = (0..size).map(|n| digest(n).leaf_hash()).collect();
    let checkpoint = Checkpoint { origin: key().name().to_owned(), size: TreeSize(size), root: tree.root() };
    let path = inclusion_path(LeafIndex(index), TreeSize(size), &tree).unwrap();
    TlogProof { index: LeafIndex(index), path, checkpoint_note: checkpoint.sign(&key()).unwrap().to_string() }
}

#[test]
fn an_application_s_extra_line_is_passed_over() {
    let text = proof(3, 10).to_string().replacen("@v1\n", "@v1\nextra aGVsbG8=\n", 1);
    assert_eq!(text.parse(), Ok(proof(3, 10)));
}

#[test]
fn malformed_proofs_are_refused() {
    let good = proof(3, 10).to_string();
    assert_eq!(good.parse(), Ok(proof(3, 10)));
    let hash = proof(3, 10).path[0].to_string();
    for bad in [
        String::new(),
        good.replacen("@v1", "@v2", 1),
        good.replacen("index 3", "index 03", 1),
        good.replacen("index 3\n", "", 1),
        good.replacen("index", "Index", 1),
        good.replacen(&hash, "AAAA", 1),
        good.replacen(&hash, &format!("{hash} "), 1),
        good.replacen("\n\n", "\n", 2),
        good.replacen('\n', "\r\n", 3),
        good.replacen(&hash, &vec![hash.as_str(); 65].join("\n"), 1),
    ] {
        assert!(matches!(bad.parse::<TlogProof>(), Err(TlogProofError::Malformed(_))), "{bad}");
    }
}

#[test]
fn a_proof_without_path_needs_no_empty_path_line() {
    let text = proof(0, 1).to_string();
    assert!(text.starts_with("c2sp.org/tlog-proof@v1\nindex 0\n\nlog.example/00\n1\n"));
    assert!(text.parse::<TlogProof>().unwrap().verify(&digest(0), &key().verifier()).is_ok());
}

#[test]
fn another_key_s_proof_is_not_believed() {
    let other = SigningKey::from_seed("log.example/00", &[6; 32]).unwrap();
    assert!(matches!(proof(3, 10).verify(&digest(3), &other.verifier()), Err(TlogProofError::Checkpoint(_))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_changed_byte_is_noticed(size in 1_u64..40, place in any::<prop::sample::Index>(), victim in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let index = place.index(size as usize) as u64;
        let mut bytes = proof(index, size).to_string().into_bytes();
        let victim = victim.index(bytes.len());
        bytes[victim] ^= 1 << bit;
        let proven = str::from_utf8(&bytes).ok().and_then(|text| text.parse::<TlogProof>().ok())
            .is_some_and(|proof| proof.verify(&digest(index), &key().verifier()).is_ok());
        prop_assert!(!proven, "byte {} of {}", victim, String::from_utf8_lossy(&bytes));
    }
}
