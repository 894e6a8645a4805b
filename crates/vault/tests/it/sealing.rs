//! Sealing and opening.

use event::personal::{RecordError, SealedDisclosure};
use event::{Disclosure, Keys as _, Kind, PersonId};
use indelible_vault::{OpenDisclosureError, Vault};
use proptest::prelude::*;

use crate::{create, identity, reopen, user};

fn vault_with_sealed(dir: &std::path::Path) -> (Vault, SealedDisclosure, String) {
    let vault = create(dir);
    let key = vault.person(&user("1")).unwrap();
    let disclosure = identity(&key, "Ada Lovelace", "ada@example.org");
    let sealed = vault.seal(&key, &disclosure);
    vault.make_durable(vault.made()).unwrap();
    (vault, sealed, disclosure.json.clone())
}

#[test]
fn what_was_sealed_opens_again_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let (vault, sealed, text) = vault_with_sealed(dir.path());
    assert_eq!(vault.open_sealed(&sealed), Ok(Some(text.clone())));
    drop(vault);
    let record = sealed.to_record();
    let read = SealedDisclosure::from_record(&record).unwrap();
    assert_eq!(reopen(dir.path()).open_sealed(&read), Ok(Some(text)));
}

#[test]
fn equal_disclosures_seal_to_equal_bytes_and_others_do_not() {
    let dir = tempfile::tempdir().unwrap();
    let (vault, sealed, _) = vault_with_sealed(dir.path());
    let first = vault.person(&user("1")).unwrap();
    let second = vault.person(&user("2")).unwrap();
    let again = vault.seal(&first, &identity(&first, "Ada Lovelace", "ada@example.org"));
    assert_eq!(again, sealed);
    let other = vault.seal(&second, &identity(&second, "Ada Lovelace", "ada@example.org"));
    assert_ne!(other.digest, sealed.digest);
    assert_ne!(other.ciphertext, sealed.ciphertext);
}

#[test]
fn a_sealed_disclosure_is_bound_to_its_person_kind_and_digest() {
    let dir = tempfile::tempdir().unwrap();
    let (vault, sealed, _) = vault_with_sealed(dir.path());
    let second = vault.person(&user("2")).unwrap();
    assert_eq!(
        vault.open_sealed(&SealedDisclosure { person: second.id(), ..sealed.clone() }),
        Err(OpenDisclosureError::Altered)
    );
    assert_eq!(
        vault.open_sealed(&SealedDisclosure { kind: Kind::Fields, ..sealed.clone() }),
        Err(OpenDisclosureError::Altered)
    );
    assert_eq!(
        vault.open_sealed(&SealedDisclosure { digest: [0; 32], ..sealed.clone() }),
        Err(OpenDisclosureError::Altered)
    );
    let nobody = SealedDisclosure { person: PersonId([9; 16]), ..sealed };
    assert_eq!(vault.open_sealed(&nobody), Err(OpenDisclosureError::UnknownPerson));
}

#[test]
fn a_disclosure_sealed_with_another_digest_does_not_open() {
    let dir = tempfile::tempdir().unwrap();
    let vault = create(dir.path());
    let key = vault.person(&user("1")).unwrap();
    let lie = Disclosure { kind: Kind::Identity, digest: [7; 32], json: "[\"\",\"identity\",{}]".to_owned() };
    assert_eq!(vault.open_sealed(&vault.seal(&key, &lie)), Err(OpenDisclosureError::OtherDigest));
}

#[test]
fn every_flipped_bit_of_a_record_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let (vault, sealed, _) = vault_with_sealed(dir.path());
    let record = sealed.to_record();
    for bit in 0..record.len() * 8 {
        let mut flipped = record.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let opened = SealedDisclosure::from_record(&flipped).map(|sealed| vault.open_sealed(&sealed));
        assert!(!matches!(opened, Ok(Ok(_))), "bit {bit}");
    }
}

#[test]
fn short_and_unknown_records_are_refused() {
    assert_eq!(SealedDisclosure::from_record(&[0; 64]), Err(RecordError::Short { found: 64 }));
    assert_eq!(SealedDisclosure::from_record(&[]), Err(RecordError::Short { found: 0 }));
    let mut record = [0; 65];
    assert!(SealedDisclosure::from_record(&record).is_ok());
    record[48] = 3;
    assert_eq!(SealedDisclosure::from_record(&record), Err(RecordError::UnknownKind(3)));
    assert_eq!(SealedDisclosure::digest_of_record(&[5; 40]), Some([5; 32]));
    assert_eq!(SealedDisclosure::digest_of_record(&[5; 31]), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn any_record_is_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..120)) {
        if let Ok(sealed) = SealedDisclosure::from_record(&bytes) {
            prop_assert_eq!(sealed.to_record(), bytes);
        }
    }

    #[test]
    fn any_value_comes_back(value in "\\PC{0,80}") {
        let dir = tempfile::tempdir().unwrap();
        let vault = create(dir.path());
        let key = vault.person(&user("1")).unwrap();
        let disclosure = key.disclose(Kind::Fields, &serde_json::json!({ "/properties/x": value }).to_string());
        prop_assert_eq!(vault.open_sealed(&vault.seal(&key, &disclosure)), Ok(Some(disclosure.json.clone())));
    }
}
