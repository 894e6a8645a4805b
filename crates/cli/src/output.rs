//! What commands print. Nothing that is printed may end the process by a panic, as `println!` and `eprintln!` do where a disk is full.

use std::fmt::Arguments;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use crate::exit::failed;

/// As if ended by SIGPIPE.
const READER_GONE: u8 = 128 + 13;

/// Prints a line of a command's answer; ends the command where that cannot be written ([`unwritten`]).
macro_rules! outln {
    ($($text:tt)*) => { $crate::output::answer(format_args!($($text)*)) };
}

/// Prints a remark on the error output, if that takes it.
macro_rules! errln {
    ($($text:tt)*) => { $crate::output::remark(format_args!($($text)*)) };
}

pub(crate) use {errln, outln};

pub(crate) fn answer(line: Arguments<'_>) {
    if let Err(error) = writeln!(io::stdout(), "{line}") {
        unwritten(error)
    }
}

pub(crate) fn remark(line: Arguments<'_>) {
    // There is no other place to complain.
    let _ = writeln!(io::stderr(), "{line}");
}

/// Prints a line that a server says of itself. It serves on, whoever reads that.
pub(crate) fn announce(line: Arguments<'_>) {
    if let Err(error) = writeln!(io::stdout(), "{line}") {
        tracing::warn!(%error, %line, "the standard output takes nothing");
    }
}

/// Ends the process, whose answer could not be written. Who reads it may have had enough (`indelible search … | head`): that is no
/// mistake, and nothing is said. Else the exit code is 2, as no other code may stand for an answer that nobody has.
pub(crate) fn unwritten(error: io::Error) -> ! {
    if error.kind() == ErrorKind::BrokenPipe {
        std::process::exit(READER_GONE.into());
    }
    errln!("{:?}", unwritable(error));
    std::process::exit(2)
}

/// The same as an error, for a command that has something to close first.
pub(crate) fn unwritable(error: io::Error) -> miette::Report {
    failed(&Unwritable(error), "make room where the output goes, then ask again")
}

#[derive(Debug, thiserror::Error)]
#[error("the standard output cannot be written")]
struct Unwritable(#[source] io::Error);

/// The standard output as a writer; ends the process as [`outln!`] does.
pub(crate) struct Answer;

impl Write for Answer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        io::stdout().write_all(bytes).unwrap_or_else(|error| unwritten(error));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().flush().unwrap_or_else(|error| unwritten(error));
        Ok(())
    }
}

/// Runs a command. A panic is a mistake of ours, and no answer: exit code 2.
///
/// On the main thread nothing is unwound: what it holds would wait for threads that may never end, and a log that is left at any
/// moment is as after a power cut.
pub(crate) fn ending_by_panic(command: impl FnOnce() -> ExitCode + std::panic::UnwindSafe) -> ExitCode {
    let usual = std::panic::take_hook();
    let main = std::thread::current().id();
    std::panic::set_hook(Box::new(move |panic| {
        // It writes as far as it can.
        usual(panic);
        if std::thread::current().id() == main {
            std::process::exit(2);
        }
    }));
    // One of a helper's thread comes here without the hook.
    std::panic::catch_unwind(command).unwrap_or(ExitCode::from(2))
}
