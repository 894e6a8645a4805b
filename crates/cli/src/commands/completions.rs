//! `indelible completions`: for shells.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::Cli;
use crate::exit::Exit;

/// Print completions for a shell
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  indelible completions bash > /etc/bash_completion.d/indelible")]
pub(crate) struct Completions {
    /// Which shell.
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(self) -> Exit {
        clap_complete::generate(self.shell, &mut Cli::command(), "indelible", &mut std::io::stdout());
        Exit::Done
    }
}
