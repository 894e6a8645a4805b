//! The rules file, read strictly.
//!
//! `regexes.yaml` uses a small part of YAML, and uses it evenly: three sections at the margin, each a list of maps whose
//! values are single-quoted strings. Reading exactly that takes fewer lines than a YAML reader takes settings, and
//! anything else is refused with its line instead of being guessed at.
//!
//! ```yaml
//! os_parsers:
//!   # a comment
//!   - regex: '(Windows NT 6\.4)'
//!     os_replacement: 'Windows'
//! ```

/// One rule: its members in the order of the file, `regex` first.
pub(super) type Rule<'a> = Vec<(&'a str, &'a str)>;

/// A line that is not of the YAML described above.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum RulesError {
    /// Neither comment, section, rule nor member.
    #[error("line {line} of the rules is neither a section nor a quoted member")]
    Line {
        /// Counted from 1.
        line: usize,
    },
    /// The section asked for is not there, or is empty.
    #[error("the rules have no section {section}")]
    NoSection {
        /// Its name.
        section: String,
    },
}

/// The rules of one section, such as `os_parsers`. Cost: one pass over the file; nothing is copied but references.
pub(super) fn section<'a>(yaml: &'a str, name: &str) -> Result<Vec<Rule<'a>>, RulesError> {
    let mut rules: Vec<Rule<'a>> = Vec::new();
    let mut inside = false;
    for (at, line) in yaml.lines().enumerate() {
        let unread = RulesError::Line { line: at + 1 };
        let text = line.trim();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        if let Some(head) = line.strip_suffix(':').filter(|head| !head.starts_with(' ')) {
            inside = head == name;
        } else if let Some(first) = line.strip_prefix("  - ") {
            let first = member(first).ok_or(unread)?;
            if inside {
                rules.push(vec![first]);
            }
        } else {
            let next = line.strip_prefix("    ").and_then(member).ok_or(unread)?;
            if inside && let Some(rule) = rules.last_mut() {
                rule.push(next);
            }
        }
    }
    if rules.is_empty() {
        return Err(RulesError::NoSection { section: name.to_owned() });
    }
    Ok(rules)
}

/// `key: 'value'`. A quote inside the value would need unescaping; no rule has one.
fn member(text: &str) -> Option<(&str, &str)> {
    let (key, value) = text.split_once(": '")?;
    let value = value.trim_end().strip_suffix('\'')?;
    let plain = key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    (plain && !value.contains('\'')).then_some((key, value))
}

#[cfg(test)]
mod tests {
    use super::{RulesError, section};

    const YAML: &str = "a_parsers:\n  #### TOP ####\n\n  - regex: '(x): (y)'\n    v1_replacement: '$1'\n  - regex: 'z#'\nb_parsers:\n  - regex: 'w'\n";

    #[test]
    fn a_section_has_its_rules_in_order() {
        assert_eq!(
            section(YAML, "a_parsers").unwrap(),
            [vec![("regex", "(x): (y)"), ("v1_replacement", "$1")], vec![("regex", "z#")]]
        );
        assert_eq!(section(YAML, "b_parsers").unwrap(), [vec![("regex", "w")]]);
    }

    #[test]
    fn other_yaml_is_refused_with_its_line() {
        for (yaml, line) in [
            ("a:\n  - regex: plain\n", 2),
            ("a:\n  - regex: \"double\"\n", 2),
            ("a:\n  - regex: 'it''s'\n", 2),
            ("a:\n  - regex: 'x'\n   v1: 'odd indent'\n", 3),
            ("a:\n- regex: 'x'\n", 2),
            ("a: &anchor\n", 1),
        ] {
            assert_eq!(section(yaml, "a").unwrap_err(), RulesError::Line { line }, "{yaml}");
        }
    }

    #[test]
    fn a_missing_section_is_an_error() {
        assert_eq!(section(YAML, "c_parsers").unwrap_err(), RulesError::NoSection { section: "c_parsers".to_owned() });
    }

    #[test]
    fn the_built_in_rules_have_all_their_sections() {
        let yaml = crate::packed::rules();
        let counted =
            ["user_agent_parsers", "os_parsers", "device_parsers"].map(|name| section(&yaml, name).unwrap().len());
        assert_eq!(counted.iter().sum::<usize>(), yaml.matches("  - regex: '").count());
    }
}
