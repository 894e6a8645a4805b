//! Hashing passwords.

use std::sync::atomic::{AtomicUsize, Ordering};

use env::fake::SeededRandom;
use signin::{Busy, Cost, Password, PasswordHash, Passwords, Secret};

const CHEAP: Cost = Cost { memory_kib: 64, passes: 1 };

#[test]
fn a_password_is_known_again_and_no_other_is() {
    let random = SeededRandom::new(1);
    let passwords = Passwords::new(CHEAP, &random);
    let read = |text: &str| Password::read(text).unwrap();
    let kept = passwords.hash(&read("correct horse battery"), &random).unwrap();
    assert_eq!(passwords.is(Some(&kept), &read("correct horse battery")), Ok(true));
    for other in ["correct horse batter", "correct horse battery ", "Correct horse battery", ""] {
        assert_eq!(passwords.is(Some(&kept), &read(other)), Ok(false), "{other:?}");
    }
    assert_eq!(passwords.is(None, &read("correct horse battery")), Ok(false));
    let again = passwords.hash(&read("correct horse battery"), &random).unwrap();
    assert_ne!(kept, again, "each hash has a salt of its own");
}

#[test]
fn what_is_kept_names_argon2id_and_its_parameters_and_outlives_a_change_of_them() {
    let random = SeededRandom::new(1);
    let usual = Passwords::new(Cost::default(), &random);
    let password = Password::read("correct horse battery").unwrap();
    let kept = usual.hash(&password, &random).unwrap();
    let text = serde_json::to_string(&kept).unwrap();
    assert!(text.starts_with("\"$argon2id$v=19$m=19456,t=2,p=1$"), "{text}");
    assert!(!format!("{kept:?}").contains("argon2"));
    let kept: PasswordHash = serde_json::from_str(&text).unwrap();
    assert_eq!(Passwords::new(CHEAP, &random).is(Some(&kept), &password), Ok(true));
    let damaged: PasswordHash = serde_json::from_str("\"$argon2id$v=19$m=\"").unwrap();
    assert_eq!(usual.is(Some(&damaged), &password), Ok(false));
}

#[test]
fn whoever_comes_while_many_wait_is_told_to_come_back() {
    let random = SeededRandom::new(1);
    let passwords = Passwords::new(Cost { memory_kib: 19 * 1024, passes: 2 }, &random);
    let password = Password::read("correct horse battery").unwrap();
    let busy = AtomicUsize::new(0);
    let told = std::thread::scope(|scope| {
        let ask = || match passwords.is(None, &password) {
            Ok(fits) => assert!(!fits),
            Err(Busy) => _ = busy.fetch_add(1, Ordering::SeqCst),
        };
        for _ in 0..60 {
            std::thread::Builder::new().spawn_scoped(scope, ask).unwrap();
        }
        &busy
    });
    let told = told.load(Ordering::SeqCst);
    assert!((1..60).contains(&told), "{told} of 60");
    assert_eq!(passwords.is(None, &password), Ok(false), "and later it goes on");
}

#[test]
fn a_secret_is_random_and_its_hash_knows_it() {
    let random = SeededRandom::new(1);
    let (one, other) = (Secret::new(&random), Secret::new(&random));
    assert_eq!(one.reveal().len(), Secret::LEN);
    assert!(one.hash().is(&Secret::parse(one.reveal()).unwrap().hash()));
    assert!(!one.hash().is(&other.hash()));
    assert!(!format!("{one:?}").contains(one.reveal()));
    for text in
        ["", "x", &one.reveal().to_uppercase(), &format!("{}2", one.reveal()), &one.reveal()[1..], &"1".repeat(52)]
    {
        assert!(Secret::parse(text).is_none(), "{text}");
    }
    let text = serde_json::to_string(&one.hash()).unwrap();
    assert!(serde_json::from_str::<signin::SecretHash>(&text).unwrap().is(&one.hash()));
}
