//! Passwords that many people have: the first ones that anybody guesses.

use std::collections::HashSet;
use std::sync::LazyLock;

/// One a line, in lower case; `data/README.md` says where from.
static COMMON: LazyLock<HashSet<&str>> = LazyLock::new(|| include_str!("../data/common.txt").lines().collect());

/// Whether `password` (in lower case) is a common one, a common one with digits or signs around it, or one word over and over.
pub(crate) fn is_common(password: &str) -> bool {
    let letters = password.trim_matches(|character: char| !character.is_alphabetic());
    let word = repeated(letters).unwrap_or(letters);
    let plain: String = password.chars().filter(|character| !character.is_whitespace()).collect();
    [password, &plain, letters, word, repeated(password).unwrap_or(password)].iter().any(|text| COMMON.contains(text))
}

/// What `text` is made of when it is one piece over and over.
fn repeated(text: &str) -> Option<&str> {
    let pieces = (1..=text.len() / 2).filter(|bytes| text.len().is_multiple_of(*bytes));
    let mut pieces = pieces.filter_map(|bytes| text.get(..bytes));
    pieces.find(|piece| piece.repeat(text.len() / piece.len()) == text)
}
