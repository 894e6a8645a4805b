//! `REPAIRED`: what a repair did, until the next start records it. Format: spec/repaired.md.
//!
//! It makes the log speak, so it counts only under the log's key, in one spelling, for the manifest it names, and as long as the log has
//! not grown since: the entry that records a repair is the first after it.

use std::fmt::Write as _;
use std::path::Path;

use env::{Disk, Kind};
use hmac::{Hmac, KeyInit as _, Mac as _};
use proof::{Digest, SigningKey};
use segment::manifest::Manifest;
use serde_json::{Value, json};
use sha2::Sha256;

/// The first line: name and version of the format.
const FORMAT: &str = "indelible-repaired/v1";

/// The info under which the key is derived from the log's signing key.
const INFO: &[u8] = b"indelible repair note mac/v1";

/// Names of files set aside that are noted one by one: as many as an entry has room for.
const NAMES_MAX: usize = 1_000;

/// Bytes of a note: that many names of 255 bytes, which no file's exceeds, and room for the rest.
const NOTE_BYTES_MAX: u64 = 300_000;
const _: () = assert!(NOTE_BYTES_MAX > (NAMES_MAX as u64 + 1) * 263 + 1_000);

/// What a repair did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Note {
    /// The number of the manifest that was made.
    pub(crate) manifest: u64,
    /// SHA-256 of its file.
    pub(crate) sha256: Digest,
    /// How many segments it names.
    pub(crate) segments: u64,
    /// How many entries they hold.
    pub(crate) entries: u64,
    /// How many entries the log has, those that no segment holds and no checkpoint covers included.
    pub(crate) size: u64,
    /// The files set aside, by their names there.
    pub(crate) aside: Vec<String>,
}

/// What lies under the name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Repaired {
    /// Nothing.
    Nothing,
    /// A repair to record.
    Note(Note),
    /// The note of a repair since which the log has grown: it is on record.
    Recorded,
    /// Something that is not recorded, and why not. It stays.
    Foreign(&'static str),
}

/// The key that authenticates the notes of a log's repairs.
///
/// Source: RFC 2104.
pub(crate) struct NoteKey {
    mac: Hmac<Sha256>,
    origin: String,
}

impl NoteKey {
    /// That of the log that signs with this key.
    pub(crate) fn of(key: &SigningKey) -> Self {
        let mac = Hmac::new_from_slice(key.derive(INFO).as_slice());
        let mac = mac.unwrap_or_else(|_| unreachable!("HMAC takes keys of every length"));
        Self { mac, origin: key.name().to_owned() }
    }
}

impl Note {
    /// What was done by publishing this manifest of a log of `size` entries, and setting these files aside.
    pub(crate) fn of(manifest: &Manifest, size: u64, mut aside: Vec<String>) -> Self {
        let more = aside.len().saturating_sub(NAMES_MAX);
        if more > 0 {
            aside.truncate(NAMES_MAX);
            aside.push(format!("and {more} more"));
        }
        Self {
            manifest: manifest.number,
            sha256: manifest.digest(),
            segments: manifest.segments.len() as u64,
            entries: manifest.sealed_to(),
            size,
            aside,
        }
    }

    /// The file's bytes.
    pub(crate) fn encode(&self, key: &NoteKey) -> Vec<u8> {
        let Self { manifest, sha256, segments, entries, size, aside } = self;
        let origin = &key.origin;
        let mut text = format!(
            "{FORMAT}\n{origin}\nmanifest {manifest} {sha256}\nsegments {segments}\nentries {entries}\nsize {size}\naside {}\n",
            aside.len()
        );
        for name in aside {
            // Writing to a string cannot fail. Names of segments and manifests have no control characters.
            let _ = writeln!(text, "file {}", name.replace(char::is_control, "?"));
        }
        let mac = Digest(key.mac.clone().chain_update(&text).finalize().into_bytes().into());
        let _ = writeln!(text, "mac {mac}");
        text.into_bytes()
    }

    /// Reads a file's bytes; only those that [`Note::encode`] writes are read.
    fn decode(bytes: &[u8], key: &NoteKey) -> Result<Self, &'static str> {
        let malformed = "it is not what a repair notes";
        let text = std::str::from_utf8(bytes).map_err(|_| malformed)?;
        let (noted, mac) = text.rsplit_once("mac ").ok_or(malformed)?;
        let mac: Digest = mac.trim_end().parse().map_err(|_| malformed)?;
        // In a time that does not depend on where it differs.
        let made = key.mac.clone().chain_update(noted).verify_slice(&mac.0);
        made.map_err(|_| "it was not written under this log's key")?;
        let note = Self::parse(noted).ok_or(malformed)?;
        if note.encode(key) == bytes { Ok(note) } else { Err(malformed) }
    }

    fn parse(noted: &str) -> Option<Self> {
        let mut lines = noted.lines().skip(2);
        let mut value = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(' ');
        let (manifest, sha256) = value("manifest")?.split_once(' ')?;
        let segments = value("segments")?.parse().ok()?;
        let entries = value("entries")?.parse().ok()?;
        let size = value("size")?.parse().ok()?;
        value("aside")?;
        let aside = lines.map(|line| line.strip_prefix("file ").map(str::to_owned)).collect::<Option<_>>()?;
        Some(Self { manifest: manifest.parse().ok()?, sha256: sha256.parse().ok()?, segments, entries, size, aside })
    }

    /// Whether this manifest came of the repair, or follows that one at once: sealing may have published before the repair was recorded.
    fn fits(&self, newest: Option<&Manifest>) -> bool {
        newest.is_some_and(|newest| newest.digest() == self.sha256 || newest.previous == Some(self.sha256))
    }

    /// The properties of the entry that records it.
    pub(crate) fn properties(&self) -> Value {
        let Self { manifest, segments, entries, aside, .. } = self;
        json!({"manifest": manifest, "segments": segments, "entries": entries, "aside": aside})
    }
}

/// Says what lies at `path` in a log of `size` entries, where `newest` is the manifest that counts. Changes nothing.
///
/// # Errors
/// What the disk answers.
pub(crate) fn read(
    disk: &dyn Disk,
    path: &Path,
    key: &NoteKey,
    newest: Option<&Manifest>,
    size: u64,
) -> std::io::Result<Repaired> {
    match disk.kind(path)? {
        Kind::Absent => return Ok(Repaired::Nothing),
        Kind::Other(what) => return Ok(Repaired::Foreign(what)),
        Kind::Plain => {}
    }
    if disk.open_read(path)?.len()? > NOTE_BYTES_MAX {
        return Ok(Repaired::Foreign("it is longer than what a repair notes"));
    }
    Ok(match Note::decode(&disk.read(path)?, key) {
        Ok(note) if note.size < size => Repaired::Recorded,
        Ok(note) if note.size == size && note.fits(newest) => Repaired::Note(note),
        Ok(_) => Repaired::Foreign("it is of a repair of another state of the log"),
        Err(what) => Repaired::Foreign(what),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(seed: u8) -> NoteKey {
        NoteKey::of(&SigningKey::from_seed("dev/0123456789abcdef", &[seed; 32]).unwrap())
    }

    fn note() -> Note {
        let aside = vec!["000000000007".to_owned(), "000000000000-000000000021.5.idx.1".to_owned()];
        Note { manifest: 8, sha256: Digest([7; 32]), segments: 2, entries: 58, size: 88, aside }
    }

    #[test]
    fn the_golden_note_is_written_and_read_to_the_byte() {
        let golden = include_bytes!("../../../../spec/vectors/repaired/REPAIRED");
        assert_eq!(String::from_utf8(note().encode(&key(1))).unwrap().as_bytes(), golden);
        assert_eq!(Note::decode(golden, &key(1)), Ok(note()));
    }

    #[test]
    fn nothing_but_what_the_key_made_is_read() {
        let bytes = note().encode(&key(1));
        assert!(Note::decode(&bytes, &key(2)).is_err());
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(Note::decode(&flipped, &key(1)).is_err(), "bit {bit}");
        }
        for len in 0..bytes.len() {
            assert!(Note::decode(&bytes[..len], &key(1)).is_err(), "cut to {len}");
        }
        let none = Note { aside: Vec::new(), ..note() };
        assert_eq!(Note::decode(&none.encode(&key(1)), &key(1)), Ok(none));
    }
}
