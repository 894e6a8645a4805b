//! The resource and the targets.

use std::borrow::Cow;

use super::draft::{Draft, Filled, Thing};
use super::marks::PersonNo;
use crate::expr::{Scope, Value};
use crate::json::NodeId;
use crate::mapping::{Person, ThingRule};
use crate::text::cut;

/// Most targets of an event.
const TARGETS_MAX: usize = 32;
const TYPE_BYTES_MAX: usize = 256;
const ID_BYTES_MAX: usize = 2_048;
const NAME_BYTES_MAX: usize = 1_024;

pub(super) fn fill(draft: &mut Draft<'_, '_, '_>) {
    let rules = draft.job.rules;
    for rule in &rules.resource {
        let places = places(rule, &draft.job.scope);
        if let Some(found) = places.into_iter().find_map(|here| eval(rule, &draft.job.scope.at(here))) {
            draft.resource = Some(take(draft, found));
            break;
        }
    }
    for rule in &rules.targets {
        for here in places(rule, &draft.job.scope) {
            if draft.targets.len() == TARGETS_MAX {
                return;
            }
            let Some(found) = eval(rule, &draft.job.scope.at(here)) else { continue };
            if draft
                .resource
                .iter()
                .chain(&draft.targets)
                .any(|held| held.kind == found.kind.text && held.id == found.id.text)
            {
                continue;
            }
            let target = take(draft, found);
            draft.targets.push(target);
        }
    }
}

/// The elements a rule runs over: those of `each`, or the record itself.
pub(super) fn places(rule: &ThingRule, scope: &Scope<'_, '_>) -> Vec<NodeId> {
    if rule.when.as_ref().is_some_and(|cond| !cond.holds(scope)) {
        return Vec::new();
    }
    let all = match &rule.each {
        None => vec![scope.here],
        Some(each) => scope.find(each).map(|list| scope.doc.children(list).collect()).unwrap_or_default(),
    };
    all.into_iter().filter(|here| rule.filter.as_ref().is_none_or(|cond| cond.holds(&scope.at(*here)))).collect()
}

struct ThingValues<'a> {
    kind: Value<'a>,
    id: Value<'a>,
    name: Option<Value<'a>>,
    /// Other values of the person this is.
    also: Option<Vec<Value<'a>>>,
}

fn eval<'a>(rule: &ThingRule, scope: &Scope<'_, 'a>) -> Option<ThingValues<'a>> {
    let kind = rule.kind.eval(scope)?;
    let id = rule.id.eval(scope)?;
    if kind.text.len() > TYPE_BYTES_MAX || id.text.len() > ID_BYTES_MAX {
        return None;
    }
    let name = rule.name.as_ref().and_then(|name| name.eval(scope));
    let also = match &rule.person {
        Person::If { cond, also } if cond.as_ref().is_none_or(|cond| cond.holds(scope)) => {
            Some(also.iter().filter_map(|expr| expr.eval(scope)).collect())
        }
        _ => None,
    };
    Some(ThingValues { kind, id, name, also })
}

fn take<'a>(draft: &mut Draft<'_, '_, 'a>, found: ThingValues<'a>) -> Thing<'a> {
    let ThingValues { kind, id, name, also } = found;
    moved(draft, &kind);
    moved(draft, &id);
    if let Some(also) = also {
        let person = draft.person(&format!("user:{}", id.text));
        for value in also.iter().chain(&name).filter(|value| value.text != id.text) {
            claim(draft, person, value);
        }
    }
    let name = name.and_then(|name| named(draft, name, &id.text));
    Thing { kind: kind.text, id: id.text, name }
}

fn named<'a>(draft: &mut Draft<'_, '_, 'a>, name: Value<'a>, id: &str) -> Option<Filled<'a>> {
    if name.text == id {
        return None;
    }
    if let Some(short) = cut::cut(&name.text, NAME_BYTES_MAX) {
        return Some(Filled { text: Cow::Owned(short), from: name.from });
    }
    moved(draft, &name);
    Some(Filled { text: name.text, from: name.from })
}

fn moved(draft: &mut Draft<'_, '_, '_>, value: &Value<'_>) {
    if let (true, [id]) = (value.whole, value.from.as_slice()) {
        draft.marks.set_moved(*id);
    }
}

fn claim(draft: &mut Draft<'_, '_, '_>, person: PersonNo, value: &Value<'_>) {
    value.from.iter().for_each(|id| draft.marks.set_person(*id, person));
}
