//! Export formats: the lines themselves, JSON, CSV.

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

pub(crate) use layout::Layout;
pub(crate) use run::{Broken, Export};

/// A file format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Ndjson,
    Json,
    Csv,
}

impl Format {
    pub(crate) fn find(name: &str) -> Option<Self> {
        [Self::Ndjson, Self::Json, Self::Csv].into_iter().find(|format| format.name() == name)
    }

    /// Name and file extension.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ndjson => "ndjson",
            Self::Json => "json",
            Self::Csv => "csv",
        }
    }

    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Self::Ndjson => "application/x-ndjson",
            Self::Json => "application/json",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }
}

/// Writes one export: the beginning, entries in pieces that may be written side by side, the end.
#[derive(Clone, Copy)]
pub(crate) struct Writer<'a> {
    pub(crate) format: Format,
    pub(crate) layout: Layout,
    pub(crate) browsers: &'a Browsers,
}

impl Writer<'_> {
    pub(crate) fn begin(self, now_us: i64, filters: &[(String, String)], out: &mut Vec<u8>) {
        match self.format {
            Format::Ndjson => {}
            Format::Json => {
                let filters: Vec<_> = filters.iter().map(|(name, value)| json!([name, value])).collect();
                let (at, filters) = (json!(instant_text(now_us)), json!(filters));
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
    pub(crate) fn end(self, entries: u64, out: &mut Vec<u8>) {
        if self.format == Format::Json {
            out.extend_from_slice(format!("\n],\"count\":{entries},\"complete\":true}}\n").as_bytes());
        }
    }
}
