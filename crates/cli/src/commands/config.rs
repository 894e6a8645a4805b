//! `indelible config check`: what a server would be told.

use clap::{Args, Subcommand};

use crate::commands::serve::Serve;
use crate::exit::Exit;
use crate::output::outln;
use crate::settings::{self, NotLoaded};

/// Look at the settings of a server
#[derive(Args, Debug)]
pub(crate) struct Config {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Print what is wrong with the settings, or the settings as they hold and where each comes from
    #[command(
        after_help = "Takes the flags of `indelible serve`. Ends with 0 where the settings can be used, 1 where not, 2 where they cannot be read.\n\nExample:\n  indelible config check --config indelible.toml"
    )]
    Check(Box<Serve>),
}

impl Config {
    /// Secrets are not printed. Starts nothing, and opens no log.
    pub(crate) fn run(self) -> miette::Result<Exit> {
        let Command::Check(_) = self.command;
        match settings::load() {
            Ok(loaded) => {
                loaded.settings.iter().for_each(|setting| outln!("{setting}"));
                Ok(Exit::Done)
            }
            Err(NotLoaded::Wrong(complaints)) => {
                outln!("{}", settings::listed(&complaints));
                Ok(Exit::No)
            }
            Err(unread) => Err(unread.report()),
        }
    }
}
