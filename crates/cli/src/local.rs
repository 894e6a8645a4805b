//! A log on this machine: where it lies, and how to open it.

use std::path::PathBuf;

use clap::Args;
use engine::{Config, Log, OlderMark, OpenLogError, World};
use env::LockError;

use crate::exit::failed;
use crate::runtime::MORE_THREADS;

/// Where the log lies and how it is kept.
#[derive(Args, Debug, Clone)]
pub(crate) struct Local {
    /// The data directory.
    #[arg(long, value_name = "DIR", default_value = "data", env = "INDELIBLE_DATA")]
    pub(crate) data: PathBuf,
    /// Folder of the marks that remember, outside the data directory, how far each log was signed
    /// [default: $XDG_STATE_HOME/indelible].
    #[arg(long, value_name = "DIR", env = "INDELIBLE_MARKS")]
    pub(crate) marks: Option<PathBuf>,
    /// Go on though the mark is of an earlier checkpoint than any crash leaves: somebody put it back, and it is known why.
    #[arg(long)]
    pub(crate) accept_older_mark: bool,
    /// A location database (MMDB with cities) in place of the built-in country database.
    #[arg(long, value_name = "FILE", env = "INDELIBLE_PLACES")]
    pub(crate) places: Option<PathBuf>,
    /// Severity rules (TOML) in place of the built-in ones.
    #[arg(long, value_name = "FILE", env = "INDELIBLE_RULES")]
    pub(crate) rules: Option<PathBuf>,
    /// Mebibytes of disk kept for when it is full, so that sealing, a restart, checkpoints and the log's own entries go on; at most an
    /// eighth of the disk, 4 at least.
    #[arg(long, value_name = "MIB", env = "INDELIBLE_RESERVE", default_value_t = engine::RESERVE_BYTES_DEFAULT >> 20, value_parser = clap::value_parser!(u64).range(1..=1 << 20))]
    pub(crate) reserve: u64,
    /// Entries at which the tail is sealed into a segment.
    #[arg(long, value_name = "N", default_value_t = engine::SEAL_ROWS_DEFAULT, hide = true,
        value_parser = clap::value_parser!(u64).range(1..=engine::SEAL_ROWS_MAX))]
    pub(crate) seal_rows: u64,
}

impl Local {
    pub(crate) fn config(&self) -> Config {
        let mut config = Config::new(&self.data);
        config.places.clone_from(&self.places);
        config.rules.clone_from(&self.rules);
        config.seal_rows = self.seal_rows;
        config.reserve_bytes = self.reserve << 20;
        config.older_mark = if self.accept_older_mark { OlderMark::Accept } else { OlderMark::Refuse };
        if let Some(marks) = &self.marks {
            config.marks.clone_from(marks);
        }
        config
    }

    /// Opens the log, making a new one in an empty or missing folder.
    pub(crate) fn open(&self, name: &str) -> miette::Result<Log> {
        let config = Config { name: name.to_owned(), ..self.config() };
        Log::open(config, World::system()).map_err(|error| failed(&error, remedy(&error)))
    }
}

/// What to do where the lock cannot be used.
pub(crate) const NO_LOCK: &str =
    "if something else lies there, move it away: a log makes its lock anew; else look at the folder's permissions";

/// What to do about a log that does not open.
pub(crate) fn remedy(error: &OpenLogError) -> &'static str {
    match error {
        error if error.is_disk_full() => {
            "make room on the disk, which is full beyond what is kept in reserve, then start again; nothing that was acknowledged is lost"
        }
        OpenLogError::Lock(LockError::Io { .. }) => NO_LOCK,
        OpenLogError::Lock(_) => {
            "stop the process that holds it, or let it do the work: commands that take --url ask a running server"
        }
        OpenLogError::NotEmpty { .. } => "name an empty folder, or one that holds a log, with --data",
        OpenLogError::Incomplete { .. } => {
            "nothing was changed; restore what is missing from a copy, or name another folder with --data"
        }
        OpenLogError::Unlisted { .. } => {
            "nothing was changed; `indelible repair --data DIR` makes the manifest again from segments that are sound"
        }
        OpenLogError::NoLog { .. } => {
            "name the folder of a log with --data; `indelible serve --dev --data DIR` makes one"
        }
        OpenLogError::Disk { .. } => "look at the disk and the folder's permissions",
        OpenLogError::Thread { .. } => MORE_THREADS,
        OpenLogError::Places(_) => "name a database in the MMDB format, or leave --places out",
        OpenLogError::Rules { .. } => "mend the rules file, or leave --rules out",
        error if error.is_older_mark() => {
            "find out who put it back, and verify with a checkpoint that somebody else keeps (`indelible verify --since`); then start with --accept-older-mark"
        }
        error if error.is_foreign() => {
            "nothing was changed; find out who did this; what lies beside `vault.db` move away, and `vault.db` itself restore from a copy"
        }
        error if is_of_disk(error) => {
            "look at the disk and the system's log; if it was a passing error, start again: nothing that was acknowledged is lost"
        }
        error if is_not_ours(error) => {
            "nothing was changed there; move away what lies there and is not the log's; in place of a file of two names, put a copy of it"
        }
        OpenLogError::Own(_) => "see the cause; if it has passed, start again: nothing that was acknowledged is lost",
        _ => "`indelible verify --data DIR` says which file and entries are concerned; restore them from a copy",
    }
}

/// Whether a name of the log's holds what is not its own.
fn is_not_ours(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut causes = std::iter::successors(Some(error), |error| error.source());
    causes.any(|cause| cause.downcast_ref().is_some_and(env::is_not_ours))
}

/// Whether the system answered with an error of the device, which says nothing about the files.
fn is_of_disk(error: &(dyn std::error::Error + 'static)) -> bool {
    /// Linux: input/output error.
    const EIO: i32 = 5;
    let of_device = |error: &std::io::Error| error.raw_os_error() == Some(EIO);
    let mut causes = std::iter::successors(Some(error), |error| error.source());
    causes.any(|cause| cause.downcast_ref().is_some_and(of_device))
}
