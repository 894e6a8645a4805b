use event::personal::is_address;
use index::Field;

use super::{Plan, Rows};
use crate::error::SearchError;
use crate::predicate::Term;

impl Plan<'_> {
    /// Returns the rows among `within` that match one condition.
    pub(super) fn term(&self, term: &Term, within: &Rows) -> Result<Rows, SearchError> {
        let set = match term {
            Term::Time { from_us, to_us } => {
                return Ok(self.between(self.part.rows_between(*from_us, *to_us), within));
            }
            Term::Since { seconds } => {
                let before_us = i64::try_from(seconds.saturating_mul(1_000_000)).unwrap_or(i64::MAX);
                let from_us = self.question.now_us.saturating_sub(before_us);
                return Ok(self.between(self.part.rows_between(from_us, i64::MAX), within));
            }
            Term::Equal(keyword, value) if value.contains('@') || is_address(value) => {
                self.addressed(*keyword, value)?
            }
            Term::Equal(keyword, value) => self.part.equal(keyword.field(), value.as_bytes())?,
            Term::Prefix(keyword, prefix) => {
                self.ask(within, |ask| self.part.prefix(keyword.field(), prefix.as_bytes(), ask))?
            }
            Term::Severity { from, to } => self.severities(*from, *to)?,
            Term::Status { from, to } => self.statuses(*from, *to)?,
            Term::Sequence { from, to } => return self.numbered(*from, *to, within),
            Term::Path(prefix) if prefix.is_empty() => {
                self.ask(within, |ask| self.part.prefix(Field::HttpPath, b"", ask))?
            }
            Term::Path(prefix) => return self.path(prefix, within),
            Term::Contains(phrase, needle) => return self.contains(*phrase, needle, within),
            Term::Address(ip) => return self.address(*ip, within),
            Term::InLine(keyword, value) => self.part.equal(keyword.field(), value.as_bytes())?,
            Term::Acts(kind, id) => return self.acts(*kind, id, within),
        };
        Ok(within.meet(set))
    }
}
