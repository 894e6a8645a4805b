//! A small log: lines as they are recorded, their disclosures, and the digests the tree would hold.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use env::fake::FaultyDisk;
use env::{Disk, FolderStore};
use event::personal::SealedDisclosure;
use event::{Entry, Kind, PersonId};
use indelible_segment::manifest::{Manifest, SegmentEntry};
use indelible_segment::seal::{Elsewhere, Leftovers, remove_leftovers};
use indelible_segment::sealed::IndexAccess;
use indelible_segment::verify::{SegmentFinding, VerifyOptions, verify_segment};
use indelible_segment::{Disclosed, SealError, Sealer};
use index::{AddressValue, IndexKey, IndexSecret};
use proof::Digest;
use roaring::RoaringTreemap;
use sha2::{Digest as _, Sha256};

pub const SEGMENTS: &str = "/data/segments";
pub const MANIFESTS: &str = "/data/manifest";

/// A log told apart by its name, so that tests can mix up two.
#[derive(Clone, Copy)]
pub struct Log(pub &'static str);

impl Log {
    /// The disclosures of `leaf`: every third entry has none, every fifth concerns a second person.
    pub fn disclosed(self, leaf: u64) -> Disclosed {
        let record = |kind: Kind, n: u64| {
            let number = usize::from(kind.as_byte());
            let digest = Sha256::digest(format!("{} {number} {n}", self.0)).into();
            let person = PersonId([n as u8 % 5; 16]);
            Some(SealedDisclosure { digest, person, kind, ciphertext: vec![n as u8; 40 + number * 20] })
        };
        let mut disclosed = Vec::new();
        if !leaf.is_multiple_of(3) {
            disclosed.push([record(Kind::Identity, leaf % 7), record(Kind::Connection, leaf), None]);
            if leaf.is_multiple_of(5) {
                disclosed.push([None, None, record(Kind::Fields, leaf)]);
            }
        }
        disclosed
    }

    /// The line of `leaf`.
    pub fn line(self, leaf: u64) -> Vec<u8> {
        let personal: Vec<String> = self
            .disclosed(leaf)
            .iter()
            .map(|element| {
                let mut hasher = Sha256::new();
                element.iter().flatten().for_each(|record| hasher.update(record.digest));
                format!(r#"{{"of":"user:u{}","digest":"{}"}}"#, leaf % 7, URL_SAFE_NO_PAD.encode(hasher.finalize()))
            })
            .collect();
        let personal =
            if personal.is_empty() { String::new() } else { format!(r#","personal":[{}]"#, personal.join(",")) };
        format!(
            concat!(
                r#"{{"v":1,"id":"01990000-0000-7000-8000-{leaf:012x}","time":"2026-01-02T03:{m:02}:{s:02}.000000Z","#,
                r#""received":"2026-01-02T03:{m:02}:{s:02}.000000Z","actor":{{"type":"user","id":"u{u}"}},"#,
                r#""action":"thing.updated","event":"updated","channel":"{name}","description":"thing {leaf} updated","#,
                r#""severity":"info","source":"dev"{personal}}}"#
            ),
            leaf = leaf, m = leaf / 60 % 60, s = leaf % 60, u = leaf % 7, name = self.0, personal = personal
        )
        .into_bytes()
    }

    /// The digest the tree holds.
    pub fn digest(self, leaf: u64) -> Digest {
        Digest::of(&self.line(leaf))
    }

    /// Verifies a segment.
    pub fn verify<D: Disk + Clone + 'static>(self, disk: &D, dir: &Path, entry: &SegmentEntry) -> Vec<SegmentFinding> {
        self.verify_explained(disk, dir, entry, &RoaringTreemap::new())
    }

    /// As [`Self::verify`], where the log explains that these leaves were removed.
    pub fn verify_explained<D: Disk + Clone + 'static>(
        self,
        disk: &D,
        dir: &Path,
        entry: &SegmentEntry,
        explained: &RoaringTreemap,
    ) -> Vec<SegmentFinding> {
        let digests = |leaves: Range<u64>| Ok(leaves.map(|leaf| self.digest(leaf)).collect());
        let how = VerifyOptions {
            digests: &digests,
            opens: None,
            explained,
            index_key: Some(&IndexKey::default()),
            each_line: &|_, _| Ok(()),
            access: IndexAccess::Whole,
            threads: 2,
            progress: &|_| (),
        };
        verify_segment(&store(disk, dir), entry, &how).unwrap()
    }

    /// Removes what sealing left, with a journal that holds these leaves.
    pub fn clean(
        self,
        disk: &FaultyDisk,
        manifest: &Manifest,
        journal: Range<u64>,
        are_held: &dyn Fn(Range<u64>) -> bool,
    ) -> Leftovers {
        let digests = |leaves: Range<u64>| Ok(leaves.map(|leaf| self.digest(leaf)).collect());
        let index_key = &IndexKey::default();
        let elsewhere = Elsewhere { manifest: Some(manifest), journal, are_held, digests: &digests, index_key };
        remove_leftovers(&store(disk, Path::new(SEGMENTS)), &elsewhere).unwrap()
    }

    /// Seals the given leaves.
    pub fn seal(self, disk: &FaultyDisk, leaves: Range<u64>) -> Result<SegmentEntry, SealError> {
        self.seal_with(disk, leaves, SEED)
    }

    /// As [`Self::seal`], with an index made with `secret`.
    pub fn seal_with(
        self,
        disk: &FaultyDisk,
        leaves: Range<u64>,
        secret: impl Into<IndexSecret>,
    ) -> Result<SegmentEntry, SealError> {
        let store = store(disk, Path::new(SEGMENTS));
        let mut sealer = Sealer::begin(&store, leaves.start, 0, secret)?;
        for leaf in leaves {
            sealer.push(&self.line(leaf), &self.disclosed(leaf), address(leaf))?;
        }
        sealer.finish(&|leaf| Ok(self.digest(leaf)))
    }
}

/// The blobs in a folder of a disk.
pub fn store<D: Disk + Clone + 'static>(disk: &D, dir: &Path) -> FolderStore {
    FolderStore::new(Arc::new(disk.clone()), dir)
}

/// The seed of the log's indexes.
pub const SEED: u64 = 7;

/// What stands for the address of a leaf; some have none.
pub fn address(leaf: u64) -> Option<AddressValue> {
    (!leaf.is_multiple_of(3)).then_some([(leaf % 4) as u8; 32])
}

/// The same, found from the line.
pub fn token(
    entry: &Entry<'_>,
    _: &Disclosed,
) -> Result<Option<AddressValue>, Box<dyn std::error::Error + Send + Sync>> {
    let leaf = u64::from_str_radix(&entry.id[24..], 16)?;
    Ok(address(leaf))
}

/// An empty disk with the two folders.
pub fn disk() -> FaultyDisk {
    let disk = FaultyDisk::new();
    disk.create_dir_all(Path::new(SEGMENTS)).unwrap();
    disk.create_dir_all(Path::new(MANIFESTS)).unwrap();
    disk
}
