//! `indelible reindex`: every index made again from the lines.

use clap::Args;
use engine::{Watch, World, reindex};

use crate::exit::{Exit, failed};
use crate::local::{Local, remedy};
use crate::output::outln;
use crate::terminal::entries_bar;

/// Make every index again
#[derive(Args, Debug)]
#[command(
    after_help = "Example:\n  indelible reindex --data data\n\nIndexes are derived from the lines: this loses nothing and changes no evidence."
)]
pub(crate) struct Reindex {
    #[command(flatten)]
    local: Local,
}

impl Reindex {
    pub(crate) fn run(self) -> miette::Result<Exit> {
        let bar = entries_bar();
        let each = |name: &str, changed: bool| {
            bar.suspend(|| outln!("segment {name}: {}", if changed { "made again" } else { "as it was" }));
        };
        let progress = |done: u64, all: u64| {
            bar.set_length(all);
            bar.set_position(done);
        };
        let segments = reindex(&self.local.config(), &World::system(), &Watch { each: &each, progress: &progress });
        bar.finish_and_clear();
        let segments = segments.map_err(|error| failed(&error, remedy(&error)))?;
        outln!("{segments} segments");
        Ok(Exit::Done)
    }
}
