//! The beginning of a request path, as its reader sees it.

use std::collections::HashMap;

use roaring::RoaringBitmap;
use segment::Field;

use super::spanning::{Values, runs};
use super::{Plan, Rows};
use crate::error::SearchError;

impl Plan<'_> {
    /// The rows among `within` whose path begins with `prefix`: literally, or with identities in their places.
    pub(super) fn path(&self, prefix: &str, within: &Rows) -> Result<Rows, SearchError> {
        let literal = self.part.prefix(Field::HttpPath, escape(prefix).as_bytes())?;
        let found = within.and(&Rows::Set(literal)).to_set();
        // Each identity that fits the prefix somewhere, with the places where it does.
        let mut fitting: Vec<([u8; 32], String, String, Vec<usize>)> = Vec::new();
        self.question.context.identities.each(&mut |digest, pointer, value| {
            let fits = |at: &usize| {
                let rest = prefix.get(*at..).unwrap_or_default();
                !value.is_empty() && (rest.starts_with(value) || value.starts_with(rest))
            };
            let places: Vec<usize> = prefix.char_indices().map(|(at, _)| at).filter(fits).collect();
            if !places.is_empty() {
                fitting.push((*digest, pointer.to_owned(), value.to_owned(), places));
            }
        });
        let mut first = RoaringBitmap::new();
        let mut values: Values<'_> = HashMap::new();
        for (digest, pointer, value, places) in &fitting {
            let rows = within.and(&Rows::Set(self.part.equal(Field::Identity, digest)?));
            if rows.is_empty() {
                continue;
            }
            for row in rows.to_set() {
                values.entry(row).or_default().push((pointer, value));
            }
            for at in places {
                let before = prefix.get(..*at).unwrap_or_default();
                let open = self.part.prefix(Field::HttpPath, format!("{}{{{pointer}}}", escape(before)).as_bytes())?;
                first |= rows.and(&Rows::Set(open)).to_set();
            }
        }
        let doubtful = Rows::Set(first - &found);
        let confirmed = self.on_lines_with(&doubtful, |row, entry| {
            let path = entry.http.path.as_deref().unwrap_or_default();
            let values = values.get(&row).map(Vec::as_slice).unwrap_or_default();
            runs(path, values).first().is_some_and(|run| run.starts_with(prefix))
        })?;
        Ok(Rows::Set(found | confirmed))
    }
}

/// A literal text as lines hold it.
fn escape(text: &str) -> String {
    text.replace('{', "{{")
}
