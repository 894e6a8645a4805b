//! `indelible export`: what matches, as a file.

use std::io;
use std::path::PathBuf;

use clap::Args;

use crate::beside::Beside;
use crate::download::{Download, download};
use crate::exit::{Exit, failed};
use crate::output::Answer;
use crate::target::Target;

/// Export entries
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  indelible export 'organization:acme time:2026-01..2026-03' --format csv -o trail.csv\n  indelible export --data data --order leaf -o lines.ndjson    # the exact lines, in the tree's order"
)]
pub(crate) struct Export {
    #[command(flatten)]
    target: Target,
    /// The question; nothing asks for everything.
    #[arg(default_value = "")]
    query: String,
    /// ndjson (the lines themselves), json or csv.
    #[arg(long, default_value = "ndjson", value_parser = ["ndjson", "json", "csv"])]
    format: String,
    /// Columns of csv.
    #[arg(long, default_value = "records", value_parser = ["platform", "records", "events", "access"])]
    layout: String,
    /// Newest first, oldest first, or as in the tree.
    #[arg(long, default_value = "desc", value_parser = ["desc", "asc", "leaf"])]
    order: String,
    /// Where to write [default: standard output]. A file that is there is replaced once all has come, or stays.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Export {
    pub(crate) fn run(self) -> miette::Result<Exit> {
        let params = [("q", &self.query), ("format", &self.format), ("layout", &self.layout), ("order", &self.order)];
        let params = params.map(|(name, value)| (name.to_owned(), value.clone()));
        self.target.with(|remote| {
            let Some(path) = &self.output else {
                return whole(&download(remote.base(), "/v1/export", &params, &mut Answer)?);
            };
            let unwritten = |error: io::Error| failed(&error, format!("cannot write {}", path.display()));
            let mut file = Beside::create(path).map_err(unwritten)?;
            let exit = whole(&download(remote.base(), "/v1/export", &params, &mut file)?)?;
            file.finish().map_err(unwritten)?;
            Ok(exit)
        })
    }
}

/// Whether the server said that everything was sent, and as much came as it says.
pub(super) fn whole(download: &Download) -> miette::Result<Exit> {
    let said = download.trailers.get("indelible-export").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let bytes = said.strip_prefix("complete;").and_then(|rest| rest.split("; bytes=").nth(1));
    if bytes.and_then(|bytes| bytes.parse().ok()) == Some(download.bytes) {
        return Ok(Exit::Done);
    }
    Err(miette::miette!(
        help =
            "export again; if it happens each time, a proxy on the way drops trailers or parts: ask the server itself",
        "the export is not whole: {} bytes came, and the server did not say that these are all",
        download.bytes
    ))
}
