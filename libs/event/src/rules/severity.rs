//! The severity rules.

use std::collections::HashSet;

use serde::Deserialize;

use crate::json::{Token, Tokens};
use crate::limits::DEPTH_MAX;
use crate::model::{Event, Outcome, Severity};

use super::RulesError;
use super::derivation::Action;
use super::words::{phrase_stems, words};

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    version: u32,
    default: String,
    admin_words: HashSet<String>,
    role_words: HashSet<String>,
    failed_words: HashSet<String>,
    #[serde(default)]
    rule: Vec<Rule>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    name: String,
    severity: String,
    failed: Option<bool>,
    status: Option<Vec<u16>>,
    event: Option<Vec<String>>,
    event_not: Option<Vec<String>>,
    channel: Option<Vec<String>>,
    action: Option<Vec<String>>,
    action_words: Option<HashSet<String>>,
    verb_words: Option<HashSet<String>>,
    admin_role: Option<bool>,
}

/// The severity rules, ready for asking.
#[derive(Debug, Clone)]
pub(super) struct Severities {
    table: Table,
    default: Severity,
    /// Of each rule.
    severities: Vec<Severity>,
}

/// What of the rules depends on the action alone.
#[derive(Debug, Clone, Default)]
pub(super) struct Candidates {
    /// Indices of the rules whose conditions on the action hold.
    rules: Vec<usize>,
    /// The verb itself says that it failed.
    failed: bool,
}

impl Severities {
    pub(super) fn from_toml(text: &str) -> Result<Self, RulesError> {
        let form = |error| RulesError::Form { table: "severity", source: Box::new(error) };
        let table: Table = toml::from_str(text).map_err(form)?;
        let wrong = |place: String, what: &str| RulesError::Value { table: "severity", place, what: what.to_owned() };
        if table.version != 1 {
            return Err(wrong("version".to_owned(), "this program knows version 1"));
        }
        let read = |word: &str, place: String| {
            Severity::from_word(word).ok_or_else(|| wrong(place, "a severity is info, warning or critical"))
        };
        let default = read(&table.default, "default".to_owned())?;
        let of_rule = |rule: &Rule| read(&rule.severity, format!("rule \"{}\"", rule.name));
        let severities = table.rule.iter().map(of_rule).collect::<Result<_, _>>()?;
        Ok(Self { default, severities, table })
    }

    /// The rules that can hold for an action.
    pub(super) fn candidates(&self, written: &str, action: &Action) -> Candidates {
        let verb = runs(&action.verb);
        let mut all = runs(&action.noun);
        all.extend(verb.iter().cloned());
        let any = |listed: &Option<HashSet<String>>, words: &[String]| {
            listed.as_ref().is_none_or(|listed| words.iter().any(|word| listed.contains(word)))
        };
        let holds = |rule: &Rule| {
            rule.action.as_ref().is_none_or(|actions| actions.iter().any(|action| action == written))
                && any(&rule.action_words, &all)
                && any(&rule.verb_words, &verb)
        };
        let rules =
            self.table.rule.iter().enumerate().filter(|(_, rule)| holds(rule)).map(|(index, _)| index).collect();
        let failed = verb.iter().any(|word| self.table.failed_words.contains(word));
        Candidates { rules, failed }
    }

    /// The severity of an event that is derived otherwise.
    pub(super) fn of(&self, event: &Event<'_>, candidates: &Candidates) -> Severity {
        let failed = event.outcome == Some(Outcome::Failure) || candidates.failed;
        let listed = |list: &Option<Vec<String>>, word: Option<&str>| {
            list.as_ref().is_none_or(|list| list.iter().any(|listed| Some(listed.as_str()) == word))
        };
        for &index in &candidates.rules {
            let (Some(rule), Some(&severity)) = (self.table.rule.get(index), self.severities.get(index)) else {
                continue;
            };
            let holds = rule.failed.is_none_or(|wanted| wanted == failed)
                && rule
                    .status
                    .as_ref()
                    .is_none_or(|list| event.http.status.is_some_and(|status| list.contains(&status)))
                && listed(&rule.event, event.event.as_deref())
                && (rule.event_not.is_none() || !listed(&rule.event_not, event.event.as_deref()))
                && listed(&rule.channel, event.channel.as_deref())
                && rule.admin_role.is_none_or(|wanted| wanted == self.admin_role(event));
            if holds {
                return severity;
            }
        }
        self.default
    }

    /// Whether the event is about a role, group or policy of administrators.
    fn admin_role(&self, event: &Event<'_>) -> bool {
        let of_role = |name: &str| runs(&words(name)).iter().any(|word| self.table.role_words.contains(word));
        let of_admin = |name: &str| runs(&words(name)).iter().any(|word| self.table.admin_words.contains(word));
        let named = event.resource.iter().chain(&event.targets).any(|resource| {
            of_role(&resource.kind) && (of_admin(&resource.id) || resource.name.as_deref().is_some_and(of_admin))
        });
        // under `before`, a role is one that the actor takes away
        let written = |raw: &str| {
            let mut tokens = Tokens::new(raw, DEPTH_MAX as u32);
            let mut roles: Vec<bool> = Vec::new();
            let mut next = false;
            let mut taken = false;
            while let Ok(Some(token)) = tokens.next() {
                match token {
                    Token::Key(name) => {
                        let name = name.decode();
                        taken = name == "before";
                        next =
                            roles.last().copied().unwrap_or_default() || self.table.role_words.contains(&words(&name));
                    }
                    Token::ObjectStart | Token::ArrayStart => {
                        let within = next || roles.last().copied().unwrap_or_default();
                        roles.push(within && !taken);
                        next = false;
                        taken = false;
                    }
                    Token::ObjectEnd | Token::ArrayEnd => {
                        roles.pop();
                        next = false;
                    }
                    Token::String(text) => {
                        let here = (next || roles.last().copied().unwrap_or_default()) && !taken;
                        if here && of_admin(&text.decode()) {
                            return true;
                        }
                        next = false;
                        taken = false;
                    }
                    _ => {
                        next = false;
                        taken = false;
                    }
                }
            }
            false
        };
        named || [&event.changes, &event.properties].into_iter().flatten().any(|raw| written(raw))
    }
}

/// Every run of one to three neighbouring words, inflected and not: what lists of words are asked for.
fn runs(joined: &str) -> Vec<String> {
    let words: Vec<&str> = joined.split('_').filter(|word| !word.is_empty()).collect();
    (1..=3).flat_map(|length| words.windows(length)).flat_map(|run| phrase_stems(&run.join("_"))).collect()
}
