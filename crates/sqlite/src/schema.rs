//! What a database holds besides rows: what [`fresh`] makes, and nothing else.
//!
//! SQLite does what a schema says. A trigger that somebody added, with no key at all, would drop rows as they are stored or copy them
//! before they are destroyed; so a database with anything of another's is not used.

use rusqlite::Connection;

use crate::Format;
use crate::header::LOG_MODE;

/// Objects of a schema that are named when it is refused: whoever added hundreds must not fill the terminal.
const NAMED_MAX: usize = 8;
/// Bytes of a foreign object's name that are shown.
const NAME_BYTES_MAX: usize = 64;

/// What an entry of `sqlite_schema` is: type, name, table, first page, text.
type Object = (String, String, String, i64, Option<String>);

/// The bytes of a database without a row, the same at all times.
pub(crate) fn fresh(format: &Format) -> rusqlite::Result<Vec<u8>> {
    let mut bytes = model(format)?.serialize("main")?.to_vec();
    let (at, mode) = LOG_MODE;
    bytes.get_mut(at..at + mode.len()).expect("a database has a header").copy_from_slice(&mode);
    Ok(bytes)
}

/// In what the schema of a database differs from its format's, in words; `None` if in nothing.
///
/// Cost: makes a schema in memory, less than a millisecond.
pub(crate) fn differences(connection: &Connection, format: &Format) -> rusqlite::Result<Option<String>> {
    let ours = objects(&model(format)?)?;
    let found = objects(connection)?;
    let is_added = |object: &&Object| !ours.contains(object);
    let is_missing = |object: &&Object| !found.iter().any(|other| (&other.0, &other.1) == (&object.0, &object.1));
    let name = format.name;
    let added = found.iter().filter(is_added);
    let added = added.map(|object| format!("{} {} is not the {name}'s", object.0, short(&object.1)));
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

fn model(format: &Format) -> rusqlite::Result<Connection> {
    let memory = Connection::open_in_memory()?;
    memory.execute_batch(format.schema)?;
    memory.pragma_update(None, "application_id", format.application_id)?;
    memory.pragma_update(None, "user_version", format.version)?;
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
    use crate::format::test::ITEMS;

    #[test]
    fn a_fresh_database_is_the_same_at_all_times() {
        assert_eq!(fresh(&ITEMS).unwrap(), fresh(&ITEMS).unwrap());
    }
}
