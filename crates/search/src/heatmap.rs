use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use segment::Part;

use crate::calendar::Interval;
use crate::error::SearchError;
use crate::parallel::for_parts;
use crate::plan;
use crate::question::Question;
use crate::results::{AnswerKind, Bars, CachedAnswer};

/// Hours of a day.
pub const HOURS: usize = 24;

/// Days of a week, Monday first.
pub const WEEKDAYS: usize = 7;

/// Entries by weekday, Monday first, and hour of the wall clock.
pub type Heatmap = [[u64; HOURS]; WEEKDAYS];

/// Counts, exactly, the entries that match by weekday and hour of order time on the wall clock of `tz`. An hour that the clock
/// goes through twice counts both times; one that it skips has nothing.
///
/// Cost: per part, two ranks for each hour that has entries: it jumps from one to the next that is not empty.
///
/// # Errors
/// As [`SearchError`].
pub fn heatmap(question: &Question<'_>, tz: &TimeZone) -> Result<Heatmap, SearchError> {
    // Kept like the bars of a histogram. A zone without a name cannot name an answer, so nothing is kept for it.
    let what = tz.iana_name().map(|zone| AnswerKind::Bars(format!("heatmap {zone}")));
    let known = what.clone().unwrap_or(AnswerKind::Rows);
    let mut cells = Heatmap::default();
    let _held = question.hold(0)?;
    for of_part in for_parts(question, true, &known, |part| of_part(question, part.as_ref(), tz, what.clone()))? {
        for (cell, count, _) in of_part.iter() {
            if let Some(sum) = usize::try_from(*cell).ok().and_then(|at| cells.as_flattened_mut().get_mut(at)) {
                *sum += count;
            }
        }
    }
    Ok(cells)
}

/// The cells of one part that are not empty, each by its number in the week.
fn of_part(
    question: &Question<'_>,
    part: &dyn Part,
    tz: &TimeZone,
    what: Option<AnswerKind>,
) -> Result<Arc<Bars>, SearchError> {
    let work_out = || {
        let rows = plan::rows(question, part)?;
        let mut cells = Heatmap::default();
        let mut at = rows.next(0);
        let mut before = 0;
        while let Some(row) = at {
            question.keep_going(0)?;
            let around = Interval::Hour.around(part.time_us(row), tz);
            let Range { end, .. } = part.rows_between(around.start, around.end);
            // Every matching row before this hour is counted already.
            let upto = rows.rank(end);
            if let Some(sum) = cell(around.start, tz).and_then(|cell| cells.as_flattened_mut().get_mut(cell)) {
                *sum += upto - before;
            }
            before = upto;
            at = rows.next(end);
        }
        let full = cells.as_flattened().iter().enumerate().filter(|(_, count)| **count > 0);
        Ok(CachedAnswer::Bars(Arc::new(full.map(|(cell, count)| (cell as i64, *count, Vec::new())).collect())))
    };
    let kept = match what {
        Some(what) => question.kept(part, what, work_out)?,
        None => work_out()?,
    };
    match kept {
        CachedAnswer::Bars(cells) => Ok(cells),
        _ => unreachable!("cells are kept under a key of their own"),
    }
}

/// The number of the cell that a moment belongs to.
fn cell(us: i64, tz: &TimeZone) -> Option<usize> {
    let at = tz.to_datetime(Timestamp::from_microsecond(us).ok()?);
    let weekday = at.weekday().to_monday_zero_offset();
    let hour = at.hour();
    Some(usize::try_from(weekday).ok()? * HOURS + usize::try_from(hour).ok()?)
}
