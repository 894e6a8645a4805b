//! The fields that hold one text or number.

use std::borrow::Cow;

use super::draft::{Draft, Filled};
use crate::expr::{MadeTexts, Scope, Value};
use crate::mapping::Slot;
use crate::text::{address, country, cut, email, time, words};

/// Highest number of a stream, as spec/entry.md says.
const SEQUENCE_N_MAX: u64 = (1 << 53) - 1;

const BEHALF: &[Slot] = &[Slot::BehalfId, Slot::BehalfType, Slot::BehalfName, Slot::BehalfEmail];

/// Evaluates every field.
///
/// Fails if the record has no action.
pub(super) fn fill(draft: &mut Draft<'_, '_, '_>, ids: &mut dyn FnMut(&str) -> Option<String>) -> Result<(), String> {
    let job = draft.job;
    for (slot, expr) in &job.rules.slots {
        // The description comes last: it may speak of actor and resource.
        if *slot == Slot::Description || (*slot == Slot::EventId && job.made_up_ids) {
            continue;
        }
        if let Some((value, whole)) =
            expr.eval(&job.scope).and_then(|value| shape(*slot, value, &job.mapping.time_formats))
        {
            hold(draft, *slot, value, whole);
        }
    }
    settle_actor(draft);
    settle_id(draft, ids);
    drop_nameless(draft);
    if draft.get(Slot::Action).is_none() {
        return Err("no action: none of the members that the mapping's fields.action names is there".to_owned());
    }
    Ok(())
}

/// Evaluates the description, once actor and resource are known.
pub(super) fn describe(draft: &mut Draft<'_, '_, '_>) {
    let job = draft.job;
    let Some((slot, expr)) = job.rules.slots.iter().find(|(slot, _)| *slot == Slot::Description) else { return };
    let named = [Slot::ActorName, Slot::ActorEmail, Slot::ActorId].iter().find_map(|slot| draft.text(*slot));
    let made = MadeTexts {
        actor: named.or_else(|| draft.text(Slot::ActorType).filter(|kind| *kind == "anonymous")).map(str::to_owned),
        resource: draft
            .resource
            .as_ref()
            .map(|thing| thing.name.as_ref().map_or(&thing.id, |name| &name.text).to_string()),
        kind: draft.resource.as_ref().map(|thing| thing.kind.replace('_', " ")),
    };
    let scope = Scope { made: Some(&made), ..job.scope };
    if let Some((value, whole)) = expr.eval(&scope).and_then(|value| shape(*slot, value, &[])) {
        hold(draft, *slot, value, whole);
    }
}

/// The value as the field takes it, and whether the node it came from need not be kept beside it.
fn shape<'a>(slot: Slot, value: Value<'a>, formats: &[String]) -> Option<(Filled<'a>, bool)> {
    let before = value.text;
    let text = match slot {
        Slot::Time => {
            let read = time::read(&before, formats)?;
            return Some((Filled { text: Cow::Owned(read.text), from: value.from }, value.whole && read.whole));
        }
        Slot::Action => Cow::Owned(words::action(&before)),
        Slot::Ip => Cow::Owned(address::ip(&before)?),
        Slot::Country => Cow::Borrowed(country::code(&before)?),
        Slot::ActorEmail | Slot::BehalfEmail if !email::is(&before) => return None,
        Slot::ActorType | Slot::BehalfType
            if !matches!(before.as_ref(), "user" | "agent" | "token" | "system" | "anonymous") =>
        {
            return None;
        }
        Slot::Outcome if !matches!(before.as_ref(), "success" | "failure") => return None,
        Slot::Severity if !matches!(before.as_ref(), "info" | "warning" | "critical") => return None,
        Slot::HttpStatus if !before.parse::<u16>().is_ok_and(|status| (100..=599).contains(&status)) => return None,
        // written as a number: what is another text than its number is none
        Slot::SequenceN if !before.parse().is_ok_and(|n: u64| n <= SEQUENCE_N_MAX && n.to_string() == before) => {
            return None;
        }
        _ => before.clone(),
    };
    if text.is_empty() {
        return None;
    }
    let Some(short) = cut::cut(&text, slot.bytes_max()) else {
        let whole = value.whole && text == before;
        return Some((Filled { text, from: value.from }, whole));
    };
    // What names something is whole or absent; an id too long for its field would name another thing.
    if slot.whole_or_nothing() {
        return None;
    }
    Some((Filled { text: Cow::Owned(short), from: value.from }, false))
}

fn hold<'a>(draft: &mut Draft<'_, '_, 'a>, slot: Slot, value: Filled<'a>, whole: bool) {
    if let (true, [id]) = (whole, value.from.as_slice()) {
        draft.marks.set_moved(*id);
    }
    draft.slots.push((slot, value));
}

/// A principal with an id has a type; a name that repeats the id says nothing.
fn settle_actor(draft: &mut Draft<'_, '_, '_>) {
    let default = |draft: &mut Draft<'_, '_, '_>, kind: Slot, id: Slot| {
        if draft.get(id).is_some() && draft.get(kind).is_none() {
            draft.slots.push((kind, Filled { text: Cow::Borrowed("user"), from: Vec::new() }));
        }
    };
    default(draft, Slot::ActorType, Slot::ActorId);
    default(draft, Slot::BehalfType, Slot::BehalfId);
    // Nobody in particular: the log gives such actors one id a day, and what the vendor called them stays in `properties`.
    if draft.text(Slot::ActorType) == Some("anonymous") {
        give_back(draft, &[Slot::ActorId, Slot::ActorName, Slot::ActorEmail]);
    }
    if draft.text(Slot::BehalfType) == Some("anonymous") {
        give_back(draft, BEHALF);
    }
    for (name, id) in [(Slot::ActorName, Slot::ActorId), (Slot::BehalfName, Slot::BehalfId)] {
        if draft.text(name).is_some_and(|name| draft.text(id) == Some(name)) {
            draft.slots.retain(|(slot, _)| *slot != name);
        }
    }
}

/// Scopes and principals without an id are no scopes and principals, and half a sequence is none: their values go back to
/// `properties`.
fn drop_nameless(draft: &mut Draft<'_, '_, '_>) {
    let groups = [
        (Slot::OrganizationId, &[Slot::OrganizationName][..]),
        (Slot::WorkspaceId, &[Slot::WorkspaceName]),
        (Slot::ProjectId, &[Slot::ProjectName]),
        (Slot::BehalfId, BEHALF),
        (Slot::SequenceStream, &[Slot::SequenceN]),
        (Slot::SequenceN, &[Slot::SequenceStream]),
    ];
    for (id, others) in groups {
        if draft.get(id).is_none() {
            give_back(draft, others);
        }
    }
    if draft.get(Slot::ActorId).is_none() && draft.text(Slot::ActorType) != Some("anonymous") {
        give_back(draft, &[Slot::ActorType, Slot::ActorName, Slot::ActorEmail]);
        give_back(draft, BEHALF);
    }
}

/// Empties fields; what stood in them stays in `properties`.
fn give_back(draft: &mut Draft<'_, '_, '_>, slots: &[Slot]) {
    for (_, value) in draft.slots.extract_if(.., |(slot, _)| slots.contains(slot)) {
        value.from.iter().for_each(|id| draft.marks.unset_moved(*id));
    }
}

/// The record's own id, or one made from its content.
fn settle_id(draft: &mut Draft<'_, '_, '_>, ids: &mut dyn FnMut(&str) -> Option<String>) {
    let own = draft.text(Slot::EventId).map(str::to_owned);
    let made = match &own {
        Some(own) => ids(own),
        None => Some(draft.job.content.event_id()),
    };
    if let Some(made) = made {
        draft.slots.retain(|(slot, _)| *slot != Slot::EventId);
        draft.slots.push((Slot::EventId, Filled { text: Cow::Owned(made), from: Vec::new() }));
    }
}
