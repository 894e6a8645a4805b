//! Reading, checking and writing signed notes.

use std::{fmt, str::FromStr};

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::note::{SigningKey, VerifierKey, key::is_name};

/// The longest note that is read: a hundred of the largest signatures in use (ML-DSA-44, 3.3 KB as base64) and a
/// checkpoint are well below.
pub const NOTE_BYTES_MAX: usize = 1 << 20;

/// The most signatures that are read. The format asks for 16 at least.
pub const SIGNATURES_MAX: usize = 100;

const _: () = assert!(SIGNATURES_MAX >= 16, "C2SP signed-note: verifiers accept at least 16 signatures");

/// A text and the signatures under it, checked for form only: call [`SignedNote::verify`] before believing the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedNote {
    text: String,
    signatures: Vec<NoteSignature>,
}

/// One signature line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteSignature {
    /// The name of the key it claims.
    pub name: String,
    /// The id of the key it claims.
    pub id: [u8; 4],
    /// What the key made, as its type defines.
    pub bytes: Vec<u8>,
}

/// A signature found good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Whose it is: the position in the list of known keys.
    pub key: usize,
    /// When a cosignature says it was made, in Unix seconds.
    pub time_s: Option<u64>,
}

/// Why a note is not to be believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// The bytes are no signed note.
    #[error("not a signed note: {0}")]
    Malformed(&'static str),
    /// A signature names a known key but does not fit: the note was altered.
    #[error("the signature of {name} does not fit the text")]
    BadSignature {
        /// The key's name.
        name: String,
    },
    /// None of the known keys has signed.
    #[error("no known key has signed this note")]
    Unsigned,
}

impl SignedNote {
    /// The note over `text` without a signature yet.
    ///
    /// # Errors
    /// [`NoteError::Malformed`] unless the text is not empty, ends in a newline and has no other control character.
    pub fn new(text: &str) -> Result<Self, NoteError> {
        check_text(text)?;
        Ok(Self { text: text.to_owned(), signatures: Vec::new() })
    }

    /// Adds a signature line. Ed25519 signatures are deterministic: the same key and text make the same bytes.
    pub fn sign(&mut self, key: &SigningKey) {
        let bytes = key.signature(&self.text).to_vec();
        self.signatures.push(NoteSignature { name: key.name().to_owned(), id: key.id(), bytes });
    }

    /// Reads a note.
    ///
    /// Cost: linear in its length. Limits: [`NOTE_BYTES_MAX`] and [`SIGNATURES_MAX`].
    ///
    /// # Errors
    /// [`NoteError::Malformed`].
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        Self::parse_within(bytes, NOTE_BYTES_MAX)
    }

    /// As [`Self::parse`], of at most `bytes_max` bytes.
    pub(crate) fn parse_within(bytes: &[u8], bytes_max: usize) -> Result<Self, NoteError> {
        if bytes.len() > bytes_max {
            return Err(NoteError::Malformed("it is too long"));
        }
        let note = str::from_utf8(bytes).map_err(|_| NoteError::Malformed("it is not UTF-8"))?;
        // The text may hold empty lines itself; the last one ends it.
        let end = note.rfind("\n\n").ok_or(NoteError::Malformed("it has no signatures"))?;
        let text = &note[..=end];
        let signatures = &note[end + 2..];
        check_text(text)?;
        let lines = signatures.strip_suffix('\n').ok_or(NoteError::Malformed("it does not end in a newline"))?;
        let mut parsed = Vec::new();
        for line in lines.split('\n') {
            if parsed.len() == SIGNATURES_MAX {
                return Err(NoteError::Malformed("it has too many signatures"));
            }
            parsed.push(NoteSignature::parse(line).ok_or(NoteError::Malformed("a signature line is malformed"))?);
        }
        Ok(Self { text: text.to_owned(), signatures: parsed })
    }

    /// Checks the signatures of the known keys and returns those, in the order of the note. Signatures of unknown keys
    /// are ignored.
    ///
    /// Cost: one signature check for each line whose name and id are those of a known key.
    ///
    /// # Errors
    /// [`NoteError::BadSignature`] if one that claims a known key is not its signature; [`NoteError::Unsigned`] if no
    /// known key has signed.
    pub fn verify(&self, keys: &[VerifierKey]) -> Result<Vec<Verified>, NoteError> {
        let mut verified: Vec<Verified> = Vec::new();
        for signature in &self.signatures {
            let is_its = |key: &VerifierKey| key.name() == signature.name && key.id() == signature.id;
            let Some((position, key)) = keys.iter().enumerate().find(|(_, key)| is_its(key)) else { continue };
            let Some(check) = key.check(&self.text, &signature.bytes) else {
                return Err(NoteError::BadSignature { name: signature.name.clone() });
            };
            // A key that signs twice counts once.
            if verified.iter().all(|earlier| earlier.key != position) {
                verified.push(Verified { key: position, time_s: check.time_s });
            }
        }
        if verified.is_empty() { Err(NoteError::Unsigned) } else { Ok(verified) }
    }

    /// The text, its last newline included.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signature lines, known or not.
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// Adds a signature line made elsewhere, such as a witness's.
    ///
    /// # Errors
    /// [`NoteError::Malformed`] if its name cannot stand in a line or there are [`SIGNATURES_MAX`] already.
    pub fn add(&mut self, signature: NoteSignature) -> Result<(), NoteError> {
        if !is_name(&signature.name) || signature.bytes.is_empty() {
            return Err(NoteError::Malformed("a signature line is malformed"));
        }
        if self.signatures.len() == SIGNATURES_MAX {
            return Err(NoteError::Malformed("it has too many signatures"));
        }
        self.signatures.push(signature);
        Ok(())
    }
}

impl fmt::Display for SignedNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        for signature in &self.signatures {
            let bytes = [&signature.id[..], &signature.bytes].concat();
            writeln!(f, "— {} {}", signature.name, STANDARD.encode(bytes))?;
        }
        Ok(())
    }
}

impl FromStr for SignedNote {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        Self::parse(text.as_bytes())
    }
}

impl NoteSignature {
    fn parse(line: &str) -> Option<Self> {
        let (name, signature) = line.strip_prefix("— ")?.split_once(' ')?;
        let bytes = STANDARD.decode(signature).ok()?;
        let (id, bytes) = bytes.split_first_chunk::<4>()?;
        let well_formed = is_name(name) && !bytes.is_empty();
        well_formed.then(|| Self { name: name.to_owned(), id: *id, bytes: bytes.to_vec() })
    }
}

fn check_text(text: &str) -> Result<(), NoteError> {
    if text.len() < 2 || !text.ends_with('\n') {
        return Err(NoteError::Malformed("its text is empty or does not end in a newline"));
    }
    if text.bytes().any(|byte| byte < 0x20 && byte != b'\n') {
        return Err(NoteError::Malformed("it holds control characters"));
    }
    Ok(())
}
