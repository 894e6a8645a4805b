use std::collections::BTreeMap;
use std::ops::Range;

use jiff::tz::TimeZone;
use segment::Part;

use crate::calendar::Interval;
use crate::error::SearchError;
use crate::facets::FacetField;
use crate::plan::{self, Rows};
use crate::question::Question;

/// Most bars: more than any screen has pixels, few enough for one answer.
pub const BUCKETS_MAX: usize = 10_000;

/// Most different values beside each other in the bars.
pub const SERIES_MAX: usize = 1_000;

/// One bar of a histogram.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// Where its interval begins, µs UTC.
    pub start_us: i64,
    /// Entries in it.
    pub total: u64,
    /// Value of the field asked and number of entries, by value; entries without the field are in `total` only.
    pub counts: Vec<(String, u64)>,
}

#[derive(Default)]
struct Bar {
    total: u64,
    counts: BTreeMap<Vec<u8>, u64>,
}

/// Counts, exactly, the entries that match per interval of order time in `tz`, oldest first; intervals without any are
/// left out.
///
/// Cost: per part, one rank a bar and value.
///
/// # Errors
/// [`SearchError::Buckets`], [`SearchError::Series`]; else as [`SearchError`].
pub fn histogram(
    question: &Question<'_>,
    interval: Interval,
    by: Option<FacetField>,
    tz: &TimeZone,
) -> Result<Vec<Bucket>, SearchError> {
    let mut bars: BTreeMap<i64, Bar> = BTreeMap::new();
    let mut series = std::collections::BTreeSet::new();
    for part in &question.view.parts {
        let rows = plan::rows(question, part.as_ref())?;
        let spans = spans(part.as_ref(), &rows, interval, tz)?;
        for (start_us, range) in &spans {
            bars.entry(*start_us).or_default().total += rows.len_in(range.clone());
        }
        if bars.len() > BUCKETS_MAX {
            return Err(SearchError::Buckets);
        }
        let Some(by) = by else { continue };
        for (value, with) in part.values(by.field())? {
            let with = rows.and(&Rows::Set(with));
            if with.is_empty() {
                continue;
            }
            for (start_us, range) in &spans {
                let count = with.len_in(range.clone());
                if count > 0 {
                    *bars.entry(*start_us).or_default().counts.entry(value.clone()).or_default() += count;
                }
            }
            series.insert(value);
            if series.len() > SERIES_MAX {
                return Err(SearchError::Series { field: by.name() });
            }
        }
    }
    let text = |(value, count): (Vec<u8>, u64)| (String::from_utf8_lossy(&value).into_owned(), count);
    let bucket = |(start_us, bar): (i64, Bar)| Bucket {
        start_us,
        total: bar.total,
        counts: bar.counts.into_iter().map(text).collect(),
    };
    Ok(bars.into_iter().map(bucket).collect())
}

/// The intervals in which `rows` has any, with the row range of each: it jumps from one to the next that is not empty.
fn spans(
    part: &dyn Part,
    rows: &Rows,
    interval: Interval,
    tz: &TimeZone,
) -> Result<Vec<(i64, Range<u32>)>, SearchError> {
    let mut spans = Vec::new();
    let mut at = rows.next(0);
    while let Some(row) = at {
        if spans.len() == BUCKETS_MAX {
            return Err(SearchError::Buckets);
        }
        let around = interval.around(part.time_us(row), tz);
        let range = part.rows_between(around.start, around.end);
        at = rows.next(range.end);
        spans.push((around.start, range));
    }
    Ok(spans)
}
