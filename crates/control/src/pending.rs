//! A change set aside until its entry is durable: a row of kind `pending`, with the entry's `event_id` as its id.

use access::{Key, Kind, Record, Step};
use serde_json::{Value, json};

use crate::error::OpenControlError;
use crate::store::{Row, RowChange};

/// Kind of such rows.
pub(crate) const PENDING: &str = "pending";

/// The rows of a change.
pub(crate) fn rows_of(steps: &[Step]) -> Vec<RowChange> {
    let row = |step: &Step| match step {
        Step::Put(record) => {
            let Key { kind, id } = record.key();
            RowChange::Put(Row { kind: kind.name().to_owned(), id, value: record.to_json() })
        }
        Step::Remove(Key { kind, id }) => RowChange::Remove { kind: kind.name().to_owned(), id: id.clone() },
    };
    steps.iter().map(row).collect()
}

/// The row that sets a change aside.
pub(crate) fn set_aside(event_id: &str, rows: &[RowChange]) -> RowChange {
    let step = |change: &RowChange| match change {
        RowChange::Put(Row { kind, id, value }) => json!([kind, id, value]),
        RowChange::Remove { kind, id } => json!([kind, id]),
    };
    let value = Value::Array(rows.iter().map(step).collect()).to_string();
    RowChange::Put(Row { kind: PENDING.to_owned(), id: event_id.to_owned(), value })
}

/// Takes that row away.
pub(crate) fn done(event_id: &str) -> RowChange {
    RowChange::Remove { kind: PENDING.to_owned(), id: event_id.to_owned() }
}

/// Reads what [`set_aside`] wrote.
///
/// # Errors
/// `Pending`.
pub(crate) fn read(value: &str) -> Result<Vec<RowChange>, OpenControlError> {
    let steps: Vec<Vec<String>> = serde_json::from_str(value).map_err(OpenControlError::Pending)?;
    let change = |step: Vec<String>| match <[String; 3]>::try_from(step) {
        Ok([kind, id, value]) => Ok(RowChange::Put(Row { kind, id, value })),
        Err(step) => match <[String; 2]>::try_from(step) {
            Ok([kind, id]) => Ok(RowChange::Remove { kind, id }),
            Err(step) => {
                let what = format!("a step has {} members; it has kind, id, and maybe a value", step.len());
                Err(OpenControlError::Pending(serde::de::Error::custom(what)))
            }
        },
    };
    steps.into_iter().map(change).collect()
}

/// What a row change does to the state; `None` for rows that are no record.
///
/// # Errors
/// `Record`.
pub(crate) fn step_of(change: &RowChange) -> Result<Option<Step>, OpenControlError> {
    let (RowChange::Put(Row { kind, id, .. }) | RowChange::Remove { kind, id }) = change;
    let Some(kind) = Kind::named(kind) else { return Ok(None) };
    Ok(Some(match change {
        RowChange::Put(row) => Step::Put(Record::parse(kind, id, &row.value)?),
        RowChange::Remove { .. } => Step::Remove(Key { kind, id: id.clone() }),
    }))
}
