//! `indelible bench`: generates, measures, prints a table.

mod generate;
mod ingest;
mod measure;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::exit::Exit;

/// Measure this machine
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  indelible bench ingest --entries 1000000")]
pub(crate) struct Bench {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    /// Durable ingest over HTTP, sealing included
    Ingest(Ingest),
}

/// Durable ingest over HTTP, sealing included
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  indelible bench ingest --entries 1000000 --json")]
pub(crate) struct Ingest {
    /// Entries to send.
    #[arg(long, default_value_t = 1_000_000)]
    entries: u64,
    /// Events of your own (NDJSON as POST /v1/events takes it) in place of generated ones.
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// Entries a request carries.
    #[arg(long, default_value_t = 1_000)]
    batch: usize,
    /// Connections that send at once.
    #[arg(long, default_value_t = 4)]
    clients: usize,
    /// Where the log is made and removed again [default: a folder under the system's folder for temporary files].
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

impl Bench {
    pub(crate) fn run(self) -> miette::Result<Exit> {
        match self.what {
            What::Ingest(what) => ingest::run(&what),
        }
    }
}
