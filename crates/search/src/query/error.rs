use crate::filters::ValueError;

/// Longest query text, in bytes: a page of text, far more than a person types, so that parsing costs microseconds.
pub const QUERY_BYTES_MAX: usize = 8 * 1024;

/// Deepest nesting of parentheses and `-`: keeps recursion far from the end of the smallest thread's stack.
pub const QUERY_DEPTH_MAX: usize = 32;

/// Most conditions in one question, however it is written: bounds the set algebra it can cost per part.
pub const TERMS_MAX: usize = 256;

/// Why a query text cannot be read. Remedy: change the text as the message says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("at character {character}: {problem}")]
pub struct QueryError {
    /// Where it is, in bytes from the beginning.
    pub at: usize,
    /// Where it is, counted in characters from 1.
    pub character: usize,
    /// What is wrong there, and what to write instead.
    pub problem: QueryProblem,
}

/// What can be wrong with a query text. Each message says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryProblem {
    /// The text is longer than [`QUERY_BYTES_MAX`].
    #[error("the query has {0} bytes, at most {QUERY_BYTES_MAX} are read; use fewer conditions")]
    TooLong(usize),
    /// Nesting is deeper than [`QUERY_DEPTH_MAX`].
    #[error("nested deeper than {QUERY_DEPTH_MAX} levels; use fewer parentheses")]
    TooDeep,
    /// There are more conditions than [`TERMS_MAX`].
    #[error("more than {TERMS_MAX} conditions; ask in several questions")]
    TooManyTerms,
    /// A quote is opened and not closed.
    #[error("this quote is never closed; add \" at the end, or write \\\" to mean the character")]
    OpenQuote,
    /// A quoted text runs into other text.
    #[error("put a space after the closing quote")]
    TextAfterQuote,
    /// A parenthesis is opened and not closed.
    #[error("this parenthesis is never closed; add ), or put the text in quotes")]
    OpenParenthesis,
    /// A closing parenthesis without an opening one.
    #[error("there is no ( for this parenthesis; remove it, or put the text in quotes")]
    StrayParenthesis,
    /// Parentheses with nothing between them.
    #[error("nothing stands between these parentheses; put a condition there, or remove them")]
    EmptyParentheses,
    /// `OR`, `AND`, `NOT` or `-` without what it joins.
    #[error("{0} needs a condition {1}; put \"{0}\" in quotes to search for the word")]
    Dangling(&'static str, &'static str),
    /// A key that does not exist.
    #[error("there is no key {key:?}{}; keys are: {known}; to search for the text, put it in quotes", hint(.near))]
    UnknownKey {
        /// The key as written.
        key: String,
        /// The key that was probably meant.
        near: Option<&'static str>,
        /// Every key there is.
        known: String,
    },
    /// A key inside the parentheses of another key.
    #[error("a key cannot stand inside {0}:( … ); close the parenthesis first")]
    KeyInKey(&'static str),
    /// The value does not fit its key.
    #[error("{key}: {problem}")]
    Value {
        /// The key as written.
        key: String,
        /// What is wrong with the value.
        problem: ValueError,
    },
}

fn hint(near: &Option<&'static str>) -> String {
    near.map(|key| format!(", did you mean {key}?")).unwrap_or_default()
}
