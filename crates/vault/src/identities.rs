//! Identities held open in memory, so that names and addresses of persons can be searched.

use std::collections::{HashMap, HashSet};

use event::{
    Kind, PersonId,
    json::{Token, Tokens},
    personal::{DisclosureError, OpenedDisclosure},
};

/// Simple case folding of a text, character by character: the index's, handed in so that both fold alike.
pub type Fold = fn(&str) -> String;

/// An identity held open.
#[derive(Debug, Clone, Copy)]
pub struct Identity<'a> {
    /// Of the disclosure.
    pub digest: &'a [u8; 32],
    /// Whose.
    pub person: PersonId,
    /// JSON pointer and text of each value that is a string, in the disclosure's order.
    pub values: &'a [(Box<str>, Box<str>)],
}

/// The text is no identity disclosure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an identity disclosure")]
pub struct IdentityError {
    /// What is wrong with it; `None` if it is a disclosure of another kind.
    #[source]
    pub cause: Option<DisclosureError>,
}

/// How a value is compared with what was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relation {
    Contains,
    Equals,
}

/// The open identities.
pub(crate) struct Identities {
    fold: Fold,
    open: HashMap<[u8; 32], Open>,
    of_person: HashMap<PersonId, Vec<[u8; 32]>>,
    /// Pointer → folded value → who has it: each distinct value is scanned once.
    by_value: HashMap<Box<str>, Holders>,
}

/// Folded value → digests.
type Holders = HashMap<Box<str>, HashSet<[u8; 32]>>;

/// JSON pointer and text.
type Value = (Box<str>, Box<str>);

struct Open {
    person: PersonId,
    values: Box<[Value]>,
}

impl Identities {
    pub(crate) fn new(fold: Fold) -> Self {
        Self { fold, open: HashMap::new(), of_person: HashMap::new(), by_value: HashMap::new() }
    }

    pub(crate) fn contains(&self, digest: &[u8; 32]) -> bool {
        self.open.contains_key(digest)
    }

    /// Opens one. Twice is once.
    pub(crate) fn remember(&mut self, digest: [u8; 32], person: PersonId, json: &str) -> Result<(), IdentityError> {
        if self.open.contains_key(&digest) {
            return Ok(());
        }
        let values = string_values(json)?;
        for (pointer, value) in &values {
            let folded = (self.fold)(value).into_boxed_str();
            self.by_value.entry(pointer.clone()).or_default().entry(folded).or_default().insert(digest);
        }
        self.of_person.entry(person).or_default().push(digest);
        self.open.insert(digest, Open { person, values: values.into_boxed_slice() });
        Ok(())
    }

    /// Drops a person's; returns how many there were.
    pub(crate) fn forget(&mut self, person: PersonId) -> usize {
        let digests = self.of_person.remove(&person).unwrap_or_default();
        for digest in &digests {
            let Some(open) = self.open.remove(digest) else { continue };
            for (pointer, value) in &open.values {
                self.forget_value(digest, pointer, value);
            }
        }
        digests.len()
    }

    fn forget_value(&mut self, digest: &[u8; 32], pointer: &str, value: &str) {
        let Some(values) = self.by_value.get_mut(pointer) else { return };
        let folded = (self.fold)(value);
        if let Some(digests) = values.get_mut(folded.as_str()) {
            digests.remove(digest);
            if digests.is_empty() {
                values.remove(folded.as_str());
            }
        }
    }

    /// The digests of those whose value at `pointer` contains or equals `text`, sorted.
    pub(crate) fn find(&self, pointer: &str, text: &str, relation: Relation, fold: bool) -> Vec<[u8; 32]> {
        let Some(values) = self.by_value.get(pointer) else { return Vec::new() };
        // Folding goes character by character, so what contains a text exactly contains it folded, too.
        let folded = (self.fold)(text);
        let mut found: Vec<[u8; 32]> = match relation {
            Relation::Equals => values.get(folded.as_str()).into_iter().flatten().copied().collect(),
            Relation::Contains => {
                let holding = values.iter().filter(|(value, _)| value.contains(&folded));
                holding.flat_map(|(_, digests)| digests).copied().collect()
            }
        };
        if !fold {
            found.retain(|digest| self.holds_exactly(digest, pointer, text, relation));
        }
        found.sort_unstable();
        found
    }

    fn holds_exactly(&self, digest: &[u8; 32], pointer: &str, text: &str, relation: Relation) -> bool {
        let values = self.open.get(digest).map(|open| open.values.iter());
        let value = values.and_then(|mut values| values.find(|(at, _)| &**at == pointer));
        value.is_some_and(|(_, value)| match relation {
            Relation::Contains => value.contains(text),
            Relation::Equals => &**value == text,
        })
    }

    pub(crate) fn for_each(&self, visit: &mut dyn FnMut(&Identity<'_>)) {
        for (digest, open) in &self.open {
            visit(&Identity { digest, person: open.person, values: &open.values });
        }
    }
}

fn string_values(json: &str) -> Result<Vec<Value>, IdentityError> {
    let opened = OpenedDisclosure::parse(json).map_err(|error| IdentityError { cause: Some(error) })?;
    if opened.kind != Kind::Identity {
        return Err(IdentityError { cause: None });
    }
    let strings = opened.values.iter().filter_map(|(pointer, value)| match Tokens::new(value, 1).next() {
        Ok(Some(Token::String(text))) => Some((Box::from(&**pointer), Box::from(&*text.decode()))),
        _ => None,
    });
    Ok(strings.collect())
}
