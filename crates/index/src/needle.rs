//! A needle cut into the parts that tokens can answer.

use memchr::memmem::Finder;

use super::fold::{append_folded, fold, is_caseless};

/// What to look for inside a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needle {
    /// The words as a reader sees them (a literal `{` is one brace here, though the line writes two).
    pub text: String,
    /// Whether upper and lower case are the same (simple Unicode case folding, as the specification says).
    pub fold: bool,
}

/// How rows with a needle are found.
pub(crate) enum Plan {
    /// Every row that has the text: the needle is empty.
    All,
    /// Tokens that contain this part; exact unless `confirm`.
    Inside { part: Vec<u8>, confirm: bool },
    /// White space in the needle: some token ends with `first`, some are `middle`, some begins with `last` (each part
    /// may be absent). Always to be confirmed, since tokens know no order.
    Across { first: Vec<u8>, middle: Vec<Vec<u8>>, last: Vec<u8> },
}

impl Plan {
    /// Plans the search for a needle.
    pub(crate) fn new(needle: &Needle) -> Self {
        let folded = fold(&needle.text);
        if folded.is_empty() {
            return Self::All;
        }
        let mut parts: Vec<Vec<u8>> = folded.split(char::is_whitespace).map(|part| part.as_bytes().to_vec()).collect();
        let last = parts.pop().unwrap_or_default();
        if parts.is_empty() {
            return Self::Inside { part: last, confirm: !needle.fold && !is_caseless(&needle.text) };
        }
        let first = parts.remove(0);
        parts.retain(|part| !part.is_empty());
        Self::Across { first, middle: parts, last }
    }
}

/// Whether a literal contains the needle: the definition that everything faster must agree with.
pub struct Matcher {
    finder: Finder<'static>,
    fold: bool,
}

impl Matcher {
    /// Prepares the search for a needle.
    #[must_use]
    pub fn new(needle: &Needle) -> Self {
        let pattern = if needle.fold { fold(&needle.text) } else { needle.text.clone() };
        Self { finder: Finder::new(&pattern).into_owned(), fold: needle.fold }
    }

    /// Whether the literal (unfolded) contains the needle.
    #[must_use]
    pub fn matches(&self, literal: &[u8]) -> bool {
        if !self.fold {
            return self.matches_as_is(literal);
        }
        let mut folded = Vec::with_capacity(literal.len());
        append_folded(literal, &mut folded);
        self.matches_as_is(&folded)
    }

    /// Whether case is the same, so that [`Self::matches_as_is`] wants folded bytes.
    #[inline]
    #[must_use]
    pub fn folds(&self) -> bool {
        self.fold
    }

    /// Whether bytes, already folded if need be, contain the needle.
    #[inline]
    #[must_use]
    pub fn matches_as_is(&self, bytes: &[u8]) -> bool {
        self.finder.find(bytes).is_some()
    }
}
