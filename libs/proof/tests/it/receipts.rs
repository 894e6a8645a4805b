//! Receipts: against the golden vectors of `spec/`, and never taken for a checkpoint.

use indelible_proof::{
    Acknowledged, Checkpoint, CheckpointError, Digest, LeafIndex, Receipt, ReceiptError, SigningKey, TreeSize,
    VerifierKey, empty_root,
};
use proptest::prelude::*;
use serde_json::Value;

use crate::{golden_vectors, number, text};

fn entry(value: &Value) -> Acknowledged {
    Acknowledged {
        leaf: LeafIndex(number(value, "leaf_index")),
        id: text(value, "id").to_owned(),
        digest: text(value, "digest").parse().unwrap(),
    }
}

fn key() -> SigningKey {
    SigningKey::from_seed("audit.example/0123456789abcdef", &std::array::from_fn(|at| at as u8)).unwrap()
}

#[test]
fn receipts_are_those_of_the_specification() {
    let vectors = golden_vectors("receipt.json");
    let verifier: VerifierKey = text(&vectors, "verifier_key").parse().unwrap();
    assert_eq!(verifier, key().verifier());
    for case in vectors["receipts"].as_array().unwrap() {
        let entries = case["entries"].as_array().unwrap().iter().map(entry).collect();
        let receipt = Receipt { origin: key().name().to_owned(), entries };
        assert_eq!(receipt.sign(&key()).unwrap().to_string(), text(case, "signed"));
        assert_eq!(Receipt::open(text(case, "signed").as_bytes(), &verifier), Ok(receipt));
    }
    for case in vectors["refused"].as_array().unwrap() {
        let opened = Receipt::open(text(case, "signed").as_bytes(), &verifier);
        assert!(opened.is_err(), "{}", text(case, "what"));
    }
}

#[test]
fn a_receipt_is_no_checkpoint_and_a_checkpoint_no_receipt() {
    let key = key();
    let origin = key.name().to_owned();
    let checkpoint = Checkpoint { origin: origin.clone(), size: TreeSize(7), root: empty_root() };
    let entries = vec![Acknowledged { leaf: LeafIndex(7), id: "7".to_owned(), digest: Digest::of(b"7") }];
    let receipt = Receipt { origin, entries };
    let checkpoint = checkpoint.sign(&key).unwrap().to_string();
    let receipt = receipt.sign(&key).unwrap().to_string();
    let verifier = key.verifier();
    assert!(matches!(Checkpoint::open(receipt.as_bytes(), &verifier), Err(CheckpointError::Malformed(_))));
    assert!(matches!(Receipt::open(checkpoint.as_bytes(), &verifier), Err(ReceiptError::Malformed(_))));
    // Not even under a key that somebody named like the first line of a receipt.
    let odd = SigningKey::from_seed("indelible-receipt/v1", &[1; 32]).unwrap();
    let checkpoint = Checkpoint { origin: odd.name().to_owned(), size: TreeSize(7), root: empty_root() };
    let checkpoint = checkpoint.sign(&odd).unwrap().to_string();
    assert!(Receipt::open(checkpoint.as_bytes(), &odd.verifier()).is_err());
}

#[test]
fn a_receipt_needs_an_entry_the_log_s_own_key_and_plain_ids() {
    let key = key();
    let receipt = |origin: &str, ids: &[&str]| {
        let entry = |id: &&str| Acknowledged { leaf: LeafIndex(0), id: (*id).to_owned(), digest: Digest::of(b"0") };
        Receipt { origin: origin.to_owned(), entries: ids.iter().map(entry).collect() }.sign(&key)
    };
    assert!(receipt(key.name(), &["a-1"]).is_ok());
    assert!(matches!(receipt("other/0123456789abcdef", &["a"]), Err(ReceiptError::OtherOrigin { .. })));
    for ids in [&[][..], &[""], &["a b"], &["a\nb"], &["ä"], &["a".repeat(65).as_str()]] {
        assert!(matches!(receipt(key.name(), ids), Err(ReceiptError::Malformed(_))), "{ids:?}");
    }
}

proptest! {
    #[test]
    fn receipts_round_trip(entries in prop::collection::vec((any::<u64>(), "[A-Za-z0-9-]{1,64}", any::<[u8; 32]>()), 1..9)) {
        let entries = entries.into_iter();
        let entries = entries.map(|(leaf, id, digest)| Acknowledged { leaf: LeafIndex(leaf), id, digest: Digest(digest) });
        let receipt = Receipt { origin: key().name().to_owned(), entries: entries.collect() };
        let note = receipt.sign(&key()).unwrap().to_string();
        prop_assert_eq!(Receipt::open(note.as_bytes(), &key().verifier()), Ok(receipt));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "(indelible-receipt/v1\n)?[a-z/]{0,9}\n([0-9]{1,21} [a-z]{0,3} [0-9a-f]{63,65}\n){0,3}") {
        if let Ok(receipt) = text.parse::<Receipt>() {
            prop_assert_eq!(receipt.to_string(), text);
        }
    }
}
