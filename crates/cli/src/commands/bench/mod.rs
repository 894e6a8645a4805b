//! `indelible bench`: generates, measures, prints a table.

mod at_rest;
mod client;
mod commits;
mod constants;
mod digits;
mod events;
mod export;
mod generate;
mod ingest;
mod log;
mod measure;
mod naive;
mod query;
mod questions;
mod server;
mod start;
mod together;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use self::events::Events;
use self::together::Together;
use crate::exit::Exit;

/// Measure this machine
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  indelible bench ingest --entries 1000000")]
pub(crate) struct Bench {
    #[command(subcommand)]
    what: Benchmark,
}

#[derive(Subcommand, Debug)]
enum Benchmark {
    /// Durable ingest over HTTP, sealing included
    Ingest(Ingest),
    /// Questions over HTTP, each compared with a plain scan
    Query(Query),
    /// Exports over HTTP to this machine
    #[command(after_help = "Example:\n  indelible bench export --entries 1000000 --dir /var/tmp/bench")]
    Export(OneLog),
    /// Verification of the whole data directory at rest
    #[command(after_help = "Example:\n  indelible bench verify --entries 1000000 --dir /var/tmp/bench")]
    Verify(OneLog),
    /// Every index of the log made again, with the log at rest
    #[command(after_help = "Example:\n  indelible bench reindex --entries 1000000 --dir /var/tmp/bench")]
    Reindex(OneLog),
    /// Single events, each durable before its answer: of one client, and of many at once
    Commits(Commits),
    /// The start of a server that was killed while nothing was sealed: of these events, as many as may be unsealed
    Start(Start),
    /// Ingest, the costliest questions and exports at once: memory, and what single events wait for
    Together(Together),
    /// All of these one after the other, all but `start` and `commits` on one log
    All(All),
}

/// A log of its own, and how it is told
#[derive(Args, Debug)]
pub(crate) struct Scratch {
    /// In which folder the log is made, in one of its own, and removed again [default: the system's folder for temporary files].
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

/// Durable ingest over HTTP, sealing included
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  indelible bench ingest --entries 1000000 --json")]
pub(crate) struct Ingest {
    #[command(flatten)]
    events: Events,
    #[command(flatten)]
    scratch: Scratch,
}

/// The log that is asked
#[derive(Args, Debug)]
pub(crate) struct OneLog {
    #[command(flatten)]
    events: Events,
    /// Where the log is; made and kept there, and used again if it is there [default: made in a temporary folder and removed again].
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
    asked: OneLog,
    /// These questions only, such as Q6; may be repeated.
    #[arg(long, value_name = "QUESTION")]
    only: Vec<String>,
    /// Ask before what was sent is sealed.
    #[arg(long)]
    unsealed: bool,
}

/// Single events, each durable before its answer: of one client, and of many at once
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  indelible bench commits --clients 64 --seconds 8")]
pub(crate) struct Commits {
    /// Connections that send at once.
    #[arg(long, default_value_t = commits::CLIENTS, value_parser = clap::value_parser!(u16).range(1..=1_024))]
    clients: u16,
    /// How long one client sends, and then all of them.
    #[arg(long, default_value_t = commits::SECONDS, value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,
    #[command(flatten)]
    scratch: Scratch,
}

/// The start of a server that was killed while nothing was sealed; of these events, as many as may be unsealed
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  indelible bench start --entries 1000000")]
pub(crate) struct Start {
    #[command(flatten)]
    events: Events,
    #[command(flatten)]
    scratch: Scratch,
}

/// Everything that can be measured, one after the other
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  indelible bench all --entries 10000000 --dir /var/tmp/bench")]
pub(crate) struct All {
    #[command(flatten)]
    events: Events,
    /// In which folder the logs are made, in one of their own, and removed again [default: the system's folder for temporary files].
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// As JSON, a line for each.
    #[arg(long)]
    json: bool,
    /// How long everything goes on at once, in the end.
    #[arg(long, value_name = "SECONDS", default_value_t = together::SECONDS, value_parser = clap::value_parser!(u64).range(1..))]
    together: u64,
}

impl All {
    fn run(self) -> miette::Result<Exit> {
        let Self { events, dir, json, together } = self;
        let scratch = || Scratch { dir: dir.clone(), json };
        start::run(&Start { events: events.clone(), scratch: scratch() })?;
        commits::run(&Commits { clients: commits::CLIENTS, seconds: commits::SECONDS, scratch: scratch() })?;
        let folder = log::scratch(dir.as_deref())?;
        // One log for all: none of these adds entries that the questions would find.
        ingest::measure(&events, folder.path(), json)?;
        let query = Query {
            asked: OneLog { events, dir: Some(folder.path().to_owned()), json },
            only: Vec::new(),
            unsealed: false,
        };
        query::run(&query)?;
        at_rest::verify(&query.asked)?;
        at_rest::reindex(&query.asked)?;
        export::run(&query.asked)?;
        together::run(&Together::new(query.asked, together))
    }
}

impl Bench {
    pub(crate) fn run(self) -> miette::Result<Exit> {
        match self.what {
            Benchmark::Ingest(what) => ingest::run(&what),
            Benchmark::Query(what) => query::run(&what),
            Benchmark::Export(what) => export::run(&what),
            Benchmark::Verify(what) => at_rest::verify(&what),
            Benchmark::Reindex(what) => at_rest::reindex(&what),
            Benchmark::Commits(what) => commits::run(&what),
            Benchmark::Start(what) => start::run(&what),
            Benchmark::Together(what) => together::run(&what),
            Benchmark::All(what) => what.run(),
        }
    }
}
