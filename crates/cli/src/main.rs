//! The `indelible` binary: one file per command.

mod access_control;
mod allocator;
mod beside;
mod commands;
mod exit;
mod importing;
mod local;
mod operator;
mod output;
mod reloading;
mod runtime;
mod scope;
mod settings;
mod stopping;
mod target;
mod terminal;

use std::process::ExitCode;

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
    Config(commands::config::Config),
    Demo(commands::demo::Demo),
    Import(commands::import::Import),
    Send(commands::send::Send),
    Search(commands::search::Search),
    Show(commands::show::Show),
    Tail(commands::tail::Tail),
    Export(commands::export::Export),
    Facets(commands::facets::Facets),
    Catalogue(commands::catalogue::Catalogue),
    Verify(commands::verify::Verify),
    Reindex(commands::reindex::Reindex),
    Repair(commands::repair::Repair),
    Bench(commands::bench::Bench),
    Token(commands::token::TokenCommand),
    Grant(commands::grant::GrantCommand),
    Organization(commands::organization::OrganizationCommand),
    Person(commands::person::PersonCommand),
    Completions(commands::completions::Completions),
}

fn main() -> ExitCode {
    allocator::set_up();
    // A log of many segments has many files open, whatever is done with it.
    env::raise_open_files();
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("INDELIBLE_LOG")
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info")),
        )
        .with_writer(|| server::OwnLog)
        .log_internal_errors(false)
        .with_target(false)
        .init();
    // A path or a flag that is broken over two lines cannot be copied; terminals wrap by themselves.
    let unwrapped =
        miette::set_hook(Box::new(|_| Box::new(miette::MietteHandlerOpts::new().wrap_lines(false).build())));
    unwrapped.unwrap_or_else(|_| unreachable!("nothing set it before"));
    output::ending_by_panic(run)
}

fn run() -> ExitCode {
    let command = match Cli::try_parse() {
        Ok(Cli { command }) => command,
        Err(usage) => return said(&usage),
    };
    let result = match command {
        Command::Serve(_) => commands::serve::run(),
        Command::Config(command) => command.run(),
        Command::Demo(command) => command.run(),
        Command::Import(command) => command.run(),
        Command::Send(command) => command.run(),
        Command::Search(command) => command.run(),
        Command::Show(command) => command.run(),
        Command::Tail(command) => command.run(),
        Command::Export(command) => command.run(),
        Command::Catalogue(command) => command.run(),
        Command::Facets(command) => command.run(),
        Command::Verify(command) => command.run(),
        Command::Reindex(command) => command.run(),
        Command::Repair(command) => command.run(),
        Command::Bench(command) => command.run(),
        Command::Token(command) => command.run(),
        Command::Grant(command) => command.run(),
        Command::Organization(command) => command.run(),
        Command::Person(command) => command.run(),
        Command::Completions(command) => Ok(command.run()),
    };
    Exit::from(result).report()
}

/// Help that was asked for, or what is wrong with the arguments.
fn said(usage: &clap::Error) -> ExitCode {
    match usage.print() {
        Err(error) if !usage.use_stderr() => output::unwritten(error),
        _ => ExitCode::from(u8::try_from(usage.exit_code()).unwrap_or(2)),
    }
}
