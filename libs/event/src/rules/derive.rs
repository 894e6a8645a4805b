//! Completing an event.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use crate::model::Event;

use super::Rules;
use super::derivation::{Action, Derivation};
use super::severity::Candidates;

/// Most actions remembered: products have hundreds, and a client that invents actions must not fill the memory.
const ACTIONS_MAX: usize = 8192;

/// What follows from an action alone.
#[derive(Debug)]
pub(super) struct Facts {
    event: String,
    channel: String,
    description: String,
    candidates: Candidates,
}

/// What was derived from actions before. Owned by the rules; holds nothing that cannot be derived again.
#[derive(Debug, Default)]
pub(super) struct Memory {
    known: RwLock<HashMap<String, Arc<Facts>>>,
}

/// Fills in `event`, `channel`, `description`, `outcome` and `severity` where the client left them out.
///
/// Cost: a look-up and three short copies for an action seen before.
///
/// Source: spec/derivations.md.
pub fn derive(event: &mut Event<'_>, rules: &Rules) {
    let facts = facts(&event.action, rules);
    event.event.get_or_insert_with(|| Cow::Owned(facts.event.clone()));
    event.channel.get_or_insert_with(|| Cow::Owned(facts.channel.clone()));
    event.description.get_or_insert_with(|| Cow::Owned(facts.description.clone()));
    if event.outcome.is_none() {
        event.outcome = event.http.status.and_then(|status| rules.derivation.outcome(status));
    }
    if event.severity.is_none() {
        event.severity = Some(rules.severities.of(event, &facts.candidates));
    }
}

fn facts(action: &str, rules: &Rules) -> Arc<Facts> {
    if let Some(known) = rules.memory.known.read().unwrap_or_else(PoisonError::into_inner).get(action) {
        return Arc::clone(known);
    }
    let parts = Action::new(action);
    let facts = Arc::new(Facts {
        event: rules.derivation.event(&parts),
        channel: rules.derivation.channel(action, &parts),
        description: Derivation::description(&parts),
        candidates: rules.severities.candidates(action, &parts),
    });
    let mut known = rules.memory.known.write().unwrap_or_else(PoisonError::into_inner);
    if known.len() < ACTIONS_MAX {
        known.insert(action.to_owned(), Arc::clone(&facts));
    }
    facts
}
