//! CSV for spreadsheets: a byte-order mark, the layout's columns, then the fixed ones. RFC 4180.

use engine::Wanted;
use enrich::Browsers;
use event::Entry;
use event::render::{Opened, Rendered, json};
use memchr::memmem;
use search::instant_text;

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
    let names = layout.columns().iter().chain(FIXED).map(|(name, _)| *name).chain(["changes", "properties"]);
    names.for_each(|name| cell(name, out));
    end(out);
}

/// Which disclosures the row of a line needs.
pub(super) fn wanted(layout: Layout, line: &[u8]) -> Wanted {
    // A value of a connection also stands where a text has a placeholder for it, which names its pointer.
    let shown = layout.shows_connections() || memmem::find(line, b"/client/").is_some();
    if shown { Wanted::All } else { Wanted::AllButConnections }
}

/// Appends an entry.
pub(super) fn row(layout: Layout, entry: &Entry<'_>, opened: &[Opened<'_>], browsers: &Browsers, out: &mut Vec<u8>) {
    let shown = Rendered::new(entry, opened);
    let row = Row { entry, shown: &shown, browsers };
    layout.columns().iter().chain(FIXED).for_each(|(_, column)| cell(&harmless(&column(&row)), out));
    cell(&harmless(&entry.changes.map(|raw| json(raw, "/changes", opened)).unwrap_or_default()), out);
    cell(&harmless(&entry.properties.map(|raw| json(raw, "/properties", opened)).unwrap_or_default()), out);
    end(out);
}

/// Appends a cell and a comma.
fn cell(text: &str, out: &mut Vec<u8>) {
    if text.bytes().any(|byte| matches!(byte, b'"' | b',' | b'\r' | b'\n')) {
        out.push(b'"');
        let mut parts = text.split('"');
        out.extend_from_slice(parts.next().unwrap_or_default().as_bytes());
        for part in parts {
            out.extend_from_slice(b"\"\"");
            out.extend_from_slice(part.as_bytes());
        }
        out.extend_from_slice(b"\",");
    } else {
        out.extend_from_slice(text.as_bytes());
        out.push(b',');
    }
}

/// Ends the row behind its last cell's comma.
fn end(out: &mut Vec<u8>) {
    out.pop();
    out.extend_from_slice(b"\r\n");
}

/// A cell that a spreadsheet would take for a formula gets an apostrophe in front.
fn harmless(cell: &str) -> std::borrow::Cow<'_, str> {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}").into() } else { cell.into() }
}
