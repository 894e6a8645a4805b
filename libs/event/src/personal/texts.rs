//! The members whose text is written with placeholders.

use std::borrow::Cow;

use crate::model::Event;

use super::needles::Needles;
use super::placeholder;

/// Replaces personal values in `description`, `detail`, names and `http.path`, and doubles their braces.
pub(super) fn hide<'a>(event: &mut Event<'a>, needles: &Needles<'_>) {
    let hide = |text: &mut Option<Cow<'a, str>>| {
        if let Some(hidden) = text.as_deref().and_then(|text| placeholder::hide(text, needles, false)) {
            *text = Some(Cow::Owned(hidden));
        }
    };
    hide(&mut event.description);
    hide(&mut event.detail);
    for scope in [&mut event.organization, &mut event.workspace, &mut event.project].into_iter().flatten() {
        hide(&mut scope.name);
    }
    if let Some(actor) = &mut event.actor {
        hide(&mut actor.name);
        hide(&mut actor.email);
        if let Some(principal) = &mut actor.on_behalf_of {
            hide(&mut principal.name);
            hide(&mut principal.email);
        }
    }
    for resource in event.resource.iter_mut().chain(&mut event.targets) {
        hide(&mut resource.name);
    }
    if let Some(hidden) = event.http.path.as_deref().and_then(|path| placeholder::hide(path, needles, true)) {
        event.http.path = Some(Cow::Owned(hidden));
    }
}
