//! The values that a part's index lists, among the rows that match.

use index::{Ask, Field};
use segment::{Part, PartError};

use crate::error::SearchError;
use crate::plan::Rows;
use crate::question::Question;

/// Whether these are all rows of the part.
pub(crate) fn is_whole(part: &dyn Part, rows: &Rows) -> bool {
    matches!(rows, Rows::Range(range) if *range == (0..part.rows()))
}

/// Calls `each` with the values that begin so and that the part's index lists for rows that match, ascending, and how many rows
/// have each, until it answers `false`.
pub(crate) fn each_listed(
    question: &Question<'_>,
    part: &dyn Part,
    field: Field,
    beginning: &[u8],
    rows: &Rows,
    each: &mut dyn FnMut(&[u8], u64) -> bool,
) -> Result<(), SearchError> {
    let among = (!is_whole(part, rows)).then(|| rows.to_set());
    let may_read = |lines| question.may_read(lines);
    let ask = Ask { within: among.as_ref(), may_read: &may_read, bytes_max: question.context.bytes_max };
    part.values_beginning(field, beginning, &ask, each).map_err(|error| match error {
        PartError::Stopped => SearchError::OverBudget(question.spent()),
        error => error.into(),
    })
}
