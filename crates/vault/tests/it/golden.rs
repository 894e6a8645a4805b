//! Against the golden vectors of `spec/`, which another implementation made.

use std::net::IpAddr;
use std::path::Path;

use event::personal::{OpenedDisclosure, Scope, SealedDisclosure};
use event::{Keys as _, Kind, Person, PersonId, PersonKey};
use indelible_vault::Vault;
use serde_json::Value;
use zeroize::Zeroizing;

use crate::surroundings;

fn from_hex(value: &Value) -> Vec<u8> {
    let text = value.as_str().unwrap();
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

#[test]
fn keys_rows_records_and_tokens_are_those_of_the_specification() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec/vectors/vault/vault.json");
    let vectors: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("keys")).unwrap();
    std::fs::write(dir.path().join("keys/root"), vectors["keys_root"].as_str().unwrap()).unwrap();
    std::fs::write(dir.path().join("keys/log"), vectors["keys_log"].as_str().unwrap()).unwrap();
    // Completes the vault: there is no database yet.
    drop(Vault::create(dir.path(), surroundings(dir.path(), 1)).unwrap());
    let database = rusqlite::Connection::open(dir.path().join("vault.db")).unwrap();
    for row in vectors["people"].as_array().unwrap() {
        let text = |member: &str| row[member].as_str().unwrap().to_owned();
        database
            .execute(
                "INSERT INTO person (id, scope, kind, subject, wrapped, created_us) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                rusqlite::params![
                    from_hex(&row["id_hex"]),
                    text("scope"),
                    text("kind"),
                    text("subject"),
                    from_hex(&row["wrapped_hex"]),
                    row["created_us"].as_i64().unwrap(),
                ],
            )
            .unwrap();
    }
    database.close().unwrap();

    let vault = Vault::create(dir.path(), surroundings(dir.path(), 1)).unwrap();
    for row in vectors["people"].as_array().unwrap() {
        let (scope, kind, id) =
            (row["scope"].as_str().unwrap(), row["kind"].as_str().unwrap(), row["subject"].as_str().unwrap());
        let scope = match scope.split_at(1) {
            ("o", id) => Scope::Organization(id),
            (_, name) => Scope::Source(name),
        };
        let key = vault.person(&Person { scope, kind, id }).unwrap();
        assert_eq!(key.id(), PersonId(from_hex(&row["id_hex"]).try_into().unwrap()));
        assert_eq!(key.secret().as_slice(), from_hex(&row["key_hex"]));
    }
    assert_eq!(vault.make_durable(vault.made()).unwrap(), 0);
    for case in vectors["records"].as_array().unwrap() {
        let record = from_hex(&case["record_hex"]);
        let sealed = SealedDisclosure::from_record(&record).unwrap();
        assert_eq!(sealed.to_record(), record);
        assert_eq!(vault.open_sealed(&sealed).unwrap().as_deref(), case["text"].as_str());
        assert!(case["text"].as_str().unwrap().contains(&format!(",\"{}\",", sealed.kind.as_str())));
    }
    for case in vectors["records_without_salt"].as_array().unwrap() {
        let record = from_hex(&case["record_hex"]);
        let sealed = SealedDisclosure::from_record(&record).unwrap();
        assert_eq!(vault.open_sealed(&sealed).unwrap().as_deref(), case["text"].as_str());
        let row = vectors["people"].as_array().unwrap().iter().find(|row| from_hex(&row["id_hex"]) == sealed.person.0);
        let secret = from_hex(&row.unwrap()["key_hex"]).try_into().unwrap();
        let key = PersonKey::new(sealed.person, Zeroizing::new(secret));
        let text = OpenedDisclosure::parse(case["text"].as_str().unwrap()).unwrap();
        let value = case["text"].as_str().unwrap().split_once(text.kind.as_str()).unwrap().1;
        let disclosure = key.disclose(text.kind, &value[2..value.len() - 1]);
        assert_eq!(vault.seal(&key, &disclosure).as_ref(), sealed);
        assert_eq!(sealed.ciphertext.len(), from_hex(&case["plain_hex"]).len() + 16);
    }
    for row in vectors["people"].as_array().unwrap().iter().filter(|row| row["address"].is_string()) {
        let text = |member: &str| row[member].as_str().unwrap();
        let scope = Scope::Organization(text("scope").strip_prefix('o').unwrap());
        let person = Person { scope, kind: text("kind"), id: text("address") };
        assert_eq!(vault.pseudonym(&person), text("subject"));
    }
    assert_eq!(format!("{:016x}", vault.index_seed()), vectors["index_seed"].as_str().unwrap());
    assert_eq!(vault.index_mac_key().to_vec(), from_hex(&vectors["index_mac_key_hex"]));
    for case in vectors["address_values"].as_array().unwrap() {
        let address = case["address"].as_str().unwrap();
        let value = match case["id_hex"].is_string() {
            true => vault.address_of(PersonId(from_hex(&case["id_hex"]).try_into().unwrap()), address),
            false => vault.address_in_line(address),
        };
        assert_eq!(value.unwrap().to_vec(), from_hex(&case["value_hex"]), "{case}");
        assert_eq!(vault.reveal_address(&value.unwrap()), Some(address.parse::<IpAddr>().unwrap().to_canonical()));
        assert!(vault.address_values(address.parse().unwrap()).contains(&value.unwrap()));
    }
    assert_eq!(Kind::Fields.as_byte(), 2);
}
