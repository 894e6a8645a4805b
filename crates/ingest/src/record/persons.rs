//! Whose the values are that stay outside the actor's own fields.

use super::draft::Draft;
use crate::json::{Doc, Kind, NodeId};
use crate::mapping::{Owner, Slot};
use crate::text::email;

pub(super) fn fill(draft: &mut Draft<'_, '_, '_>) {
    owners(draft);
    declared(draft);
    addresses(draft);
}

/// What a personal field was made of and could not be moved whole (an address with its port) is its owner's too.
fn owners(draft: &mut Draft<'_, '_, '_>) {
    let left: Vec<(Owner, NodeId)> = draft
        .slots
        .iter()
        .filter_map(|(slot, value)| slot.owner().map(|owner| (owner, value)))
        .flat_map(|(owner, value)| value.from.iter().map(move |id| (owner, *id)))
        .filter(|(_, id)| !draft.marks.is_moved(*id))
        .collect();
    for (owner, id) in left {
        if let Some(of) = draft.owner(owner) {
            let person = draft.person(&of);
            draft.marks.set_person(id, person);
        }
    }
}

/// `[[personal]]` of the mapping.
fn declared(draft: &mut Draft<'_, '_, '_>) {
    let job = draft.job;
    for rule in &job.rules.personal {
        if rule.when.as_ref().is_some_and(|cond| !cond.holds(&job.scope)) {
            continue;
        }
        let places: Vec<NodeId> = match &rule.each {
            None => vec![job.scope.here],
            Some(each) => job.scope.find(each).map(|list| job.scope.doc.children(list).collect()).unwrap_or_default(),
        };
        for here in places {
            let scope = job.scope.at(here);
            let Some(of) = rule.of.eval(&scope).filter(|of| of.text.len() <= 2_048) else { continue };
            let values: Vec<NodeId> =
                rule.at.iter().filter_map(|pointer| scope.find(pointer)).flat_map(|id| leaves(scope.doc, id)).collect();
            if !values.is_empty() {
                let person = draft.person(&of.text);
                values.into_iter().for_each(|id| draft.marks.set_person(id, person));
            }
        }
    }
}

fn leaves(doc: &Doc<'_>, id: NodeId) -> Vec<NodeId> {
    let scalar = |id: &NodeId| matches!(doc.kind(*id), Kind::String | Kind::Number) && !doc.text(*id).is_empty();
    doc.subtree(id).map(NodeId).filter(scalar).collect()
}

/// Every text that holds a person's e-mail address is that person's, unless the log hides it already as the actor's.
fn addresses(draft: &mut Draft<'_, '_, '_>) {
    let doc = draft.job.scope.doc;
    let own = [Slot::ActorId, Slot::ActorEmail, Slot::BehalfId, Slot::BehalfEmail];
    let own: Vec<String> = if draft.owner(Owner::Actor).is_some() || draft.owner(Owner::Behalf).is_some() {
        own.iter().filter_map(|slot| draft.text(*slot).map(str::to_owned)).collect()
    } else {
        Vec::new()
    };
    for id in (0..u32::try_from(doc.len()).unwrap_or(u32::MAX)).map(NodeId) {
        if doc.kind(id) != Kind::String || memchr::memchr(b'@', doc.raw(id).as_bytes()).is_none() {
            continue;
        }
        if draft.marks.person(id).is_some() {
            continue;
        }
        let text = doc.text(id);
        let Some(found) = email::of_person(&text) else { continue };
        if !own.iter().any(|own| own == found) {
            let person = draft.person(&format!("user:{found}"));
            draft.marks.set_person(id, person);
        }
    }
}
