//! Against a log that Sunlight mirrored: 300 entries in three tiles, and checkpoints with cosignatures.

use std::{convert::Infallible, str::FromStr};

use indelible_proof::{
    Checkpoint, LeafIndex, NodeSource, NoteError, SignedNote, TilePath, TreeSize, VerifierKey, consistency_path,
    inclusion_path, root,
    tile::{TileSource, TileTree, tile_bytes},
    verify_consistency, verify_inclusion,
};

use crate::{text, vectors};

const ROME: &str = "000de184301123b9278c086a7d9f68c9577e83872224c197058fd90784ea9706";
const MILAN: &str = "88ad7a28caeb0b2aa890fdf0304c2fcaf59fca2ee140134ff8c1300bac493482";

struct Mirror;

impl TileSource for Mirror {
    type Error = Infallible;

    fn tile(&self, path: &TilePath) -> Result<Vec<u8>, Infallible> {
        Ok(vectors(&format!("tlog_tiles_sunlight/witness/mirror/{ROME}/{path}")))
    }
}

fn note(path: &str) -> SignedNote {
    SignedNote::parse(&vectors(&format!("tlog_tiles_sunlight/{path}/checkpoint"))).unwrap()
}

fn key(path: &str) -> VerifierKey {
    let settings: serde_json::Value =
        serde_json::from_slice(&vectors(&format!("tlog_tiles_sunlight/{path}.v0.json"))).unwrap();
    VerifierKey::from_str(settings["verifier_keys"][0].as_str().unwrap_or_else(|| text(&settings, "key"))).unwrap()
}

#[test]
fn the_mirrored_tiles_have_the_root_of_their_checkpoint() {
    let note = note(&format!("witness/mirror/{ROME}"));
    note.verify(&[key("witness/mirror/mirror")]).unwrap();
    let checkpoint: Checkpoint = note.text().parse().unwrap();
    assert_eq!(checkpoint.size, TreeSize(300));
    assert_eq!(checkpoint.origin, "rome2026h1.example.org");

    let tree = TileTree::new(checkpoint.size, Mirror);
    assert_eq!(root(checkpoint.size, &tree).unwrap(), checkpoint.root);
    for index in [0, 1, 127, 255, 256, 298, 299].map(LeafIndex) {
        let path = inclusion_path(index, checkpoint.size, &tree).unwrap();
        let leaf = tree.node(0, index.0).unwrap();
        verify_inclusion(&leaf, index, checkpoint.size, &path, &checkpoint.root).unwrap();
    }
    let path = consistency_path(TreeSize(200), checkpoint.size, &tree).unwrap();
    let old_root = root(TreeSize(200), &tree).unwrap();
    verify_consistency(TreeSize(200), checkpoint.size, &path, &old_root, &checkpoint.root).unwrap();
    assert!(tree.node(0, 300).is_err());
    assert!(tree.node(8, 1).is_err());
    assert!(tree.node(63, 0).is_err());
}

#[test]
fn our_tiles_are_theirs() {
    let tree = TileTree::new(TreeSize(300), Mirror);
    for tile in TilePath::hash_tiles(TreeSize(300)) {
        assert_eq!(tile_bytes(&tile, &tree).unwrap(), Mirror.tile(&tile).unwrap(), "{tile}");
    }
}

#[test]
fn cosignatures_verify_and_other_signatures_are_ignored() {
    let witness = key("witness/witness");
    let note = note(&format!("witness/{ROME}"));
    assert_eq!(note.signatures().len(), 2, "the log's own, of a type unknown here, and the witness's");
    let verified = note.verify(std::slice::from_ref(&witness)).unwrap();
    assert_eq!(verified.len(), 1);
    assert_eq!(verified[0].time_s, Some(0x6954_6780));
    assert_eq!(note.verify(&[key("witness2/witness")]), Err(NoteError::Unsigned));
}

#[test]
fn a_cosignature_is_bound_to_its_text() {
    let milan = note(&format!("witness2/{MILAN}"));
    milan.verify(&[key("witness2/witness")]).unwrap();
    let altered = milan.to_string().replacen("\n300\n", "\n301\n", 1);
    let altered: SignedNote = altered.parse().unwrap();
    assert!(matches!(altered.verify(&[key("witness2/witness")]), Err(NoteError::BadSignature { .. })));
}
