//! A directory at rest.

use std::path::Path;

use env::{BlobStore, Disk};
use journal::MacKey;
use ledger::{ChainKey, MarkState, TreeCheck, load_signing_key};
use proof::VerifierKey;
use roaring::RoaringTreemap;
use segment::manifest::{Manifest, newest, verify_manifests};
use segment::verify::verify_folder;
use vault::{RootKey, Vault};

use super::relations::Relations;
use super::segments::{Indexes, Live};
use super::since;
use super::{Expect, Finding, Progress, Verification, VerifyError, journalled, markers, receipt, segments, sort_in};
use crate::start::create::surroundings;
use crate::start::error::OpenLogError;
use crate::start::ground::{Ground, survey};
use crate::start::repaired::NoteKey;
use crate::state::config::{Config, Stores, World};
use crate::state::layout::Layout;
use env::with_causes;

/// Checks every file of the directory: keys and vault, the tree and each of its checkpoints, the mark kept outside,
/// manifests, segments, journal, and what others keep there; every disclosure is opened under its key, every index made once more and compared. An index that
/// is missing, damaged or wrong is made again; nothing else is written, the lock included.
///
/// Cost: reads everything once, lines and disclosures three times. Processor time, on all processors: two microseconds an entry,
/// three for each distinct disclosure, five for each row of an index, each measured alone.
///
/// # Errors
/// [`VerifyError`], where nothing could be said. What is wrong is a finding.
pub fn verify_directory(
    config: &Config,
    world: &World,
    expect: &Expect,
    progress: Progress<'_>,
) -> Result<Verification, VerifyError> {
    let layout = Layout::new(&config.data, &config.marks);
    let disk: &dyn Disk = &*world.disk;
    let stores = world.stores(&layout);
    let mut verification = Verification::default();
    match survey(world, &layout) {
        Ok(Ground::Log) => {}
        // A missing file is a finding; it does not mean that there is no log.
        Err(OpenLogError::Incomplete { missing, .. }) => verification.found(missing, None, "the file is missing"),
        Ok(Ground::Free) | Err(OpenLogError::NotEmpty { .. }) => {
            return Err(VerifyError::NoLog { data: config.data.clone() });
        }
        Err(OpenLogError::Disk { path, source }) => return Err(VerifyError::Disk { path, source }),
        Err(error) => verification.found(layout.data(), None, with_causes(&error)),
    }
    let _lock = disk.lock_quietly(layout.data())?;
    let vault = check_vault(config, world, &layout, &mut verification);
    verification.findings.extend(expect.beside.map(|check| check(layout.data())).unwrap_or_default());
    let Some(Keys { key, chain, mac, note }) = check_key(disk, &layout, expect, &mut verification) else {
        return Ok(verification);
    };
    let origin = key.name().to_owned();
    verification.origin.clone_from(&origin);

    let mark = layout.mark(&origin);
    let tree_path = layout.tree();
    let tree = TreeCheck::begin(disk, &tree_path, &key, chain.as_ref(), Some(&mark))?;
    verification.size = tree.size().0;
    let signed = tree.signed_roots();
    let digests = since::open_digests(disk, &tree_path);
    let relations = Relations::new(vault.as_ref(), tree.times(), world.clock.now_us());
    // Sealed entries are read twice: as lines, then for their indexes.
    let indexed_twice = newest(&*stores.manifests).unwrap_or_default().map_or(0, |manifest| manifest.sealed_to());
    let size = verification.size;
    let lines_progress = |done: u64, of: u64| progress(done, of + indexed_twice);
    // The tree is recomputed on one thread while segments are checked; its findings come first.
    let mut segments = Verification { size: verification.size, ..Verification::default() };
    let sealed = || {
        digests.is_ok().then(|| {
            check_sealed(disk, &stores, &layout, &config.explained, &relations, &lines_progress, &mut segments)
        })
    };
    let (report, sealed) = env::threads::join(|| tree.finish(), sealed);
    let report = report?;
    verification.checkpoints = report.checkpoints;
    tell_mark(report.mark, &mark, &mut verification);
    for finding in report.findings {
        let leaves =
            (finding.leaves.start < finding.leaves.end).then_some(finding.leaves.start.0..finding.leaves.end.0);
        verification.found(finding.path, leaves, finding.what);
    }
    for beyond in report.beyond {
        let what = "beyond what the newest checkpoint covers, which mean nothing; the next start cuts them off";
        let file = beyond.path.display();
        let count = beyond.bytes;
        let bytes = if count == 1 { "byte" } else { "bytes" };
        verification.notes.push(format!("{file}: {count} {bytes} {what}"));
    }
    let (digests, (manifest, indexes)) = match (digests, sealed) {
        (Ok(digests), Some(sealed)) => (digests, sealed),
        (Err(error), _) => {
            if verification.findings.is_empty() {
                verification.found(tree_path.join("digests"), None, error.to_string());
            }
            return Ok(verification);
        }
        (Ok(_), None) => return Ok(verification),
    };
    if let Some(note) = &expect.since {
        since::check(note, &key, &digests, &tree_path, &mut verification)?;
    }
    verification.append(segments);
    if let Some(vault) = &vault {
        let mut rebuild = indexes.forged.clone();
        // A forged index is a finding, but says nothing about the lines.
        if verification.findings.len() == rebuild.len() {
            rebuild.extend(&indexes.rebuild);
        }
        segments::reindex(&*stores.segments, &layout, vault, &rebuild, &mut verification)?;
    }
    let unnamed = unnamed_segments(&*stores.segments, &layout, manifest.as_ref(), &mut verification);
    let sealed = manifest.as_ref().map_or(0, Manifest::sealed_to);
    let against =
        journalled::Against { sealed, signed: &signed, digests: &digests, key: mac.as_ref(), relations: &relations };
    let journal = journalled::check(
        &*world.journal(config, &layout),
        &layout.journal(),
        &against,
        &lines_progress,
        &mut verification,
    );
    markers::check(disk, &layout, note.as_ref(), manifest.as_ref(), &mut verification);
    relations.finish(world.key_store(layout.data()).name(), &mut verification);
    if let Some(vault) = &vault {
        let indexed = |done, _| progress(size + done, size + indexed_twice);
        segments::compare_indexes(&*stores.segments, &layout, vault, &indexes.compare, &indexed, &mut verification);
    }
    if let Some(kept) = &expect.receipt
        && let Some(kept) = receipt::open(kept, &key, &mut verification)?
    {
        let journal_path = layout.journal();
        let unsigned = &journal.unsigned;
        let held = receipt::Held { tree: &tree_path, digests: &digests, journal: &journal_path, unsigned };
        receipt::check(&kept, &held, &mut verification)?;
    }
    // A crash while sealing leaves a segment that no manifest names; an orderly stop does not.
    if journal.closed {
        verification.findings.extend(unnamed);
    } else {
        verification.notes.extend(unnamed.iter().map(ToString::to_string));
    }
    Ok(verification)
}

/// Segments that lie in their folder though no manifest names them. Other strange files are noted at once.
fn unnamed_segments(
    store: &dyn BlobStore,
    layout: &Layout,
    manifest: Option<&Manifest>,
    verification: &mut Verification,
) -> Vec<Finding> {
    let dir = layout.segments();
    match verify_folder(store, manifest) {
        Ok(findings) => {
            let (segments, others): (Vec<_>, Vec<_>) = findings.into_iter().partition(|found| found.leaves.is_some());
            sort_in(others, verification);
            segments
                .into_iter()
                .map(|found| Finding { file: found.file, leaves: found.leaves, what: found.what })
                .collect()
        }
        Err(error) => {
            verification.found(&dir, None, error.to_string());
            Vec::new()
        }
    }
}

/// Checks manifests and the segments that the newest one names; returns it, and what is to be done about indexes.
fn check_sealed(
    disk: &dyn Disk,
    stores: &Stores,
    layout: &Layout,
    explained: &RoaringTreemap,
    relations: &Relations<'_>,
    progress: Progress<'_>,
    verification: &mut Verification,
) -> (Option<Manifest>, Indexes) {
    let manifest = check_manifests(&*stores.manifests, layout, verification);
    let named = manifest.as_ref().map_or(&[][..], |manifest| &manifest.segments);
    let live = Live { store: &*stores.segments, named, explained };
    let indexes = segments::check(disk, layout, live, relations, progress, verification);
    (manifest, indexes)
}

/// Checks the vault's files; opens them if they are sound.
fn check_vault(config: &Config, world: &World, layout: &Layout, verification: &mut Verification) -> Option<Vault> {
    let disk: &dyn Disk = &*world.disk;
    let keys = world.key_store(layout.data());
    let check = vault::check(disk, layout.data(), &*keys);
    for finding in &check.findings {
        let row = finding.row.map(|row| format!("row {row}: ")).unwrap_or_default();
        verification.found(&finding.file, None, format!("{row}{}", finding.what));
    }
    if !check.findings.is_empty() {
        return None;
    }
    let opened = RootKey::read(disk, &config.data);
    let opened = opened.and_then(|root| Vault::open_to_read(&config.data, surroundings(world, layout), &root));
    opened.inspect_err(|error| verification.found(keys.name(), None, with_causes(error))).ok()
}

/// What the mark says, where it is no finding.
fn tell_mark(state: Option<MarkState>, path: &Path, verification: &mut Verification) {
    verification.mark = state;
    if state == Some(MarkState::Missing) && verification.size > 0 {
        let what = "there is no such mark outside the data directory: that this is no older copy is not shown by it";
        verification.warnings.push(format!("{}: {what}", path.display()));
    }
}

/// Which keys a log is checked with.
struct Keys {
    key: VerifierKey,
    /// `None` where the signing key cannot be read.
    chain: Option<ChainKey>,
    /// What authenticates the journal; likewise.
    mac: Option<MacKey>,
    /// What authenticates the note of a repair; likewise.
    note: Option<NoteKey>,
}

/// The key that signed, as far as the directory or the caller knows it.
fn check_key(disk: &dyn Disk, layout: &Layout, expect: &Expect, verification: &mut Verification) -> Option<Keys> {
    let own = match load_signing_key(disk, &layout.signing_key()) {
        Ok(key) => Some(Keys {
            chain: Some(ChainKey::of(&key)),
            mac: Some(MacKey::new(&key.derive(MacKey::INFO))),
            note: Some(NoteKey::of(&key)),
            key: key.verifier(),
        }),
        Err(error) => {
            verification.found(layout.signing_key(), None, with_causes(&error));
            None
        }
    };
    match (&expect.key, own) {
        (Some(expected), Some(own)) if *expected != own.key => {
            verification.found(
                layout.signing_key(),
                None,
                format!("this log signs with {}, not with the key given", own.key),
            );
            Some(own)
        }
        (Some(expected), None) => {
            let what = "without it, a gap among the checkpoints that somebody numbered over is not found";
            verification.warnings.push(format!("{}: {what}", layout.signing_key().display()));
            Some(Keys { key: expected.clone(), chain: None, mac: None, note: None })
        }
        (_, own) => own,
    }
}

fn check_manifests(store: &dyn BlobStore, layout: &Layout, verification: &mut Verification) -> Option<Manifest> {
    let folder = layout.manifests();
    match verify_manifests(store) {
        Ok(findings) => sort_in(findings, verification),
        Err(error) => verification.found(&folder, None, with_causes(&error)),
    }
    // A newest manifest that is damaged is a finding already; without it, segments cannot be judged.
    newest(store).unwrap_or_default()
}
