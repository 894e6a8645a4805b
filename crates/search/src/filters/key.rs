//! Every name a condition can have, in a URL and in the query language: one table for both.

use event::limits::SEQUENCE_N_MAX;
use jiff::tz::TimeZone;

use super::value::{self, ValueError, Written};
use crate::predicate::{Keyword, Phrase, Predicate, Term};
use crate::when;

/// What a condition is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// A field with exact values.
    Keyword(Keyword),
    /// A text with words in it.
    Phrase(Phrase),
    /// The request path.
    Path,
    /// The status of the answer.
    Status,
    /// The number in a sender's stream.
    Sequence,
    /// How much an entry matters.
    Severity,
    /// The client's address.
    Address,
    /// `TYPE/ID`, language only.
    Resource,
    /// A range of time, language only.
    Time,
    /// Beginning of time.
    From,
    /// End of time.
    To,
    /// A length of time before now, language only.
    Since,
}

/// Second names of keys in the query language.
const ALIASES: [(&str, Key); 6] = [
    ("status", Key::Keyword(Keyword::Outcome)),
    ("http.status", Key::Status),
    ("http.method", Key::Keyword(Keyword::HttpMethod)),
    ("http.path", Key::Path),
    ("sequence.stream", Key::Keyword(Keyword::SequenceStream)),
    ("sequence.n", Key::Sequence),
];

impl Key {
    /// Every key, in the order in which they are listed to people.
    pub fn all() -> impl Iterator<Item = Self> {
        let rest = [
            Self::Path,
            Self::Status,
            Self::Sequence,
            Self::Severity,
            Self::Address,
            Self::Resource,
            Self::Time,
            Self::From,
            Self::To,
            Self::Since,
        ];
        Keyword::ALL.into_iter().map(Self::Keyword).chain(Phrase::ALL.into_iter().map(Self::Phrase)).chain(rest)
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Keyword(keyword) => keyword.name(),
            Self::Phrase(phrase) => phrase.name(),
            Self::Path => "http_path",
            Self::Status => "http_status",
            Self::Sequence => "sequence_n",
            Self::Severity => "severity",
            Self::Address => "ip",
            Self::Resource => "resource",
            Self::Time => "time",
            Self::From => "from",
            Self::To => "to",
            Self::Since => "since",
        }
    }

    /// Finds the key of the query language with this name or alias.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        let alias = ALIASES.iter().find(|(alias, _)| *alias == name).map(|(_, key)| *key);
        alias.or_else(|| Self::all().find(|key| key.name() == name))
    }

    /// Finds the URL parameter with this name. The language's shorthands are no parameters.
    #[must_use]
    pub fn parameter(name: &str) -> Option<Self> {
        Self::parameters().find(|key| key.name() == name)
    }

    /// Whether it is a URL parameter too.
    #[must_use]
    pub const fn is_parameter(self) -> bool {
        !matches!(self, Self::Phrase(Phrase::DescriptionExact) | Self::Resource | Self::Time | Self::Since)
    }

    /// The key whose name is closest to `name`, if it is close enough to be a slip.
    #[must_use]
    pub fn near(name: &str) -> Option<&'static str> {
        let name = name.to_ascii_lowercase();
        let aliases = ALIASES.iter().map(|(alias, _)| *alias);
        let best = Self::all().map(Self::name).chain(aliases).min_by_key(|known| distance(&name, known))?;
        (distance(&name, best) <= 2).then_some(best)
    }

    /// The names of all keys, for a message.
    #[must_use]
    pub fn names() -> String {
        Self::all().map(Self::name).collect::<Vec<_>>().join(", ")
    }

    /// Reads a value of the query language: `*`, ranges and comparisons where the key knows them.
    ///
    /// # Errors
    /// [`ValueError`] with what the key takes.
    pub fn read(self, written: &Written, tz: &TimeZone) -> Result<Predicate, ValueError> {
        let Written { text, star, quoted } = written;
        let bare_star = *star && text.is_empty() && !quoted;
        if text.is_empty() && !bare_star {
            return Err(ValueError::Empty);
        }
        match self {
            Self::Keyword(keyword) => {
                if !quoted && text.starts_with(['<', '>']) {
                    return Err(ValueError::NoComparison(text.clone()));
                }
                match star {
                    true => Ok(Term::Prefix(keyword, text.clone()).into()),
                    false => value::keyword(keyword, text),
                }
            }
            // A text that contains the beginning of a word contains the word's beginning: `*` adds nothing.
            Self::Phrase(_) if bare_star => Err(ValueError::Empty),
            Self::Phrase(phrase) => Ok(Term::Contains(phrase, text.clone()).into()),
            Self::Path if bare_star => Ok(Term::Path(String::new()).into()),
            Self::Path => Ok(Term::Path(text.clone()).into()),
            Self::Resource => value::resource(written),
            Self::Status if bare_star => Ok(Term::Status { from: 0, to: value::STATUS_MAX }.into()),
            Self::Sequence if bare_star => Ok(Term::Sequence { from: 0, to: SEQUENCE_N_MAX }.into()),
            Self::Severity if bare_star => value::severity(">=info"),
            _ if *star => Err(ValueError::NoStar),
            _ => self.plain(text, tz),
        }
    }

    /// Reads the value of a URL parameter: the text itself, nothing in it is a wildcard.
    ///
    /// # Errors
    /// [`ValueError`] with what the key takes.
    pub fn plain(self, text: &str, tz: &TimeZone) -> Result<Predicate, ValueError> {
        if text.is_empty() {
            return Err(ValueError::Empty);
        }
        match self {
            Self::Keyword(keyword) => value::keyword(keyword, text),
            Self::Phrase(phrase) => Ok(Term::Contains(phrase, text.to_owned()).into()),
            Self::Path => Ok(Term::Path(text.to_owned()).into()),
            Self::Status => value::status(text),
            Self::Sequence => value::sequence(text),
            Self::Severity => value::severity(text),
            Self::Address => value::address(text),
            Self::Resource => value::resource(&Written { text: text.to_owned(), quoted: true, star: false }),
            Self::Time => value::time(text, tz),
            Self::From => value::moment(text, tz).map(|at| value::between(at.start_us, i64::MAX)),
            Self::To => value::moment(text, tz).map(|at| value::between(i64::MIN, at.end_us)),
            Self::Since => when::parse_length(text)
                .map(|seconds| Term::Since { seconds }.into())
                .ok_or_else(|| ValueError::Length(text.to_owned())),
        }
    }
}

/// Number of letters to change, add or drop (Levenshtein). Names are short: the square is small.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut above_left = i;
        let mut left = i + 1;
        for (cell, y) in row.iter_mut().skip(1).zip(b.bytes()) {
            let best = (above_left + usize::from(x != y)).min(left + 1).min(*cell + 1);
            above_left = *cell;
            *cell = best;
            left = best;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_find_the_key_that_was_meant() {
        assert_eq!(Key::near("Actor"), Some("actor"));
        assert_eq!(Key::near("chanel"), Some("channel"));
        assert_eq!(Key::near("http-status"), Some("http_status"));
        assert_eq!(Key::near("banana"), None);
    }

    #[test]
    fn every_name_finds_its_key() {
        for key in Key::all() {
            assert_eq!(Key::find(key.name()), Some(key));
        }
    }
}
