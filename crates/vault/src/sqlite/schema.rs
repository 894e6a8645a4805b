//! What `vault.db` holds besides rows: what [`fresh`] makes, and nothing else.
//!
//! SQLite does what a schema says. A trigger that somebody added, with no key at all, would drop keys as they are stored or copy them
//! before they are destroyed; so a database with anything of another's is not used. Source: spec/vault.md, "vault.db".

use rusqlite::Connection;

/// `indv`: what SQLite's file header calls this kind of file.
pub(super) const APPLICATION_ID: i64 = 0x696e_6476;
pub(super) const VERSION: i64 = 2;

const SCHEMA: &str = "
CREATE TABLE person (
  id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  scope TEXT NOT NULL CHECK (substr(scope, 1, 1) IN ('o', 's')),
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  wrapped BLOB CHECK (length(wrapped) >= 60),
  created_us INTEGER NOT NULL,
  destroyed_us INTEGER,
  CHECK ((wrapped IS NULL) = (destroyed_us IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX person_live ON person (scope, kind, subject) WHERE destroyed_us IS NULL;
PRAGMA application_id = 0x696e6476;
PRAGMA user_version = 2;
";

/// Where the file header says that a write-ahead log is used, and what it says then, for writers and for readers.
///
/// Source: SQLite's file format, "File format version numbers".
pub(super) const LOG_MODE: (usize, [u8; 2]) = (18, [2, 2]);

/// Objects of a schema that are named when it is refused: whoever added hundreds must not fill the terminal.
const NAMED_MAX: usize = 8;
/// Bytes of a foreign object's name that are shown.
const NAME_BYTES_MAX: usize = 64;

/// What an entry of `sqlite_schema` is: type, name, table, first page, text.
type Object = (String, String, String, i64, Option<String>);

/// The bytes of a database without a person, the same at all times: 16 KiB.
pub(super) fn fresh() -> rusqlite::Result<Vec<u8>> {
    let mut bytes = model()?.serialize("main")?.to_vec();
    let (at, mode) = LOG_MODE;
    bytes.get_mut(at..at + mode.len()).expect("a database has a header").copy_from_slice(&mode);
    Ok(bytes)
}

/// In what the schema of a database differs from the vault's, in words; `None` if in nothing.
///
/// Cost: makes a schema in memory, less than a millisecond.
pub(super) fn differences(connection: &Connection) -> rusqlite::Result<Option<String>> {
    let ours = objects(&model()?)?;
    let found = objects(connection)?;
    let is_added = |object: &&Object| !ours.contains(object);
    let is_missing = |object: &&Object| !found.iter().any(|other| (&other.0, &other.1) == (&object.0, &object.1));
    let added =
        found.iter().filter(is_added).map(|object| format!("{} {} is not the vault's", object.0, short(&object.1)));
    let missing = ours.iter().filter(is_missing).map(|object| format!("{} {} is missing", object.0, object.1));
    let mut said: Vec<String> = added.chain(missing).collect();
    if said.is_empty() && found.len() == ours.len() {
        return Ok(None);
    }
    let more = said.len().saturating_sub(NAMED_MAX);
    said.truncate(NAMED_MAX);
    if more > 0 {
        said.push(format!("and {more} more"));
    }
    Ok(Some(format!("its schema was altered, so that nothing in it is used: {}", said.join("; "))))
}

fn model() -> rusqlite::Result<Connection> {
    let memory = Connection::open_in_memory()?;
    memory.execute_batch(SCHEMA)?;
    Ok(memory)
}

fn objects(connection: &Connection) -> rusqlite::Result<Vec<Object>> {
    let mut statement = connection.prepare("SELECT type, name, tbl_name, rootpage, sql FROM sqlite_schema")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))?;
    rows.collect()
}

fn short(name: &str) -> &str {
    name.get(..name.floor_char_boundary(NAME_BYTES_MAX)).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_database_is_the_same_at_all_times_and_four_pages_long() {
        assert_eq!(fresh().unwrap(), fresh().unwrap());
        assert_eq!(fresh().unwrap().len(), 4 * 4096);
    }
}
