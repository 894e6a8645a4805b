use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use index::Ask;
use jiff::tz::TimeZone;
use segment::{Part, PartError};

use crate::calendar::Interval;
use crate::error::SearchError;
use crate::facets::{FacetField, values_bytes};
use crate::limits::{BUCKETS_MAX, SERIES_MAX};
use crate::parallel::for_parts;
use crate::plan::{self, Rows};
use crate::question::Question;
use crate::results::{AnswerKind, Bars, CachedAnswer};

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
    let what = tz.iana_name().map(|zone| {
        let by = by.map(FacetField::name).unwrap_or_default();
        AnswerKind::Bars(format!("{interval:?} {by} {zone}"))
    });
    let known = what.clone().unwrap_or(AnswerKind::Rows);
    let _held = question.hold(by.map_or(0, |by| values_bytes(question, by.field())))?;
    for of_part in
        for_parts(question, true, &known, |part| of_part(question, part.as_ref(), interval, by, tz, what.clone()))?
    {
        for (start_us, total, counts) in of_part.iter() {
            let bar = bars.entry(*start_us).or_default();
            bar.total += total;
            for (value, count) in counts {
                if !series.contains(value) {
                    series.insert(value.clone());
                }
                match bar.counts.get_mut(value) {
                    Some(sum) => *sum += count,
                    None => drop(bar.counts.insert(value.clone(), *count)),
                }
            }
        }
        if bars.len() > BUCKETS_MAX {
            return Err(SearchError::Buckets);
        }
        if let Some(by) = by.filter(|_| series.len() > SERIES_MAX) {
            return Err(SearchError::Series { field: by.name() });
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

/// The bars of one part.
fn of_part(
    question: &Question<'_>,
    part: &dyn Part,
    interval: Interval,
    by: Option<FacetField>,
    tz: &TimeZone,
    what: Option<AnswerKind>,
) -> Result<Arc<Bars>, SearchError> {
    let work_out = || {
        let rows = plan::rows(question, part)?;
        let spans = spans(part, &rows, interval, tz)?;
        let mut bars: Bars = counts(&rows, &spans).zip(&spans).map(|(n, span)| (span.0, n, Vec::new())).collect();
        if let Some(by) = by.filter(|_| !rows.is_empty()) {
            beside(question, part, &rows, by, &spans, &mut bars)?;
        }
        Ok(CachedAnswer::Bars(Arc::new(bars)))
    };
    let kept = match what {
        Some(what) => question.kept(part, what, work_out)?,
        None => work_out()?,
    };
    match kept {
        CachedAnswer::Bars(bars) => Ok(bars),
        _ => unreachable!("bars are kept under a key of their own"),
    }
}

/// Puts the values of a field into the bars. Memory: the rows of one value at a time.
fn beside(
    question: &Question<'_>,
    part: &dyn Part,
    rows: &Rows,
    by: FacetField,
    spans: &[(i64, Range<u32>)],
    bars: &mut Bars,
) -> Result<(), SearchError> {
    let whole = matches!(rows, Rows::Range(range) if *range == (0..part.rows()));
    let among = (!whole).then(|| rows.to_set());
    let may_read = |lines| question.may_read(lines);
    let ask = Ask { within: among.as_ref(), may_read: &may_read, bytes_max: question.context.bytes_max };
    let mut series = 0;
    let asked = part.each_value(by.field(), &ask, &mut |value, with| {
        series += 1;
        let with = if whole { Rows::Set(with) } else { rows.meet(with) };
        for (bar, count) in bars.iter_mut().zip(counts(&with, spans)).filter(|(_, count)| *count > 0) {
            bar.2.push((value.to_vec(), count));
        }
        series <= SERIES_MAX
    });
    match asked {
        // More bytes than one may hold are more values, too.
        Err(PartError::TooMany) => series = usize::MAX,
        Err(PartError::Stopped) => return Err(SearchError::OverBudget(question.spent())),
        asked => asked?,
    }
    if series > SERIES_MAX { Err(SearchError::Series { field: by.name() }) } else { Ok(()) }
}

/// How many of `rows` lie in each span. Cost: a rank for each border between two spans.
fn counts<'s>(rows: &'s Rows, spans: &'s [(i64, Range<u32>)]) -> impl Iterator<Item = u64> + 's {
    let mut known = (0, 0);
    spans.iter().map(move |(_, range)| {
        let before = if known.0 == range.start { known.1 } else { rows.rank(range.start) };
        let upto = rows.rank(range.end);
        known = (range.end, upto);
        upto - before
    })
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
