//! The filters of a question, as an own entry holds them: what names nobody in the clear, all else personal.

use std::borrow::Cow;

use event::{Declared, Event};
use search::is_readable;
use serde_json::{Map, Value, json};

use crate::own::viewer::Viewer;

/// Values shorter than this are not sought in texts (spec/disclosure.md), so they never take a word of the log's own out of one.
const SOUGHT_CHARS_MIN: usize = 3;

/// Adds `filters`, as `[name, value]` in their order, to the event's `properties`. Values that may name somebody are declared
/// personal of `viewer`: shown to whoever may see the viewer's values, and gone with the viewer's key.
///
/// `texts` are the log's own words in the event. A value that is part of them names nobody and stays: otherwise a question for
/// `export` would take that word out of the entry's description.
pub(super) fn add<'a>(
    event: &mut Event<'a>,
    viewer: &Viewer,
    filters: &'a [(String, String)],
    mut others: Map<String, Value>,
) {
    let words: Vec<String> = [&event.description, &event.http.path, &event.event]
        .into_iter()
        .flatten()
        .map(|text| text.to_lowercase())
        .chain(others.values().map(|value| value.to_string().to_lowercase()))
        .collect();
    let is_own_word = |value: &str| {
        let folded = value.to_lowercase();
        value.chars().count() >= SOUGHT_CHARS_MIN && words.iter().any(|text| text.contains(&folded))
    };
    let withheld = |(_, (name, value)): &(usize, &(String, String))| !is_readable(name, value) && !is_own_word(value);
    let paths = filters.iter().enumerate().filter(withheld);
    let paths: Vec<Cow<'_, str>> = paths.map(|(at, _)| format!("/properties/filters/{at}/1").into()).collect();
    others.insert("filters".to_owned(), filters.iter().map(|(name, value)| json!([name, value])).collect());
    event.properties = Some(Cow::Owned(Value::Object(others).to_string()));
    if !paths.is_empty() {
        event.personal.push(Declared { of: viewer.of().into(), paths });
    }
}
