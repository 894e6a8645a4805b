//! Against Wycheproof's Ed25519 cases. Its messages are arbitrary bytes, so the ones that can be the text of a note are
//! checked through a note; the keys of all of them are read.

use indelible_proof::{
    SignedNote, VerifierKey,
    note::{KeyType, NoteSignature},
};
use serde_json::Value;

use crate::{text, vectors};

fn from_hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

/// The verdict of this crate's own check, through the one entrance there is: a note.
fn verifies(key: &VerifierKey, message: &[u8], signature: &[u8]) -> Option<bool> {
    let mut note = SignedNote::new(str::from_utf8(message).ok()?).ok()?;
    note.add(NoteSignature { name: key.name().to_owned(), id: key.id(), bytes: signature.to_vec() }).ok()?;
    Some(note.verify(std::slice::from_ref(key)).is_ok())
}

/// The verdict of the same library function on any message.
fn verifies_bytes(key: &[u8; 32], message: &[u8], signature: &[u8]) -> bool {
    let Ok(key) = ed25519_dalek::VerifyingKey::from_bytes(key) else { return false };
    let Ok(signature) = ed25519_dalek::Signature::from_slice(signature) else { return false };
    key.verify_strict(message, &signature).is_ok()
}

#[test]
fn signatures_are_judged_as_wycheproof_says() {
    let bytes = zstd::decode_all(vectors("ed25519/wycheproof_ed25519.json.zst").as_slice()).unwrap();
    let file: Value = serde_json::from_slice(&bytes).unwrap();
    let mut judged = 0;
    let mut as_notes = 0;
    for group in file["testGroups"].as_array().unwrap() {
        let public: [u8; 32] = from_hex(text(&group["publicKey"], "pk")).try_into().unwrap();
        for case in group["tests"].as_array().unwrap() {
            let message = from_hex(text(case, "msg"));
            let signature = from_hex(text(case, "sig"));
            let valid = case["result"] == "valid";
            assert_eq!(verifies_bytes(&public, &message, &signature), valid, "case {}", case["tcId"]);
            judged += 1;
            if let Ok(key) = VerifierKey::new("wycheproof", KeyType::Ed25519, &public)
                && let Some(verdict) = verifies(&key, &message, &signature)
            {
                assert_eq!(verdict, valid, "case {} as a note", case["tcId"]);
                as_notes += 1;
            }
        }
    }
    assert_eq!(judged, 151);
    println!("{as_notes} of them are the text of a note");
}
