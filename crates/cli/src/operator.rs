//! How a command shows a running server that it is run by whoever has the machine: a token in the server's own data directory.
//!
//! The file is for its owner alone, made anew at each start and gone with the server: a token that a crash left is good for nothing.

use std::fs;
use std::path::{Path, PathBuf};

use access::Token;
use env::{Disk as _, SystemDisk};

/// Longest file that is read.
const FILE_BYTES_MAX: u64 = 1_024;

/// The file, for as long as the server runs.
pub(crate) struct OperatorFile(PathBuf);

fn path_in(data: &Path) -> PathBuf {
    data.join("OPERATOR")
}

impl OperatorFile {
    /// Writes the token of a server. `None` where the disk is full, since a start goes on without: commands on the folder then do
    /// not get in until the next one.
    ///
    /// # Errors
    /// What the system answers.
    pub(crate) fn create(data: &Path, token: &Token) -> std::io::Result<Option<Self>> {
        let path = path_in(data);
        match env::replace_file(&SystemDisk, &path, token.reveal().as_bytes()) {
            Ok(()) => Ok(Some(Self(path))),
            Err(error) if error.kind() == std::io::ErrorKind::StorageFull => {
                tracing::warn!(
                    "the disk is full, so commands on this folder do not get in; make room, then start again"
                );
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

impl Drop for OperatorFile {
    fn drop(&mut self) {
        if let Err(error) = SystemDisk.remove(&self.0) {
            tracing::debug!(%error, "the operator's token is good no more, and its file stays");
        }
    }
}

/// The token of the server that serves this folder, if there is one that this command may read.
pub(crate) fn token_of(data: &Path) -> Option<String> {
    let path = path_in(data);
    let is_small = fs::symlink_metadata(&path).is_ok_and(|file| file.is_file() && file.len() <= FILE_BYTES_MAX);
    let token = is_small.then(|| fs::read_to_string(&path).ok()).flatten()?;
    Token::parse(token.trim()).ok().map(|token| token.reveal().to_owned())
}
