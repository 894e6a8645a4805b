//! The members whose text is written with placeholders.

use std::borrow::Cow;

use crate::model::Event;

use super::hits::Hit;
use super::needles::Needles;
use super::placeholder;
use super::spellings::Spellings;

/// How many texts most events have at most.
const TEXTS_USUAL: usize = 8;

/// Calls `visit` with `description`, `detail`, `reason`, names, e-mail addresses and `http.path`; `true` for the path, where values
/// may stand encoded.
fn each<'e, 'a: 'e>(event: &'e mut Event<'a>, mut visit: impl FnMut(&'e mut Option<Cow<'a, str>>, bool)) {
    visit(&mut event.description, false);
    visit(&mut event.detail, false);
    visit(&mut event.reason, false);
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

/// Where personal values stand in each of them that there is, in order.
pub(super) fn seek(event: &mut Event<'_>, needles: &Needles<'_>) -> Vec<Vec<Hit>> {
    let mut found = Vec::with_capacity(TEXTS_USUAL);
    each(event, |text, url| {
        found.extend(
            text.as_deref().map(|text| if needles.may_hit(text) { needles.hits(text, url) } else { Vec::new() }),
        );
    });
    found
}

/// The spellings found there that no placeholder has a sign for.
pub(super) fn spellings(event: &mut Event<'_>, found: &[Vec<Hit>]) -> Spellings {
    if !found.iter().flatten().any(|hit| hit.spelling.is_none()) {
        return Spellings::default();
    }
    let mut texts = Vec::with_capacity(found.len());
    each(event, |text, _| texts.extend(text.as_deref()));
    Spellings::new(texts.into_iter().zip(found.iter().map(Vec::as_slice)))
}

/// Replaces what was found by placeholders, and doubles braces; stops where that takes more than `bytes_max` bytes.
///
/// # Errors
/// How many bytes it took until then.
pub(super) fn hide(
    event: &mut Event<'_>,
    needles: &Needles<'_>,
    found: &[Vec<Hit>],
    spellings: &Spellings,
    bytes_max: usize,
) -> Result<(), usize> {
    let mut bytes = 0;
    let mut found = found.iter();
    each(event, |text, _| {
        let Some((known, hits)) = text.as_deref().and_then(|known| Some((known, found.next()?))) else { return };
        let changes = !hits.is_empty() || memchr::memchr(b'{', known.as_bytes()).is_some();
        if changes && bytes <= bytes_max {
            let mut hidden = String::with_capacity(known.len() + 32);
            placeholder::write(known, hits, needles, spellings, bytes_max, &mut hidden);
            bytes += hidden.len();
            *text = Some(Cow::Owned(hidden));
        }
    });
    if bytes > bytes_max { Err(bytes) } else { Ok(()) }
}
