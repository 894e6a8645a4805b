//! CI platforms by their user agents, from a normative table.

use std::cmp::Reverse;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use serde::Deserialize;

/// The table, `spec/tables/ci_platforms.toml`; what it means is said in its head.
const TABLE: &str = include_str!("../../../spec/tables/ci_platforms.toml");

/// CI platforms by their user agents.
///
/// Shape: one automaton for the process, built at the first question in 2 ms. Cost: one pass over the user agent, about a
/// nanosecond per byte; nothing is allocated.
#[derive(Debug, Clone, Copy, Default)]
pub struct Platforms;

impl event::Agents for Platforms {
    /// The platform whose mark stands first in the user agent, the longest if several start there.
    fn ci(&self, user_agent: &str) -> Option<&str> {
        static MARKS: LazyLock<Marks> = LazyLock::new(|| Marks::of(TABLE));
        MARKS.find(user_agent)
    }
}

/// The table as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    version: u32,
    platform: Vec<Platform>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Platform {
    name: String,
    marks: Vec<String>,
}

/// All marks of all platforms in one automaton.
struct Marks {
    finder: AhoCorasick,
    /// The platform of every mark, in the automaton's numbering.
    names: Vec<String>,
}

impl Marks {
    /// The table is compiled in and tested, so a failure here is our own mistake.
    fn of(table: &str) -> Self {
        let table: Table = toml::from_str(table).expect("the built-in table of CI platforms is well formed");
        assert_eq!(table.version, 1, "the built-in table of CI platforms has the version this code reads");
        let (names, marks): (Vec<_>, Vec<_>) = table
            .platform
            .into_iter()
            .flat_map(|platform| platform.marks.into_iter().map(move |mark| (platform.name.clone(), mark)))
            .unzip();
        let finder = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .kind(Some(AhoCorasickKind::DFA))
            .build(marks)
            .expect("a few dozen short marks fit an automaton");
        Self { finder, names }
    }

    fn find(&self, user_agent: &str) -> Option<&str> {
        let text = user_agent.as_bytes();
        // Nearly always there is no mark, and finding that out is cheaper than looking for all of them.
        if !self.finder.is_match(text) {
            return None;
        }
        let first = self
            .finder
            .find_overlapping_iter(text)
            .filter(|mark| starts_word(text, mark.start()))
            .min_by_key(|mark| (mark.start(), Reverse(mark.end())))?;
        self.names.get(first.pattern().as_usize()).map(String::as_str)
    }
}

/// Whether a product's name can start at `at`: `cargo/1.2` has no `argo`, `transactions/1` no `actions/`.
fn starts_word(text: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| text.get(before));
    !before.is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | 0x80..))
}

#[cfg(test)]
mod tests {
    use super::{Marks, TABLE, Table};
    use std::collections::HashSet;

    #[test]
    fn every_mark_of_the_table_stands_for_its_platform() {
        let table: Table = toml::from_str(TABLE).unwrap();
        let marks = Marks::of(TABLE);
        for platform in &table.platform {
            assert!(!platform.name.is_empty() && platform.name.len() <= 64, "{}", platform.name);
            for mark in &platform.marks {
                assert_eq!(marks.find(mark), Some(platform.name.as_str()), "{mark}");
                let inside = format!("tool/1.0 ({} extra)", mark.to_uppercase());
                assert_eq!(marks.find(&inside), Some(platform.name.as_str()), "{inside}");
            }
        }
    }

    #[test]
    fn marks_are_small_letters_and_stand_once() {
        let table: Table = toml::from_str(TABLE).unwrap();
        let mut seen = HashSet::new();
        for mark in table.platform.iter().flat_map(|platform| &platform.marks) {
            assert!(mark.len() >= 4 && mark.is_ascii() && *mark == mark.to_ascii_lowercase(), "{mark}");
            assert!(seen.insert(mark), "{mark} stands twice");
        }
    }
}
