//! The members whose text is written with placeholders.

use std::borrow::Cow;

use crate::model::Event;

use super::needles::Needles;
use super::placeholder;

/// Calls `visit` with `description`, `detail`, names, e-mail addresses and `http.path`; `true` for the path, where values
/// may stand encoded.
fn each<'e, 'a: 'e>(event: &'e mut Event<'a>, mut visit: impl FnMut(&'e mut Option<Cow<'a, str>>, bool)) {
    visit(&mut event.description, false);
    visit(&mut event.detail, false);
    for scope in [&mut event.organization, &mut event.workspace, &mut event.project].into_iter().flatten() {
        visit(&mut scope.name, false);
    }
    if let Some(actor) = &mut event.actor {
        visit(&mut actor.name, false);
        visit(&mut actor.email, false);
        if let Some(principal) = &mut actor.on_behalf_of {
            visit(&mut principal.name, false);
            visit(&mut principal.email, false);
        }
    }
    for resource in event.resource.iter_mut().chain(&mut event.targets) {
        visit(&mut resource.name, false);
    }
    visit(&mut event.http.path, true);
}

/// Appends all of them to `out`, each ended by U+0000.
pub(super) fn join(event: &mut Event<'_>, out: &mut String) {
    each(event, |text, _| {
        if let Some(text) = text {
            out.push_str(text);
            out.push('\0');
        }
    });
}

/// Replaces personal values by placeholders, and doubles braces.
pub(super) fn hide(event: &mut Event<'_>, needles: &Needles<'_>) {
    each(event, |text, url| {
        if let Some(hidden) = text.as_deref().and_then(|text| placeholder::hide(text, needles, url)) {
            *text = Some(Cow::Owned(hidden));
        }
    });
}
