//! No personal value and no key stands in any file in the clear.

use std::path::Path;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use event::Keys as _;

use crate::{create, identity, user};

/// Every file below `dir` with its bytes.
fn files(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.display().to_string(), std::fs::read(&path).unwrap()));
        }
    }
    found
}

fn holds(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

#[test]
fn no_personal_value_and_no_key_stands_in_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let vault = create(dir.path());
    let key = vault.person(&user("77")).unwrap();
    let disclosure = identity(&key, "Canary Lovelace", "canary@example.org");
    let sealed = vault.seal(&key, &disclosure);
    vault.remember_identity(disclosure.digest, key.id(), &disclosure.json).unwrap();
    vault.pseudonym(&user("canary@example.org"));
    let _ = vault.address_values("203.0.113.77".parse().unwrap());
    vault.make_durable(vault.made()).unwrap();
    // The record is what others write to files.
    std::fs::write(dir.path().join("record"), sealed.to_record()).unwrap();

    let secrets: Vec<Vec<u8>> = ["Canary", "canary@example.org", "203.0.113.77", disclosure.json.as_str()]
        .iter()
        .flat_map(|text| [text.as_bytes().to_vec(), URL_SAFE_NO_PAD.encode(text).into_bytes()])
        .chain([key.secret().to_vec(), URL_SAFE_NO_PAD.encode(key.secret()).into_bytes()])
        .collect();
    let look = |when: &str| {
        let files = files(dir.path());
        assert!(files.len() >= 4, "{files:?}");
        for (name, bytes) in &files {
            for secret in &secrets {
                assert!(!holds(bytes, secret), "{name} holds {:?} {when}", String::from_utf8_lossy(secret));
            }
        }
    };
    look("while open");
    drop(vault);
    look("when closed");
    assert!(files(dir.path()).iter().all(|(name, _)| !name.ends_with("-wal")), "a clean end leaves no log");
}
