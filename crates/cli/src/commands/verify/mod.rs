//! `indelible verify`: is everything still what was acknowledged?

mod data;
mod line;
mod receipt;
mod url;

use std::path::{Path, PathBuf};

use clap::Args;
use engine::verify::Expect;
use proof::VerifierKey;

use remote::Remote;

use crate::exit::{Exit, failed};
use crate::output::outln;

/// Verify a log, an entry, or a served log
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  indelible verify --data data\n  indelible verify --data data --since checkpoint.txt --key 'log/1234+abcd1234+AV…'\n  indelible verify --line entry.json --proof entry.tlog-proof --key 'log/1234+abcd1234+AV…'\n  indelible verify --url http://127.0.0.1:7117\n  indelible verify --receipt receipt.txt --data data --key 'log/1234+abcd1234+AV…'\n\nExit codes: 0 sound, 1 tampered (says file and leaves), 2 could not check."
)]
pub(crate) struct Verify {
    /// The folder of a log at rest; every file of it is checked.
    #[arg(long, value_name = "DIR", group = "what")]
    data: Option<PathBuf>,
    /// A file with the exact line of an entry (needs --proof).
    #[arg(long, value_name = "FILE", group = "what", requires = "proof")]
    line: Option<PathBuf>,
    /// A served log: downloads every line and checks it against the checkpoint, trusting nobody.
    #[arg(long, value_name = "URL", group = "what")]
    url: Option<String>,
    /// Token to ask the server with: one that may export everything.
    #[arg(long, value_name = "TOKEN", env = "INDELIBLE_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// The entry's .tlog-proof.
    #[arg(long, value_name = "FILE", requires = "line")]
    proof: Option<PathBuf>,
    /// A checkpoint remembered from before: the log must continue it.
    #[arg(long, value_name = "FILE", conflicts_with = "line")]
    since: Option<PathBuf>,
    /// A signed receipt, as POST /v1/events?signed=true answers it: the log has signed it, and, with --data or --url, holds
    /// the entries it acknowledges.
    #[arg(long, value_name = "FILE", conflicts_with = "line")]
    receipt: Option<PathBuf>,
    /// The log's key, from a source you trust: its one line of text, or a file with it.
    #[arg(long, value_name = "VKEY")]
    key: Option<String>,
    /// Folder of the marks kept outside the data directory.
    #[arg(long, value_name = "DIR", env = "INDELIBLE_MARKS")]
    marks: Option<PathBuf>,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

/// What a verification says.
#[derive(Debug, Default, serde::Serialize)]
struct Report {
    /// Whether everything is as acknowledged.
    sound: bool,
    /// The log's name.
    origin: String,
    /// Entries checked against the newest checkpoint.
    entries: u64,
    /// Entries after it, checked as far as they can be.
    unsigned: u64,
    /// Checkpoints checked.
    checkpoints: u64,
    /// Size of the checkpoint remembered from before.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<u64>,
    /// Entries that the receipt acknowledges.
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt: Option<u64>,
    /// What is not as it was: file, leaves, what.
    findings: Vec<String>,
    /// What could not be read.
    unreadable: Vec<String>,
    /// What the log is worth less for, though it is as it was: a mark that is not there.
    warnings: Vec<String>,
    /// What the mark outside the data directory says: fits, missing, older.
    #[serde(skip_serializing_if = "Option::is_none")]
    mark: Option<&'static str>,
    /// What is odd but harmless.
    notes: Vec<String>,
}

impl Verify {
    pub(crate) fn run(self) -> miette::Result<Exit> {
        let key = self.key.as_deref().map(read_key).transpose()?;
        let since = self.since.as_deref().map(read).transpose()?;
        let receipt = self.receipt.as_deref().map(receipt::read_kept).transpose()?;
        let report = match (&self.data, &self.line, &self.url) {
            (Some(data), _, _) => {
                data::verify(data, self.marks.as_deref(), Expect { since, key, receipt, beside: Some(control::check) })?
            }
            (_, Some(line), _) => {
                let proof = self.proof.as_deref().unwrap_or_else(|| Path::new(""));
                let key = key.ok_or_else(|| {
                    miette::miette!(
                        help = "give the log's key with --key; its operator publishes it, and /vkey shows it",
                        "a proof needs the log's key"
                    )
                })?;
                line::verify(line, proof, &key)?
            }
            (_, _, Some(url)) => {
                let remote = Remote::new(url).with_token(self.token.as_deref());
                url::verify(&remote, since.as_deref(), key, receipt.as_ref())?
            }
            _ if receipt.is_some() => {
                let key = key.ok_or_else(|| {
                    miette::miette!(
                        help = "give the log's key with --key; its operator publishes it, and /vkey shows it",
                        "a receipt needs the log's key"
                    )
                })?;
                receipt::verify(receipt.as_ref(), &key)?
            }
            _ => {
                return Err(miette::miette!(
                    help = "name --data DIR, --line FILE --proof FILE, --receipt FILE, or --url URL",
                    "nothing to verify"
                ));
            }
        };
        Ok(report.show(self.json))
    }
}

impl Report {
    fn show(self, as_json: bool) -> Exit {
        if as_json {
            outln!("{}", serde_json::to_string(&self).unwrap_or_default());
        } else {
            self.print();
        }
        if !self.findings.is_empty() {
            Exit::No
        } else if self.unreadable.is_empty() {
            Exit::Done
        } else {
            Exit::Failed(miette::miette!(help = "look at the disk, then verify again", "not everything could be read"))
        }
    }

    fn print(&self) {
        for finding in &self.findings {
            outln!("TAMPERED  {finding}");
        }
        for finding in &self.unreadable {
            outln!("UNREAD    {finding}");
        }
        for warning in &self.warnings {
            outln!("WARNING   {warning}");
        }
        for note in &self.notes {
            outln!("note      {note}");
        }
        let since = self.since.map(|size| format!(", continues the checkpoint of {size}")).unwrap_or_default();
        let unsigned =
            if self.unsigned == 0 { String::new() } else { format!(", {} more not signed yet", self.unsigned) };
        let word = match (self.findings.is_empty(), self.unreadable.is_empty()) {
            (true, true) => "sound",
            (true, false) => "could not be read wholly",
            (false, _) => "NOT as it was acknowledged",
        };
        let receipt =
            self.receipt.map(|entries| format!(", {entries} acknowledged by the receipt")).unwrap_or_default();
        outln!(
            "{}: {word}: {} entries under {} checkpoints{since}{unsigned}{receipt}",
            self.origin,
            self.entries,
            self.checkpoints
        );
    }
}

fn read(path: &Path) -> miette::Result<String> {
    std::fs::read_to_string(path).map_err(|error| failed(&error, format!("cannot read {}", path.display())))
}

fn read_key(text: &str) -> miette::Result<VerifierKey> {
    let given = if Path::new(text).is_file() { read(Path::new(text))? } else { text.to_owned() };
    given
        .trim()
        .parse()
        .map_err(|error| failed(&error, "a key is one line such as log/1234+abcd1234+AV…, as /vkey shows it"))
}
