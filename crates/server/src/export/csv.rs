//! CSV for spreadsheets: a byte-order mark, the layout's columns, then the fixed ones. RFC 4180.

use engine::Shown;
use enrich::Browsers;
use search::instant_text;

use super::WriteError;
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
pub(super) fn header(layout: Layout, out: &mut Vec<u8>) -> Result<(), WriteError> {
    out.extend_from_slice("\u{feff}".as_bytes());
    let names = layout.columns().iter().chain(FIXED).map(|(name, _)| *name).chain(["changes", "properties"]);
    Ok(writer(out).write_record(names)?)
}

/// Appends an entry.
pub(super) fn row(layout: Layout, shown: &Shown, browsers: &Browsers, out: &mut Vec<u8>) -> Result<(), WriteError> {
    let (changes, properties) = shown.details()?;
    shown.with_columns(|entry, rendered| {
        let row = Row { entry, shown: rendered, browsers };
        let mut writer = writer(out);
        for (_, column) in layout.columns().iter().chain(FIXED) {
            writer.write_field(&*harmless(&column(&row)))?;
        }
        writer.write_field(&*harmless(&changes))?;
        writer.write_field(&*harmless(&properties))?;
        writer.write_record(None::<&[u8]>)
    })??;
    Ok(())
}

fn writer(out: &mut Vec<u8>) -> ::csv::Writer<&mut Vec<u8>> {
    ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(out)
}

/// A cell that a spreadsheet would take for a formula gets an apostrophe in front.
fn harmless(cell: &str) -> std::borrow::Cow<'_, str> {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}").into() } else { cell.into() }
}
