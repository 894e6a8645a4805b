//! The beginning of a request path, as its reader sees it.

use std::collections::HashMap;

use index::Field;
use roaring::RoaringBitmap;

use super::spanning::{Values, runs};
use super::{Plan, Rows};
use crate::error::SearchError;

/// An identity that fits the prefix, in one of the spellings that paths have.
struct Fitting {
    digest: [u8; 32],
    /// What stands between the braces of its placeholder.
    placeholder: String,
    /// The value in that spelling.
    spelled: String,
    /// Where in the prefix it fits, in bytes.
    places: Vec<usize>,
}

impl Plan<'_> {
    /// The rows among `within` whose path begins with `prefix`: literally, or with identities in their places.
    pub(super) fn path(&self, prefix: &str, within: &Rows) -> Result<Rows, SearchError> {
        let beginning =
            |prefix: &str| self.ask(within, |ask| self.part.prefix(Field::HttpPath, prefix.as_bytes(), ask));
        let found = within.meet(beginning(&escape(prefix))?).to_set();
        let fitting = self.fitting(prefix)?;
        let mut doubtful = RoaringBitmap::new();
        let mut values: Values<'_> = HashMap::new();
        for Fitting { digest, placeholder, spelled, places } in &fitting {
            let rows = within.meet(self.part.equal(Field::Identity, digest)?);
            if rows.is_empty() {
                continue;
            }
            for row in rows.to_set() {
                values.entry(row).or_default().push((placeholder, spelled));
            }
            for at in places {
                let before = escape(prefix.get(..*at).unwrap_or_default());
                let open = beginning(&format!("{before}{{{placeholder}}}"))?;
                doubtful |= rows.meet(open).to_set();
            }
        }
        let doubtful = Rows::Set(doubtful - &found);
        let confirmed = self.on_lines_with(&doubtful, |row, entry| {
            let path = entry.http.path.as_deref().unwrap_or_default();
            let values = values.get(&row).map(Vec::as_slice).unwrap_or_default();
            runs(path, values).first().is_some_and(|run| run.starts_with(prefix))
        })?;
        Ok(Rows::Set(found | confirmed))
    }

    /// Every visible identity that fits the prefix at some place: the rest of the prefix begins with the value, or the value with
    /// that rest.
    fn fitting(&self, prefix: &str) -> Result<Vec<Fitting>, SearchError> {
        let mut fitting = Vec::new();
        let mut look = |digest: &[u8; 32], pointer: &str, value: &str| {
            for (mark, spelled) in [("", value.to_owned()), ("%", encode(value, "%20")), ("+", encode(value, "+"))] {
                let fits = |at: &usize| {
                    let rest = prefix.get(*at..).unwrap_or_default();
                    !spelled.is_empty() && (rest.starts_with(&spelled) || spelled.starts_with(rest))
                };
                let places: Vec<usize> = prefix.char_indices().map(|(at, _)| at).filter(fits).collect();
                if !places.is_empty() {
                    let placeholder = format!("{mark}{pointer}");
                    fitting.push(Fitting { digest: *digest, placeholder, spelled, places });
                }
            }
        };
        self.question.context.identities.each(&mut look);
        self.question.others(self.part, &mut look)?;
        Ok(fitting)
    }
}

/// A literal text as lines hold it.
fn escape(text: &str) -> String {
    text.replace('{', "{{")
}

/// Percent-encodes all but the unreserved characters of RFC 3986, digits in upper case; `space` for a space.
fn encode(value: &str, space: &str) -> String {
    let mut out = String::with_capacity(value.len() + 8);
    for byte in value.bytes() {
        match byte {
            b' ' => out.push_str(space),
            byte if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => out.push(char::from(byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
