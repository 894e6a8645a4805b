//! What a question asks for: one tree of terms, whether it came as URL parameters or as text.
//!
//! Two predicates that are written differently but build the same tree are the same question: they have one
//! canonical text (`Display`), which parses back into the same tree, and one hash.

mod display;
mod word;

use std::net::IpAddr;

use event::{ActorKind, Severity};
use sha2::{Digest as _, Sha256};

pub use word::{Keyword, Phrase};

/// A tree of terms. Build it with the functions below, which keep it in its simplest form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Predicate {
    /// Every entry.
    All,
    /// One condition.
    Term(Term),
    /// All of these hold; at least two, none of them `All` or `And`.
    And(Vec<Predicate>),
    /// At least one of these holds; at least two, none of them `All` or `Or`.
    Or(Vec<Predicate>),
    /// This does not hold; never a `Not` itself.
    Not(Box<Predicate>),
}

/// One condition on an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    /// The field is exactly this value. An e-mail address also stands for the pseudonyms made of it.
    Equal(Keyword, String),
    /// The field begins with this text, byte for byte; empty: the field is there.
    Prefix(Keyword, String),
    /// The request path begins with this text; empty: there is one.
    Path(String),
    /// The HTTP status lies in `from..=to`.
    Status {
        /// Lowest status that matches.
        from: u16,
        /// Highest status that matches.
        to: u16,
    },
    /// The number in its stream lies in `from..=to`.
    Sequence {
        /// Lowest number that matches.
        from: u64,
        /// Highest number that matches.
        to: u64,
    },
    /// The severity lies in `from..=to`.
    Severity {
        /// Lowest severity that matches.
        from: Severity,
        /// Highest severity that matches.
        to: Severity,
    },
    /// The order time lies in `from_us..to_us`, µs UTC. `i64::MIN` and `i64::MAX` stand for "no bound".
    Time {
        /// Earliest time that matches.
        from_us: i64,
        /// Earliest time that matches no more.
        to_us: i64,
    },
    /// The order time is at most this long before the moment the question was first asked.
    Since {
        /// How long, in seconds.
        seconds: u64,
    },
    /// The text, as its reader sees it, contains this.
    Contains(Phrase, String),
    /// The client's address is this one.
    Address(IpAddr),
    /// Of scopes alone; nobody can type it. The line has exactly this value of the field: an e-mail address stands for nothing else.
    InLine(Keyword, String),
    /// Of scopes alone; nobody can type it. Whoever has this type and id acted, or is whom somebody acted for.
    Acts(ActorKind, String),
}

impl Predicate {
    /// All of `parts`; of none, `All`.
    #[must_use]
    pub fn and(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut all = Vec::new();
        for part in parts {
            match part {
                Self::All => {}
                Self::And(inner) => all.extend(inner),
                other => all.push(other),
            }
        }
        match all.len() {
            0 => Self::All,
            1 => all.swap_remove(0),
            _ => Self::And(all),
        }
    }

    /// At least one of `parts`; of none, nothing matches.
    #[must_use]
    pub fn or(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut any = Vec::new();
        for part in parts {
            match part {
                Self::All => return Self::All,
                Self::Or(inner) => any.extend(inner),
                other => any.push(other),
            }
        }
        match any.len() {
            0 => Self::nothing(),
            1 => any.swap_remove(0),
            _ => Self::Or(any),
        }
    }

    /// The predicate that no entry matches.
    #[must_use]
    pub fn nothing() -> Self {
        Self::Not(Box::new(Self::All))
    }

    /// Returns a hash that is the same for equal predicates, in every process and version that writes the same
    /// canonical text: SHA-256 of that text. Caches and cursors name a question by it.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.to_string().as_bytes()).into()
    }

    /// Whether the answer depends on the moment of the question.
    pub(crate) fn depends_on_now(&self) -> bool {
        match self {
            Self::All => false,
            Self::Term(term) => matches!(term, Term::Since { .. }),
            Self::And(parts) | Self::Or(parts) => parts.iter().any(Self::depends_on_now),
            Self::Not(inner) => inner.depends_on_now(),
        }
    }

    /// Whether every match is by an `id` or `event_id`, whole or by its beginning: whoever asks so means single entries.
    #[must_use]
    pub fn names_entries(&self) -> bool {
        match self {
            Self::Term(Term::Equal(keyword, _) | Term::Prefix(keyword, _)) => {
                matches!(keyword, Keyword::Id | Keyword::EventId)
            }
            Self::All | Self::Term(_) | Self::Not(_) => false,
            Self::And(parts) => parts.iter().any(Self::names_entries),
            Self::Or(parts) => parts.iter().all(Self::names_entries),
        }
    }

    /// Returns the number of terms.
    #[must_use]
    pub fn terms(&self) -> usize {
        match self {
            Self::All => 0,
            Self::Term(_) => 1,
            Self::And(parts) | Self::Or(parts) => parts.iter().map(Self::terms).sum(),
            Self::Not(inner) => inner.terms(),
        }
    }
}

impl std::ops::Not for Predicate {
    type Output = Self;

    /// Everything else.
    fn not(self) -> Self {
        match self {
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }
}

impl From<Term> for Predicate {
    fn from(term: Term) -> Self {
        Self::Term(term)
    }
}
