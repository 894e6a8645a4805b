//! Browsers and operating systems by their user agents, for display: `Chrome on macOS`.

#[cfg(test)]
mod conformance;
mod matcher;
mod recent;
mod rules;

use std::sync::LazyLock;

use matcher::Matcher;
pub use recent::LABELS_CACHED_MAX;
use recent::Recent;

/// Browsers and operating systems by their user agents.
///
/// Shape: the rules, compiled once per process (some tens of MB), and the last labels. Cost of a label: 100 ns if it was
/// asked for lately, else about ten microseconds; the first of a process also compiles the rules, a tenth of a second.
pub struct Browsers {
    recent: Recent,
}

impl Browsers {
    /// The official rules, built in. Cost: none; the rules are compiled when the first label is asked for.
    #[must_use]
    pub fn builtin() -> Self {
        Self { recent: Recent::new() }
    }

    /// `Chrome on macOS`; of browser and operating system only what the rules know; `None` if they know neither.
    ///
    /// Programs that are no browsers are named too: `curl`, `Boto3 on Linux`.
    ///
    /// Source: the uap-core rules and their specification (`data/README.md`).
    #[must_use]
    pub fn label(&self, user_agent: &str) -> Option<String> {
        static MATCHER: LazyLock<Matcher> = LazyLock::new(Matcher::builtin);
        self.recent.get_or(user_agent, || label(&MATCHER, user_agent))
    }
}

impl Default for Browsers {
    fn default() -> Self {
        Self::builtin()
    }
}

fn label(matcher: &Matcher, user_agent: &str) -> Option<String> {
    match (matcher.browser(user_agent), matcher.system(user_agent)) {
        (Some(browser), Some(system)) => Some(format!("{browser} on {system}")),
        (Some(known), None) | (None, Some(known)) => Some(known.into_owned()),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Browsers;

    #[test]
    fn browsers_are_named_with_their_systems() {
        let browsers = Browsers::builtin();
        for (agent, label) in [
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
                "Chrome on macOS",
            ),
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0", "Firefox on Windows"),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
                "Mobile Safari on iOS",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.0.0 Safari/537.36 Edg/125.0.2535.92",
                "Edge on Windows",
            ),
            ("Boto3/1.26.114 Python/3.9.16 Linux/5.10.176 Botocore/1.29.114", "Boto3 on Linux"),
        ] {
            assert_eq!(browsers.label(agent).as_deref(), Some(label), "{agent}");
        }
    }

    #[test]
    fn what_the_rules_know_half_is_named_alone() {
        let browsers = Browsers::builtin();
        assert_eq!(browsers.label("curl/8.6.0").as_deref(), Some("curl"));
        assert_eq!(browsers.label("python-requests/2.31.0").as_deref(), Some("Python Requests"));
        assert_eq!(browsers.label("unheard-of (Windows NT 10.0)").as_deref(), Some("Windows"));
    }

    #[test]
    fn what_the_rules_do_not_know_has_no_label() {
        let browsers = Browsers::builtin();
        for agent in ["", " ", "unheard-of", "\u{0}\u{fffd}", "Other"] {
            assert_eq!(browsers.label(agent), None, "{agent}");
        }
    }
}
