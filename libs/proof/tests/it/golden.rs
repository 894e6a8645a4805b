//! Against the golden vectors of `spec/`, which another implementation made.

use indelible_proof::{
    Checkpoint, Digest, Hash, LeafIndex, MemoryTree, SignedNote, SigningKey, TilePath, TlogProof, TreeSize,
    VerifierKey, consistency_path, inclusion_path, root,
    tile::{TileKind, encode_bundle, tile_bytes},
    verify_consistency, verify_inclusion,
};
use serde_json::Value;

use crate::{golden_vectors, hashes, number, text};

fn digest(n: u64) -> Digest {
    Digest::of(format!("{{\"v\":1,\"n\":{n}}}").as_bytes())
}

fn tree() -> MemoryTree {
    (0..600).map(|n| digest(n).leaf_hash()).collect()
}

fn list<'a>(value: &'a Value, member: &str) -> &'a Vec<Value> {
    value[member].as_array().unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn trees_and_paths_are_those_of_the_specification() {
    let vectors = golden_vectors("tree.json");
    let tree = tree();
    for (n, line) in list(&vectors, "lines").iter().enumerate() {
        let digest = Digest::of(line.as_str().unwrap().as_bytes());
        assert_eq!(vectors["digests_hex"][n], digest.to_string());
        assert_eq!(vectors["leaf_hashes"][n], digest.leaf_hash().to_string());
    }
    for case in list(&vectors, "roots") {
        assert_eq!(root(TreeSize(number(case, "size")), &tree).unwrap().to_string(), text(case, "root"), "{case}");
    }
    for case in list(&vectors, "inclusion") {
        let index = LeafIndex(number(case, "index"));
        let size = TreeSize(number(case, "size"));
        let path = inclusion_path(index, size, &tree).unwrap();
        assert_eq!(path, hashes(case, "path").unwrap(), "{case}");
        verify_inclusion(&digest(index.0).leaf_hash(), index, size, &path, &root(size, &tree).unwrap()).unwrap();
    }
    for case in list(&vectors, "consistency") {
        let old = TreeSize(number(case, "old"));
        let new = TreeSize(number(case, "new"));
        let path = consistency_path(old, new, &tree).unwrap();
        assert_eq!(path, hashes(case, "path").unwrap(), "{case}");
        verify_consistency(old, new, &path, &root(old, &tree).unwrap(), &root(new, &tree).unwrap()).unwrap();
    }
}

#[test]
fn tiles_are_those_of_the_specification() {
    let vectors = golden_vectors("tiles.json");
    let tree = tree();
    for case in list(&vectors, "names") {
        let kind = case["level"].as_u64().map_or(TileKind::Entries, |level| TileKind::Hashes(level as u8));
        let tile = TilePath::new(kind, number(case, "index"), number(case, "width") as u16).unwrap();
        assert_eq!(tile.to_string(), text(case, "name"));
        assert_eq!(text(case, "name").parse(), Ok(tile));
    }
    let names: Vec<_> = TilePath::hash_tiles(TreeSize(600)).map(|tile| tile.to_string()).collect();
    let cases = list(&vectors, "tree_of_600");
    assert_eq!(names, cases.iter().map(|case| text(case, "name")).collect::<Vec<_>>());
    for case in cases {
        let tile: TilePath = text(case, "name").parse().unwrap();
        assert_eq!(Digest::of(&tile_bytes(&tile, &tree).unwrap()).to_string(), text(case, "sha256_hex"), "{tile}");
    }
    let bundle = encode_bundle(&[digest(0).0, digest(1).0, digest(2).0]).unwrap();
    assert_eq!(hex(&bundle), text(&vectors["bundle"], "bytes_hex"));
}

#[test]
fn keys_notes_and_checkpoints_are_those_of_the_specification() {
    let vectors = golden_vectors("checkpoint.json");
    let tree = tree();
    let key = SigningKey::from_text(text(&vectors, "signing_key")).unwrap();
    assert_eq!(key.to_text(), text(&vectors, "signing_key"));
    assert_eq!(hex(&key.id()), text(&vectors, "key_id_hex"));
    assert_eq!(key.name(), text(&vectors, "name"));
    assert_eq!(key.verifier().to_string(), text(&vectors, "verifier_key"));
    assert_eq!(text(&vectors, "verifier_key").parse(), Ok(key.verifier()));

    let mut note = SignedNote::new(text(&vectors["note"], "text")).unwrap();
    note.sign(&key);
    assert_eq!(note.to_string(), text(&vectors["note"], "signed"));
    for case in list(&vectors, "checkpoints") {
        let size = TreeSize(number(case, "size"));
        let checkpoint = Checkpoint { origin: key.name().to_owned(), size, root: root(size, &tree).unwrap() };
        assert_eq!(checkpoint.sign(&key).unwrap().to_string(), text(case, "signed"));
        assert_eq!(Checkpoint::open(text(case, "signed").as_bytes(), &key.verifier()), Ok(checkpoint));
    }
}

#[test]
fn proof_files_are_those_of_the_specification() {
    let vectors = golden_vectors("proof.json");
    let tree = tree();
    let key: VerifierKey = text(&vectors, "verifier_key").parse().unwrap();
    for case in list(&vectors, "proofs") {
        let index = LeafIndex(number(case, "index"));
        let size = TreeSize(number(case, "size"));
        let proof: TlogProof = text(case, "proof").parse().unwrap();
        assert_eq!(proof.to_string(), text(case, "proof"));
        assert_eq!(proof.index, index);
        assert_eq!(proof.path, inclusion_path(index, size, &tree).unwrap());
        let checkpoint = proof.verify(&Digest::of(text(case, "line").as_bytes()), &key).unwrap();
        assert_eq!((checkpoint.size, checkpoint.root), (size, root(size, &tree).unwrap()));
        assert!(proof.verify(&Digest::of(b"another line"), &key).is_err());
    }
    assert_eq!(Hash::from_base64(""), None);
}
