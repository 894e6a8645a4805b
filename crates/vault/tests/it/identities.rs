//! Finding open identities.

use event::personal::Fit;
use event::{Keys as _, Kind};
use indelible_vault::Vault;
use proptest::prelude::*;

use crate::{create, fold, identity, user};

const NAME: &str = "/actor/name";
const EMAIL: &str = "/actor/email";

fn remember(vault: &Vault, id: &str, name: &str, email: &str) -> [u8; 32] {
    let key = vault.person(&user(id)).unwrap();
    let disclosure = identity(&key, name, email);
    vault.remember_identity(disclosure.digest, key.id(), &disclosure.json).unwrap();
    disclosure.digest
}

fn sorted<const N: usize>(mut digests: [[u8; 32]; N]) -> Vec<[u8; 32]> {
    digests.sort_unstable();
    digests.to_vec()
}

#[test]
fn names_and_addresses_are_found_by_part_and_whole_exact_and_folded() {
    let dir = tempfile::tempdir().unwrap();
    let vault = create(dir.path());
    let ada = remember(&vault, "1", "Ada Lovelace", "Ada@example.org");
    let amara = remember(&vault, "2", "amara \"A\" ÖZ", "amara@example.org");
    assert_eq!(vault.identities_matching(NAME, "Love", false), [ada]);
    assert_eq!(vault.identities_matching(NAME, "love", false), [[0; 32]; 0]);
    assert_eq!(vault.identities_matching(NAME, "love", true), [ada]);
    assert_eq!(vault.identities_matching(NAME, "A", true), sorted([ada, amara]));
    assert_eq!(vault.identities_matching(NAME, "\"A\" Ö", false), [amara], "escapes in the disclosure are resolved");
    assert_eq!(vault.identities_matching(NAME, "öz", true), [amara]);
    assert_eq!(vault.identities_matching(NAME, "", false), sorted([ada, amara]));
    assert_eq!(vault.identities_matching(NAME, "example", false), [[0; 32]; 0], "another pointer's value");
    assert_eq!(vault.identities_matching("/nowhere", "a", false), [[0; 32]; 0]);
    assert_eq!(vault.identities_with(EMAIL, "Ada@example.org", false), [ada]);
    assert_eq!(vault.identities_with(EMAIL, "ada@example.org", false), [[0; 32]; 0]);
    assert_eq!(vault.identities_with(EMAIL, "ada@EXAMPLE.org", true), [ada]);
    assert_eq!(vault.identities_with(EMAIL, "da@example.org", true), [[0; 32]; 0]);
}

#[test]
fn twice_is_once_and_forgotten_is_gone() {
    let dir = tempfile::tempdir().unwrap();
    let vault = create(dir.path());
    let ada = remember(&vault, "1", "Ada", "ada@example.org");
    assert_eq!(remember(&vault, "1", "Ada", "ada@example.org"), ada);
    let renamed = remember(&vault, "1", "Ada King", "ada@example.org");
    let bob = remember(&vault, "2", "Ada", "bob@example.org");
    assert_eq!(vault.identities_with(NAME, "Ada", false), sorted([ada, bob]));
    let mut seen = Vec::new();
    vault.for_each_fitting(Fit::Inside, "", &mut |open, pointer, value| {
        seen.push((open.digest, pointer.to_owned(), value.to_owned()));
    });
    seen.sort_unstable();
    let held = [(ada, "Ada", "ada"), (renamed, "Ada King", "ada"), (bob, "Ada", "bob")];
    let mut wanted: Vec<_> = held
        .iter()
        .flat_map(|(digest, name, local)| {
            let email = format!("{local}@example.org");
            [(*digest, EMAIL.to_owned(), email), (*digest, NAME.to_owned(), (*name).to_owned())]
        })
        .collect();
    wanted.sort_unstable();
    assert_eq!(seen, wanted);

    let person = vault.person(&user("1")).unwrap().id();
    assert_eq!(vault.forget_identities(person), 2);
    assert_eq!(vault.forget_identities(person), 0);
    assert!(!vault.has_identity(&ada) && !vault.has_identity(&renamed) && vault.has_identity(&bob));
    assert_eq!(vault.identities_matching(NAME, "Ada", true), [bob]);
    assert_eq!(vault.identities_with(EMAIL, "ada@example.org", true), [[0; 32]; 0]);
}

#[test]
fn only_identities_are_kept_open() {
    let dir = tempfile::tempdir().unwrap();
    let vault = create(dir.path());
    let key = vault.person(&user("1")).unwrap();
    let connection = key.disclose(Kind::Connection, "{\"/client/ip\":\"192.0.2.1\"}");
    assert!(vault.remember_identity(connection.digest, key.id(), &connection.json).is_err());
    assert!(vault.remember_identity([0; 32], key.id(), "nonsense").is_err());
    assert!(!vault.has_identity(&connection.digest));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_answer_equals_a_naive_scan(names in prop::collection::vec("[aAbBß ]{0,6}", 1..12), needle in "[aAbBß ]{0,3}") {
        let dir = tempfile::tempdir().unwrap();
        let vault = create(dir.path());
        let held: Vec<_> = names.iter().enumerate()
            .map(|(n, name)| (remember(&vault, &n.to_string(), name, "x@example.org"), name)).collect();
        for fold_case in [false, true] {
            let form = |text: &str| if fold_case { fold(text) } else { text.to_owned() };
            let scan = |holds: &dyn Fn(&str) -> bool| {
                let mut found: Vec<_> = held.iter().filter(|(_, name)| holds(&form(name))).map(|(digest, _)| *digest).collect();
                found.sort_unstable();
                found
            };
            let needle_form = form(&needle);
            prop_assert_eq!(vault.identities_matching(NAME, &needle, fold_case), scan(&|name| name.contains(&needle_form)));
            prop_assert_eq!(vault.identities_with(NAME, &needle, fold_case), scan(&|name| name == needle_form));
        }
    }
}
