//! The canonical text of a predicate, in the query language. Normative: `spec/query.md`, "Canonical text".

use std::fmt::{self, Display as _};

use event::Severity;

use super::{Phrase, Predicate, Term};
use crate::when::instant_text;

impl fmt::Display for Predicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("*"),
            Self::Term(term) => term.fmt(f),
            Self::And(parts) => join(f, parts, " ", |part| matches!(part, Self::Or(_))),
            Self::Or(parts) => join(f, parts, " OR ", |_| false),
            Self::Not(inner) => {
                f.write_str("-")?;
                child(f, inner, !matches!(**inner, Self::Term(_) | Self::All))
            }
        }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Equal(keyword, value) => write!(f, "{}:{}", keyword.name(), Quoted(value)),
            Self::Prefix(keyword, prefix) if prefix.is_empty() => write!(f, "{}:*", keyword.name()),
            Self::Prefix(keyword, prefix) => write!(f, "{}:{}*", keyword.name(), Quoted(prefix)),
            Self::Path(prefix) if prefix.is_empty() => f.write_str("http_path:*"),
            Self::Path(prefix) => write!(f, "http_path:{}", Quoted(prefix)),
            Self::Status { from, to } if from == to => write!(f, "http_status:{from}"),
            Self::Status { from, to } => write!(f, "http_status:{from}..{to}"),
            Self::Sequence { from, to } if from == to => write!(f, "sequence_n:{from}"),
            Self::Sequence { from, to } => write!(f, "sequence_n:{from}..{to}"),
            Self::Severity { from, to } if from == to => write!(f, "severity:{from}"),
            Self::Severity { from, to: Severity::Critical } => write!(f, "severity:>={from}"),
            Self::Severity { from, to } => write!(f, "severity:{from}..{to}"),
            Self::Time { from_us: i64::MIN, to_us: i64::MAX } => f.write_str("*"),
            Self::Time { from_us, to_us } => {
                let bound = |us: i64| if us == i64::MIN || us == i64::MAX { String::new() } else { instant_text(us) };
                write!(f, "time:{}..{}", bound(*from_us), bound(*to_us))
            }
            Self::Since { seconds } => write!(f, "since:{seconds}s"),
            Self::Contains(Phrase::Description, needle) => Quoted(needle).fmt(f),
            Self::Contains(phrase, needle) => write!(f, "{}:{}", phrase.name(), Quoted(needle)),
            Self::Address(ip) => write!(f, "ip:{ip}"),
            // No key of the language: nothing that is typed has these texts.
            Self::InLine(keyword, value) => write!(f, "line:{}:{}", keyword.name(), Quoted(value)),
            Self::Acts(kind, id) => write!(f, "acts:{kind}:{}", Quoted(id)),
        }
    }
}

/// A value as the language takes it: bare where that is beyond doubt, else in quotes.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'/' | b'@' | b'.');
        let bare = self.0.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '/')
            && self.0.bytes().all(plain)
            && !matches!(self.0, "OR" | "AND" | "NOT");
        if bare {
            return f.write_str(self.0);
        }
        f.write_str("\"")?;
        for part in self.0.split_inclusive(['"', '\\']) {
            match part.strip_suffix(['"', '\\']) {
                Some(before) => write!(f, "{before}\\{}", part.get(before.len()..).unwrap_or_default())?,
                None => f.write_str(part)?,
            }
        }
        f.write_str("\"")
    }
}

fn join(
    f: &mut fmt::Formatter<'_>,
    parts: &[Predicate],
    between: &str,
    group: impl Fn(&Predicate) -> bool,
) -> fmt::Result {
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            f.write_str(between)?;
        }
        child(f, part, group(part))?;
    }
    Ok(())
}

fn child(f: &mut fmt::Formatter<'_>, part: &Predicate, group: bool) -> fmt::Result {
    if group { write!(f, "({part})") } else { part.fmt(f) }
}
