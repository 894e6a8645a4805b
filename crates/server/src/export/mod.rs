//! Export formats: the lines themselves, JSON, CSV.

mod csv;
mod layout;

use engine::Shown;
use enrich::Browsers;
use search::instant_text;
use segment::PartError;
use serde_json::json;

pub(crate) use layout::Layout;

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

/// Why an entry could not be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WriteError {
    #[error("the entry cannot be read")]
    Read(#[from] PartError),
    #[error("the row cannot be written")]
    Csv(#[from] ::csv::Error),
}

/// Writes one export.
pub(crate) struct Writer<'a> {
    format: Format,
    layout: Layout,
    browsers: &'a Browsers,
    entries: u64,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(format: Format, layout: Layout, browsers: &'a Browsers) -> Self {
        Self { format, layout, browsers, entries: 0 }
    }

    pub(crate) fn begin(
        &mut self,
        now_us: i64,
        filters: &[(String, String)],
        out: &mut Vec<u8>,
    ) -> Result<(), WriteError> {
        match self.format {
            Format::Ndjson => {}
            Format::Json => {
                let filters: Vec<_> = filters.iter().map(|(name, value)| json!([name, value])).collect();
                let (at, filters) = (json!(instant_text(now_us)), json!(filters));
                out.extend_from_slice(format!("{{\"exported_at\":{at},\"filters\":{filters},\"entries\":[").as_bytes());
            }
            Format::Csv => csv::header(self.layout, out)?,
        }
        Ok(())
    }

    pub(crate) fn entry(&mut self, shown: &Shown, out: &mut Vec<u8>) -> Result<(), WriteError> {
        match self.format {
            Format::Ndjson => {
                out.extend_from_slice(&shown.line);
                out.push(b'\n');
            }
            Format::Json => {
                out.extend_from_slice(if self.entries == 0 { b"\n" } else { b",\n" });
                shown.write_json(true, out)?;
            }
            Format::Csv => csv::row(self.layout, shown, self.browsers, out)?,
        }
        self.entries += 1;
        Ok(())
    }

    pub(crate) fn end(&mut self, out: &mut Vec<u8>) -> Result<(), WriteError> {
        if self.format == Format::Json {
            out.extend_from_slice(b"\n]}\n");
        }
        Ok(())
    }
}
