//! Runs seeds of the simulation, and prints what came of them.

use std::io::{self, Write as _};
use std::ops::Range;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use env::{Clock as _, SystemClock};
use indelible_sim::{BUGS, Bug, Counts, Outcome, run};

/// Runs the whole engine in a simulated world, seed by seed.
#[derive(Parser)]
struct Arguments {
    /// One seed.
    #[arg(long, conflicts_with = "seeds")]
    seed: Option<u64>,
    /// Seeds from A to before B, as A..B.
    #[arg(long, value_parser = range, default_value = "0..100")]
    seeds: Range<u64>,
    /// Stops after so many minutes.
    #[arg(long)]
    minutes: Option<u64>,
    /// Prints what happened, operation by operation.
    #[arg(long)]
    trace: bool,
    /// A bug to plant, by number.
    #[arg(long)]
    bug: Option<String>,
    /// Lists the bugs that can be planted.
    #[arg(long)]
    bugs: bool,
}

fn range(text: &str) -> Result<Range<u64>, String> {
    let (from, to) = text.split_once("..").ok_or("a range of seeds is A..B")?;
    let number = |text: &str| text.parse::<u64>().map_err(|error| error.to_string());
    Ok(number(from)?..number(to)?)
}

fn main() -> ExitCode {
    let told = tell(&Arguments::parse());
    told.unwrap_or(ExitCode::FAILURE)
}

fn tell(arguments: &Arguments) -> io::Result<ExitCode> {
    let mut out = io::stdout().lock();
    if arguments.bugs {
        for (number, bug) in BUGS.iter().enumerate() {
            writeln!(out, "{number:3}  {}", bug.name)?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    if arguments.trace {
        tracing_subscriber::fmt().with_writer(io::stderr).without_time().init();
    }
    let bug = arguments.bug.as_deref().and_then(Bug::find);
    let seeds = arguments.seed.map_or(arguments.seeds.clone(), |seed| seed..seed + 1);
    let clock = SystemClock::new();
    let end_us = arguments.minutes.map(|minutes| Duration::from_mins(minutes).as_micros());
    let mut counts = Counts::default();
    let mut broken = 0;
    let mut done = 0;
    for seed in seeds {
        if end_us.is_some_and(|end_us| u128::from(clock.monotonic_us()) >= end_us) {
            break;
        }
        let outcome = run(seed, bug, arguments.trace);
        done += 1;
        counts.add(&outcome.counts);
        broken += u64::from(outcome.broken.is_some());
        tell_outcome(&mut out, &outcome, arguments.trace || arguments.seed.is_some())?;
    }
    writeln!(out, "{done} seeds, {broken} broken, {} s: {counts:?}", clock.monotonic_us() / 1_000_000)?;
    Ok(if broken == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn tell_outcome(out: &mut impl io::Write, outcome: &Outcome, whole: bool) -> io::Result<()> {
    for line in outcome.trace.lines() {
        writeln!(out, "{line}")?;
    }
    if whole {
        let hash: String = outcome.trace.hash().iter().map(|byte| format!("{byte:02x}")).collect();
        writeln!(out, "seed {}: trace {hash}, {:?}", outcome.seed, outcome.counts)?;
    }
    if let Some(broken) = &outcome.broken {
        writeln!(out, "seed {} is broken: {broken}", outcome.seed)?;
    }
    out.flush()
}
