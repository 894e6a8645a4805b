//! Settings of a server: one declaration, the flags of `serve`. A file and the environment give values to the same flags.
//!
//! What is said more closely to the start goes first: a flag, then its environment variable, then the file, then the default. Each
//! key of the file becomes the flag of its name, so that there is one parser, one kind of check and one page of help.

mod complaint;
mod effective;
mod file;
#[cfg(test)]
mod page;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command, CommandFactory, FromArgMatches};

pub(crate) use complaint::{Complaint, listed};
pub(crate) use effective::{Effective, Origin};

use crate::Cli;
use crate::commands::serve::Serve;
use crate::exit::failed;
use crate::settings::file::{Given, Read};

/// The flag that names the file. It stands in no file itself.
const CONFIG: &str = "config";

/// What a server is told, from all places together.
pub(crate) struct Loaded {
    pub(crate) serve: Serve,
    /// Every setting, in the order of the help.
    pub(crate) settings: Vec<Effective>,
}

/// Why settings cannot be used.
pub(crate) enum NotLoaded {
    /// The file cannot be read.
    Unread { file: PathBuf, source: std::io::Error },
    /// What is wrong with them; at least one.
    Wrong(Vec<Complaint>),
}

/// Reads the settings of this process: its arguments, its environment, and the file they name. Cost: reads one file.
///
/// # Errors
/// [`NotLoaded`].
pub(crate) fn load() -> Result<Loaded, NotLoaded> {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let first = parsed(&arguments)?;
    let (command, matches) = leaf(Cli::command(), &first);
    let read = match matches.get_one::<PathBuf>(CONFIG) {
        None => Read::default(),
        Some(file) => {
            let text = std::fs::read_to_string(file);
            let text = text.map_err(|source| NotLoaded::Unread { file: file.clone(), source })?;
            file::read(&text, file, &command)
        }
    };
    if !read.complaints.is_empty() {
        return Err(NotLoaded::Wrong(read.complaints));
    }
    let is_default = |given: &&Given| !is_closer(matches, &given.key);
    let flags = read.given.iter().filter(is_default).flat_map(|given| given.flags.iter().map(OsString::from));
    let all = parsed(&arguments.iter().cloned().chain(flags).collect::<Vec<_>>())?;
    let (_, all) = leaf(Cli::command(), &all);
    let serve = Serve::from_arg_matches(all).map_err(|error| NotLoaded::Wrong(vec![Complaint::of_usage(&error)]))?;
    let origin = |arg: &Arg| origin(arg, matches, &read.given);
    let settings: Vec<_> = settings_of(&command).map(|arg| Effective::new(arg, all, origin(arg))).collect();
    let place = |key: &str| {
        let setting = settings.iter().find(|setting| setting.key == key);
        setting.map_or(&Origin::Default, |setting| &setting.origin).place(key)
    };
    let contradictions = serve.contradictions().into_iter();
    let complaints = contradictions.map(|(key, what, remedy)| Complaint::new(place(key), what, remedy));
    match complaints.collect::<Vec<_>>() {
        complaints if complaints.is_empty() => Ok(Loaded { serve, settings }),
        complaints => Err(NotLoaded::Wrong(complaints)),
    }
}

impl NotLoaded {
    /// For who started a server with them.
    pub(crate) fn report(self) -> miette::Report {
        match self {
            Self::Unread { file, source } => {
                failed(&Unread { file, source }, "name a file that can be read with --config")
            }
            Self::Wrong(complaints) => {
                let remedy = "mend them, then see with `indelible config check` what holds";
                miette::miette!(help = remedy, "settings cannot be used:\n{}", listed(&complaints))
            }
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the settings in {file} cannot be read")]
struct Unread {
    file: PathBuf,
    source: std::io::Error,
}

fn parsed(arguments: &[OsString]) -> Result<ArgMatches, NotLoaded> {
    let matches = Cli::command().try_get_matches_from(arguments);
    matches.map_err(|error| NotLoaded::Wrong(vec![Complaint::of_usage(&error)]))
}

/// The innermost command that was named, and its arguments.
fn leaf(mut command: Command, mut matches: &ArgMatches) -> (Command, &ArgMatches) {
    while let Some((name, inner)) = matches.subcommand() {
        let Some(found) = command.find_subcommand(name).cloned() else { break };
        (command, matches) = (found, inner);
    }
    (command, matches)
}

/// The flags that are settings: those that have an environment variable. What must be said anew at each start has none.
fn settings_of(command: &Command) -> impl Iterator<Item = &Arg> {
    command.get_arguments().filter(|arg| arg.get_env().is_some() && arg.get_id() != CONFIG)
}

/// Whether a flag or an environment variable gives this setting.
fn is_closer(matches: &ArgMatches, key: &str) -> bool {
    matches!(matches.value_source(key), Some(ValueSource::CommandLine | ValueSource::EnvVariable))
}

fn origin(arg: &Arg, matches: &ArgMatches, given: &[Given]) -> Origin {
    match matches.value_source(arg.get_id().as_str()) {
        Some(ValueSource::CommandLine) => Origin::Flag,
        Some(ValueSource::EnvVariable) => {
            Origin::Environment(arg.get_env().unwrap_or_default().to_string_lossy().into_owned())
        }
        _ => match given.iter().find(|given| given.key == arg.get_id().as_str()) {
            Some(given) => Origin::File(given.place.clone()),
            None => Origin::Default,
        },
    }
}
