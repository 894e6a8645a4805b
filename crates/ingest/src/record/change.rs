//! Before and after.

use std::borrow::Cow;

use super::draft::{Change, Draft, Filled};
use crate::expr::{Expr, Scope};
use crate::json::{Doc, NodeId, write_compact, write_string};
use crate::mapping::{ChangeRule, EachChange};

pub(super) fn fill(draft: &mut Draft<'_, '_, '_>) {
    let job = draft.job;
    for rule in &job.rules.changes {
        match rule {
            ChangeRule::Each(rule) => each(draft, rule),
            ChangeRule::Pair { before, after } => pairs(draft, before, after),
        }
    }
    if let (Some(diff), Some(previous)) = (&job.mapping.diff, job.previous) {
        differences(draft, previous, &diff.ignore);
    }
}

fn each(draft: &mut Draft<'_, '_, '_>, rule: &EachChange) {
    let scope = draft.job.scope;
    let applies = rule.when.as_ref().is_none_or(|cond| cond.holds(&scope));
    let Some(list) = scope.find(&rule.each).filter(|_| applies) else { return };
    for here in scope.doc.children(list) {
        let scope = scope.at(here);
        if rule.filter.as_ref().is_none_or(|cond| cond.holds(&scope)) {
            one(draft, &scope, rule);
        }
    }
}

fn one<'a>(draft: &mut Draft<'_, '_, 'a>, scope: &Scope<'_, 'a>, rule: &EachChange) {
    let Some(name) = rule.field.eval(scope) else { return };
    let before = rule.before.as_ref().and_then(|expr| side(draft, scope, expr));
    let after = rule.after.as_ref().and_then(|expr| side(draft, scope, expr)).or_else(|| {
        let found = rule.after_in.iter().find_map(|parent| scope.doc.member(scope.find(parent)?, &name.text))?;
        Some(json_of(scope.doc, found))
    });
    if before.is_none() && after.is_none() {
        return;
    }
    if let (true, [id]) = (name.whole, name.from.as_slice()) {
        draft.marks.set_moved(*id);
    }
    push(draft, name.text.into_owned(), before, after);
}

/// A bare pointer gives the value as JSON, null included; anything else gives a text.
fn side<'a>(draft: &mut Draft<'_, '_, 'a>, scope: &Scope<'_, 'a>, expr: &Expr) -> Option<Filled<'a>> {
    if let Some(id) = expr.node(scope) {
        draft.marks.set_moved(id);
        return Some(json_of(scope.doc, id));
    }
    let value = expr.eval(scope)?;
    if let (true, [id]) = (value.whole, value.from.as_slice()) {
        draft.marks.set_moved(*id);
    }
    let mut json = Vec::new();
    write_string(&value.text, &mut json);
    Some(Filled { text: Cow::Owned(String::from_utf8(json).ok()?), from: value.from })
}

fn json_of<'a>(doc: &Doc<'a>, id: NodeId) -> Filled<'a> {
    Filled { text: Cow::Borrowed(doc.raw(id)), from: vec![id] }
}

fn pairs(draft: &mut Draft<'_, '_, '_>, before: &(String, String), after: &(String, String)) {
    let scope = draft.job.scope;
    for id in scope.doc.children(scope.record) {
        let name = scope.doc.key(id);
        let star = name.strip_prefix(before.0.as_str()).and_then(|rest| rest.strip_suffix(before.1.as_str()));
        let Some(star) = star.filter(|star| !star.is_empty()) else { continue };
        let partner = scope.doc.member(scope.record, &format!("{}{star}{}", after.0, after.1));
        draft.marks.set_moved(id);
        let before = Some(json_of(scope.doc, id));
        push(draft, star.to_owned(), before, partner.map(|id| json_of(scope.doc, id)));
    }
}

/// Members that differ between the record before and this one.
fn differences<'a>(draft: &mut Draft<'_, '_, 'a>, previous: &Doc<'a>, ignore: &[String]) {
    let scope = draft.job.scope;
    let ignored = |name: &str| ignore.iter().any(|ignored| ignored == name);
    let mut beside = previous.children(Doc::ROOT);
    for id in scope.doc.children(scope.record) {
        let name = scope.doc.key(id);
        // Records of one kind have their members in one order: mostly the member beside it is the one.
        let beside = beside.next().filter(|beside| previous.raw_key(*beside) == scope.doc.raw_key(id));
        let before = beside.or_else(|| previous.member(Doc::ROOT, &name));
        if ignored(&name) || before.is_some_and(|before| previous.raw(before) == scope.doc.raw(id)) {
            continue;
        }
        let before = before.map(|before| Filled { text: Cow::Borrowed(previous.raw(before)), from: vec![id] });
        push(draft, name.into_owned(), before, Some(json_of(scope.doc, id)));
    }
    for id in previous.children(Doc::ROOT) {
        let name = previous.key(id);
        if !ignored(&name) && scope.doc.member(scope.record, &name).is_none() {
            let before = Filled { text: Cow::Borrowed(previous.raw(id)), from: Vec::new() };
            push(draft, name.into_owned(), Some(before), None);
        }
    }
}

/// Two changes of one field (two members added to one role) keep apart by a number.
fn push<'a>(draft: &mut Draft<'_, '_, 'a>, field: String, before: Option<Filled<'a>>, after: Option<Filled<'a>>) {
    let taken = |name: &str, draft: &Draft<'_, '_, '_>| draft.changes.iter().any(|change| change.field == name);
    let mut name = field.clone();
    let mut number = 2;
    while taken(&name, draft) {
        name = format!("{field} ({number})");
        number += 1;
    }
    draft.changes.push(Change { field: name, before, after });
}

/// The JSON text of a side without insignificant whitespace.
pub(super) fn write_side(side: &Filled<'_>, out: &mut Vec<u8>) {
    write_compact(&side.text, out);
}
