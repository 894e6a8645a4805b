//! `indelible bench`: what is to be measured, and the table of what came of it. How it is measured: crate `bench`.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use bench::{Asker, Report, Sender, Watch};
use clap::{Args, Subcommand};
use indicatif::ProgressBar;

use crate::exit::Exit;
use crate::output::{errln, outln};
use crate::terminal::entries_bar;

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
    /// Send with a writer's token, to a server with access control.
    #[arg(long)]
    token: bool,
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
    /// Ask as an auditor of one organization or project: `organization=org-07`, `project=prj-281`.
    #[arg(long, value_name = "LEVEL=ID", value_parser = asker)]
    scope: Option<Asker>,
}

/// Reads whose scope is asked within.
fn asker(text: &str) -> Result<Asker, String> {
    match text.split_once('=') {
        Some(("organization", id)) if !id.is_empty() => Ok(Asker::OfOrganization(id.to_owned())),
        Some(("project", id)) if !id.is_empty() => Ok(Asker::OfProject(id.to_owned())),
        _ => Err("write organization=ID or project=ID".to_owned()),
    }
}

/// Single events, each durable before its answer: of one client, and of many at once
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  indelible bench commits --clients 64 --seconds 8")]
pub(crate) struct Commits {
    /// Connections that send at once.
    #[arg(long, default_value_t = bench::CLIENTS, value_parser = clap::value_parser!(u16).range(1..=1_024))]
    clients: u16,
    /// How long one client sends, and then all of them.
    #[arg(long, default_value_t = bench::COMMITS_SECONDS, value_parser = clap::value_parser!(u64).range(1..))]
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
    #[arg(long, value_name = "SECONDS", default_value_t = bench::TOGETHER_SECONDS, value_parser = clap::value_parser!(u64).range(1..))]
    together: u64,
}

/// Which events
#[derive(Args, Debug, Clone)]
pub(crate) struct Events {
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
}

/// Ingest, questions and exports at once
#[derive(Args, Debug)]
#[command(
    after_help = "The log given with --dir grows by what is sent, so that `bench query` needs another one afterwards.\n\nExample:\n  indelible bench together --entries 1000000 --dir /var/tmp/bench --seconds 60"
)]
pub(crate) struct Together {
    #[command(flatten)]
    asked: OneLog,
    /// How long everything goes on at once; a quarter of it each, before, for single events alone and beside the questions.
    #[arg(long, default_value_t = bench::TOGETHER_SECONDS, value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,
    /// Connections that send batches meanwhile.
    #[arg(long, default_value_t = bench::SENDERS)]
    senders: usize,
    /// Connections that ask.
    #[arg(long, default_value_t = bench::ASKERS)]
    askers: usize,
    /// Exports at once: a CSV, one as JSON, one as NDJSON, and so on in turn.
    #[arg(long, default_value_t = bench::EXPORTS)]
    exports: usize,
    /// These questions only, such as resource_id; may be repeated.
    #[arg(long, value_name = "QUESTION", value_parser = bench::question_names())]
    only: Vec<String>,
}

impl From<Events> for bench::Events {
    fn from(Events { entries, from, batch, clients }: Events) -> Self {
        Self { entries, from, batch, clients }
    }
}

impl From<OneLog> for bench::OneLog {
    fn from(OneLog { events, dir, .. }: OneLog) -> Self {
        Self { events: events.into(), dir }
    }
}

impl Bench {
    pub(crate) fn run(self) -> miette::Result<Exit> {
        let watch = OnTerminal::default();
        match self.what {
            Benchmark::Ingest(Ingest { events, token, scratch }) => {
                let by = if token { Sender::Writer } else { Sender::Anybody };
                tell(&bench::ingest(&events.into(), scratch.dir.as_deref(), by, &watch)?, scratch.json);
            }
            Benchmark::Query(Query { asked, only, unsealed, scope }) => {
                let json = asked.json;
                let asker = scope.unwrap_or(Asker::Anybody);
                tell(&bench::query(&bench::Query { asked: asked.into(), only, unsealed, asker }, &watch)?, json);
            }
            Benchmark::Export(asked) => {
                let json = asked.json;
                tell(&bench::export(&asked.into(), &watch)?, json);
            }
            Benchmark::Verify(asked) => {
                let json = asked.json;
                tell(&bench::verify(&asked.into(), &watch)?, json);
            }
            Benchmark::Reindex(asked) => {
                let json = asked.json;
                tell(&bench::reindex(&asked.into(), &watch)?, json);
            }
            Benchmark::Commits(Commits { clients, seconds, scratch: Scratch { dir, json } }) => {
                tell(&bench::commits(&bench::Commits { clients, seconds, dir })?, json);
            }
            Benchmark::Start(Start { events, scratch }) => {
                tell(&bench::start(&events.into(), scratch.dir.as_deref(), &watch)?, scratch.json);
            }
            Benchmark::Together(Together { asked, seconds, senders, askers, exports, only }) => {
                let json = asked.json;
                let what = bench::Together { asked: asked.into(), seconds, senders, askers, exports, only };
                tell(&bench::together(&what, &watch)?, json);
            }
            Benchmark::All(what) => what.run(&watch)?,
        }
        Ok(Exit::Done)
    }
}

impl All {
    fn run(self, watch: &dyn Watch) -> miette::Result<()> {
        let Self { events, dir, json, together } = self;
        let events: bench::Events = events.into();
        tell(&bench::start(&events, dir.as_deref(), watch)?, json);
        let singles = bench::Commits { clients: bench::CLIENTS, seconds: bench::COMMITS_SECONDS, dir: dir.clone() };
        tell(&bench::commits(&singles)?, json);
        let folder = bench::scratch(dir.as_deref())?;
        // One log for all: none of these adds entries that the questions would find.
        tell(&bench::ingest_into(folder.path(), &events, Sender::Anybody, watch)?, json);
        let asked = bench::OneLog { events, dir: Some(folder.path().to_owned()) };
        let query = bench::Query { asked: asked.clone(), only: Vec::new(), unsealed: false, asker: Asker::Anybody };
        tell(&bench::query(&query, watch)?, json);
        tell(&bench::verify(&asked, watch)?, json);
        tell(&bench::reindex(&asked, watch)?, json);
        tell(&bench::export(&asked, watch)?, json);
        tell(&bench::together(&bench::Together::new(asked, together), watch)?, json);
        Ok(())
    }
}

fn tell(report: &dyn Report, json: bool) {
    if json { outln!("{}", report.json()) } else { outln!("{report}") }
}

/// Shows on the error output how far sending is.
#[derive(Default)]
struct OnTerminal {
    /// Made when something is sent, for as long as that takes.
    bar: Mutex<Option<ProgressBar>>,
}

impl Watch for OnTerminal {
    fn sent(&self, entries: u64, of: u64) {
        let mut bar = self.bar.lock().unwrap_or_else(PoisonError::into_inner);
        let bar = bar.get_or_insert_with(|| {
            let bar = entries_bar();
            bar.set_length(of);
            bar
        });
        // Of two clients that tell at once the later may know less.
        bar.set_position(bar.position().max(entries));
    }

    fn all_sent(&self) {
        if let Some(bar) = self.bar.lock().unwrap_or_else(PoisonError::into_inner).take() {
            bar.finish_and_clear();
        }
    }

    fn remark(&self, text: &str) {
        errln!("{text}");
    }
}
