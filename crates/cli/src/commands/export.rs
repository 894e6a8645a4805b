//! `indelible export`: what matches, as a file.

use std::io;
use std::path::PathBuf;

use clap::Args;
use remote::{download, whole};

use crate::beside::Beside;
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
                whole(&download(remote, "/v1/export", &params, &mut Answer)?)?;
                return Ok(Exit::Done);
            };
            let unwritten = |error: io::Error| failed(&error, format!("cannot write {}", path.display()));
            let mut file = Beside::create(path).map_err(unwritten)?;
            whole(&download(remote, "/v1/export", &params, &mut file)?)?;
            file.finish().map_err(unwritten)?;
            Ok(Exit::Done)
        })
    }
}
