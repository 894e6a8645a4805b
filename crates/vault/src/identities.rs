//! Identities held open in memory, so that names and addresses of persons can be searched.

use std::collections::{HashMap, HashSet};

use event::{
    Kind, PersonId,
    json::{Token, Tokens},
    personal::{DisclosureError, Fit, OpenedDisclosure},
};

use crate::names::{Holder, Names};

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

/// The open identities.
pub(crate) struct Identities {
    fold: Fold,
    open: HashMap<[u8; 32], Open>,
    of_person: HashMap<PersonId, Vec<[u8; 32]>>,
    names: Names,
    /// How often somebody was forgotten: what was answered before may show what must not be seen any more.
    forgotten: u64,
}

/// JSON pointer and text.
type Value = (Box<str>, Box<str>);

struct Open {
    person: PersonId,
    values: Box<[Value]>,
}

impl Identities {
    pub(crate) fn new(fold: Fold) -> Self {
        Self { fold, open: HashMap::new(), of_person: HashMap::new(), names: Names::default(), forgotten: 0 }
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
        for (nth, (_, value)) in (0..).zip(&values) {
            self.names.add((self.fold)(value).into_boxed_str(), Holder { digest, nth });
        }
        self.of_person.entry(person).or_default().push(digest);
        self.open.insert(digest, Open { person, values: values.into_boxed_slice() });
        Ok(())
    }

    /// Drops a person's; returns how many there were.
    pub(crate) fn forget(&mut self, person: PersonId) -> usize {
        let digests = self.of_person.remove(&person).unwrap_or_default();
        for digest in &digests {
            self.open.remove(digest);
        }
        if !digests.is_empty() {
            let gone: HashSet<&[u8; 32]> = digests.iter().collect();
            self.names.drop_holders(|digest| gone.contains(digest));
        }
        self.forgotten += 1;
        digests.len()
    }

    /// How often somebody was forgotten.
    pub(crate) fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// Hands out every value whose folding relates so to `folded`: digest, pointer, value.
    pub(crate) fn visit(&self, fit: Fit, folded: &str, take: &mut dyn FnMut(&[u8; 32], &str, &str)) {
        self.names.visit(fit, folded, |Holder { digest, nth }| {
            if let Some((pointer, value)) = self.open.get(&digest).and_then(|open| open.values.get(nth as usize)) {
                take(&digest, pointer, value);
            }
        });
    }

    /// The digests of those whose value at `pointer` relates so to `text`, exactly or folded; sorted.
    pub(crate) fn find(&self, pointer: &str, text: &str, fit: Fit, fold: bool) -> Vec<[u8; 32]> {
        let mut found = Vec::new();
        // Folding goes character by character, so what fits exactly fits folded, too.
        self.visit(fit, &(self.fold)(text), &mut |digest, at, value| {
            if at == pointer && (fold || fit.holds(value, text)) {
                found.push(*digest);
            }
        });
        found.sort_unstable();
        found.dedup();
        found
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
