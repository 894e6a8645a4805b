//! The `indelible` binary: one file per command.

mod commands;
mod exit;
mod local;

use clap::{Parser, Subcommand};

use crate::exit::Exit;

/// A self-hosted audit log: who did what, when, and can you prove it?
#[derive(Parser)]
#[command(name = "indelible", version, propagate_version = true, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Serve(commands::serve::Serve),
}

fn main() -> std::process::ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("INDELIBLE_LOG")
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info")),
        )
        .with_writer(std::io::stderr)
        .with_target(false)
        .init();
    let result = match Cli::parse().command {
        Command::Serve(command) => command.run(),
    };
    Exit::from(result).report()
}
