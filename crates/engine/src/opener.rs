//! Opening the disclosures of many entries, for one who reads them all.

use std::collections::HashMap;
use std::sync::Arc;

use event::personal::KeptDisclosure;
use event::render::Opened;
use event::{Kind, PersonId};
use segment::disclosures::{DisclosureCursor, Ordinals};
use segment::{DisclosureRecordRef, Part, PartError};
use vault::Vault;

use crate::disclosed::store;

/// Memory for opened texts, by kind: identities come again throughout a log, a connection while somebody stays, fields
/// hardly ever.
const KEPT_BYTES_MAX: [usize; 3] = [4 << 20, 1 << 20, 0];

/// Opens disclosures for one reader of many entries. What it keeps is its own, so that the reader neither takes away what
/// others use nor waits for them; and it keeps nothing beyond the erasure of anybody.
pub struct Opener<'a> {
    vault: &'a Vault,
    kept: [Kept; 3],
    /// How many erasures there had been when the texts kept were opened.
    erasures: u64,
    refs: Vec<Ordinals>,
    elements: Vec<Element>,
}

/// An [`Opener`] at work on one part.
pub struct PartOpener<'o, 'a, 'p> {
    opener: &'o mut Opener<'a>,
    part: &'p dyn Part,
    cursor: Option<DisclosureCursor<'p>>,
}

/// Which of an entry's disclosures a reader needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// All of them.
    All,
    /// Not the connection of a person of whom something else is opened, which tells as well whether the person was erased.
    AllButConnections,
}

/// What opened of an element of a line's `personal`.
#[derive(Default)]
struct Element {
    erased: bool,
    texts: [Option<Arc<KeptDisclosure>>; 3],
}

/// Part, and number of the disclosure in it.
type Key = (u64, u32);

/// Texts of one kind. The older of two generations goes when the newer one is full; what is used moves to the newer one.
struct Kept {
    bytes_max: usize,
    newer_bytes: usize,
    newer: HashMap<Key, Arc<KeptDisclosure>>,
    older: HashMap<Key, Arc<KeptDisclosure>>,
}

impl<'a> Opener<'a> {
    pub(crate) fn new(vault: &'a Vault) -> Self {
        Self {
            vault,
            kept: KEPT_BYTES_MAX.map(Kept::new),
            erasures: vault.erasures(),
            refs: Vec::new(),
            elements: Vec::new(),
        }
    }

    /// Begins on a part.
    pub fn of_part<'o, 'p>(&'o mut self, part: &'p dyn Part) -> PartOpener<'o, 'a, 'p> {
        PartOpener { cursor: part.disclosure_cursor(), opener: self, part }
    }
}

impl PartOpener<'_, '_, '_> {
    /// Opens what the line of `leaf` stands for; one element per element of its `personal`.
    ///
    /// Cost: a look-up for what is kept, some µs for each other; by ascending leaf each block is read once.
    ///
    /// # Errors
    /// As [`Part::disclosures`]; `Store` if a disclosure does not open, or is none.
    pub fn open(&mut self, leaf: u64, wanted: Wanted) -> Result<Vec<Opened<'_>>, PartError> {
        self.opener.forget_after_erasure();
        self.opener.elements.clear();
        match &mut self.cursor {
            Some(cursor) => self.opener.open_by(cursor, self.part.lasting(), leaf, wanted)?,
            None => self.opener.open_row(self.part, leaf)?,
        }
        Ok(self.opener.elements.iter().map(Element::opened).collect())
    }
}

impl Opener<'_> {
    fn forget_after_erasure(&mut self) {
        let erasures = self.vault.erasures();
        if self.erasures != erasures {
            self.kept = KEPT_BYTES_MAX.map(Kept::new);
            self.erasures = erasures;
        }
    }

    fn open_by(
        &mut self,
        cursor: &mut DisclosureCursor<'_>,
        lasting: Option<u64>,
        leaf: u64,
        wanted: Wanted,
    ) -> Result<(), PartError> {
        self.refs.clear();
        cursor.refs(leaf, &mut self.refs)?;
        for ordinals in &self.refs {
            let mut element = Element::default();
            let ordinals = wanted.of(ordinals);
            for (((kind, ordinal), kept), text) in (0..).zip(ordinals).zip(&mut self.kept).zip(&mut element.texts) {
                let Some(ordinal) = ordinal else { continue };
                let key = lasting.map(|part| (part, ordinal));
                *text = key.and_then(|key| kept.get(key));
                if text.is_none() {
                    *text = open(self.vault, cursor.record(kind, ordinal)?)?;
                    if let Some((key, text)) = key.zip(text.as_ref()) {
                        kept.put(key, text);
                    }
                }
                element.erased |= text.is_none();
            }
            self.elements.push(element);
        }
        Ok(())
    }

    /// As [`Opener::open_by`], of a part that has no cursor.
    fn open_row(&mut self, part: &dyn Part, leaf: u64) -> Result<(), PartError> {
        let row = part.row_of_leaf(leaf).ok_or(PartError::NoSuchRow(leaf))?;
        for records in part.disclosures(row)? {
            let mut element = Element::default();
            for (record, text) in records.iter().zip(&mut element.texts) {
                let Some(record) = record else { continue };
                *text = open(self.vault, record.as_ref())?;
                element.erased |= text.is_none();
            }
            self.elements.push(element);
        }
        Ok(())
    }
}

impl Wanted {
    fn of(self, ordinals: &Ordinals) -> Ordinals {
        match (self, *ordinals) {
            (Self::AllButConnections, [identity, Some(_), fields]) if identity.or(fields).is_some() => {
                [identity, None, fields]
            }
            (_, all) => all,
        }
    }
}

impl Element {
    fn opened(&self) -> Opened<'_> {
        if self.erased {
            return Opened::erased();
        }
        let mut opened = Opened::withheld();
        self.texts.iter().flatten().for_each(|text| opened.add_kept(text));
        opened
    }
}

impl Kept {
    fn new(bytes_max: usize) -> Self {
        Self { bytes_max, newer_bytes: 0, newer: HashMap::new(), older: HashMap::new() }
    }

    fn get(&mut self, key: Key) -> Option<Arc<KeptDisclosure>> {
        if let Some(text) = self.newer.get(&key) {
            return Some(Arc::clone(text));
        }
        let text = self.older.remove(&key)?;
        self.put(key, &text);
        Some(text)
    }

    fn put(&mut self, key: Key, text: &Arc<KeptDisclosure>) {
        let bytes = text.weight() + size_of::<(Key, Arc<KeptDisclosure>)>();
        if bytes > self.bytes_max / 2 {
            return;
        }
        if self.newer_bytes + bytes > self.bytes_max / 2 {
            self.older = std::mem::take(&mut self.newer);
            self.newer_bytes = 0;
        }
        self.newer_bytes += bytes;
        self.newer.insert(key, Arc::clone(text));
    }
}

/// Opens one; `None` if its person's key was destroyed.
fn open(vault: &Vault, record: DisclosureRecordRef<'_>) -> Result<Option<Arc<KeptDisclosure>>, PartError> {
    let DisclosureRecordRef { digest, person, kind, ciphertext } = record;
    let kind = Kind::from_byte(kind).ok_or_else(|| store("a disclosure of an unknown kind".into()))?;
    let text = vault.open_ciphertext(digest, PersonId(*person), kind, ciphertext);
    let Some(text) = text.map_err(|error| store(Box::new(error)))? else { return Ok(None) };
    KeptDisclosure::parse(text).map(|text| Some(Arc::new(text))).map_err(|error| store(Box::new(error)))
}
