//! The settings as they hold, and where each comes from.

use std::fmt;

use clap::{Arg, ArgMatches};

/// Where a setting was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    Flag,
    /// The variable's name.
    Environment(String),
    /// File and line: `indelible.toml:3`.
    File(String),
    Default,
}

impl Origin {
    /// The place of a setting that is wrong.
    pub(crate) fn place(&self, key: &str) -> String {
        match self {
            Self::Flag | Self::Default => format!("--{}", key.replace('_', "-")),
            Self::Environment(name) => name.clone(),
            Self::File(place) => place.clone(),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => formatter.write_str("flag"),
            Self::Environment(name) => formatter.write_str(name),
            Self::File(place) => formatter.write_str(place),
            Self::Default => formatter.write_str("default"),
        }
    }
}

/// One setting as it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Effective {
    pub(crate) key: String,
    /// As flags would give them; several for a list, none where nothing is said.
    values: Vec<String>,
    pub(crate) origin: Origin,
    /// Declared with `hide_env_values`: never shown.
    is_secret: bool,
}

impl Effective {
    pub(crate) fn new(arg: &Arg, matches: &ArgMatches, origin: Origin) -> Self {
        let key = arg.get_id().as_str();
        let values = matches.get_raw(key).into_iter().flatten();
        Self {
            key: key.to_owned(),
            values: values.map(|value| value.to_string_lossy().into_owned()).collect(),
            origin,
            is_secret: arg.is_hide_env_values_set(),
        }
    }

    /// Whether it says the same, wherever it comes from.
    pub(crate) fn says_the_same(&self, other: &Self) -> bool {
        self.values == other.values
    }
}

impl fmt::Display for Effective {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = match &self.values[..] {
            [] => "-".to_owned(),
            _ if self.is_secret => "(set, not shown)".to_owned(),
            values => values.join(", "),
        };
        write!(formatter, "{} = {value}  [{}]", self.key, self.origin)
    }
}
