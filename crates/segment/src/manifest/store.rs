//! Manifests in their folder.

use std::io;
use std::path::{Path, PathBuf};

use env::Disk;

use super::{Manifest, ManifestError};
use crate::verify::{FindingKind, SegmentFinding};

/// How many manifests are kept: the one that counts, and enough before it to see what happened lately.
pub const MANIFESTS_KEPT: u64 = 8;

/// No log comes to a later number: with a manifest every second it would take nine million years. A file named so is no manifest.
pub const NUMBER_MAX: u64 = 1 << 48;

/// Bytes of a manifest that are read: some hundred thousand segments, each of a few hundred bytes.
const MANIFEST_BYTES_MAX: u64 = 64 << 20;

/// Returns the manifest that counts, the one with the highest number; `None` if the folder holds none.
///
/// Never falls back to an older one: a manifest is published whole, so a damaged one is no crash's doing.
///
/// # Errors
/// `Disk` if the folder or file cannot be read, `Damaged` if the newest is not what was written.
pub fn newest(disk: &dyn Disk, dir: &Path) -> Result<Option<Manifest>, ManifestError> {
    match numbers(disk, dir)?.last() {
        Some(number) => read(disk, dir, *number).map(Some),
        None => Ok(None),
    }
}

/// Returns the newest manifest that can be read, and the files of those after it that cannot.
///
/// # Errors
/// `Disk` if the folder cannot be read.
pub fn newest_sound(disk: &dyn Disk, dir: &Path) -> Result<(Option<Manifest>, Vec<PathBuf>), ManifestError> {
    let mut unsound = Vec::new();
    for number in numbers(disk, dir)?.into_iter().rev() {
        match read(disk, dir, number) {
            Ok(manifest) => return Ok((Some(manifest), unsound)),
            Err(ManifestError::Damaged { file, .. }) => unsound.push(file),
            Err(error) => return Err(error),
        }
    }
    Ok((None, unsound))
}

/// Publishes a manifest under its number and then removes those that are no longer kept: each only if the one after it names its bytes.
///
/// Order: temporary file, write, sync, rename without replacing, sync the folder; removals after that.
///
/// # Errors
/// `Overtaken` if the number is taken, `OutOfReach` if there is none, `NotConsecutive` if the segments are not, `Disk` if the disk
/// fails. A failure to remove an old manifest is none: it is tried again with the next one.
pub fn publish(disk: &dyn Disk, dir: &Path, manifest: &Manifest) -> Result<(), ManifestError> {
    let number = manifest.number;
    if !manifest.is_consecutive() {
        return Err(ManifestError::NotConsecutive { number });
    }
    if number > NUMBER_MAX {
        return Err(ManifestError::OutOfReach { number });
    }
    let file = path(dir, number);
    env::publish_file(disk, &file, &manifest.encode()).map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => ManifestError::Overtaken { number },
        _ => ManifestError::Disk { file, source },
    })?;
    for old in numbers(disk, dir)?.into_iter().filter(|old| old + MANIFESTS_KEPT <= number) {
        let file = path(dir, old);
        if !is_predecessor(disk, dir, old) {
            tracing::warn!(file = %file.display(), "the manifest after it does not name these bytes: they stay, and are not used");
        } else if let Err(error) = disk.remove(&file) {
            tracing::warn!(manifest = old, %error, "an old manifest stays for now");
            break;
        }
    }
    Ok(())
}

/// Whether a file is the very manifest that the next one names. Cost: reads both.
fn is_predecessor(disk: &dyn Disk, dir: &Path, number: u64) -> bool {
    let old = read(disk, dir, number).ok();
    let next = read(disk, dir, number + 1).ok();
    old.zip(next).is_some_and(|(old, next)| next.previous == Some(old.digest()))
}

/// Publishes a manifest that is there a second time: the same bytes as a new file in its place. After a sync of the folder has failed, the
/// first may never reach the disk although it can be read (I-9); after this one it has.
///
/// # Errors
/// `Disk`; whether it is durable is not known then.
pub fn publish_again(disk: &dyn Disk, dir: &Path, manifest: &Manifest) -> Result<(), ManifestError> {
    let file = path(dir, manifest.number);
    env::replace_file(disk, &file, &manifest.encode()).map_err(|source| ManifestError::Disk { file, source })
}

/// Checks every manifest kept: that each is what was written and names its predecessor, and that none is missing.
///
/// # Errors
/// `Disk` if the folder cannot be read; everything else is a finding.
pub fn verify_manifests(disk: &dyn Disk, dir: &Path) -> Result<Vec<SegmentFinding>, ManifestError> {
    let mut findings = Vec::new();
    let mut finding =
        |file: PathBuf, kind, what: String| findings.push(SegmentFinding { file, leaves: None, kind, what });
    let numbers = numbers(disk, dir)?;
    let newest = numbers.last().copied().unwrap_or(0);
    for number in newest.saturating_sub(MANIFESTS_KEPT - 1).max(1)..=newest {
        if numbers.binary_search(&number).is_err() {
            finding(path(dir, number), FindingKind::Tampered, "the manifest is missing".to_owned());
        }
    }
    let mut before: Option<Manifest> = None;
    for number in numbers {
        let manifest = match read(disk, dir, number) {
            Ok(manifest) => manifest,
            Err(ManifestError::Disk { file, source }) => {
                finding(file, FindingKind::Unreadable, source.to_string());
                continue;
            }
            Err(error) => {
                finding(path(dir, number), FindingKind::Tampered, error.to_string());
                continue;
            }
        };
        if let Some(before) = before
            && before.number + 1 == number
            && manifest.previous != Some(before.digest())
        {
            finding(path(dir, number), FindingKind::Tampered, "it does not follow the manifest before it".to_owned());
        }
        before = Some(manifest);
    }
    for other in foreign(disk, dir)? {
        finding(other, FindingKind::Foreign, "no manifest is named so".to_owned());
    }
    Ok(findings)
}

/// The files in the folder that are named like no manifest: they mean nothing, and stay. What is left of an unfinished publication is
/// none of them.
///
/// # Errors
/// `Disk` if the folder cannot be read.
pub fn foreign(disk: &dyn Disk, dir: &Path) -> Result<Vec<PathBuf>, ManifestError> {
    let mut files = listed(disk, dir)?;
    files.retain(|file| number_of(file).is_none() && !is_temporary(file));
    Ok(files)
}

fn read(disk: &dyn Disk, dir: &Path, number: u64) -> Result<Manifest, ManifestError> {
    let file = path(dir, number);
    let bytes = env::read_whole(disk, &file, MANIFEST_BYTES_MAX)
        .map_err(|source| ManifestError::Disk { file: file.clone(), source })?;
    let manifest = Manifest::decode(&bytes).map_err(|what| ManifestError::Damaged { file: file.clone(), what })?;
    let what = "it is the manifest of another number";
    if manifest.number == number { Ok(manifest) } else { Err(ManifestError::Damaged { file, what }) }
}

fn listed(disk: &dyn Disk, dir: &Path) -> Result<Vec<PathBuf>, ManifestError> {
    env::list_if_there(disk, dir).map_err(|source| ManifestError::Disk { file: dir.to_owned(), source })
}

/// Returns the numbers of the manifests in the folder, ascending.
fn numbers(disk: &dyn Disk, dir: &Path) -> Result<Vec<u64>, ManifestError> {
    let mut numbers: Vec<u64> = listed(disk, dir)?.iter().filter_map(|file| number_of(file)).collect();
    numbers.sort_unstable();
    Ok(numbers)
}

fn path(dir: &Path, number: u64) -> PathBuf {
    dir.join(format!("{number:012}"))
}

fn number_of(file: &Path) -> Option<u64> {
    let name = file.file_name()?.to_str()?;
    let number: u64 = name.parse().ok()?;
    ((1..=NUMBER_MAX).contains(&number) && format!("{number:012}") == name).then_some(number)
}

fn is_temporary(file: &Path) -> bool {
    file.to_str().is_some_and(|name| name.ends_with(env::TEMPORARY_SUFFIX))
}
