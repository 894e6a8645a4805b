//! `indelible bench`: generates, measures, prints a table.

mod client;
mod constants;
mod digits;
mod events;
mod generate;
mod ingest;
mod measure;
mod naive;
mod query;
mod questions;
mod server;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use self::events::Events;
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
    /// Questions over HTTP, each compared with a plain scan
    Query(Query),
}

/// Durable ingest over HTTP, sealing included
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  indelible bench ingest --entries 1000000 --json")]
pub(crate) struct Ingest {
    #[command(flatten)]
    events: Events,
    /// Where the log is made and removed again [default: a folder under the system's folder for temporary files].
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

/// Questions over HTTP, each compared with a plain scan
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  indelible bench query --entries 1000000 --dir /var/tmp/bench")]
pub(crate) struct Query {
    #[command(flatten)]
    events: Events,
    /// Where the log is; made and kept there, and used again if it is there [default: made in a temporary folder and removed again].
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// These questions only, such as Q6; may be repeated.
    #[arg(long, value_name = "QUESTION")]
    only: Vec<String>,
    /// Ask before what was sent is sealed.
    #[arg(long)]
    unsealed: bool,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

impl Bench {
    pub(crate) fn run(self) -> miette::Result<Exit> {
        match self.what {
            What::Ingest(what) => ingest::run(&what),
            What::Query(what) => query::run(&what),
        }
    }
}
