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
    let names = layout.columns().iter().chain(FIXED).map(|(name, _)| *name).chain(["changes", "properties"]);
    writer(out).write_record(names).expect("writing to memory cannot fail");
}

/// Appends an entry.
pub(super) fn row(layout: Layout, shown: &Shown, browsers: &Browsers, out: &mut Vec<u8>) -> Result<(), PartError> {
    shown.with_details(|entry, rendered, changes, properties| {
        let row = Row { entry, shown: rendered, browsers };
        let mut writer = writer(out);
        let mut cell = |text: &str| writer.write_field(&*harmless(text)).expect("writing to memory cannot fail");
        layout.columns().iter().chain(FIXED).for_each(|(_, column)| cell(&column(&row)));
        cell(changes);
        cell(properties);
        writer.write_record(None::<&[u8]>).expect("writing to memory cannot fail");
    })
}

fn writer(out: &mut Vec<u8>) -> ::csv::Writer<&mut Vec<u8>> {
    ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(out)
}

/// A cell that a spreadsheet would take for a formula gets an apostrophe in front.
fn harmless(cell: &str) -> std::borrow::Cow<'_, str> {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}").into() } else { cell.into() }
}
