//! The log that is asked: in a folder of the caller's, or in one that goes again.

use std::path::{Path, PathBuf};

use super::events::{Events, seal};
use super::server::ServerProcess;
use crate::exit::failed;

/// A folder; one that nobody named is removed when dropped.
pub(super) struct Folder {
    path: PathBuf,
    temporary: bool,
}

impl Folder {
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.temporary {
            // What is left lies among the system's temporary files.
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}

/// Makes the folder if it is not there.
pub(super) fn folder(named: Option<&Path>) -> miette::Result<Folder> {
    let made = || std::env::temp_dir().join(format!("indelible-bench-{}", std::process::id()));
    let path = named.map_or_else(made, Path::to_owned);
    let io = |error: std::io::Error| failed(&error, "name a folder that can be written with --dir");
    std::fs::create_dir_all(&path).map_err(io)?;
    Ok(Folder { path, temporary: named.is_none() })
}

/// Serves the log in `folder`; where there is none, makes one of these events.
pub(super) fn serve(folder: &Path, events: &Events, sealed: bool) -> miette::Result<ServerProcess> {
    let has_log = folder.join("data").exists();
    let server = ServerProcess::start(folder)?;
    if !has_log {
        events.send(&server)?;
        if sealed {
            seal(&server)?;
        }
    }
    Ok(server)
}
