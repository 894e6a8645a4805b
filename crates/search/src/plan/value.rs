//! Ranges over fields with few values: the union of the values in range.

use event::Severity;
use roaring::RoaringBitmap;
use segment::Field;

use super::Plan;
use crate::error::SearchError;

impl Plan<'_> {
    pub(super) fn severities(&self, from: Severity, to: Severity) -> Result<RoaringBitmap, SearchError> {
        let mut found = RoaringBitmap::new();
        for severity in [Severity::Info, Severity::Warning, Severity::Critical] {
            if (from..=to).contains(&severity) {
                found |= self.part.equal(Field::Severity, severity.as_str().as_bytes())?;
            }
        }
        Ok(found)
    }

    pub(super) fn statuses(&self, from: u16, to: u16) -> Result<RoaringBitmap, SearchError> {
        if from == to {
            return Ok(self.part.equal(Field::HttpStatus, from.to_string().as_bytes())?);
        }
        let mut found = RoaringBitmap::new();
        for (value, rows) in self.part.values(Field::HttpStatus)? {
            let status = std::str::from_utf8(&value).ok().and_then(|text| text.parse::<u16>().ok());
            if status.is_some_and(|status| (from..=to).contains(&status)) {
                found |= rows;
            }
        }
        Ok(found)
    }
}
