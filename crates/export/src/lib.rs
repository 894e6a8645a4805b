//! Entries written for others to read: the lines themselves, JSON, CSV. An [`Export`] writes all that a reader's question finds.

mod batch;
mod csv;
mod layout;
mod run;

use engine::Wanted;
use enrich::Browsers;
use event::Entry;
use event::render::{Opened, Options, entry_json};
use search::instant_text;
use serde_json::json;

pub use layout::Layout;
pub use run::{Broken, Export};

/// A file format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// The lines as they stand in the log, one a line.
    Ndjson,
    /// One object: when, which filters, the entries with everything, and that it is whole.
    Json,
    /// RFC 4180, the columns of a layout first.
    Csv,
}

impl Format {
    /// The format of this name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        [Self::Ndjson, Self::Json, Self::Csv].into_iter().find(|format| format.name() == name)
    }

    /// Name and file extension.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ndjson => "ndjson",
            Self::Json => "json",
            Self::Csv => "csv",
        }
    }

    /// As HTTP names it.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Ndjson => "application/x-ndjson",
            Self::Json => "application/json",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }
}

/// Writes one export: the beginning, entries in pieces that may be written side by side, the end.
#[derive(Clone, Copy)]
pub struct Writer<'a> {
    /// In which format.
    pub format: Format,
    /// Which columns, in CSV.
    pub layout: Layout,
    /// What knows a browser by its user agent.
    pub browsers: &'a Browsers,
}

impl Writer<'_> {
    /// Appends what stands before the first entry.
    pub fn begin(self, now_us: i64, filters: &[(String, String)], out: &mut Vec<u8>) {
        match self.format {
            Format::Ndjson => {}
            Format::Json => {
                let filters: Vec<_> = filters.iter().map(|(name, value)| json!([name, value])).collect();
                let at = json!(instant_text(now_us));
                let filters = json!(filters);
                out.extend_from_slice(format!("{{\"exported_at\":{at},\"filters\":{filters},\"entries\":[").as_bytes());
            }
            Format::Csv => csv::header(self.layout, out),
        }
    }

    /// Which disclosures an entry needs to be written; `None`: its line alone.
    pub(crate) fn wanted(self, line: &[u8]) -> Option<Wanted> {
        match self.format {
            Format::Ndjson => None,
            Format::Json => Some(Wanted::All),
            Format::Csv => Some(csv::wanted(self.layout, line)),
        }
    }

    /// Appends what stands between an entry and what came before it. `first`: that was the beginning.
    pub(crate) fn separator(self, first: bool, out: &mut Vec<u8>) {
        if self.format == Format::Json {
            out.extend_from_slice(if first { b"\n" } else { b",\n" });
        }
    }

    /// Appends an entry of ndjson, which is its line.
    pub(crate) fn line(line: &[u8], out: &mut Vec<u8>) {
        out.extend_from_slice(line);
        out.push(b'\n');
    }

    /// Appends an entry of json or csv.
    pub(crate) fn entry(self, leaf_index: u64, entry: &Entry<'_>, opened: &[Opened<'_>], out: &mut Vec<u8>) {
        if self.format == Format::Csv {
            csv::row(self.layout, entry, opened, self.browsers, out);
        } else {
            entry_json(entry, opened, Options { full: true, leaf_index: Some(leaf_index) }, out);
        }
    }

    /// Closes the file. The members of json say that it is whole.
    pub fn end(self, entries: u64, out: &mut Vec<u8>) {
        if self.format == Format::Json {
            out.extend_from_slice(format!("\n],\"count\":{entries},\"complete\":true}}\n").as_bytes());
        }
    }
}
