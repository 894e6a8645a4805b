//! Tokens: made, read back, and told from what they are not.

use access::{Token, TokenError, TokenHash};
use env::fake::SeededRandom;
use proptest::prelude::*;

#[test]
fn a_token_reads_back_and_fits_its_hash_alone() {
    let random = SeededRandom::new(1);
    let token = Token::new(&random);
    let other = Token::new(&random);
    assert_eq!(token.reveal().len(), Token::LEN);
    assert_eq!(Token::parse(token.reveal()).unwrap(), token);
    assert!(token.hash().is(&token.hash()));
    assert!(!token.hash().is(&other.hash()));
    assert!(!TokenHash::NOBODY.is(&token.hash()));
    assert_eq!(TokenHash::try_from(String::from(token.hash())), Ok(token.hash()));
    assert_ne!(token.id(), other.id());
}

#[test]
fn what_is_logged_of_a_token_does_not_hold_its_secret() {
    let token = Token::new(&SeededRandom::new(2));
    let shown = format!("{token:?}");
    assert_eq!(shown, format!("ind_{}…", token.id()));
    assert!(!shown.contains(&token.reveal()[20..]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_letter_changed_is_seen(seed in any::<u64>(), at in 4..Token::LEN, letter in "[a-z2-7]") {
        let token = Token::new(&SeededRandom::new(seed));
        let mut text = token.reveal().to_owned();
        text.replace_range(at..=at, &letter);
        if text != token.reveal() {
            prop_assert_eq!(Token::parse(&text), Err(TokenError::Checksum));
        }
    }

    #[test]
    fn no_text_panics(text in any::<String>(), tail in "\\PC{0,60}") {
        prop_assert!(Token::parse(&text).is_err());
        let begun = format!("ind_{tail}");
        prop_assert!(Token::parse(&begun).is_err());
    }
}
