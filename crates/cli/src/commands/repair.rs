//! `indelible repair`: a lost list of segments, made again.

use std::io::{self, IsTerminal, Write};

use clap::Args;
use engine::{Repair as Plan, RepairError, World};

use crate::exit::{Exit, failed};
use crate::local::{Local, remedy};
use crate::output::outln;
use crate::terminal::{entries_bar, harmless};

/// Make a lost list of segments again
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  indelible repair --data data          # shows what it would do, and asks\n  indelible repair --data data --yes\n\nOnly what the signed tree attests is used: every line of a segment is compared with it. What is not used is\nset aside and never deleted. The repair is recorded as an entry of the log."
)]
pub(crate) struct Repair {
    #[command(flatten)]
    local: Local,
    /// Do it without asking.
    #[arg(long)]
    yes: bool,
}

impl Repair {
    pub(crate) fn run(self) -> miette::Result<Exit> {
        let bar = entries_bar();
        let progress = |done: u64, all: u64| {
            bar.set_length(all);
            bar.set_position(done);
        };
        let plan = Plan::plan(&self.local.config(), &World::system(), &progress);
        bar.finish_and_clear();
        let Some(plan) = plan.map_err(|error| failed(&error, help(&error)))? else {
            outln!(
                "The list of segments is whole: there is nothing for repair to do. `indelible verify` checks the rest; a start that is refused names what is in its way."
            );
            return Ok(Exit::Done);
        };
        for what in plan.unsound() {
            outln!("Not used: {}", harmless(what));
        }
        outln!("This would be done:");
        for step in plan.steps() {
            outln!("  {}", harmless(&step));
        }
        if !self.yes && !confirmed()? {
            outln!("Nothing was changed.");
            return Ok(Exit::No);
        }
        plan.carry_out(&World::system()).map_err(|error| failed(&error, help(&error)))?;
        let log = self.local.open("dev")?;
        let entries = log.size();
        log.close().map_err(|reason| {
            miette::miette!(help = "the repair is done and recorded; the next start recovers", "{reason}")
        })?;
        outln!("Repaired, and recorded as an entry; the log has {entries} entries.");
        Ok(Exit::Done)
    }
}

fn help(error: &RepairError) -> &'static str {
    match error {
        RepairError::Beyond(error) => remedy(error),
        error if error.is_disk_full() => "make room on the disk, which is full, then repair again",
        RepairError::Disk { .. } | RepairError::Manifest(_) => "look at the disk, then repair again",
        _ => "nothing was changed; restore what is missing from a copy, then repair again",
    }
}

/// Asks on a terminal; elsewhere nobody can answer.
fn confirmed() -> miette::Result<bool> {
    if !io::stdin().is_terminal() {
        return Err(miette::miette!(help = "say --yes to do it", "nobody can be asked here, so nothing was changed"));
    }
    let asked = write!(io::stdout(), "Do it? [y/N] ").and_then(|()| io::stdout().flush());
    let mut answer = String::new();
    asked.and_then(|()| io::stdin().read_line(&mut answer)).map_err(|error| failed(&error, "say --yes to do it"))?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
