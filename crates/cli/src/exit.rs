//! How commands end: 0 done, 1 a negative answer, 2 an error.

use std::process::ExitCode;

pub(crate) use remote::failed;

use crate::output::errln;

/// How a command ended.
pub(crate) enum Exit {
    /// Done.
    Done,
    /// The answer is no: tampered, not found, refused.
    No,
    /// It could not be done; what happened, and what to do.
    Failed(miette::Report),
}

impl From<miette::Result<Exit>> for Exit {
    fn from(result: miette::Result<Exit>) -> Self {
        result.unwrap_or_else(Exit::Failed)
    }
}

impl Exit {
    pub(crate) fn report(self) -> ExitCode {
        match self {
            Self::Done => ExitCode::SUCCESS,
            Self::No => ExitCode::from(1),
            Self::Failed(report) => {
                errln!("{report:?}");
                ExitCode::from(2)
            }
        }
    }
}
