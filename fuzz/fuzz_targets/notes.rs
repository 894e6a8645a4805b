//! Signed notes, checkpoints, receipts, keys and tile names: any bytes are refused or read into what writes the same bytes.

#![no_main]

use libfuzzer_sys::fuzz_target;
use proof::{Checkpoint, Receipt, SignedNote, SigningKey, TilePath, VerifierKey, tile::decode_bundle};

fuzz_target!(|bytes: &[u8]| {
    let key = SigningKey::from_seed("log.example", &[1; 32]).expect("the name is a name");
    if let Ok(note) = SignedNote::parse(bytes) {
        assert_eq!(note.to_string().as_bytes(), bytes, "a note has one spelling");
        let _ = note.verify(&[key.verifier()]);
        if let Ok(checkpoint) = note.text().parse::<Checkpoint>() {
            assert!(note.text().starts_with(&checkpoint.to_string()), "a checkpoint has one spelling");
        }
        if let Ok(receipt) = note.text().parse::<Receipt>() {
            assert_eq!(note.text(), receipt.to_string(), "a receipt has one spelling");
            assert!(note.text().parse::<Checkpoint>().is_err(), "a receipt is no checkpoint");
        }
    }
    let _ = Checkpoint::open(bytes, &key.verifier());
    let _ = Receipt::open(bytes, &key.verifier());
    let _ = decode_bundle(bytes);
    let Ok(text) = str::from_utf8(bytes) else { return };
    if let Ok(verifier) = text.parse::<VerifierKey>() {
        assert_eq!(verifier.to_string().parse(), Ok(verifier));
    }
    let _ = SigningKey::from_text(text);
    if let Ok(tile) = text.parse::<TilePath>() {
        assert_eq!(tile.to_string(), text, "a tile has one name");
    }
});
