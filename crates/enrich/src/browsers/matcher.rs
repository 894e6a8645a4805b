//! The compiled rules for browsers and for operating systems; devices are not shown, so their rules are not compiled.

use std::borrow::Cow;

use ua_parser::{os, user_agent};

use super::rules::{self, Rule};

/// Longest part of a user agent that is looked at, in bytes. Real ones are below 500; entries may hold 4096, and the
/// rules take time in proportion.
const AGENT_BYTES_READ_MAX: usize = 1024;

/// Rules ready to match.
pub(super) struct Matcher {
    browsers: user_agent::Extractor<'static>,
    systems: os::Extractor<'static>,
}

impl Matcher {
    /// Compiles the built-in rules. They are compiled in and tested, so a failure here is our own mistake.
    pub(super) fn builtin() -> Self {
        let yaml = crate::packed::rules();
        let section = |name| rules::section(&yaml, name).expect("the built-in rules are in the YAML this code reads");
        let browsers = section("user_agent_parsers").into_iter().map(browser);
        let systems = section("os_parsers").into_iter().map(system);
        Self {
            browsers: user_agent::Builder::new()
                .push_all(browsers)
                .and_then(|rules| Ok(rules.build()?))
                .expect("the built-in rules for browsers compile"),
            systems: os::Builder::new()
                .push_all(systems)
                .map_err(ua_parser::Error::from)
                .and_then(|rules| Ok(rules.build()?))
                .expect("the built-in rules for operating systems compile"),
        }
    }

    /// The rules for browsers, for the conformance cases.
    #[cfg(test)]
    pub(super) fn browsers(&self) -> &user_agent::Extractor<'static> {
        &self.browsers
    }

    /// The rules for operating systems, for the conformance cases.
    #[cfg(test)]
    pub(super) fn systems(&self) -> &os::Extractor<'static> {
        &self.systems
    }

    /// The browser's family, such as `Chrome`.
    pub(super) fn browser<'a>(&'a self, user_agent: &'a str) -> Option<Cow<'a, str>> {
        known(self.browsers.extract(readable(user_agent))?.family)
    }

    /// The operating system's family, such as `Windows`; Apple's by its present name.
    pub(super) fn system<'a>(&'a self, user_agent: &'a str) -> Option<Cow<'a, str>> {
        let family = known(self.systems.extract(readable(user_agent))?.os)?;
        Some(if family == "Mac OS X" { Cow::Borrowed("macOS") } else { family })
    }
}

/// The rules' word for what they do not know.
fn known(family: Cow<'_, str>) -> Option<Cow<'_, str>> {
    let nothing = family.trim().is_empty() || family == "Other";
    (!nothing).then_some(family)
}

fn readable(user_agent: &str) -> &str {
    user_agent.get(..user_agent.floor_char_boundary(AGENT_BYTES_READ_MAX)).unwrap_or(user_agent)
}

fn browser(rule: Rule<'_>) -> user_agent::Parser<'static> {
    let mut parser = user_agent::Parser::default();
    for (key, value) in rule {
        let value = Cow::Owned(value.to_owned());
        match key {
            "regex" => parser.regex = value,
            "family_replacement" => parser.family_replacement = Some(value),
            "v1_replacement" => parser.v1_replacement = Some(value),
            "v2_replacement" => parser.v2_replacement = Some(value),
            "v3_replacement" => parser.v3_replacement = Some(value),
            "v4_replacement" => parser.v4_replacement = Some(value),
            unknown => panic!("the built-in rules for browsers have no member {unknown}"),
        }
    }
    parser
}

fn system(rule: Rule<'_>) -> os::Parser<'static> {
    let mut parser = os::Parser::default();
    for (key, value) in rule {
        let value = Cow::Owned(value.to_owned());
        match key {
            "regex" => parser.regex = value,
            "os_replacement" => parser.os_replacement = Some(value),
            "os_v1_replacement" => parser.os_v1_replacement = Some(value),
            "os_v2_replacement" => parser.os_v2_replacement = Some(value),
            "os_v3_replacement" => parser.os_v3_replacement = Some(value),
            "os_v4_replacement" => parser.os_v4_replacement = Some(value),
            unknown => panic!("the built-in rules for operating systems have no member {unknown}"),
        }
    }
    parser
}
