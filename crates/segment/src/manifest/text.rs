//! A manifest as text.

use std::fmt::Write as _;

use proof::Digest;
use serde::Deserialize;

use super::{FileStamp, Manifest, RemovedStamp, SegmentEntry};
use crate::names::SegmentName;

/// Name and version of the format, where no segment lacks a leaf.
const FORMAT_WHOLE: &str = "indelible-manifest/1";
/// The same, where some do.
const FORMAT_WITH_GAPS: &str = "indelible-manifest/2";

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
    removed: Option<Removed>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Removed {
    leaves: u64,
    sha256: String,
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
            "{{\"format\":\"{}\",\"number\":{},\"previous\":{previous},\"term\":{},\"sealed_to\":{}}}\n",
            self.format(),
            self.number,
            self.term,
            self.sealed_to()
        );
        for SegmentEntry { name, lines, disclosures, removed } in &self.segments {
            // Writing to a string cannot fail.
            let _ = write!(
                text,
                "{{\"first\":{},\"last\":{},\"generation\":{},\"lines\":{},\"disclosures\":{}",
                name.first,
                name.last,
                name.generation,
                stamp(lines),
                stamp(disclosures)
            );
            if let Some(RemovedStamp { leaves, sha256 }) = removed {
                let _ = write!(text, ",\"removed\":{{\"leaves\":{leaves},\"sha256\":\"{sha256}\"}}");
            }
            text.push_str("}\n");
        }
        let sum = Digest::of(text.as_bytes());
        text.push_str(&format!("{{\"sha256\":\"{sum}\"}}\n"));
        text.into_bytes()
    }

    /// The lowest version that can say what it says, so that the same list is always written in the same way.
    fn format(&self) -> &'static str {
        if self.segments.iter().any(|segment| segment.removed.is_some()) { FORMAT_WITH_GAPS } else { FORMAT_WHOLE }
    }

    /// Reads a manifest's file. Only the exact bytes that [`Manifest::encode`] writes are read.
    ///
    /// # Errors
    /// What does not fit, in words.
    pub fn decode(bytes: &[u8]) -> Result<Self, &'static str> {
        let text = std::str::from_utf8(bytes).map_err(|_| "it is no text")?;
        let mut lines = text.lines();
        let head: Head = lines.next().and_then(|line| serde_json::from_str(line).ok()).ok_or("its head is no head")?;
        if ![FORMAT_WHOLE, FORMAT_WITH_GAPS].contains(&head.format.as_str()) {
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
        // One spelling only: this covers the digest in the last line, and the version, too.
        if manifest.encode() == bytes { Ok(manifest) } else { Err("its bytes are not those its digest was taken of") }
    }
}

impl Segment {
    fn entry(self) -> Option<SegmentEntry> {
        Some(SegmentEntry {
            name: SegmentName { first: self.first, last: self.last, generation: self.generation },
            lines: self.lines.stamp()?,
            disclosures: self.disclosures.stamp()?,
            removed: match self.removed {
                Some(removed) => Some(removed.stamp()?),
                None => None,
            },
        })
    }
}

impl Removed {
    fn stamp(self) -> Option<RemovedStamp> {
        Some(RemovedStamp { leaves: self.leaves, sha256: self.sha256.parse().ok()? })
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
            removed: None,
        };
        Manifest::first(1, entry(0, 9, 0)).followed_by(1, entry(10, 99, 2))
    }

    /// The same, one segment lacking all its leaves, one some.
    fn with_gaps() -> Manifest {
        let mut manifest = sample();
        for (segment, leaves) in manifest.segments.iter_mut().zip([10, 7]) {
            segment.removed = Some(RemovedStamp { leaves, sha256: Digest([leaves as u8; 32]) });
        }
        manifest
    }

    #[test]
    fn a_manifest_comes_back_and_every_flipped_bit_is_noticed() {
        for manifest in [sample(), with_gaps()] {
            let bytes = manifest.encode();
            assert_eq!(Manifest::decode(&bytes), Ok(manifest));
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

    #[test]
    fn each_list_has_one_version_and_no_segment_lacks_more_than_it_holds() {
        let signed = |text: String| {
            let body = text.rsplit_once("{\"sha256\"").unwrap().0.to_owned();
            format!("{body}{{\"sha256\":\"{}\"}}\n", Digest::of(body.as_bytes())).into_bytes()
        };
        let text = |manifest: &Manifest| String::from_utf8(manifest.encode()).unwrap();
        let (whole, gaps) = (text(&sample()), text(&with_gaps()));
        assert_eq!(signed(gaps.clone()), gaps.as_bytes());
        assert!(whole.starts_with("{\"format\":\"indelible-manifest/1\"") && gaps.contains("indelible-manifest/2"));
        for wrong in [
            whole.replace("manifest/1", "manifest/2"),
            gaps.replace("manifest/2", "manifest/1"),
            gaps.replace("\"leaves\":10", "\"leaves\":11"),
            gaps.replace("\"leaves\":7", "\"leaves\":0"),
            whole.replace("}}\n{\"sha256\"", "},\"removed\":null}\n{\"sha256\""),
        ] {
            assert!(wrong != whole && wrong != gaps && Manifest::decode(&signed(wrong)).is_err());
        }
    }
}
