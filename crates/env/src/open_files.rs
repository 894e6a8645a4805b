//! How many files and connections the process may have open, and what to do when it has too many.

use std::io;
use std::time::Duration;

use rustix::io::Errno;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// How often opening is tried again while there are no descriptors: for ten seconds. Connections, which hold most of them, are
/// told to give some back much sooner.
const TRIES: u32 = 100;

/// How long between two tries.
const PAUSE: Duration = Duration::from_millis(100);

/// Raises the number of files and connections that this process may have open as far as the system allows; returns the new
/// number. Few systems allow more than a thousand without being asked.
pub fn raise_open_files() -> u64 {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = current != maximum && setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).is_ok();
    let now = if raised { maximum } else { current };
    now.unwrap_or(u64::MAX)
}

/// Whether an error says that the process or the system has as many files open as it may. Passes when some are closed;
/// nothing was opened or written.
#[must_use]
pub fn is_out_of_files(error: &io::Error) -> bool {
    matches!(Errno::from_io_error(error), Some(Errno::MFILE | Errno::NFILE))
}

/// Opens something; tries again for ten seconds while too many files are open. Not for threads that serve connections.
pub(crate) fn patiently<T>(mut open: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    for _ in 0..TRIES {
        match open() {
            Err(error) if is_out_of_files(&error) => std::thread::park_timeout(PAUSE),
            done => return done,
        }
    }
    open()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_waits_for_descriptors_and_for_nothing_else() {
        let mut answers = vec![Ok(7), Err(Errno::NFILE.into()), Err(Errno::MFILE.into())];
        assert_eq!(patiently(|| answers.pop().unwrap_or_else(|| Err(Errno::IO.into()))).unwrap(), 7);
        assert!(answers.is_empty());
        assert_eq!(
            patiently(|| Err::<(), _>(Errno::IO.into())).unwrap_err().raw_os_error(),
            Some(Errno::IO.raw_os_error())
        );
    }
}
