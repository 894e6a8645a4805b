//! The header of a database file: what is the same in every database of a log.

use std::path::Path;

use crate::{DatabaseError, Format};

/// SQLite's file header has so many bytes.
pub(crate) const HEADER_BYTES: usize = 100;

/// Every database of a log has pages of this size.
pub(crate) const PAGE_BYTES: usize = 4096;

/// Where the file header says that a write-ahead log is used, and what it says then, for writers and for readers.
///
/// Source: SQLite's file format, "File format version numbers".
pub(crate) const LOG_MODE: (usize, [u8; 2]) = (18, [2, 2]);

/// A field of the header that is always the same: where it stands, its bytes, and what is wrong with a database of this name that has
/// others.
type Field = (usize, &'static [u8], fn(&str) -> String);

/// The fields that are always the same. Others count changes and pages.
///
/// Source: SQLite's file format, "The Database Header".
const FIXED: [Field; 9] = [
    (0, b"SQLite format 3\0", |_| "this is no SQLite database".to_owned()),
    (16, &[0x10, 0], |name| format!("its pages do not have 4,096 bytes, as the {name}'s have")),
    (LOG_MODE.0, &LOG_MODE.1, |name| {
        format!(
            "it is not in write-ahead mode, as the {name} always is: SQLite would play a rollback journal back into it; of a copy that SQLite \
             made (VACUUM INTO), set `PRAGMA journal_mode = WAL`"
        )
    }),
    (20, &[0, 64, 32, 32], |name| format!("its pages are not laid out as the {name}'s are")),
    (44, &[0, 0, 0, 4], |name| format!("its schema has another format than the {name}'s")),
    (52, &[0; 4], moves_pages),
    (56, &[0, 0, 0, 1], |_| "its text is not UTF-8".to_owned()),
    (64, &[0; 4], moves_pages),
    (72, &[0; 20], |_| "its header has bytes that mean nothing".to_owned()),
];

fn moves_pages(name: &str) -> String {
    format!("it moves its pages about (auto_vacuum), as the {name} never does")
}

/// Whether a header, which stands in the file at `path`, is that of a database of this format.
///
/// # Errors
/// `Foreign`, `Format`.
pub(crate) fn check(path: &Path, header: &[u8; HEADER_BYTES], format: &Format) -> Result<(), DatabaseError> {
    let holds = |at: usize, bytes: &[u8]| header.get(at..).is_some_and(|rest| rest.starts_with(bytes));
    let number = |at: usize| {
        header.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |bytes| i64::from(u32::from_be_bytes(*bytes)))
    };
    let application = number(68);
    let version = number(60);
    let is_database = FIXED.first().is_some_and(|(at, bytes, _)| holds(*at, bytes));
    if is_database && (application, version) != (format.application_id, format.version) {
        return Err(DatabaseError::Format { path: path.to_owned(), application, version });
    }
    let wrong = FIXED.iter().find(|(at, bytes, _)| !holds(*at, bytes));
    wrong.map_or(Ok(()), |(_, _, what)| Err(DatabaseError::foreign(path, what(format.name))))
}
