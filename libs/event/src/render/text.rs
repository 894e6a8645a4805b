//! Texts with placeholders, and raw texts with holes.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use memchr::memmem;
use sha2::{Digest as _, Sha256};

use crate::entry::Entry;
use crate::json::{Path, Token, Tokens};
use crate::limits::DEPTH_MAX;
use crate::personal::encoded::encode;
use crate::personal::placeholder::{Piece, pieces};
use crate::personal::spellings::pointer_of_value;
use crate::personal::{Person, Scope};

use super::Opened;
use super::opened::scalar;

/// Shown for a value of an erased person.
pub const ERASED: &str = "[erased]";

/// Shown for a value that the reader may not see.
pub const WITHHELD: &str = "[withheld]";

/// Renders one of the texts that hold placeholders (`description`, `detail`, `reason`, names, `http.path`): placeholders become
/// values, `{{` becomes `{`. A value that cannot be shown is `[withheld]` or `[erased]`, an erased person's name is
/// [`erased_name`].
///
/// Cost: borrowed and one scan if the text holds no brace.
///
/// Source: spec/disclosure.md, "Showing".
#[must_use]
pub fn text<'t>(text: &'t str, entry: &Entry<'_>, opened: &[Opened<'_>]) -> Cow<'t, str> {
    if memchr::memchr(b'{', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 32);
    // a value inside another takes a pass over that: one for all its placeholders
    let mut inside: HashMap<Cow<'_, str>, Option<Cow<'_, str>>> = HashMap::new();
    for piece in pieces(text) {
        match piece {
            Piece::Literal(literal) => out.push_str(literal),
            Piece::Placeholder(pointer, spelling) => {
                let mut value = opened.iter().find_map(|person| scalar(person.get(&pointer)?));
                if value.is_none() {
                    let within = || opened.iter().find_map(|person| person.text(&pointer));
                    value = inside.entry(pointer.clone()).or_insert_with(within).clone();
                }
                match value {
                    Some(value) => match encode(&value, spelling) {
                        Some(encoded) => out.push_str(&encoded),
                        None => out.push_str(&value),
                    },
                    None => out.push_str(&stand_in(&pointer, entry, opened)),
                };
            }
        }
    }
    Cow::Owned(out)
}

/// What is shown for a value that is not there.
fn stand_in(pointer: &str, entry: &Entry<'_>, opened: &[Opened<'_>]) -> Cow<'static, str> {
    let pointer = pointer_of_value(pointer);
    let erased = |person: usize| opened.get(person).is_some_and(Opened::is_erased);
    let withheld = |person: usize| opened.get(person).is_none_or(|opened| *opened == Opened::withheld());
    let Some(person) = owner(pointer, entry) else {
        // a declared value, and nothing says whose: erased, unless somebody's values are withheld
        let mut persons = 0..entry.personal.len();
        let gone = persons.clone().any(erased) && !persons.any(withheld);
        return Cow::Borrowed(if gone { ERASED } else { WITHHELD });
    };
    match entry.personal.get(person) {
        Some(named) if erased(person) && pointer.ends_with("/name") => Cow::Owned(erased_name(entry, &named.of)),
        _ if erased(person) => Cow::Borrowed(ERASED),
        _ => Cow::Borrowed(WITHHELD),
    }
}

/// The element of `personal` that a pointer's default owner has.
fn owner(pointer: &str, entry: &Entry<'_>) -> Option<usize> {
    let position = |kind: &str, id: &str| entry.personal.iter().position(|person| is_of(&person.of, kind, id));
    let actor = || position(entry.actor.kind.as_str(), &entry.actor.id);
    let principal = entry.actor.on_behalf_of.as_ref();
    let behalf = || principal.and_then(|principal| position(principal.kind.as_str(), &principal.id));
    if let Some(index) = pointer.strip_prefix("/personal/").and_then(|rest| rest.strip_suffix("/of")) {
        return index.parse().ok();
    }
    if pointer.starts_with("/actor/on_behalf_of/") {
        return behalf();
    }
    if pointer.starts_with("/actor/") {
        return actor();
    }
    if pointer.starts_with("/client/") {
        return principal.filter(|principal| principal.kind.is_person()).map_or_else(actor, |_| behalf());
    }
    None
}

/// Whether `of` names this type and id; an anonymous id names its type itself.
pub(super) fn is_of(of: &str, kind: &str, id: &str) -> bool {
    of.strip_prefix(kind).and_then(|rest| rest.strip_prefix(':')) == Some(id) || (kind == "anonymous" && of == id)
}

/// The name shown for an erased person, the same in all entries: `Erased person 7f3a`, from the first two bytes of
/// SHA-256 over [`Person::write_bytes`].
#[must_use]
pub fn erased_name(entry: &Entry<'_>, of: &str) -> String {
    let scope =
        entry.organization.as_ref().map_or(Scope::Source(&entry.source), |scope| Scope::Organization(&scope.id));
    let (kind, id) = of.split_once(':').unwrap_or((of, ""));
    let mut bytes = Vec::with_capacity(64);
    Person { scope, kind, id }.write_bytes(&mut bytes);
    let digest = Sha256::digest(&bytes);
    let mut name = "Erased person ".to_owned();
    for byte in digest.iter().take(2) {
        name.push_str(&format!("{byte:02x}"));
    }
    name
}

/// How a hole begins. Made ready once.
static HOLE: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new("{\"$personal\":"));

/// Renders `changes` or `properties` (`pointer` = `/changes` or `/properties`): removed values are put back, byte for
/// byte; `{"$personal":n}` stays where the reader may not see the value.
///
/// Cost: borrowed and one scan where nothing was removed.
#[must_use]
pub fn json<'t>(raw: &'t str, pointer: &str, opened: &[Opened<'_>]) -> Cow<'t, str> {
    // inside a string its quotes would be escaped, so these bytes are always the member
    if HOLE.find(raw.as_bytes()).is_none() {
        return Cow::Borrowed(raw);
    }
    let mut tokens = Tokens::new(raw, DEPTH_MAX as u32 + 1);
    let mut path = Path::default();
    let mut out = String::with_capacity(raw.len() * 2);
    let mut from = 0;
    let mut object = 0;
    while let Ok(Some(token)) = tokens.next() {
        path.follow(&token);
        match token {
            Token::ObjectStart => object = tokens.token_start(),
            Token::Key(name) if name.raw() == "$personal" => {
                let place = path.pointer(pointer);
                let Ok(Some(Token::Number(person))) = tokens.next() else { break };
                let Ok(Some(end)) = tokens.next() else { break };
                path.follow(&end);
                let value = place.strip_suffix("/$personal").and_then(|place| {
                    person
                        .parse::<usize>()
                        .ok()
                        .and_then(|person| opened.get(person))
                        .and_then(|opened| opened.get(place))
                });
                if let Some(value) = value {
                    out.push_str(raw.get(from..object).unwrap_or_default());
                    out.push_str(value);
                    from = tokens.at();
                }
            }
            _ => {}
        }
    }
    out.push_str(raw.get(from..).unwrap_or_default());
    Cow::Owned(out)
}
