//! Replacing a file that the user named: the new one is written beside it, and takes its place only when all of it is there.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use env::NotOurs;

/// A file in the making. Dropped without [`Beside::finish`], it is removed, and what was there before stays.
pub(crate) struct Beside {
    file: File,
    /// Where it is written, and what it becomes; `None` for what is no file but takes bytes, as a pipe.
    names: Option<(PathBuf, PathBuf)>,
}

impl Beside {
    /// Begins the file that becomes `path`.
    ///
    /// # Errors
    /// [`NotOurs`] for a link to a file, or to nothing; what the system answers. Nothing was changed then.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        let there = path.metadata().ok();
        if there.as_ref().is_some_and(|there| !there.is_file() && !there.is_dir()) {
            return Ok(Self { file: OpenOptions::new().write(true).open(path)?, names: None });
        }
        if there.as_ref().is_some_and(fs::Metadata::is_dir) {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        // Whoever can put a link there would choose what is replaced.
        if path.is_symlink() {
            return Err(NotOurs::error(path, "a symbolic link, and what it leads to is not written to"));
        }
        let target = path.to_owned();
        let mut name = target.as_os_str().to_owned();
        name.push(format!(".{}.part", std::process::id()));
        let part = PathBuf::from(name);
        let file = OpenOptions::new().write(true).create_new(true).open(&part)?;
        let beside = Self { file, names: Some((part, target)) };
        if let Some(there) = there {
            beside.file.set_permissions(there.permissions())?;
        }
        Ok(beside)
    }

    /// Gives the file its name, with all of its bytes on the disk.
    ///
    /// # Errors
    /// What the system answers; what was there before stays then.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        let Some((part, target)) = &self.names else { return Ok(()) };
        self.file.sync_all()?;
        fs::rename(part, target)?;
        self.names = None;
        Ok(())
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        if let Some((part, _)) = &self.names {
            // What would keep it from being removed was reported already.
            let _ = fs::remove_file(part);
        }
    }
}

impl Write for Beside {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that goes wrong should panic")]
mod tests {
    use super::*;

    #[test]
    fn a_link_chooses_no_file_to_be_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let precious = dir.path().join("precious");
        fs::write(&precious, "precious").unwrap();
        for (name, leads_to) in [("link", &precious), ("dangling", &dir.path().join("nowhere"))] {
            let link = dir.path().join(name);
            std::os::unix::fs::symlink(leads_to, &link).unwrap();
            assert!(Beside::create(&link).is_err(), "{name}");
        }
        let other_name = dir.path().join("other name");
        fs::hard_link(&precious, &other_name).unwrap();
        let mut file = Beside::create(&other_name).unwrap();
        file.write_all(b"new").unwrap();
        file.finish().unwrap();
        assert_eq!(fs::read(&other_name).unwrap(), b"new");
        assert_eq!(fs::read(&precious).unwrap(), b"precious");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 4, "nothing is left beside");
    }
}
