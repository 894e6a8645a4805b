//! Proof files and proofs: any bytes are judged without a panic, and nothing made up verifies.

#![no_main]

use libfuzzer_sys::fuzz_target;
use proof::{Digest, Hash, LeafIndex, SigningKey, TlogProof, TreeSize, verify_consistency, verify_inclusion};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = str::from_utf8(bytes)
        && let Ok(proof) = text.parse::<TlogProof>()
    {
        assert_eq!(proof.to_string().parse(), Ok(proof.clone()), "a proof survives writing and reading");
        let key = SigningKey::from_seed("log.example", &[1; 32]).expect("the name is a name").verifier();
        assert!(proof.verify(&Digest::of(b"line"), &key).is_err(), "nobody has signed this");
    }
    // The first 16 bytes are two numbers, the rest is a path.
    let Some((first, rest)) = bytes.split_first_chunk::<8>() else { return };
    let Some((second, rest)) = rest.split_first_chunk::<8>() else { return };
    let (first, second) = (u64::from_le_bytes(*first), u64::from_le_bytes(*second));
    let path: Vec<Hash> = rest.as_chunks::<32>().0.iter().map(|hash| Hash(*hash)).collect();
    let (one, other) = (Hash([1; 32]), Hash([2; 32]));
    assert!(verify_inclusion(&one, LeafIndex(first), TreeSize(second), &path, &other).is_err());
    assert!(verify_consistency(TreeSize(first), TreeSize(second), &path, &one, &other).is_err());
});
