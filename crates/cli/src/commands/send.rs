//! `indelible send`: events of ours to a server, with retries.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use clap::Args;
use env::{NotOurs, SystemClock, SystemDisk};
use ingest::{Lines, Mapping};
use remote::Remote;

use crate::exit::{Exit, failed};
use crate::importing::{Refused, Sink, import};
use crate::output::outln;

/// Send events to a server
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  echo '{\"event_id\":\"1\",\"action\":\"door.opened\"}' | indelible send -\n  indelible send --receipts receipts.txt events.ndjson\n\nSending is retried; give events an event_id, so that none is recorded twice."
)]
pub(crate) struct Send {
    /// Address of the server.
    #[arg(long, value_name = "URL", env = "INDELIBLE_URL", default_value = "http://127.0.0.1:7117")]
    url: String,
    /// Token to send with.
    #[arg(long, value_name = "TOKEN", env = "INDELIBLE_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// Where refused events go, with their reasons.
    #[arg(long, value_name = "FILE", default_value = "refused.ndjson")]
    refused: PathBuf,
    /// Where signed receipts of what was recorded are kept, appended: `indelible verify --receipt` checks them.
    #[arg(long, value_name = "FILE")]
    receipts: Option<PathBuf>,
    /// NDJSON file (.gz and .zst too), or - for standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl Send {
    pub(crate) fn run(self) -> miette::Result<Exit> {
        let remote = Remote::new(&self.url).with_token(self.token.as_deref());
        let mapping =
            Mapping::builtin("indelible").map_err(|error| failed(&error, "a mistake of ours; please report it"))?;
        let lines = if self.file.as_os_str() == "-" {
            Lines::from_reader(Box::new(std::io::stdin()))
        } else {
            Lines::open(&self.file)
        };
        let lines = lines.map_err(|error| failed(&error, format!("cannot send {}", self.file.display())))?;
        let receipts = self.receipts.as_deref().map(|path| {
            let file = kept(path);
            file.map_err(|error| failed(&error, "name another file for receipts with --receipts"))
        });
        let sink = Sink::Remote { remote: &remote, receipts: receipts.transpose()? };
        let mut refused = Refused::new(&self.refused);
        let imported = import(lines, "sending", &mapping, &sink, &mut refused, &SystemClock::new())?;
        outln!("{imported}");
        Ok(if imported.counts.refused > 0 { Exit::No } else { Exit::Done })
    }
}

/// Opens the file of receipts, to append to it. Anything else that has the name stays as it is.
fn kept(path: &Path) -> io::Result<File> {
    let file = env::open_own(File::options().create(true).append(true), path)?;
    if !env::begins_as(&SystemDisk, path, proof::RECEIPT_BEGIN.as_bytes())? {
        return Err(NotOurs::error(path, "no file of receipts"));
    }
    let mut last = [b'\n'];
    if let Some(at) = file.metadata()?.len().checked_sub(1) {
        File::open(path)?.read_exact_at(&mut last, at)?;
    }
    // What is appended to half a receipt would spoil both.
    if last == *b"\n" { Ok(file) } else { Err(NotOurs::error(path, "a file of receipts that ends within one")) }
}
