//! A manifest as text.

use std::fmt::Write as _;

use proof::Digest;
use serde::Deserialize;

use super::{FileStamp, Manifest, SegmentEntry};
use crate::names::SegmentName;

/// Name and version of the format.
const FORMAT: &str = "indelible-manifest/1";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    format: String,
    number: u64,
    previous: Option<String>,
    term: u64,
    sealed_to: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Segment {
    first: u64,
    last: u64,
    generation: u32,
    lines: Stamp,
    disclosures: Stamp,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stamp {
    bytes: u64,
    sha256: String,
}

impl Manifest {
    /// Returns the manifest's file: a head line, a line per segment, and a line with the SHA-256 of all before it.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let previous = self.previous.as_ref().map_or_else(|| "null".to_owned(), |digest| format!("\"{digest}\""));
        let mut text = format!(
            "{{\"format\":\"{FORMAT}\",\"number\":{},\"previous\":{previous},\"term\":{},\"sealed_to\":{}}}\n",
            self.number,
            self.term,
            self.sealed_to()
        );
        for SegmentEntry { name, lines, disclosures } in &self.segments {
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "{{\"first\":{},\"last\":{},\"generation\":{},\"lines\":{},\"disclosures\":{}}}",
                name.first,
                name.last,
                name.generation,
                stamp(lines),
                stamp(disclosures)
            );
        }
        let sum = Digest::of(text.as_bytes());
        text.push_str(&format!("{{\"sha256\":\"{sum}\"}}\n"));
        text.into_bytes()
    }

    /// Reads a manifest's file. Only the exact bytes that [`Manifest::encode`] writes are read.
    ///
    /// # Errors
    /// What does not fit, in words.
    pub fn decode(bytes: &[u8]) -> Result<Self, &'static str> {
        let text = std::str::from_utf8(bytes).map_err(|_| "it is no text")?;
        let mut lines = text.lines();
        let head: Head = lines.next().and_then(|line| serde_json::from_str(line).ok()).ok_or("its head is no head")?;
        if head.format != FORMAT {
            return Err("it is of another version");
        }
        let previous = match head.previous {
            Some(text) => Some(text.parse::<Digest>().map_err(|_| "its predecessor's digest is none")?),
            None => None,
        };
        let mut manifest = Self { number: head.number, previous, term: head.term, segments: Vec::new() };
        for line in lines.take_while(|line| !line.starts_with("{\"sha256\"")) {
            let segment: Segment = serde_json::from_str(line).map_err(|_| "one of its lines is no segment")?;
            manifest.segments.push(segment.entry().ok_or("a digest in it is none")?);
        }
        if !manifest.is_consecutive() || manifest.sealed_to() != head.sealed_to {
            return Err("its segments are not consecutive");
        }
        // One spelling only: this covers the digest in the last line, too.
        if manifest.encode() == bytes { Ok(manifest) } else { Err("its bytes are not those its digest was taken of") }
    }
}

impl Segment {
    fn entry(self) -> Option<SegmentEntry> {
        Some(SegmentEntry {
            name: SegmentName { first: self.first, last: self.last, generation: self.generation },
            lines: self.lines.stamp()?,
            disclosures: self.disclosures.stamp()?,
        })
    }
}

impl Stamp {
    fn stamp(self) -> Option<FileStamp> {
        Some(FileStamp { bytes: self.bytes, sha256: self.sha256.parse().ok()? })
    }
}

fn stamp(stamp: &FileStamp) -> String {
    format!("{{\"bytes\":{},\"sha256\":\"{}\"}}", stamp.bytes, stamp.sha256)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Manifest {
        let stamp = |n: u8| FileStamp { bytes: u64::from(n) * 100, sha256: Digest([n; 32]) };
        let entry = |first, last, generation| SegmentEntry {
            name: SegmentName { first, last, generation },
            lines: stamp(1),
            disclosures: stamp(2),
        };
        Manifest::first(1, entry(0, 9, 0)).followed_by(1, entry(10, 99, 2))
    }

    #[test]
    fn a_manifest_comes_back_and_every_flipped_bit_is_noticed() {
        let bytes = sample().encode();
        assert_eq!(Manifest::decode(&bytes), Ok(sample()));
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(Manifest::decode(&flipped).is_err(), "bit {bit}");
        }
        for len in 0..bytes.len() {
            assert!(Manifest::decode(&bytes[..len]).is_err(), "cut to {len}");
        }
    }
}
