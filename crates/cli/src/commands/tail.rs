//! `indelible tail`: entries in the order in which they were recorded, and what comes.

use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::time::Duration;

use clap::Args;
use remote::{Answer, Remote, parse, refused, text, wait};
use serde_json::Value;

use crate::exit::{Exit, failed};
use crate::output::{errln, unwritable};
use crate::target::Target;
use crate::terminal::member;

/// First pause before a server that went away is asked again.
const PAUSE_MIN: Duration = Duration::from_millis(100);

/// Longest pause between two tries to reach a server that went away.
const PAUSE_MAX: Duration = Duration::from_secs(5);

/// Show the newest entries, and follow the log
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  indelible tail -f 'outcome:failure'\n  indelible tail -f --after-leaf 41999 --format ndjson | your-program    # misses and repeats nothing"
)]
pub(crate) struct Tail {
    #[command(flatten)]
    target: Target,
    /// The question; nothing asks for everything.
    #[arg(default_value = "")]
    query: String,
    /// Go on with what comes. A server that goes away is asked again until it answers.
    #[arg(short, long)]
    follow: bool,
    /// Begin at the last N entries that match, 0 to 1000.
    #[arg(short = 'n', long, value_name = "N", default_value_t = 10)]
    last: usize,
    /// Begin behind the entry with this leaf index.
    #[arg(long, value_name = "LEAF", conflicts_with = "last")]
    after_leaf: Option<u64>,
    /// With changes and properties (ndjson).
    #[arg(long)]
    full: bool,
    /// A line of text for each entry, or a line of JSON.
    #[arg(long, default_value = "text", value_parser = ["text", "ndjson"])]
    format: String,
}

/// How one connection ended.
enum Ended {
    /// Everything was shown that there was.
    CaughtUp,
    /// The server or the way to it went.
    Broken(miette::Report),
    /// Nobody reads what is written.
    Unread,
}

impl Tail {
    pub(crate) fn run(self) -> miette::Result<Exit> {
        self.target.with(|remote| {
            let mut seen = self.after_leaf;
            let mut pause = PAUSE_MIN;
            loop {
                let before = seen;
                match self.show(remote, &mut seen)? {
                    Ended::Unread => return Ok(Exit::Done),
                    Ended::CaughtUp if !self.follow => return Ok(Exit::Done),
                    // A server that never answered has not gone away: do not try again.
                    Ended::Broken(report) if !self.follow || seen.is_none() => return Err(report),
                    Ended::CaughtUp | Ended::Broken(_) => {}
                }
                pause = if seen == before { (pause * 2).min(PAUSE_MAX) } else { PAUSE_MIN };
                errln!("the server went away; asking again");
                wait(pause);
            }
        })
    }

    /// Shows what one connection gives. `seen` is the last leaf that need not be looked at again, which the server tells
    /// also where nothing matches.
    fn show(&self, remote: &Remote, seen: &mut Option<u64>) -> miette::Result<Ended> {
        let pair = |name: &str, value: &dyn ToString| (name.to_owned(), value.to_string());
        let mut params = vec![pair("q", &self.query), pair("follow", &self.follow), pair("full", &self.full)];
        params.push(match seen {
            Some(leaf) => pair("after_leaf", leaf),
            None => pair("last", &self.last),
        });
        let body = match remote.ask("/v1/feed", &params, "text/event-stream") {
            Ok(Answer { status: 200, body }) => body,
            Ok(Answer { status: 503, body }) => return Ok(Ended::Broken(refused(503, &text(body)?))),
            Ok(Answer { status, body }) => return Err(refused(status, &text(body)?)),
            Err(report) => return Ok(Ended::Broken(report)),
        };
        let mut out = std::io::stdout().lock();
        let mut at = None;
        let mut is_problem = false;
        for line in BufReader::new(body.into_reader()).lines() {
            let line = match line {
                Ok(line) => line,
                Err(error) => return Ok(Ended::Broken(failed(&error, "the feed broke off; try again"))),
            };
            is_problem |= line == "event: problem";
            if let Some(problem) = line.strip_prefix("data: ").filter(|_| is_problem) {
                return Err(refused(500, problem));
            }
            // An event is its id, then its entry; a heartbeat has an id alone.
            if let Some(data) = line.strip_prefix("data: ") {
                let shown = if self.format == "ndjson" { data.to_owned() } else { said(&parse(data)?) };
                match writeln!(out, "{shown}").and_then(|()| out.flush()) {
                    Ok(()) => {}
                    Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(Ended::Unread),
                    Err(error) => return Err(unwritable(error)),
                }
            }
            if let Some(id) = line.strip_prefix("id: ") {
                at = id.parse().ok();
            }
            // Only here the event is whole: an id whose entry did not come does not count as seen.
            if line.is_empty() {
                *seen = at.or(*seen);
            }
        }
        Ok(Ended::CaughtUp)
    }
}

/// An entry in one line of text.
fn said(entry: &Value) -> String {
    let of = |pointer| member(entry, pointer);
    let name = of("/actor/name");
    let actor = if name.is_empty() { of("/actor/id") } else { name };
    let failure = of("/outcome") == "failure";
    let severity = of("/severity");
    let mark = if failure { "✗" } else { " " };
    let severity = if severity == "info" { String::new() } else { format!("  [{severity}]") };
    format!("{} {mark} {actor}  {}  {}{severity}", of("/time"), of("/action"), of("/description"))
}
