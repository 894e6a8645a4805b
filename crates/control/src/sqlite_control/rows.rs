//! Rows of the table, and whose they are.

use std::fmt;

use sqlite::one;
use sqlite::rusqlite::ffi::{Error, SQLITE_CORRUPT};
use sqlite::rusqlite::{self, Connection, OptionalExtension as _, Transaction};

use crate::row_key::{MAC_BYTES, RowKey};
use crate::store::{ID_BYTES_MAX, KIND_BYTES_MAX, Row, RowChange, VALUE_BYTES_MAX};

/// Damaged rows that are named: whoever wrote thousands must not fill the terminal.
const NAMED_MAX: usize = 100;

/// Something that is not as the log wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Damage {
    /// Kind and id of the row; `None` for all rows together.
    pub(crate) row: Option<(String, String)>,
    /// What is wrong.
    pub(crate) what: &'static str,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.row {
            Some((kind, id)) => write!(f, "row {kind:?}, {id:?}: {}", self.what),
            None => f.write_str(self.what),
        }
    }
}

const ANOTHER_HAND: &str = "rows were added, removed or put back by somebody without the log's key";

/// Reads all rows in one go and says what is wrong. What is longer than a row may be is not taken into memory.
pub(super) fn look(connection: &Connection, key: &RowKey, mut visit: impl FnMut(Row)) -> rusqlite::Result<Vec<Damage>> {
    let columns = format!(
        "SELECT CASE WHEN octet_length(kind) <= {KIND_BYTES_MAX} THEN kind END,
                CASE WHEN octet_length(id) <= {ID_BYTES_MAX} THEN id END,
                CASE WHEN octet_length(value) <= {VALUE_BYTES_MAX} THEN value END,
                CASE WHEN octet_length(mac) = {MAC_BYTES} THEN mac END
         FROM control ORDER BY kind, id"
    );
    let mut statement = connection.prepare(&columns)?;
    let mut rows = statement.query([])?;
    let mut damage = Vec::new();
    let mut said = None;
    let mut all = key.of_all();
    while let Some(row) = rows.next()? {
        let text = |at| Ok::<_, rusqlite::Error>(row.get_ref(at)?.as_str_or_null().ok().flatten());
        let mac = row.get_ref(3)?.as_blob_or_null().ok().flatten();
        let kind = text(0)?;
        let id = text(1)?;
        let value = text(2)?;
        if (kind, id) == (Some(""), Some("")) {
            said = mac.filter(|_| value == Some("")).map(<[u8]>::to_vec);
            continue;
        }
        all.add(mac.unwrap_or_default());
        let what = match (kind, id, value, mac) {
            (Some(kind), Some(id), Some(value), Some(mac)) if key.of_row(kind, id, value) == mac => {
                visit(Row { kind: kind.to_owned(), id: id.to_owned(), value: value.to_owned() });
                continue;
            }
            (Some(_), Some(_), Some(_), Some(_)) => "it was not written by a holder of the log's key",
            _ => "it is longer than a row can be, or no text",
        };
        if damage.len() < NAMED_MAX {
            let name = |text: Option<&str>| text.unwrap_or("…").to_owned();
            damage.push(Damage { row: Some((name(kind), name(id))), what });
        }
    }
    if said.as_deref() != all.end().as_ref().map(<[u8; MAC_BYTES]>::as_slice) {
        damage.push(Damage { row: None, what: ANOTHER_HAND });
    }
    Ok(damage)
}

/// Makes the changes, unless another hand has changed the rows since.
pub(super) fn change(transaction: &Transaction<'_>, key: &RowKey, changes: &[RowChange]) -> rusqlite::Result<()> {
    let said = transaction.query_row("SELECT mac FROM control WHERE kind = '' AND id = ''", [], |row| row.get(0));
    if said.optional()? != of_all(transaction, key)? {
        return Err(rusqlite::Error::SqliteFailure(Error::new(SQLITE_CORRUPT), Some(ANOTHER_HAND.to_owned())));
    }
    for change in changes {
        match change {
            RowChange::Put(Row { kind, id, value }) => put(transaction, kind, id, value, key.of_row(kind, id, value))?,
            RowChange::Remove { kind, id } => remove(transaction, kind, id)?,
        }
    }
    match of_all(transaction, key)? {
        Some(mac) => put(transaction, "", "", "", mac),
        None => remove(transaction, "", ""),
    }
}

fn put(on: &Transaction<'_>, kind: &str, id: &str, value: &str, mac: [u8; MAC_BYTES]) -> rusqlite::Result<()> {
    let mut statement = on.prepare_cached(
        "INSERT INTO control (kind, id, value, mac) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (kind, id) DO UPDATE SET value = excluded.value, mac = excluded.mac",
    )?;
    one(statement.execute((kind, id, value, mac))?)
}

fn remove(on: &Transaction<'_>, kind: &str, id: &str) -> rusqlite::Result<()> {
    on.prepare_cached("DELETE FROM control WHERE kind = ?1 AND id = ?2")?.execute((kind, id)).map(drop)
}

/// The MAC of all rows as they stand.
fn of_all(transaction: &Transaction<'_>, key: &RowKey) -> rusqlite::Result<Option<[u8; MAC_BYTES]>> {
    let mut statement =
        transaction.prepare_cached("SELECT mac FROM control WHERE kind <> '' OR id <> '' ORDER BY kind, id")?;
    let mut rows = statement.query([])?;
    let mut all = key.of_all();
    while let Some(row) = rows.next()? {
        all.add(row.get_ref(0)?.as_blob()?);
    }
    Ok(all.end())
}
