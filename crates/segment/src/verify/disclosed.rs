//! The disclosures behind one line after the other.

use std::path::Path;

use event::Kind;

use crate::PartError;
use crate::disclosures::{DisclosureCursor, DisclosureFile, Ordinals};
use crate::personal::{Digests3, names};

/// Digests kept of each kind, 32 bytes each: enough for all persons of most logs, to whom lines refer from far away. Later ones
/// are read again, mostly in their order.
const KNOWN_MAX: usize = 1 << 19;

/// The digests of a file's first disclosures of each kind. Memory: at most 48 MiB.
pub(super) struct Known([Vec<[u8; 32]>; Kind::ALL.len()]);

impl Known {
    /// Checks the file as [`DisclosureFile::check`] does, and keeps digests on the way.
    pub(super) fn read(file: &DisclosureFile) -> Result<Self, PartError> {
        Self::read_most(file, KNOWN_MAX)
    }

    fn read_most(file: &DisclosureFile, known_max: usize) -> Result<Self, PartError> {
        let mut known = Self(Default::default());
        file.check_each(&mut |kind, digest| {
            if let Some(digests) = known.0.get_mut(kind).filter(|digests| digests.len() < known_max) {
                digests.push(*digest);
            }
        })?;
        Ok(known)
    }

    fn digest(&self, kind: Kind, ordinal: u32) -> Option<[u8; 32]> {
        self.0.get(usize::from(kind.as_byte()))?.get(ordinal as usize).copied()
    }
}

/// What is read of a file while its lines are; owned by one thread.
pub(super) struct Disclosed<'f> {
    file: &'f DisclosureFile,
    known: &'f Known,
    cursor: DisclosureCursor,
    ordinals: Vec<Ordinals>,
    digests: Vec<Digests3>,
}

impl<'f> Disclosed<'f> {
    pub(super) fn new(file: &'f DisclosureFile, known: &'f Known) -> Self {
        Self { file, known, cursor: DisclosureCursor::default(), ordinals: Vec::new(), digests: Vec::new() }
    }

    pub(super) fn path(&self) -> &'f Path {
        self.file.path()
    }

    /// Whether the line of `leaf` commits to its disclosures; `false` if they cannot be read.
    pub(super) fn fit(&mut self, leaf: u64, line: &[u8]) -> bool {
        self.read(leaf).is_ok() && names(line, &self.digests)
    }

    fn read(&mut self, leaf: u64) -> Result<(), PartError> {
        let Self { file, known, cursor, ordinals, digests } = self;
        ordinals.clear();
        digests.clear();
        cursor.refs(file, leaf, ordinals)?;
        for element in ordinals.iter() {
            let mut read = Digests3::default();
            for ((kind, place), ordinal) in Kind::ALL.into_iter().zip(&mut read).zip(element) {
                let digest = |ordinal| match known.digest(kind, ordinal) {
                    Some(digest) => Ok(digest),
                    None => cursor.digest(file, kind, ordinal),
                };
                *place = ordinal.map(digest).transpose()?;
            }
            digests.push(read);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use env::Disk;
    use env::fake::FaultyDisk;
    use event::PersonId;
    use event::personal::SealedDisclosure;
    use sha2::{Digest as _, Sha256};

    use super::*;
    use crate::cache::BlockCache;
    use crate::disclosures::DisclosureWriter;

    #[test]
    fn disclosures_fit_their_lines_however_few_digests_are_kept() {
        let disk = FaultyDisk::new();
        let path = Path::new("/segments/disc");
        disk.create_dir_all(Path::new("/segments")).unwrap();
        let mut writer = DisclosureWriter::create(&disk, path, 0).unwrap();
        let mut lines = Vec::new();
        // Three persons who come again, and a connection of each entry's own.
        for leaf in 0..200_u8 {
            let record = |kind: Kind, n: u8| SealedDisclosure {
                digest: [[kind.as_byte(); 16], [n; 16]].concat().try_into().unwrap(),
                person: PersonId([n % 3; 16]),
                kind,
                ciphertext: vec![n; 300],
            };
            let records = [record(Kind::Identity, leaf % 3), record(Kind::Connection, leaf)];
            let [identity, connection] = records.each_ref().map(|record| writer.record(record.as_ref()).unwrap());
            writer.push(&[[Some(identity), Some(connection), None]]).unwrap();
            let digest = Sha256::digest(records.map(|record| record.digest).concat());
            let digest = URL_SAFE_NO_PAD.encode(digest);
            lines.push(format!(r#"{{"v":1,"personal":[{{"of":"user:1","digest":"{digest}"}}]}}"#).into_bytes());
        }
        writer.finish().unwrap();
        let file = DisclosureFile::draft(&disk, path, &BlockCache::new(0)).unwrap();
        for known_max in [0, 1, 100, 1_000] {
            let known = Known::read_most(&file, known_max).unwrap();
            assert_eq!(known.0.each_ref().map(Vec::len), [3.min(known_max), 200.min(known_max), 0]);
            let mut disclosed = Disclosed::new(&file, &known);
            for (leaf, line) in (0..).zip(&lines) {
                assert!(disclosed.fit(leaf, line), "leaf {leaf} by {known_max}");
                assert!(!disclosed.fit((leaf + 1) % 200, line), "leaf {leaf} by {known_max}");
            }
        }
    }
}
