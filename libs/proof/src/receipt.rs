//! Receipts: what a log signs at once for those who sent entries.
//!
//! ```text
//! indelible-receipt/v1
//! <origin>
//! <leaf index> <id> <digest, 64 hex digits>      one line for each entry
//! ```
//!
//! The first line is no origin, and the second no number: neither a receipt passes for a checkpoint, nor a checkpoint for
//! a receipt.
//!
//! Source: C2SP signed-note; spec/receipt.md.

use std::{fmt, str::FromStr};

use crate::{Digest, LeafIndex, NoteError, SignedNote, SigningKey, VerifierKey, numbers::parse_decimal};

/// The first line of every receipt.
/// The first line of a receipt: name and version of the format.
pub const RECEIPT_BEGIN: &str = "indelible-receipt/v1";

/// The longest receipt that is read: ten thousand entries, the most that a request has, take some 1.2 MB.
pub const RECEIPT_BYTES_MAX: usize = 2 << 20;

/// The longest id that is read.
const ID_BYTES_MAX: usize = 64;

/// What a log has acknowledged: that these entries stand in it, each at its leaf. As text: the body of the note, without
/// signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Which log; the name of its key, too.
    pub origin: String,
    /// At least one.
    pub entries: Vec<Acknowledged>,
}

/// An entry that a receipt names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acknowledged {
    /// Where it stands.
    pub leaf: LeafIndex,
    /// Its id: letters, digits and hyphens.
    pub id: String,
    /// SHA-256 of its line.
    pub digest: Digest,
}

/// Why a receipt is not to be believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// The text is no receipt.
    #[error("not a receipt: {0}")]
    Malformed(&'static str),
    /// The note around it fails.
    #[error("the receipt's note is not to be believed")]
    Note(#[from] NoteError),
    /// It is another log's.
    #[error("the receipt is of {found}, not of {expected}")]
    OtherOrigin {
        /// The origin in the receipt.
        found: String,
        /// The name of the key it was checked with.
        expected: String,
    },
}

impl ReceiptError {
    /// Whether the text is no receipt at all, rather than one that this key has not signed.
    pub fn is_malformed(&self) -> bool {
        matches!(self, Self::Malformed(_) | Self::Note(NoteError::Malformed(_)))
    }
}

impl Receipt {
    /// The receipt as a note signed by the log's key: one signature, however many entries.
    ///
    /// # Errors
    /// [`ReceiptError::OtherOrigin`] if the key's name is not the origin; [`ReceiptError::Malformed`] if it names no
    /// entry, or an id that cannot stand in a receipt.
    pub fn sign(&self, key: &SigningKey) -> Result<SignedNote, ReceiptError> {
        self.check_origin(key.name())?;
        if self.entries.is_empty() {
            return Err(ReceiptError::Malformed("it names no entry"));
        }
        if !self.entries.iter().all(|entry| is_id(&entry.id)) {
            return Err(ReceiptError::Malformed("an id is not made of letters, digits and hyphens"));
        }
        let mut note = SignedNote::new(&self.to_string())?;
        note.sign(key);
        Ok(note)
    }

    /// Reads a signed receipt and checks that the log which `key` belongs to has signed it.
    ///
    /// Cost: linear in its length, at most [`RECEIPT_BYTES_MAX`], and one signature check.
    ///
    /// # Errors
    /// Any [`ReceiptError`].
    pub fn open(note: &[u8], key: &VerifierKey) -> Result<Self, ReceiptError> {
        let note = SignedNote::parse_within(note, RECEIPT_BYTES_MAX)?;
        note.verify(std::slice::from_ref(key))?;
        let receipt: Self = note.text().parse()?;
        receipt.check_origin(key.name())?;
        Ok(receipt)
    }

    /// Reads receipts that stand one behind the other, as `indelible send --receipts` keeps them, each as
    /// [`Receipt::open`] does; their entries together.
    ///
    /// # Errors
    /// The first [`ReceiptError`].
    pub fn open_all(notes: &str, key: &VerifierKey) -> Result<Self, ReceiptError> {
        let mut entries = Vec::new();
        // The first line of a receipt stands nowhere else in one.
        let mut begins: Vec<usize> = notes.match_indices(RECEIPT_BEGIN).map(|(at, _)| at).collect();
        begins.retain(|at| *at == 0 || notes.get(..*at).is_some_and(|before| before.ends_with('\n')));
        if begins.first() != Some(&0) {
            return Err(ReceiptError::Malformed("its first line is not indelible-receipt/v1"));
        }
        let ends = begins.iter().skip(1).copied().chain([notes.len()]);
        for (begin, end) in begins.iter().zip(ends) {
            entries.extend(Self::open(notes.as_bytes().get(*begin..end).unwrap_or_default(), key)?.entries);
        }
        Ok(Self { origin: key.name().to_owned(), entries })
    }

    fn check_origin(&self, expected: &str) -> Result<(), ReceiptError> {
        if self.origin == expected {
            return Ok(());
        }
        Err(ReceiptError::OtherOrigin { found: self.origin.clone(), expected: expected.to_owned() })
    }
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{RECEIPT_BEGIN}\n{}\n", self.origin)?;
        self.entries.iter().try_for_each(|entry| writeln!(f, "{} {} {}", entry.leaf, entry.id, entry.digest))
    }
}

impl FromStr for Receipt {
    type Err = ReceiptError;

    /// Reads the body of a receipt's note. Believe it only if the note was verified.
    fn from_str(text: &str) -> Result<Self, ReceiptError> {
        let malformed = ReceiptError::Malformed;
        let body = text.strip_suffix('\n').ok_or(malformed("it does not end in a newline"))?;
        let mut lines = body.split('\n');
        if lines.next() != Some(RECEIPT_BEGIN) {
            return Err(malformed("its first line is not indelible-receipt/v1"));
        }
        let origin = lines.next().filter(|origin| !origin.is_empty()).ok_or(malformed("it names no log"))?;
        let entries: Option<Vec<_>> = lines.map(Acknowledged::parse).collect();
        let entries = entries.ok_or(malformed("a line is not a leaf index, an id and a digest"))?;
        if entries.is_empty() {
            return Err(malformed("it names no entry"));
        }
        Ok(Self { origin: origin.to_owned(), entries })
    }
}

impl Acknowledged {
    fn parse(line: &str) -> Option<Self> {
        let (leaf, rest) = line.split_once(' ')?;
        let (id, hex) = rest.split_once(' ')?;
        let digest: Digest = hex.parse().ok()?;
        // Hex digits have one spelling here.
        let well_formed = is_id(id) && !hex.bytes().any(|byte| byte.is_ascii_uppercase());
        well_formed.then_some(Self { leaf: LeafIndex(parse_decimal(leaf)?), id: id.to_owned(), digest })
    }
}

fn is_id(id: &str) -> bool {
    (1..=ID_BYTES_MAX).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
