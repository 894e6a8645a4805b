//! `indelible completions`: for shells.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::Cli;
use crate::exit::Exit;
use crate::output::outln;

/// Print completions for a shell
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  indelible completions bash > /etc/bash_completion.d/indelible")]
pub(crate) struct Completions {
    /// Which shell.
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(self) -> Exit {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "indelible", &mut script);
        outln!("{}", String::from_utf8_lossy(&script).trim_end());
        Exit::Done
    }
}
