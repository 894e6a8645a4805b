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

/// Members that name the person whose e-mail address stands beside them.
const NAMES: [&str; 14] = [
    "name",
    "displayName",
    "display_name",
    "fullName",
    "full_name",
    "firstName",
    "first_name",
    "lastName",
    "last_name",
    "givenName",
    "given_name",
    "familyName",
    "family_name",
    "username",
];

/// Every text that holds a person's e-mail address is that person's, unless the log hides it already as the actor's;
/// and so is a name beside an address.
fn addresses(draft: &mut Draft<'_, '_, '_>) {
    let doc = draft.job.scope.doc;
    let has_address = |id: NodeId| memchr::memchr(b'@', doc.raw(id).as_bytes()).is_some();
    if !has_address(Doc::ROOT) {
        return;
    }
    let slots = [Slot::ActorId, Slot::ActorEmail, Slot::BehalfId, Slot::BehalfEmail];
    let own: Vec<String> = match draft.owner(Owner::Client) {
        Some(_) => slots.iter().filter_map(|slot| draft.text(*slot).map(str::to_owned)).collect(),
        None => Vec::new(),
    };
    for id in doc.subtree(Doc::ROOT).map(NodeId).filter(|id| has_address(*id)) {
        match doc.kind(id) {
            Kind::String if draft.marks.person(id).is_none() => {
                let text = doc.text(id);
                if let Some(found) = email::of_person(&text).filter(|found| !own.iter().any(|own| own == found)) {
                    let person = draft.person(&format!("user:{found}"));
                    draft.marks.set_person(id, person);
                }
            }
            Kind::Object => beside(draft, id, &own),
            _ => {}
        }
    }
}

/// The names in an object that holds an address as one of its members.
fn beside(draft: &mut Draft<'_, '_, '_>, object: NodeId, own: &[String]) {
    let doc = draft.job.scope.doc;
    let texts = || doc.children(object).filter(|id| doc.kind(*id) == Kind::String);
    let address = texts().map(|id| doc.text(id)).find(|text| email::of_person(text) == Some(text.as_ref()));
    let Some(address) = address else { return };
    let of =
        if own.iter().any(|own| *own == address) { draft.owner(Owner::Actor) } else { Some(format!("user:{address}")) };
    let names: Vec<NodeId> =
        texts().filter(|id| NAMES.contains(&doc.key(*id).as_ref()) && !doc.text(*id).is_empty()).collect();
    if let (Some(of), false) = (of, names.is_empty()) {
        let person = draft.person(&of);
        names.into_iter().for_each(|id| draft.marks.set_person(id, person));
    }
}
