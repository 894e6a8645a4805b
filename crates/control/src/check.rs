//! Whether `control.db` is whole.

use std::path::Path;

use engine::verify::Finding;
use serde::de::IgnoredAny;
use sqlite::Access;

use crate::sqlite_control::{OpenControl, SqliteControl};
use crate::store::{ControlStoreError, Row};

/// Checks the `control.db` of a data directory at rest: that it is what the log made (SQLite's `integrity_check`, its schema, that nothing
/// lies behind the last page), that every row was written by a holder of the log's key and none is missing, and that each is JSON.
/// Where there is none, there is nothing to find. Writes nothing; nobody may have it open.
///
/// A file that was removed, or put back as it was at an earlier time, is not found: spec/control.md, "What a check cannot see".
///
/// Cost: reads it whole.
#[must_use]
pub fn check(data_dir: &Path) -> Vec<Finding> {
    let control = SqliteControl::of(data_dir);
    let opened = control.exists().and_then(|exists| exists.then(|| control.open(Access::AtRest)).transpose());
    let finding = |what| Finding { file: control.name().to_owned(), leaves: None, what };
    match opened {
        Ok(None) => Vec::new(),
        Ok(Some(open)) => what_is_wrong(&open).into_iter().map(finding).collect(),
        Err(ControlStoreError::Foreign { path, what }) => vec![Finding { file: path, leaves: None, what }],
        Err(error) => vec![finding(env::with_causes(&error))],
    }
}

fn what_is_wrong(open: &OpenControl) -> Vec<String> {
    let mut wrong = open.complaints();
    let looked = open.look(|Row { kind, id, value }| {
        if let Err(error) = serde_json::from_str::<IgnoredAny>(&value) {
            wrong.push(format!("row {kind:?}, {id:?}: it is no JSON: {error}"));
        }
    });
    match looked {
        Ok(damage) => wrong.extend(damage.iter().map(ToString::to_string)),
        Err(error) => wrong.push(env::with_causes(&error)),
    }
    wrong
}
