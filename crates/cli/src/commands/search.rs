//! `indelible search`: questions in the query language.

use std::io::{Read, Write};

use clap::{Args, ValueEnum};
use comfy_table::{ContentArrangement, Table, presets};
use remote::{parse, text};
use serde_json::Value;

use crate::exit::{Exit, failed};
use crate::output::{Answer, outln, unwritable};
use crate::target::Target;
use crate::terminal::member;

/// Search entries, newest first
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  indelible search 'actor_name:anna outcome:failure -channel:auth since:7d'\n  indelible search --data data 'resource:workstation/ws-142' --format csv\n  indelible search 'severity:>=warning' --count"
)]
pub(crate) struct Search {
    #[command(flatten)]
    target: Target,
    /// The question; nothing asks for everything.
    #[arg(default_value = "")]
    query: String,
    /// Entries shown, 1 to 1000.
    #[arg(long, default_value_t = 50)]
    limit: usize,
    /// How they are shown.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Show only how many entries match.
    #[arg(long)]
    count: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Json,
    Ndjson,
    Csv,
}

impl Search {
    pub(crate) fn run(self) -> miette::Result<Exit> {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut params = vec![pair("q", &self.query)];
        self.target.with(|remote| {
            if self.format == Format::Csv && !self.count {
                params.extend([pair("format", "csv"), pair("layout", "records")]);
                return lines_of(remote.get("/v1/export", &params)?, self.limit + 1);
            }
            let limit = if self.count { 1 } else { self.limit };
            params.extend([pair("limit", &limit.to_string()), pair("count", "true"), pair("full", "true")]);
            let answer = text(remote.get("/v1/entries", &params)?)?;
            let parsed: Value = parse(&answer)?;
            let count = parsed.get("count").and_then(Value::as_u64).unwrap_or_default();
            if self.count {
                outln!("{count}");
            } else {
                show(self.format, &answer, &parsed, count);
            }
            Ok(if count == 0 { Exit::No } else { Exit::Done })
        })
    }
}

fn show(format: Format, answer: &str, parsed: &Value, count: u64) {
    let entries = parsed.get("entries").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    match format {
        Format::Json => outln!("{answer}"),
        Format::Ndjson => entries.iter().for_each(|entry| outln!("{entry}")),
        Format::Table | Format::Csv => {
            outln!("{}", table(entries));
            outln!("{} of {count} entries", entries.len());
        }
    }
}

fn table(entries: &[Value]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(["When", "Description", "Actor", "Event", "Outcome", "Severity", "Id"]);
    for entry in entries {
        let name = member(entry, "/actor/name");
        let actor = if name.is_empty() { member(entry, "/actor/id") } else { name };
        table.add_row([
            member(entry, "/time"),
            member(entry, "/description"),
            actor,
            member(entry, "/event"),
            member(entry, "/outcome"),
            member(entry, "/severity"),
            member(entry, "/id"),
        ]);
    }
    table
}

/// Prints the first lines of a stream.
fn lines_of(body: ureq::Body, lines_max: usize) -> miette::Result<Exit> {
    let mut out = Answer;
    let mut lines = 0;
    let mut quoted = false;
    for byte in std::io::BufReader::new(body.into_reader()).bytes() {
        let byte = byte.map_err(|error| failed(&error, "the answer broke off; try again"))?;
        quoted ^= byte == b'"';
        out.write_all(&[byte]).map_err(unwritable)?;
        lines += usize::from(byte == b'\n' && !quoted);
        if lines == lines_max {
            break;
        }
    }
    out.flush().map_err(unwritable)?;
    Ok(if lines > 1 { Exit::Done } else { Exit::No })
}
