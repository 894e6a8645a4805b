//! Values, key by key. Each error says what the key takes.

use std::net::IpAddr;

use event::Severity;
use event::limits::SEQUENCE_N_MAX;
use jiff::tz::TimeZone;

use crate::predicate::{Keyword, Predicate, Term};
use crate::when::{Moment, parse_moment};

/// Highest status an entry can hold.
pub(super) const STATUS_MAX: u16 = 999;

/// A value as written in the query language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The text without quotes, escapes and the star.
    pub text: String,
    /// Whether it stood in quotes.
    pub quoted: bool,
    /// Whether a star followed.
    pub star: bool,
}

/// Why a value does not fit its key. Remedy: write one of what the message lists.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// No value.
    #[error("the value is empty; give one, or leave the condition out")]
    Empty,
    /// A comparison where there is no order.
    #[error(
        "{0:?} is a comparison, which only severity, http_status, sequence_n and time take; put the text in quotes to mean it"
    )]
    NoComparison(String),
    /// A star where there is no beginning.
    #[error("* is not taken here; give the whole value")]
    NoStar,
    /// Not one of the words of an enumeration.
    #[error("{value:?} is not one of {allowed}")]
    Word {
        /// The value as written.
        value: String,
        /// What could be written.
        allowed: String,
    },
    /// Not a status.
    #[error(
        "{0:?} is no HTTP status; write one such as 404, a class such as 4xx, a range such as 400..499, or a comparison such as >=500"
    )]
    Status(String),
    /// Not a number of a stream.
    #[error(
        "{0:?} is no number of a stream; write one such as 42, a range such as 0..999, or a comparison such as >=1000 (at most {SEQUENCE_N_MAX})"
    )]
    Sequence(String),
    /// Not a severity.
    #[error(
        "{0:?} is no severity; write info, warning or critical, a range such as info..warning, or a comparison such as >=warning"
    )]
    Severity(String),
    /// Not an address.
    #[error("{0:?} is no IP address; write a whole one such as 203.0.113.7 or 2001:db8::7")]
    Address(String),
    /// Not `TYPE/ID`.
    #[error("{0:?} is not TYPE/ID; write one such as workstation/ws-142, or use resource_type or resource_id")]
    Resource(String),
    /// Not a date or instant.
    #[error(
        "{0:?} is no date or time; write 2026-03-31, 2026-03, 2026, or an instant such as 2026-03-31T14:30:00Z (years 1 to 9997; + is %2B in a URL)"
    )]
    Moment(String),
    /// A range that ends before it begins, or has no end at all.
    #[error("{0:?} covers nothing; write the earlier bound first, A..B, A.. or ..B")]
    Range(String),
    /// A point in time where a range is needed.
    #[error("{0:?} is a single point in time; write a range such as A..B, or a comparison such as >=A")]
    Instant(String),
    /// Not a length of time.
    #[error(
        "{0:?} is no length of time; write a whole number and s, m, h, d or w, such as 7d (at most a hundred years)"
    )]
    Length(String),
}

pub(super) fn keyword(keyword: Keyword, text: &str) -> Result<Predicate, ValueError> {
    let words = keyword.words();
    if !words.is_empty() && !words.contains(&text) {
        return Err(ValueError::Word { value: text.to_owned(), allowed: words.join(", ") });
    }
    Ok(Term::Equal(keyword, text.to_owned()).into())
}

pub(super) fn status(text: &str) -> Result<Predicate, ValueError> {
    let wrong = || ValueError::Status(text.to_owned());
    let one = |part: &str| -> Option<(u16, u16)> {
        let digits = part.strip_suffix("xx").or_else(|| part.strip_suffix("XX"));
        let digits_only = part.starts_with(|first: char| first.is_ascii_digit());
        let number: u16 = digits.unwrap_or(part).parse().ok().filter(|_| digits_only)?;
        match digits {
            Some(_) => (1..=9).contains(&number).then_some((number * 100, number * 100 + 99)),
            None => (number <= STATUS_MAX).then_some((number, number)),
        }
    };
    let (from, to) =
        bounds(text, one, (0, STATUS_MAX), |at| at.checked_add(1), |at| at.checked_sub(1)).ok_or_else(wrong)?;
    if from > to {
        return Err(ValueError::Range(text.to_owned()));
    }
    Ok(Term::Status { from, to }.into())
}

pub(super) fn sequence(text: &str) -> Result<Predicate, ValueError> {
    let one = |part: &str| -> Option<(u64, u64)> {
        let digits_only = part.bytes().all(|byte| byte.is_ascii_digit());
        let n = part.parse().ok().filter(|n| digits_only && *n <= SEQUENCE_N_MAX)?;
        Some((n, n))
    };
    let next = |n: u64| (n < SEQUENCE_N_MAX).then_some(n + 1);
    match bounds(text, one, (0, SEQUENCE_N_MAX), next, |n| n.checked_sub(1)) {
        Some((from, to)) if from <= to => Ok(Term::Sequence { from, to }.into()),
        Some(_) => Err(ValueError::Range(text.to_owned())),
        None => Err(ValueError::Sequence(text.to_owned())),
    }
}

pub(super) fn severity(text: &str) -> Result<Predicate, ValueError> {
    let one = |part: &str| Severity::from_word(part).map(|severity| (severity, severity));
    let next = |severity| match severity {
        Severity::Info => Some(Severity::Warning),
        Severity::Warning => Some(Severity::Critical),
        Severity::Critical => None,
    };
    let previous = |severity| match severity {
        Severity::Info => None,
        Severity::Warning => Some(Severity::Info),
        Severity::Critical => Some(Severity::Warning),
    };
    match bounds(text, one, (Severity::Info, Severity::Critical), next, previous) {
        Some((from, to)) if from <= to => Ok(Term::Severity { from, to }.into()),
        Some(_) => Err(ValueError::Range(text.to_owned())),
        None => Err(ValueError::Severity(text.to_owned())),
    }
}

pub(super) fn address(text: &str) -> Result<Predicate, ValueError> {
    text.parse::<IpAddr>()
        .map(|ip| Term::Address(ip.to_canonical()).into())
        .map_err(|_| ValueError::Address(text.to_owned()))
}

pub(super) fn resource(written: &Written) -> Result<Predicate, ValueError> {
    let wrong = || ValueError::Resource(written.text.clone());
    let (kind, id) = written.text.split_once('/').ok_or_else(wrong)?;
    if kind.is_empty() || (id.is_empty() && !written.star) {
        return Err(wrong());
    }
    let id = match written.star {
        true => Term::Prefix(Keyword::ResourceId, id.to_owned()),
        false => Term::Equal(Keyword::ResourceId, id.to_owned()),
    };
    Ok(Predicate::and([Term::Equal(Keyword::ResourceType, kind.to_owned()).into(), id.into()]))
}

pub(super) fn moment(text: &str, tz: &TimeZone) -> Result<Moment, ValueError> {
    parse_moment(text, tz).ok_or_else(|| ValueError::Moment(text.to_owned()))
}

/// `A..B` is from the beginning of A to the end of a date B, to before an instant B.
pub(super) fn time(text: &str, tz: &TimeZone) -> Result<Predicate, ValueError> {
    let after = |at: Moment| if at.is_instant() { at.end_us + 1 } else { at.end_us };
    let (from_us, to_us) = if let Some((from, to)) = text.split_once("..") {
        let from = if from.is_empty() { i64::MIN } else { moment(from, tz)?.start_us };
        (from, if to.is_empty() { i64::MAX } else { moment(to, tz)?.end_us })
    } else if let Some(bound) = text.strip_prefix(">=") {
        (moment(bound, tz)?.start_us, i64::MAX)
    } else if let Some(bound) = text.strip_prefix("<=") {
        (i64::MIN, after(moment(bound, tz)?))
    } else if let Some(bound) = text.strip_prefix('>') {
        (after(moment(bound, tz)?), i64::MAX)
    } else if let Some(bound) = text.strip_prefix('<') {
        (i64::MIN, moment(bound, tz)?.start_us)
    } else {
        let at = moment(text, tz)?;
        if at.is_instant() {
            return Err(ValueError::Instant(text.to_owned()));
        }
        (at.start_us, at.end_us)
    };
    if from_us >= to_us || (from_us, to_us) == (i64::MIN, i64::MAX) {
        return Err(ValueError::Range(text.to_owned()));
    }
    Ok(between(from_us, to_us))
}

pub(super) fn between(from_us: i64, to_us: i64) -> Predicate {
    Term::Time { from_us, to_us }.into()
}

/// Reads `A..B`, `A..`, `..B`, `>=A`, `>A`, `<=A`, `<A` or `A`, both bounds included. `None` if a part is unreadable or
/// nothing lies beyond it.
fn bounds<T: Copy>(
    text: &str,
    one: impl Fn(&str) -> Option<(T, T)>,
    (lowest, highest): (T, T),
    next: impl Fn(T) -> Option<T>,
    previous: impl Fn(T) -> Option<T>,
) -> Option<(T, T)> {
    if let Some((from, to)) = text.split_once("..") {
        if from.is_empty() && to.is_empty() {
            return None;
        }
        let from = if from.is_empty() { lowest } else { one(from)?.0 };
        let to = if to.is_empty() { highest } else { one(to)?.1 };
        Some((from, to))
    } else if let Some(bound) = text.strip_prefix(">=") {
        Some((one(bound)?.0, highest))
    } else if let Some(bound) = text.strip_prefix("<=") {
        Some((lowest, one(bound)?.1))
    } else if let Some(bound) = text.strip_prefix('>') {
        Some((next(one(bound)?.1)?, highest))
    } else if let Some(bound) = text.strip_prefix('<') {
        Some((lowest, previous(one(bound)?.0)?))
    } else {
        one(text)
    }
}
