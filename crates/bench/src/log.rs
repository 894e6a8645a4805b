//! The log that is asked: in a folder of the caller's, or in one that goes again.

use std::path::{Path, PathBuf};

use remote::failed;
use serde_json::Value;

use super::Watch;
use super::client::Client;
use super::events::{Events, seal, settle};
use super::server::ServerProcess;

/// A folder; one that was made for a run alone is removed when dropped.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    temporary: bool,
}

impl Folder {
    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.temporary {
            // What cannot be removed bears the benchmark's name.
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}

/// The folder named, made if it is not there; without one, a new one that goes again.
pub(super) fn folder(named: Option<&Path>) -> miette::Result<Folder> {
    match named {
        Some(path) => make(path.to_owned(), false),
        None => scratch(None),
    }
}

/// A new folder within the one named, or among the system's temporary files. It goes again; what else lies there stays.
///
/// # Errors
/// If it cannot be made.
pub fn scratch(within: Option<&Path>) -> miette::Result<Folder> {
    let within = within.map_or_else(std::env::temp_dir, Path::to_owned);
    make(within.join(format!("indelible-bench-{}", std::process::id())), true)
}

fn make(path: PathBuf, temporary: bool) -> miette::Result<Folder> {
    let io = |error: std::io::Error| failed(&error, "name a folder that can be written with --dir");
    std::fs::create_dir_all(&path).map_err(io)?;
    Ok(Folder { path, temporary })
}

/// Serves the log in `folder`; where there is none, makes one of these events. Its segments may still be merging.
pub(super) fn serve(folder: &Path, events: &Events, sealed: bool, watch: &dyn Watch) -> miette::Result<ServerProcess> {
    let has_log = folder.join("data").exists();
    let server = ServerProcess::start(folder)?;
    if !has_log {
        events.send(&server, watch)?;
        if sealed {
            seal(&server)?;
        }
    }
    Ok(server)
}

/// As [`serve`], asked with an auditor's token of this scope; what is not there is made by a writer.
pub(super) fn serve_scoped(
    folder: &Path,
    events: &Events,
    scope: Value,
    sealed: bool,
    watch: &dyn Watch,
) -> miette::Result<ServerProcess> {
    let has_log = folder.join("data").exists();
    let mut server = ServerProcess::start_controlled(folder, "writer", serde_json::json!({}))?;
    if !has_log {
        events.send(&server, watch)?;
        if sealed {
            seal(&server)?;
        }
    }
    server.take_token("auditor", scope)?;
    Ok(server)
}

/// As [`serve`], all sealed, and waits until the segments are merged.
pub(super) fn serve_settled(folder: &Path, events: &Events, watch: &dyn Watch) -> miette::Result<ServerProcess> {
    let server = serve(folder, events, true, watch)?;
    settle(&server, watch)?;
    Ok(server)
}

/// How many entries were sent; what the server records of itself grows with each export.
pub(super) fn entries(server: &ServerProcess) -> miette::Result<u64> {
    let page: Value = Client::new(server)?.get_json("/v1/entries?source=dev&limit=1&count=true")?;
    page.get("count")
        .and_then(Value::as_u64)
        .ok_or_else(|| miette::miette!("the server did not say how many there are"))
}
