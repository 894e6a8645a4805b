//! `indelible reindex`: every index made again from the lines.

use clap::Args;
use engine::{World, reindex};

use crate::exit::{Exit, failed};
use crate::local::{Local, remedy};

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
        let each = |name: &str, changed: bool| {
            println!("segment {name}: {}", if changed { "made again" } else { "as it was" })
        };
        let segments =
            reindex(&self.local.config(), &World::system(), &each).map_err(|error| failed(&error, remedy(&error)))?;
        println!("{segments} segments");
        Ok(Exit::Done)
    }
}
