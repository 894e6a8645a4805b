//! `indelible import`: other products' audit logs into a log.

use std::path::PathBuf;

use clap::Args;
use engine::{Config, Log, OpenLogError, World};
use env::{Clock, LockError, SystemClock};
use ingest::{Lines, Mapping};
use remote::Remote;

use crate::exit::{Exit, failed};
use crate::importing::{Refused, Sink, import};
use crate::local::{Local, remedy};
use crate::operator::token_of;
use crate::output::{errln, outln};
use crate::target::served_at;

/// Import audit records of another product
#[derive(Args, Debug)]
#[command(
    after_help = "Example:\n  indelible import --data data --format cloudtrail 2026-11-*.json.gz\n\nImporting a file again adds nothing. Files may be plain, .gz or .zst."
)]
pub(crate) struct Import {
    #[command(flatten)]
    local: Local,
    /// A ready mapping.
    #[arg(long, value_name = "FORMAT", value_parser = clap::builder::PossibleValuesParser::new(Mapping::builtin_names()), required_unless_present = "mapping")]
    format: Option<String>,
    /// A mapping of your own (TOML), see docs/mappings.md.
    #[arg(long, value_name = "FILE", conflicts_with = "format")]
    mapping: Option<PathBuf>,
    /// Where refused records go, with their reasons [default: FILE.refused.ndjson].
    #[arg(long, value_name = "FILE")]
    refused: Option<PathBuf>,
    /// NDJSON files.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

impl Import {
    pub(crate) fn run(self) -> miette::Result<Exit> {
        let mapping = self.mapping()?;
        self.keep_input()?;
        let config = Config { note: "importing".to_owned(), ..self.local.config() };
        match Log::open(config, World::system()) {
            Ok(log) => {
                let exit = self.import_into(&mapping, &Sink::Log(&log));
                log.close().map_err(|reason| {
                    miette::miette!(help = "everything acknowledged is recorded; the next start recovers", "{reason}")
                })?;
                exit
            }
            Err(OpenLogError::Lock(LockError::Held { note, .. })) if served_at(&note).is_some() => {
                let remote =
                    Remote::new(served_at(&note).unwrap_or_default()).with_token(token_of(&self.local.data).as_deref());
                errln!(
                    "{} is open elsewhere; sending to its server at {}, which records under a source of its own",
                    self.local.data.display(),
                    remote.base()
                );
                self.import_into(&mapping, &Sink::Remote { remote: &remote, receipts: None })
            }
            Err(error) => Err(failed(&error, remedy(&error))),
        }
    }

    fn mapping(&self) -> miette::Result<Mapping> {
        if let Some(file) = &self.mapping {
            let text = std::fs::read_to_string(file)
                .map_err(|error| failed(&error, format!("cannot read {}", file.display())))?;
            return Mapping::from_toml(&text)
                .map_err(|error| failed(&error, format!("mend {}; docs/mappings.md says how", file.display())));
        }
        let name = self.format.as_deref().unwrap_or("indelible");
        Mapping::builtin(name)
            .map_err(|error| failed(&error, "name a mapping with --format, or your own with --mapping"))
    }

    /// Refused records must not take the place of what is read.
    fn keep_input(&self) -> miette::Result<()> {
        let Some(refused) = self.refused.as_ref().and_then(|path| path.canonicalize().ok()) else { return Ok(()) };
        match self.files.iter().find(|file| file.canonicalize().is_ok_and(|file| file == refused)) {
            Some(file) => Err(miette::miette!(
                help = "name another file with --refused",
                "refused records would take the place of {}, which is to be imported",
                file.display()
            )),
            None => Ok(()),
        }
    }

    fn import_into(&self, mapping: &Mapping, sink: &Sink<'_>) -> miette::Result<Exit> {
        let clock: &dyn Clock = &SystemClock::new();
        let mut refused_any = false;
        let mut of_all = self.refused.as_deref().map(Refused::new);
        for file in &self.files {
            let lines =
                Lines::open(file).map_err(|error| failed(&error, format!("cannot import {}", file.display())))?;
            let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let mut of_file = Refused::new(&PathBuf::from(format!("{name}.refused.ndjson")));
            let imported = import(lines, &name, mapping, sink, of_all.as_mut().unwrap_or(&mut of_file), clock)?;
            refused_any |= imported.counts.refused > 0;
            outln!("{name}: {imported}");
        }
        Ok(if refused_any { Exit::No } else { Exit::Done })
    }
}
