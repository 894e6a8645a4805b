//! Identities held open in memory, so that names and addresses of persons can be searched.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use event::{
    Kind, PersonId,
    json::{Token, Tokens},
    personal::{DisclosureError, Fit, OpenedDisclosure},
};
use hashbrown::HashTable;

use crate::names::{Holder, Names, VALUE_BYTES};
use crate::slab::Slab;

/// Simple case folding of a text, character by character: the index's, handed in so that both fold alike.
pub type Fold = fn(&str) -> String;

/// Most bytes that identities held open take. One with a name and an e-mail address takes some 160, so this is 1.6 million of them:
/// more persons than most companies have customers, and as much memory as all questions and bodies together. While values are sorted,
/// most of it is there twice.
pub const IDENTITIES_BYTES_MAX: usize = 256 << 20;

const _: () = assert!(IDENTITIES_BYTES_MAX < u32::MAX as usize, "places among values are 32 bits wide");

/// A value of an identity: the JSON pointer of its place, and its text.
pub type IdentityValue<'t> = (Cow<'t, str>, Cow<'t, str>);

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
    open: Slab<OpenIdentity>,
    /// Numbers in `open`.
    by_digest: HashTable<u32>,
    pointers: Pointers,
    names: Names,
    bytes_max: usize,
    /// Whether all that came are held, but those forgotten.
    complete: bool,
    /// How often somebody was forgotten: what was answered before may show what must not be seen any more.
    forgotten: u64,
}

/// What one takes beside its values: a place in the list, and one in the table, which is half to nearly full.
const OPEN_BYTES: usize = size_of::<Option<OpenIdentity>>() + 8;

/// An identity that is held open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenIdentity {
    /// Digest of its disclosure.
    pub digest: [u8; 32],
    /// Whose it is.
    pub person: PersonId,
}

impl Identities {
    pub(crate) fn new(fold: Fold) -> Self {
        Self {
            fold,
            open: Slab::default(),
            by_digest: HashTable::new(),
            pointers: Pointers::default(),
            names: Names::default(),
            bytes_max: IDENTITIES_BYTES_MAX,
            complete: true,
            forgotten: 0,
        }
    }

    pub(crate) fn contains(&self, digest: &[u8; 32]) -> bool {
        self.at(digest).is_some()
    }

    /// Opens one, if there is room. Twice is once.
    pub(crate) fn remember(&mut self, digest: [u8; 32], person: PersonId, json: &str) -> Result<(), IdentityError> {
        // First come, first held: once one is left out, the others are not looked at again and again.
        if self.contains(&digest) || !self.complete {
            return Ok(());
        }
        let values = identity_values(json)?;
        // A folding is at most twice as long as its value.
        let of_values: usize = values.iter().map(|(_, value)| VALUE_BYTES + 3 * value.len()).sum();
        if self.bytes() + OPEN_BYTES + of_values > self.bytes_max {
            tracing::warn!(
                held = self.open.len(),
                bytes = self.bytes(),
                "more names and addresses of persons than are held in memory: questions for texts take longer, or are refused"
            );
            self.complete = false;
            return Ok(());
        }
        let identity = self.open.insert(OpenIdentity { digest, person });
        let hash_of = |at: &u32| self.open.get(*at).map_or(0, |open| first(&open.digest));
        self.by_digest.insert_unique(first(&digest), identity, hash_of);
        for (pointer, value) in &values {
            let holder = Holder { identity, pointer: self.pointers.number(pointer) };
            self.names.add(value, &(self.fold)(value), holder);
        }
        self.names.sort_if_due();
        Ok(())
    }

    /// Drops a person's; returns how many there were.
    ///
    /// Cost: one pass over all.
    pub(crate) fn forget(&mut self, person: PersonId) -> usize {
        let theirs = self.open.iter().filter(|(_, open)| open.person == person);
        let gone: HashMap<u32, [u8; 32]> = theirs.map(|(at, open)| (at, open.digest)).collect();
        for (at, digest) in &gone {
            if let Ok(entry) = self.by_digest.find_entry(first(digest), |known| known == at) {
                entry.remove();
            }
            self.open.remove(*at);
        }
        if !gone.is_empty() {
            self.names.drop_holders(|identity| gone.contains_key(&identity));
        }
        self.forgotten += 1;
        gone.len()
    }

    /// How often somebody was forgotten.
    pub(crate) fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// Whether all that came are held: if not, some were beyond the bound.
    pub(crate) fn are_complete(&self) -> bool {
        self.complete
    }

    /// Holds up to so many bytes from now on.
    pub(crate) fn limit(&mut self, bytes_max: usize) {
        assert!(bytes_max <= IDENTITIES_BYTES_MAX, "places among values are 32 bits wide");
        self.bytes_max = bytes_max;
    }

    /// The bytes they take.
    pub(crate) fn bytes(&self) -> usize {
        self.open.len() * OPEN_BYTES + self.names.bytes()
    }

    /// Hands out every value whose folding relates so to `folded`: of which identity, pointer, value.
    pub(crate) fn visit(&self, fit: Fit, folded: &str, take: &mut dyn FnMut(&OpenIdentity, &str, &str)) {
        self.names.visit(fit, folded, |Holder { identity, pointer }, value| {
            if let Some(open) = self.open.get(identity) {
                take(open, self.pointers.get(pointer), value);
            }
        });
    }

    /// The digests of those whose value at `pointer` relates so to `text`, exactly or folded; sorted.
    pub(crate) fn find(&self, pointer: &str, text: &str, fit: Fit, fold: bool) -> Vec<[u8; 32]> {
        let mut found = Vec::new();
        // Folding goes character by character, so what fits exactly fits folded, too.
        self.visit(fit, &(self.fold)(text), &mut |open, at, value| {
            if at == pointer && (fold || fit.holds(value, text)) {
                found.push(open.digest);
            }
        });
        found.sort_unstable();
        found.dedup();
        found
    }

    fn at(&self, digest: &[u8; 32]) -> Option<u32> {
        let same = |at: &u32| self.open.get(*at).is_some_and(|open| open.digest == *digest);
        self.by_digest.find(first(digest), same).copied()
    }
}

/// JSON pointers, each once: there are some dozens, as they are places of an entry that hold persons.
#[derive(Default)]
struct Pointers {
    list: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, u32>,
}

impl Pointers {
    /// The number of a pointer, given now if it is new.
    fn number(&mut self, pointer: &str) -> u32 {
        if let Some(number) = self.numbers.get(pointer) {
            return *number;
        }
        let number = u32::try_from(self.list.len()).expect("more pointers than bytes are held");
        let pointer: Arc<str> = pointer.into();
        self.list.push(Arc::clone(&pointer));
        self.numbers.insert(pointer, number);
        number
    }

    fn get(&self, number: u32) -> &str {
        self.list.get(number as usize).map(|pointer| &**pointer).unwrap_or_default()
    }
}

/// Each value that is a string, in the disclosure's order. `json` is the `[salt,kind,value]` text.
///
/// # Errors
/// [`IdentityError`] if the text is no identity disclosure.
pub fn identity_values(json: &str) -> Result<Vec<IdentityValue<'_>>, IdentityError> {
    let opened = OpenedDisclosure::parse(json).map_err(|error| IdentityError { cause: Some(error) })?;
    if opened.kind != Kind::Identity {
        return Err(IdentityError { cause: None });
    }
    let strings = opened.values.into_iter().filter_map(|(pointer, value)| match Tokens::new(value, 1).next() {
        Ok(Some(Token::String(text))) => Some((pointer, text.decode())),
        _ => None,
    });
    Ok(strings.collect())
}

/// The first bytes of a digest of salted text are its hash in tables.
fn first(digest: &[u8; 32]) -> u64 {
    u64::from_le_bytes(*digest.first_chunk().expect("a digest has eight bytes in front"))
}
