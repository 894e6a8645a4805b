//! CSV for spreadsheets: a byte-order mark, the layout's columns, then the fixed ones. RFC 4180.

use engine::Shown;
use enrich::Browsers;
use search::instant_text;
use segment::PartError;

use super::layout::{Column, Layout, Row};

/// Columns every CSV export ends with, whatever the layout.
const FIXED: &[Column] = &[
    ("id", |row| row.entry.id.into()),
    ("time", |row| instant_text(row.entry.time_us).into()),
    ("channel", |row| row.entry.channel.clone()),
    ("event", |row| row.entry.event.clone()),
    ("description", |row| row.shown.description.clone()),
    ("actor_email", |row| row.shown.actor_email.clone().unwrap_or_default()),
    ("actor_id", |row| row.shown.actor_id.clone()),
    ("resource_type", |row| row.entry.resource.as_ref().map(|resource| resource.kind.clone()).unwrap_or_default()),
    ("resource_id", |row| row.shown.resource_id.clone().unwrap_or_default()),
];

/// Appends the byte-order mark and the headings.
pub(super) fn header(layout: Layout, out: &mut Vec<u8>) {
    out.extend_from_slice("\u{feff}".as_bytes());
    for (name, _) in layout.columns().iter().chain(FIXED) {
        cell(name, out);
        out.push(b',');
    }
    out.extend_from_slice(b"changes,properties\r\n");
}

/// Appends an entry.
pub(super) fn row(layout: Layout, shown: &Shown, browsers: &Browsers, out: &mut Vec<u8>) -> Result<(), PartError> {
    shown.with_details(|entry, rendered, changes, properties| {
        let row = Row { entry, shown: rendered, browsers };
        for (_, column) in layout.columns().iter().chain(FIXED) {
            cell(&column(&row), out);
            out.push(b',');
        }
        cell(changes, out);
        out.push(b',');
        cell(properties, out);
        out.extend_from_slice(b"\r\n");
    })
}

/// Appends a cell, in quotes where RFC 4180 asks for them. One that a spreadsheet would take for a formula gets an
/// apostrophe in front.
fn cell(text: &str, out: &mut Vec<u8>) {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if !text.bytes().any(|byte| matches!(byte, b'"' | b',' | b'\r' | b'\n')) {
        if formula {
            out.push(b'\'');
        }
        return out.extend_from_slice(text.as_bytes());
    }
    out.push(b'"');
    if formula {
        out.push(b'\'');
    }
    for piece in text.split_inclusive('"') {
        out.extend_from_slice(piece.as_bytes());
        if piece.ends_with('"') {
            out.push(b'"');
        }
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_they_must_be_and_formulas_made_harmless() {
        let written = |text| {
            let mut out = Vec::new();
            cell(text, &mut out);
            String::from_utf8(out).unwrap()
        };
        for (text, cell) in [
            ("", ""),
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            ("=1+1", "'=1+1"),
            ("-\"x\"", "\"'-\"\"x\"\"\""),
            ("\rx", "\"'\rx\""),
        ] {
            assert_eq!(written(text), cell);
        }
    }
}
