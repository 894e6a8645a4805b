//! The derivation table: event, channel, description and outcome.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use crate::limits::WORD_BYTES_MAX;
use crate::model::Outcome;

use super::RulesError;
use super::words::{phrase_stems, words};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    version: u32,
    event: BTreeMap<String, Vec<String>>,
    channel: BTreeMap<String, Vec<String>>,
    outcome: Statuses,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Statuses {
    failure_from: u16,
    success_from: u16,
}

/// The derivation table, ready for asking.
#[derive(Debug, Clone)]
pub(super) struct Derivation {
    events: HashMap<String, String>,
    channels: HashMap<String, String>,
    outcome: Statuses,
}

/// An action taken apart.
pub(super) struct Action {
    /// What stands before the last dot, in words joined by `_`; empty if there is no dot.
    pub(super) noun: String,
    /// What stands after it.
    pub(super) verb: String,
}

impl Action {
    pub(super) fn new(action: &str) -> Self {
        let (noun, verb) = action.rsplit_once('.').unwrap_or(("", action));
        Self { noun: words(noun), verb: words(verb) }
    }
}

impl Derivation {
    pub(super) fn from_toml(text: &str) -> Result<Self, RulesError> {
        let form = |error| RulesError::Form { table: "derivation", source: Box::new(error) };
        let table: Table = toml::from_str(text).map_err(form)?;
        let wrong =
            |place: &str, what: String| RulesError::Value { table: "derivation", place: place.to_owned(), what };
        if table.version != 1 {
            return Err(wrong("version", "this program knows version 1".to_owned()));
        }
        let invert = |lists: &BTreeMap<String, Vec<String>>, place: &str| {
            let mut inverted: HashMap<String, String> = HashMap::new();
            for (meaning, list) in lists {
                if meaning.is_empty() || meaning.len() > WORD_BYTES_MAX {
                    return Err(wrong(place, format!("\"{meaning}\" has not 1 to {WORD_BYTES_MAX} bytes")));
                }
                for word in list {
                    if let Some(other) = inverted.insert(word.clone(), meaning.clone()) {
                        return Err(wrong(place, format!("\"{word}\" means both {other} and {meaning}")));
                    }
                }
            }
            Ok(inverted)
        };
        let events = invert(&table.event, "event")?;
        let channels = invert(&table.channel, "channel")?;
        Ok(Self { events, channels, outcome: table.outcome })
    }

    /// The whole verb, then its first word, then its last, each uninflected; else the verb itself.
    pub(super) fn event(&self, action: &Action) -> String {
        let verb = action.verb.as_str();
        let first = verb.split_once('_').map(|(first, _)| first);
        let last = verb.rsplit_once('_').map(|(_, last)| last);
        for candidate in [Some(verb), first, last].into_iter().flatten() {
            if let Some(event) = phrase_stems(candidate).iter().find_map(|stem| self.events.get(stem)) {
                return event.clone();
            }
        }
        word(if verb.is_empty() { "other" } else { verb })
    }

    /// The whole noun, then its last word; else the first part of the noun as it stands in the action.
    pub(super) fn channel(&self, written: &str, action: &Action) -> String {
        let last = action.noun.rsplit_once('_').map_or("", |(_, last)| last);
        for candidate in [action.noun.as_str(), last] {
            if let Some(channel) = phrase_stems(candidate).iter().find_map(|stem| self.channels.get(stem)) {
                return channel.clone();
            }
        }
        let first = written.split('.').next().unwrap_or(written);
        word(if first.is_empty() { "other" } else { first })
    }

    pub(super) fn description(action: &Action) -> String {
        let mut text = action.noun.replace('_', " ");
        if !text.is_empty() && !action.verb.is_empty() {
            text.push(' ');
        }
        text.push_str(&action.verb.replace('_', " "));
        text
    }

    pub(super) fn outcome(&self, status: u16) -> Option<Outcome> {
        if status >= self.outcome.failure_from {
            Some(Outcome::Failure)
        } else {
            (status >= self.outcome.success_from).then_some(Outcome::Success)
        }
    }
}

/// Cut to the length that events and channels may have.
fn word(text: &str) -> String {
    let end = (0..=WORD_BYTES_MAX.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    text.get(..end).unwrap_or_default().to_owned()
}
