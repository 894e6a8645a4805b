//! Passwords, and which ones an account may have.

use icu_normalizer::ComposingNormalizerBorrowed;
use zeroize::Zeroizing;

use crate::common::is_common;

/// Shortest password that is taken, in characters.
pub const PASSWORD_CHARACTERS_MIN: usize = 12;

/// Longest one, in bytes: hashing it costs by its length.
pub const PASSWORD_BYTES_MAX: usize = 1024;

/// A password is more than a few characters over and over.
const DISTINCT_CHARACTERS_MIN: usize = 5;

/// Of whoever's name or address a password is made, what is left of it must be as long as this.
const BESIDE_NAMES_CHARACTERS_MIN: usize = 8;

/// A word shorter than this may stand in any password.
const NAME_CHARACTERS_MIN: usize = 4;

/// A password as somebody typed it, in Unicode's composed form, so that it is the same from every keyboard.
pub struct Password(Zeroizing<String>);

/// A text too long to be a password. Remedy: at most [`PASSWORD_BYTES_MAX`] bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a password has at most {PASSWORD_BYTES_MAX} bytes")]
pub struct TooLong;

/// Whose password it is to be.
#[derive(Debug, Clone, Copy, Default)]
pub struct Owner<'a> {
    /// The account's e-mail address.
    pub email: &'a str,
    /// The person's name.
    pub name: &'a str,
}

/// Why a password is not taken. Remedy: another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Weak {
    /// It is short.
    #[error("a password has at least {PASSWORD_CHARACTERS_MIN} characters; a few words make a good one")]
    Short,
    /// Many people have it, or one like it.
    #[error("many people use this password or one much like it; take another")]
    Common,
    /// It is a few characters over and over, or a row of the alphabet.
    #[error("this password is a few characters over and over, or a row of them; take another")]
    Plain,
    /// It is made of the address or name of its owner, or of the product's.
    #[error("this password is made of your name, your address or the name of this product; take another")]
    Named,
}

impl Password {
    /// What was typed.
    ///
    /// # Errors
    /// [`TooLong`].
    pub fn read(text: &str) -> Result<Self, TooLong> {
        if text.len() > PASSWORD_BYTES_MAX {
            return Err(TooLong);
        }
        let composed = ComposingNormalizerBorrowed::new_nfc().normalize(text).into_owned();
        if composed.len() > PASSWORD_BYTES_MAX { Err(TooLong) } else { Ok(Self(Zeroizing::new(composed))) }
    }

    /// Its bytes, to be hashed.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// Whether `owner` may have it.
    ///
    /// # Errors
    /// [`Weak`].
    pub fn check(&self, owner: Owner<'_>) -> Result<(), Weak> {
        if self.0.chars().count() < PASSWORD_CHARACTERS_MIN {
            return Err(Weak::Short);
        }
        let lower = Zeroizing::new(self.0.to_lowercase());
        if is_plain(&lower) {
            return Err(Weak::Plain);
        }
        if is_common(&lower) {
            return Err(Weak::Common);
        }
        if is_named(&lower, owner) { Err(Weak::Named) } else { Ok(()) }
    }
}

impl std::fmt::Debug for Password {
    /// Without the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}

fn is_plain(lower: &str) -> bool {
    let mut distinct: Vec<char> = lower.chars().collect();
    distinct.sort_unstable();
    distinct.dedup();
    if distinct.len() < DISTINCT_CHARACTERS_MIN {
        return true;
    }
    // `abcdefghijkl`, `987654321098`: every character follows the one before, in one direction.
    let steps = lower.chars().zip(lower.chars().skip(1)).map(|(before, after)| match (before, after) {
        ('9', '0') => 1,
        ('0', '9') => -1,
        _ => i64::from(u32::from(after)) - i64::from(u32::from(before)),
    });
    let mut steps = steps.peekable();
    let first = steps.peek().copied();
    matches!(first, Some(1 | -1)) && steps.all(|step| Some(step) == first)
}

fn is_named(lower: &str, owner: Owner<'_>) -> bool {
    let words = |text: &str| -> Vec<String> {
        let lower = text.to_lowercase();
        lower.split(|character: char| !character.is_alphanumeric()).map(str::to_owned).collect()
    };
    let mut names: Vec<String> = vec!["indelible".to_owned(), owner.email.to_lowercase(), owner.name.to_lowercase()];
    names.extend(words(owner.email));
    names.extend(words(owner.name));
    names.retain(|name| name.chars().count() >= NAME_CHARACTERS_MIN);
    names.sort_unstable_by_key(|name| std::cmp::Reverse(name.len()));
    let mut rest = lower.to_owned();
    let mut holds_name = false;
    for name in &names {
        holds_name |= rest.contains(name.as_str());
        rest = rest.replace(name.as_str(), " ");
    }
    let letters = rest.chars().filter(|character| character.is_alphabetic()).count();
    holds_name && letters < BESIDE_NAMES_CHARACTERS_MIN
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Result<(), Weak> {
        Password::read(text).unwrap().check(Owner { email: "ada.lovelace@example.org", name: "Ada Lovelace" })
    }

    #[test]
    fn weak_passwords_are_refused_by_their_reason() {
        let table = [
            ("short pass", Weak::Short),
            ("", Weak::Short),
            ("пароль12345", Weak::Short),
            ("aaaaaaaaaaaaaa", Weak::Plain),
            ("121212121212121", Weak::Plain),
            ("abcdefghijklmn", Weak::Plain),
            ("1234567890123", Weak::Plain),
            ("ZYXWVUTSRQPON", Weak::Plain),
            ("Qwerty123456", Weak::Common),
            ("1QAZ2wsx3edc", Weak::Common),
            ("password2026!", Weak::Common),
            ("12345password", Weak::Common),
            ("PasswordPassword", Weak::Common),
            ("dragondragondragon1", Weak::Common),
            ("final fantasy", Weak::Common),
            ("ada.lovelace@example.org", Weak::Named),
            ("Lovelace-2026!", Weak::Named),
            ("Indelible2026!", Weak::Named),
            ("ada-indelible-1", Weak::Named),
        ];
        for (text, weak) in table {
            assert_eq!(check(text), Err(weak), "{text:?}");
        }
    }

    #[test]
    fn sentences_random_letters_and_any_script_are_taken() {
        for text in [
            "correct horse battery staple",
            "xK8#vQ2!mZ5&pL",
            "пять зелёных ёжиков",
            "Lovelace wrote notes on engines",
            "桜が咲いた春の日に山へ行く",
        ] {
            assert_eq!(check(text), Ok(()), "{text:?}");
        }
    }

    #[test]
    fn the_same_characters_from_another_keyboard_are_the_same_password() {
        let composed = Password::read("caf\u{e9} au lait s'il").unwrap();
        let decomposed = Password::read("cafe\u{301} au lait s'il").unwrap();
        assert_eq!(composed.bytes(), decomposed.bytes());
        assert!(Password::read(&"x".repeat(PASSWORD_BYTES_MAX)).is_ok());
        assert!(Password::read(&"x".repeat(PASSWORD_BYTES_MAX + 1)).is_err());
    }
}
