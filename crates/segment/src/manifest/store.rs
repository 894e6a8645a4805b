//! Manifests where they are kept: publishing one is putting a blob under a number that is free.

use std::io;
use std::path::PathBuf;

use env::{BlobStore, Content};

use super::{Manifest, ManifestError};
use crate::verify::{FindingKind, SegmentFinding};

/// How many manifests are kept: the one that counts, and enough before it to see what happened lately.
pub const MANIFESTS_KEPT: u64 = 8;

/// No log comes to a later number: with a manifest every second it would take nine million years. A file named so is no manifest.
pub const NUMBER_MAX: u64 = 1 << 48;

/// Bytes of a manifest that are read: some hundred thousand segments, each of a few hundred bytes.
const MANIFEST_BYTES_MAX: u64 = 64 << 20;

/// Returns the manifest that counts, the one with the highest number; `None` if there is none.
///
/// Never falls back to an older one: a manifest is published whole, so a damaged one is no crash's doing.
///
/// # Errors
/// `Disk` if the store cannot be read, `Damaged` if the newest is not what was written.
pub fn newest(store: &dyn BlobStore) -> Result<Option<Manifest>, ManifestError> {
    match numbers(store)?.last() {
        Some(number) => read(store, *number).map(Some),
        None => Ok(None),
    }
}

/// Returns the newest manifest that can be read, and the files of those after it that cannot.
///
/// # Errors
/// `Disk` if the store cannot be read.
pub fn newest_sound(store: &dyn BlobStore) -> Result<(Option<Manifest>, Vec<PathBuf>), ManifestError> {
    let mut unsound = Vec::new();
    for number in numbers(store)?.into_iter().rev() {
        match read(store, number) {
            Ok(manifest) => return Ok((Some(manifest), unsound)),
            Err(ManifestError::Damaged { file, .. }) => unsound.push(file),
            Err(error) => return Err(error),
        }
    }
    Ok((None, unsound))
}

/// Publishes a manifest under its number and then removes those that are no longer kept: each only if the one after it names its bytes.
///
/// Order: the manifest, durable; removals after that.
///
/// # Errors
/// `Overtaken` if the number is taken, `OutOfReach` if there is none, `NotConsecutive` if the segments are not, `Disk` if the disk
/// fails. A failure to remove an old manifest is none: it is tried again with the next one.
pub fn publish(store: &dyn BlobStore, manifest: &Manifest) -> Result<(), ManifestError> {
    let number = manifest.number;
    if !manifest.is_consecutive() {
        return Err(ManifestError::NotConsecutive { number });
    }
    if number > NUMBER_MAX {
        return Err(ManifestError::OutOfReach { number });
    }
    let name = name_of(number);
    let put = store.put_new(&name, Content::Bytes(&manifest.encode()));
    put.map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => ManifestError::Overtaken { number },
        _ => ManifestError::Disk { file: store.place(&name), source },
    })?;
    for old in numbers(store)?.into_iter().filter(|old| old + MANIFESTS_KEPT <= number) {
        let name = name_of(old);
        if !is_predecessor(store, old) {
            let file = store.place(&name);
            tracing::warn!(file = %file.display(), "the manifest after it does not name these bytes: they stay, and are not used");
        } else if let Err(error) = store.delete(&[&name]) {
            tracing::warn!(manifest = old, %error, "an old manifest stays for now");
            break;
        }
    }
    Ok(())
}

/// Whether a blob is the very manifest that the next one names. Cost: reads both.
fn is_predecessor(store: &dyn BlobStore, number: u64) -> bool {
    let old = read(store, number).ok();
    let next = read(store, number + 1).ok();
    old.zip(next).is_some_and(|(old, next)| next.previous == Some(old.digest()))
}

/// Publishes a manifest that is there a second time: the same bytes as a new blob in its place. After a put has failed, the
/// first may not be durable although it can be read (I-9); after this one it is.
///
/// # Errors
/// `Disk`; whether it is durable is not known then.
pub fn publish_again(store: &dyn BlobStore, manifest: &Manifest) -> Result<(), ManifestError> {
    let name = name_of(manifest.number);
    let put = store.put_again(&name, Content::Bytes(&manifest.encode()));
    put.map_err(|source| ManifestError::Disk { file: store.place(&name), source })
}

/// Checks every manifest kept: that each is what was written and names its predecessor, and that none is missing.
///
/// # Errors
/// `Disk` if the store cannot be read; everything else is a finding.
pub fn verify_manifests(store: &dyn BlobStore) -> Result<Vec<SegmentFinding>, ManifestError> {
    let mut findings = Vec::new();
    let mut finding =
        |file: PathBuf, kind, what: String| findings.push(SegmentFinding { file, leaves: None, kind, what });
    let numbers = numbers(store)?;
    let newest = numbers.last().copied().unwrap_or(0);
    for number in newest.saturating_sub(MANIFESTS_KEPT - 1).max(1)..=newest {
        if numbers.binary_search(&number).is_err() {
            finding(place(store, number), FindingKind::Tampered, "the manifest is missing".to_owned());
        }
    }
    let mut before: Option<Manifest> = None;
    for number in numbers {
        let manifest = match read(store, number) {
            Ok(manifest) => manifest,
            Err(ManifestError::Disk { file, source }) => {
                finding(file, FindingKind::Unreadable, source.to_string());
                continue;
            }
            Err(error) => {
                finding(place(store, number), FindingKind::Tampered, error.to_string());
                continue;
            }
        };
        if let Some(before) = before
            && before.number + 1 == number
            && manifest.previous != Some(before.digest())
        {
            finding(
                place(store, number),
                FindingKind::Tampered,
                "it does not follow the manifest before it".to_owned(),
            );
        }
        before = Some(manifest);
    }
    for other in foreign(store)? {
        finding(other, FindingKind::Foreign, "no manifest is named so".to_owned());
    }
    Ok(findings)
}

/// The blobs that are named like no manifest: they mean nothing, and stay.
///
/// # Errors
/// `Disk` if the store cannot be read.
pub fn foreign(store: &dyn BlobStore) -> Result<Vec<PathBuf>, ManifestError> {
    let others = listed(store)?.into_iter().filter(|name| number_of(name).is_none());
    Ok(others.map(|name| store.place(&name)).collect())
}

fn read(store: &dyn BlobStore, number: u64) -> Result<Manifest, ManifestError> {
    let file = place(store, number);
    let bytes = env::read_blob(store, &name_of(number), MANIFEST_BYTES_MAX)
        .map_err(|source| ManifestError::Disk { file: file.clone(), source })?;
    let manifest = Manifest::decode(&bytes).map_err(|what| ManifestError::Damaged { file: file.clone(), what })?;
    let what = "it is the manifest of another number";
    if manifest.number == number { Ok(manifest) } else { Err(ManifestError::Damaged { file, what }) }
}

fn listed(store: &dyn BlobStore) -> Result<Vec<String>, ManifestError> {
    store.list().map_err(|source| ManifestError::Disk { file: store.drafts().dir.to_owned(), source })
}

/// Returns the numbers of the manifests there are, ascending.
fn numbers(store: &dyn BlobStore) -> Result<Vec<u64>, ManifestError> {
    let mut numbers: Vec<u64> = listed(store)?.iter().filter_map(|name| number_of(name)).collect();
    numbers.sort_unstable();
    Ok(numbers)
}

fn name_of(number: u64) -> String {
    format!("{number:012}")
}

fn place(store: &dyn BlobStore, number: u64) -> PathBuf {
    store.place(&name_of(number))
}

fn number_of(name: &str) -> Option<u64> {
    let number: u64 = name.parse().ok()?;
    ((1..=NUMBER_MAX).contains(&number) && name_of(number) == name).then_some(number)
}
