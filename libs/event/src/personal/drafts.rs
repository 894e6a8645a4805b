//! What has left the line so far, person by person.

use std::borrow::Cow;

use crate::json;
use crate::limits::PERSONAL_BYTES_MAX;

use super::disclosure::Kind;
use super::key::Keys;
use super::needles::{Needles, Place};
use super::person::{Person, Scope, is_address};
use super::split::{PersonalParts, SplitError};

/// A value that left the line.
#[derive(Debug)]
pub(super) enum Value<'a> {
    /// Characters; written as a JSON string.
    Text(Cow<'a, str>),
    /// JSON text; kept byte for byte.
    Json(&'a str),
}

#[derive(Debug)]
struct Draft<'a> {
    /// Length of the type at the front of `of`; what follows the colon is the id.
    kind_len: usize,
    of: String,
    /// The address that a declared `of` held, as long as no id of the event shows it.
    of_address: Option<Cow<'a, str>>,
    scope: Scope<'a>,
}

/// What left the line from one place.
#[derive(Debug)]
struct Taken<'a> {
    /// Index of the draft.
    person: usize,
    kind: Kind,
    pointer: Cow<'a, str>,
    value: Value<'a>,
}

impl Taken<'_> {
    fn bytes(&self) -> usize {
        let value = match &self.value {
            Value::Text(text) => text.len(),
            Value::Json(text) => text.len(),
        };
        self.pointer.len() + value
    }
}

/// The persons of one event. Owned by the split.
pub(super) struct Drafts<'a> {
    scope: Scope<'a>,
    keys: &'a dyn Keys,
    list: Vec<Draft<'a>>,
    /// Of all persons, so that an event costs one list.
    values: Vec<Taken<'a>>,
}

/// What the values of most events fit into.
const VALUES_USUAL: usize = 8;

/// Where values would stand that nobody disclosed: persons without values have no number.
const NO_NUMBER: usize = usize::MAX;

impl<'a> Drafts<'a> {
    pub(super) fn new(scope: Scope<'a>, keys: &'a dyn Keys) -> Self {
        Self { scope, keys, list: Vec::with_capacity(2), values: Vec::with_capacity(VALUES_USUAL) }
    }

    /// The index of the person with this type and id, whose id holds no address.
    pub(super) fn person(&mut self, kind: &str, id: &str) -> usize {
        self.person_in(self.scope, kind, id)
    }

    /// As [`Drafts::person`], in another scope than that of the event's persons.
    pub(super) fn person_in(&mut self, scope: Scope<'a>, kind: &str, id: &str) -> usize {
        let same = |of: &str| of.strip_prefix(kind).and_then(|rest| rest.strip_prefix(':')) == Some(id);
        if let Some(known) = self.list.iter().position(|draft| same(&draft.of)) {
            return known;
        }
        let mut of = String::with_capacity(kind.len() + 1 + id.len());
        of.push_str(kind);
        of.push(':');
        of.push_str(id);
        self.list.push(Draft { kind_len: kind.len(), of, of_address: None, scope });
        self.list.len() - 1
    }

    /// As [`Drafts::person`]; if the id is an address, puts the pseudonym in its place and the address into the identity.
    pub(super) fn person_by<'e: 'a>(&mut self, kind: &str, id: &mut Cow<'e, str>, pointer: Cow<'a, str>) -> usize {
        if !is_address(id) {
            return self.person(kind, id);
        }
        let pseudonym = self.pseudonym(kind, id);
        let person = self.person(kind, &pseudonym);
        let address = std::mem::replace(id, Cow::Owned(pseudonym));
        self.add(person, Kind::Identity, pointer, Value::Text(address));
        person
    }

    /// As [`Drafts::person`], for a declared person.
    pub(super) fn person_declared(&mut self, kind: &str, id: &str) -> usize {
        if !is_address(id) {
            return self.person(kind, id);
        }
        let pseudonym = self.pseudonym(kind, id);
        let person = self.person(kind, &pseudonym);
        if let Some(draft) = self.list.get_mut(person) {
            draft.of_address = Some(Cow::Owned(id.to_owned()));
        }
        person
    }

    fn pseudonym(&self, kind: &str, address: &str) -> String {
        self.keys.pseudonym(&Person { scope: self.scope, kind, id: address })
    }

    pub(super) fn add(&mut self, person: usize, kind: Kind, pointer: Cow<'a, str>, value: Value<'a>) {
        self.values.push(Taken { person, kind, pointer, value });
    }

    /// Adds a text if there is one.
    pub(super) fn take<'e: 'a>(
        &mut self,
        person: usize,
        kind: Kind,
        pointer: &'static str,
        text: &mut Option<Cow<'e, str>>,
    ) {
        if let Some(text) = text.take() {
            self.add(person, kind, Cow::Borrowed(pointer), Value::Text(text));
        }
    }

    /// Call when all ids are in: an address that an id of the event shows needs no second place.
    pub(super) fn settle_addresses(&mut self) {
        let Self { list, values, .. } = self;
        for (person, draft) in list.iter_mut().enumerate() {
            let identity = || values.iter().filter(|taken| taken.person == person && taken.kind == Kind::Identity);
            let shown =
                |address: &str| identity().any(|taken| matches!(&taken.value, Value::Text(text) if text == address));
            if draft.of_address.as_deref().is_some_and(shown) {
                draft.of_address = None;
            }
        }
        // Needles are added person by person and kind by kind: of equal values the first one's place counts.
        values.sort_by_key(|taken| (taken.person, taken.kind));
    }

    /// Adds every text so far to the needles. An address known from `of` alone has no pointer before the persons are
    /// numbered.
    pub(super) fn add_needles<'n>(&'n self, needles: &mut Needles<'n>) {
        for (person, draft) in self.list.iter().enumerate() {
            if let Some(address) = &draft.of_address {
                needles.add(Cow::Borrowed(address), person, Kind::Identity, Place::Of);
            }
            for taken in self.values.iter().filter(|taken| taken.person == person) {
                if let Value::Text(text) = &taken.value {
                    let place = Place::Pointer(Cow::Borrowed(&taken.pointer));
                    needles.add(Cow::Borrowed(text), person, taken.kind, place);
                }
            }
        }
    }

    /// The position in the line's `personal` of every person, given who will get values besides those here.
    pub(super) fn number(&self, more: impl Iterator<Item = usize>) -> Vec<usize> {
        let mut numbers: Vec<usize> = self.list.iter().map(|draft| usize::from(draft.of_address.is_some())).collect();
        for person in self.values.iter().map(|taken| taken.person).chain(more) {
            if let Some(number) = numbers.get_mut(person) {
                *number = 1;
            }
        }
        let mut next = 0;
        for number in &mut numbers {
            if std::mem::replace(number, NO_NUMBER) == 1 {
                *number = next;
                next += 1;
            }
        }
        numbers
    }

    /// Writes the disclosures.
    ///
    /// # Errors
    /// [`SplitError`].
    pub(super) fn finish(self, numbers: &[usize]) -> Result<Vec<PersonalParts>, SplitError> {
        let Self { keys, mut list, mut values, .. } = self;
        let mut parts = Vec::with_capacity(list.len());
        let of_addresses = list.iter_mut().zip(numbers).enumerate().filter_map(|(person, (draft, number))| {
            let value = Value::Text(draft.of_address.take()?);
            Some(Taken { person, kind: Kind::Identity, pointer: of_pointer(*number).into(), value })
        });
        values.extend(of_addresses);
        values.sort_by(|a, b| (a.person, a.kind, &a.pointer).cmp(&(b.person, b.kind, &b.pointer)));
        let bytes: usize = values.iter().map(Taken::bytes).sum();
        if bytes > PERSONAL_BYTES_MAX {
            return Err(SplitError::TooMuch);
        }
        let mut json = Vec::with_capacity(512);
        for of_person in values.chunk_by(|a, b| a.person == b.person) {
            let Some(draft) = of_person.first().and_then(|taken| list.get(taken.person)) else { continue };
            let (kind, id) = draft.of.split_at(draft.kind_len);
            let id = id.strip_prefix(':').unwrap_or(id);
            let key = keys.person(&Person { scope: draft.scope, kind, id })?;
            let mut disclosures = Vec::with_capacity(2);
            for of_kind in of_person.chunk_by(|a, b| a.kind == b.kind) {
                let json = write_values(of_kind, &mut json);
                disclosures.extend(of_kind.first().map(|taken| key.disclose(taken.kind, json)));
            }
            parts.push(PersonalParts { of: draft.of.clone(), key, disclosures });
        }
        Ok(parts)
    }
}

/// Where the address of a declared person goes.
pub(super) fn of_pointer(number: usize) -> String {
    format!("/personal/{number}/of")
}

fn write_values<'o>(values: &[Taken<'_>], out: &'o mut Vec<u8>) -> &'o str {
    out.clear();
    for taken in values {
        out.push(if out.is_empty() { b'{' } else { b',' });
        json::push_string(out, &taken.pointer);
        out.push(b':');
        match &taken.value {
            Value::Text(text) => json::push_string(out, text),
            Value::Json(text) => out.extend_from_slice(text.as_bytes()),
        }
    }
    out.push(b'}');
    std::str::from_utf8(out).expect("written from texts")
}
