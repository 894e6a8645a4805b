//! What is wrong with a setting, where it was said, and what to do.

use std::fmt;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Complaint {
    /// Where it was said: `indelible.toml:3`, `--listen`, `INDELIBLE_LISTEN`.
    pub(crate) place: String,
    pub(crate) what: String,
    pub(crate) remedy: String,
}

impl Complaint {
    pub(crate) fn new(place: impl Into<String>, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { place: place.into(), what: what.into(), remedy: remedy.into() }
    }

    /// What the parser of flags says.
    pub(crate) fn of_usage(error: &clap::Error) -> Self {
        let text = error.to_string();
        let what = text.lines().next().unwrap_or_default().trim_start_matches("error: ");
        Self::new("flags and environment", what, "see `indelible serve --help`")
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, what, remedy } = self;
        write!(formatter, "{place}: {what}; {remedy}")
    }
}

/// All of them, a line each.
pub(crate) fn listed(complaints: &[Complaint]) -> String {
    complaints.iter().map(Complaint::to_string).collect::<Vec<_>>().join("\n")
}
