//! CSV for spreadsheets: a byte-order mark, the layout's columns, then the fixed ones, then those of later. RFC 4180.

use std::borrow::Cow;
use std::sync::LazyLock;

use engine::Wanted;
use enrich::Browsers;
use event::Entry;
use event::render::{Opened, Rendered, json};
use memchr::memmem;
use search::instant_text;

use crate::layout::{Column, Layout, Row, text};

/// Columns that follow the layout's in every CSV export, before `changes` and `properties`.
const FIXED: &[Column] = &[
    ("id", |row| row.entry.id.into()),
    ("time", |row| instant_text(row.entry.time_us).into()),
    ("channel", |row| text(Some(&row.entry.channel))),
    ("event", |row| text(Some(&row.entry.event))),
    ("description", |row| text(Some(&row.shown.description))),
    ("actor_email", |row| text(row.shown.actor_email.as_ref())),
    ("actor_id", |row| text(Some(&row.shown.actor_id))),
    ("resource_type", |row| text(row.entry.resource.as_ref().map(|resource| &resource.kind))),
    ("resource_id", |row| text(row.shown.resource_id.as_ref())),
];

/// Columns behind all others: whoever reads columns by their number finds the earlier ones where they were.
const APPENDED: &[Column] = &[
    ("reason", |row| text(row.shown.reason.as_ref())),
    ("session_id", |row| text(row.entry.session_id.as_ref())),
    ("sequence_stream", |row| text(row.entry.sequence.as_ref().map(|sequence| &sequence.stream))),
    ("sequence_n", |row| row.entry.sequence.as_ref().map(|sequence| sequence.n.to_string()).unwrap_or_default().into()),
];

/// Appends the byte-order mark and the headings.
pub(crate) fn header(layout: Layout, out: &mut Vec<u8>) {
    out.extend_from_slice("\u{feff}".as_bytes());
    let before = layout.columns().iter().chain(FIXED).map(|(name, _)| *name);
    let behind = APPENDED.iter().map(|(name, _)| *name);
    before.chain(["changes", "properties"]).chain(behind).for_each(|name| cell(name, out));
    end(out);
}

/// How the pointer of every value of a connection begins. Made ready once.
static CONNECTION: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new("/client/"));

/// Which disclosures the row of a line needs.
pub(crate) fn wanted(layout: Layout, line: &[u8]) -> Wanted {
    // A value of a connection also stands where a text has a placeholder for it, which names its pointer.
    let shown = layout.shows_connections() || CONNECTION.find(line).is_some();
    if shown { Wanted::All } else { Wanted::AllButConnections }
}

/// Appends an entry.
pub(crate) fn row(layout: Layout, entry: &Entry<'_>, opened: &[Opened<'_>], browsers: &Browsers, out: &mut Vec<u8>) {
    let shown = Rendered::new(entry, opened);
    let row = Row { entry, shown: &shown, browsers };
    layout.columns().iter().chain(FIXED).for_each(|(_, column)| cell(&harmless(&column(&row)), out));
    cell(&harmless(&entry.changes.map(|raw| json(raw, "/changes", opened)).unwrap_or_default()), out);
    cell(&harmless(&entry.properties.map(|raw| json(raw, "/properties", opened)).unwrap_or_default()), out);
    APPENDED.iter().for_each(|(_, column)| cell(&harmless(&column(&row)), out));
    end(out);
}

/// Appends a cell and a comma.
fn cell(text: &str, out: &mut Vec<u8>) {
    let text = shown(text);
    let bytes = text.as_bytes();
    // No early exit, so that the compiler can check many bytes at once: most cells have none of these characters.
    let special = |found, byte: &u8| found | matches!(byte, b'"' | b',' | b'\r' | b'\n');
    if bytes.iter().fold(false, special) {
        out.push(b'"');
        let mut from = 0;
        for quote in memchr::memchr_iter(b'"', bytes) {
            out.extend_from_slice(bytes.get(from..=quote).unwrap_or_default());
            from = quote;
        }
        out.extend_from_slice(bytes.get(from..).unwrap_or_default());
        out.extend_from_slice(b"\",");
    } else {
        out.extend_from_slice(bytes);
        out.push(b',');
    }
}

/// The text with control characters shown as `\u001b` and the like, but for tabs and ends of lines: whoever looks at the file on a
/// terminal must not have it obey what an attacker sent.
fn shown(text: &str) -> Cow<'_, str> {
    let is_obeyed = |c: char| c.is_control() && !matches!(c, '\t' | '\r' | '\n');
    // As above; 0xc2 begins those of two bytes.
    let may_be = |found, byte: &u8| found | matches!(byte, 0..=0x1f | 0x7f | 0xc2);
    if !text.as_bytes().iter().fold(false, may_be) || !text.contains(is_obeyed) {
        return text.into();
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_obeyed(c) {
            shown.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            shown.push(c);
        }
    }
    shown.into()
}

/// Ends the row behind its last cell's comma.
fn end(out: &mut Vec<u8>) {
    out.pop();
    out.extend_from_slice(b"\r\n");
}

/// A cell that a spreadsheet would take for a formula gets an apostrophe in front.
fn harmless(cell: &str) -> Cow<'_, str> {
    match cell.as_bytes().first() {
        Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r') => format!("'{cell}").into(),
        _ => cell.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_come_back_as_they_were() {
        let cells = [
            "",
            "plain",
            "a,b",
            "\"",
            "a\"\"b\"",
            "line\r\nbreak",
            "\n",
            "ü – 😀, and more than sixteen bytes \"of\" it",
        ];
        let mut text = Vec::new();
        cells.iter().for_each(|text_of| cell(text_of, &mut text));
        end(&mut text);
        let mut reader = ::csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_slice());
        let rows: Vec<::csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
        assert_eq!(rows.iter().map(|row| row.iter().collect::<Vec<_>>()).collect::<Vec<_>>(), [cells]);
        assert!(text.starts_with(b",plain,\"a,b\",\"\"\"\",") && text.ends_with(b"\"\r\n"));
    }

    #[test]
    fn what_a_terminal_would_obey_is_shown() {
        let mut text = Vec::new();
        cell("a\u{1b}[31m\"\u{9b}\0\tü\u{7f}", &mut text);
        cell("§ 5 ©", &mut text);
        assert_eq!(String::from_utf8(text).unwrap(), "\"a\\u001b[31m\"\"\\u009b\\u0000\tü\\u007f\",§ 5 ©,");
    }

    #[test]
    fn what_a_spreadsheet_would_run_is_text() {
        for (cell, shown) in [("=1+1", "'=1+1"), ("-", "'-"), ("\tx", "'\tx"), ("a=1", "a=1"), ("", "")] {
            assert_eq!(harmless(cell), shown);
        }
    }
}
