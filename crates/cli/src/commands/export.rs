//! `indelible export`: what matches, as a file.

use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;

use crate::exit::{Exit, failed};
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
    /// Where to write [default: standard output].
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Export {
    pub(crate) fn run(self) -> miette::Result<Exit> {
        let params = [("q", &self.query), ("format", &self.format), ("layout", &self.layout), ("order", &self.order)];
        let params = params.map(|(name, value)| (name.to_owned(), value.clone()));
        self.target.with(|remote| {
            let mut body = remote.get("/v1/export", &params)?.into_reader();
            let copied = match &self.output {
                None => {
                    let mut out = io::stdout().lock();
                    io::copy(&mut body, &mut out).and_then(|bytes| out.flush().map(|()| bytes))
                }
                Some(path) => {
                    let file = File::create(path)
                        .map_err(|error| failed(&error, format!("cannot write {}", path.display())))?;
                    let mut file = io::BufWriter::new(file);
                    io::copy(&mut body, &mut file).and_then(|bytes| file.flush().map(|()| bytes))
                }
            };
            copied.map_err(|error| failed(&error, "the export is not whole: export again"))?;
            Ok(Exit::Done)
        })
    }
}
