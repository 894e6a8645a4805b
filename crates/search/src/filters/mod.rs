//! Filters as URL parameters: repeated ones mean any of, different ones all of, `-name=value` excludes.
//!
//! The names are those of the query language, which stands in the parameter `q`.

mod about;
mod key;
mod readable;
mod value;

use jiff::tz::TimeZone;

pub use key::Key;
pub use readable::is_readable;
pub use value::{ValueError, Written};

use crate::predicate::{Predicate, Term};
use crate::query::{QueryError, TERMS_MAX, parse_query};

/// What the URL of a question says.
#[derive(Debug, Clone)]
pub struct Filters {
    /// What is asked for.
    pub predicate: Predicate,
    /// The zone in which dates without an offset were read, and in which a histogram counts; UTC unless given.
    pub tz: TimeZone,
    /// The filters as given, `tz` among them, in their order, for an export to repeat.
    pub given: Vec<(String, String)>,
}

/// Why the parameters of a URL are no filters. Remedy: change the one named.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// A parameter nobody knows.
    #[error("there is no parameter {name:?}{}; known are: {known}", .near.map(|near| format!(", did you mean {near}?")).unwrap_or_default())]
    Unknown {
        /// As given.
        name: String,
        /// What was probably meant.
        near: Option<&'static str>,
        /// Every parameter taken here.
        known: String,
    },
    /// A value that does not fit.
    #[error("{name}: {problem}")]
    Value {
        /// The parameter as given.
        name: String,
        /// What is wrong with its value.
        problem: ValueError,
    },
    /// The query text cannot be read.
    #[error("q: {0}")]
    Query(QueryError),
    /// An unknown time zone.
    #[error("tz: {0:?} is no time zone; write a name of the IANA database such as Europe/Berlin, or UTC")]
    Zone(String),
    /// A parameter that can be given once only.
    #[error("{0} is given twice; give it once")]
    Twice(&'static str),
    /// A parameter that cannot be excluded.
    #[error("{0} cannot be excluded; give it without the -")]
    Excluded(&'static str),
    /// `from` is not before `to`.
    #[error("from is not before to; nothing can lie between them")]
    Inverted,
    /// More conditions than [`TERMS_MAX`].
    #[error("more than {TERMS_MAX} conditions; ask in several questions")]
    TooMany,
}

impl FilterError {
    /// The parameter at fault, as given in the URL (empty if it is no single one).
    #[must_use]
    pub fn parameter(&self) -> &str {
        match self {
            Self::Unknown { name, .. } | Self::Value { name, .. } => name,
            Self::Query(_) => "q",
            Self::Zone(_) => "tz",
            Self::Twice(name) | Self::Excluded(name) => name,
            Self::Inverted => "from",
            Self::TooMany => "",
        }
    }
}

/// The conditions gathered under one parameter.
struct Gathered {
    name: &'static str,
    any: Vec<Predicate>,
    none: Vec<Predicate>,
}

impl Filters {
    /// Reads decoded name and value pairs of a URL's query. `others` are the parameters that the caller handles itself;
    /// they are passed over. A blank `q` asks for everything.
    ///
    /// # Errors
    /// [`FilterError`] for the first pair at fault.
    pub fn parse<'a, P>(pairs: P, others: &[&str]) -> Result<Self, FilterError>
    where
        P: IntoIterator<Item = (&'a str, &'a str)>,
    {
        let pairs: Vec<_> = pairs.into_iter().filter(|(name, _)| !others.contains(name)).collect();
        let tz = zone(&pairs)?;
        let mut gathered: Vec<Gathered> = Vec::new();
        let mut given = Vec::new();
        for (written, value) in pairs {
            given.push((written.to_owned(), value.to_owned()));
            if written == "tz" {
                continue;
            }
            let (name, excluded) = written.strip_prefix('-').map_or((written, false), |name| (name, true));
            let (name, predicate) = one(name, written, value, &tz, others)?;
            let at = gathered.iter().position(|other| other.name == name);
            let single = Key::parameter(name).is_some_and(Key::is_bound);
            if single && excluded {
                return Err(FilterError::Excluded(name));
            }
            if single && at.is_some() {
                return Err(FilterError::Twice(name));
            }
            let at = at.unwrap_or_else(|| {
                gathered.push(Gathered { name, any: Vec::new(), none: Vec::new() });
                gathered.len() - 1
            });
            if let Some(group) = gathered.get_mut(at) {
                if excluded { group.none.push(predicate) } else { group.any.push(predicate) }
            }
        }
        let predicate = combine(gathered)?;
        if predicate.terms() > TERMS_MAX {
            return Err(FilterError::TooMany);
        }
        Ok(Self { predicate, tz, given })
    }
}

fn zone(pairs: &[(&str, &str)]) -> Result<TimeZone, FilterError> {
    let mut zones = pairs.iter().filter(|(name, _)| *name == "tz").map(|(_, value)| *value);
    let Some(name) = zones.next() else {
        return Ok(TimeZone::UTC);
    };
    if zones.next().is_some() {
        return Err(FilterError::Twice("tz"));
    }
    TimeZone::get(name).map_err(|_| FilterError::Zone(name.to_owned()))
}

fn one(
    name: &str,
    written: &str,
    value: &str,
    tz: &TimeZone,
    others: &[&str],
) -> Result<(&'static str, Predicate), FilterError> {
    if name == "q" {
        return parse_query(value, tz).map(|predicate| ("q", predicate)).map_err(FilterError::Query);
    }
    let key = Key::parameter(name).ok_or_else(|| FilterError::Unknown {
        name: written.to_owned(),
        near: Key::near(name).filter(|near| Key::parameter(near).is_some()),
        known: known(others),
    })?;
    let predicate = key.plain(value, tz);
    predicate
        .map(|predicate| (key.name(), predicate))
        .map_err(|problem| FilterError::Value { name: written.to_owned(), problem })
}

fn known(others: &[&str]) -> String {
    let filters: Vec<&str> = Key::parameters().map(Key::name).collect();
    [&["q"], filters.as_slice(), &["tz"], others].concat().join(", ")
}

/// Any of the values of one parameter, all of the parameters, none of the excluded values; the two bounds of time
/// become one condition.
fn combine(gathered: Vec<Gathered>) -> Result<Predicate, FilterError> {
    let mut from = i64::MIN;
    let mut to = i64::MAX;
    let mut all = Vec::new();
    for Gathered { any, none, .. } in gathered {
        match any.as_slice() {
            [Predicate::Term(Term::Time { from_us, to_us })] => (from, to) = (from.max(*from_us), to.min(*to_us)),
            [] => {}
            _ => all.push(Predicate::or(any)),
        }
        all.extend(none.into_iter().map(std::ops::Not::not));
    }
    if from >= to {
        return Err(FilterError::Inverted);
    }
    if (from, to) != (i64::MIN, i64::MAX) {
        all.push(value::between(from, to));
    }
    Ok(Predicate::and(all))
}
