//! A log from whose segments entries were removed: it answers as one that never had them, proofs hold, and nobody can hide entries
//! so. Nothing removes entries yet, so the tests do it by hand, as whoever removes them will.

use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use engine::verify::{Expect, Finding, Verification, verify_directory};
use engine::{Caller, Config, Limits, Log, OpenLogError, Viewer, Watch, World, reindex};
use env::{FolderStore, SystemDisk};
use event::Entry;
use export::{Export, Format, Layout, Writer};
use index::{AddressValue, IndexKey};
use proof::{LeafIndex, verify_consistency};
use roaring::RoaringTreemap;
use search::{Feed, Order, PageRequest, Predicate, Progress};
use segment::manifest::{Manifest, newest, publish};
use segment::seal::remove_files;
use segment::sealed::{IndexAccess, Reindexing, open_segment};
use segment::{BlockCache, SegmentFile, rewrite_without};

use crate::tampering::open_vault;
use crate::{Folder, events, everything, submit};

/// Rewrites the segments of a log at rest without some leaves. The log's digests are taken from its tree file.
pub(crate) fn remove(folder: &Folder, removed: &RoaringTreemap) {
    let store = |name: &str| FolderStore::new(Arc::new(SystemDisk), &folder.data().join(name));
    let segments = store("segments");
    let manifests = store("manifest");
    let tree = std::fs::read(folder.data().join("tree/digests")).unwrap();
    let digest = |leaf: u64| proof::Digest(tree[leaf as usize * 32..][..32].try_into().unwrap());
    let vault = open_vault(folder);
    let cache = BlockCache::keyed(1 << 20, IndexKey::new(vault.index_mac_key()));
    let manifest = newest(&manifests).unwrap().unwrap();
    for entry in &manifest.segments {
        if !entry.name.leaves().any(|leaf| removed.contains(leaf)) {
            continue;
        }
        // Addresses are in the old index.
        let part = open_segment(&segments, entry, &cache, IndexAccess::Whole).unwrap();
        let by_leaf = segment::merge::addresses(&part).unwrap();
        let mut by_id: HashMap<String, AddressValue> = HashMap::new();
        for (leaf, address) in by_leaf {
            let line = part.line(part.row_of_leaf(leaf).unwrap()).unwrap();
            by_id.insert(Entry::parse(&line).unwrap().id.to_owned(), address);
        }
        let address = |entry: &Entry<'_>, _: &_| Ok(by_id.get(entry.id).copied());
        let how = Reindexing::new(&cache, IndexAccess::Whole, vault.index_seed(), &address);
        let rewritten = rewrite_without(&segments, entry, removed, &|leaf| Ok(digest(leaf)), &how).unwrap().unwrap();
        let before: Manifest = newest(&manifests).unwrap().unwrap();
        publish(&manifests, &before.followed_by_merged(1, rewritten)).unwrap();
        remove_files(&segments, &SegmentFile::ALL.map(|file| entry.name.file(file))).unwrap();
    }
}

fn verify(config: &Config) -> Verification {
    verify_directory(config, &World::system(), &Expect::default(), &|_, _| {}).unwrap()
}

/// Four small segments and a tail; what it held, and the log at rest.
fn sample() -> (Folder, BTreeMap<u64, Vec<u8>>) {
    let folder = Folder::new();
    let log = folder.open();
    for round in 0..4 {
        submit(&log, &events(round * 40, 40)).unwrap();
        log.seal().unwrap();
    }
    submit(&log, &events(160, 15)).unwrap();
    let held = everything(&log).into_iter().collect();
    log.close().unwrap();
    (folder, held)
}

/// A whole segment and more, single leaves, and a leaf of the first segment's beginning.
fn removed(sealed: u64) -> RoaringTreemap {
    [0].into_iter().chain(30..95).chain([101, 103, 150]).filter(|leaf| *leaf < sealed).collect()
}

#[test]
fn nobody_hides_entries_by_calling_them_removed() {
    let (folder, _) = sample();
    let gone: RoaringTreemap = [7, 8, 9, 50].into_iter().collect();
    remove(&folder, &gone);
    let found = verify(&folder.config()).findings;
    let named: Vec<_> = found.iter().map(|Finding { leaves, .. }| leaves.clone().unwrap()).collect();
    assert_eq!(named, [7..10, 50..51], "{found:?}");
    assert!(found.iter().all(|found| found.file.to_string_lossy().ends_with(".ndjson.zst")));
    let refused = Log::open(folder.config(), World::system()).err();
    assert!(matches!(refused, Some(OpenLogError::Missing { leaf: 7, leaves: 3, .. })), "{refused:?}");
    // Three of them are explained.
    let mut explained = gone.clone();
    explained.remove(50);
    let config = Config { explained, ..folder.config() };
    assert_eq!(verify(&config).findings.into_iter().map(|found| found.leaves).collect::<Vec<_>>(), [Some(50..51)]);
    let refused = Log::open(config, World::system()).err();
    assert!(matches!(refused, Some(OpenLogError::Missing { leaf: 50, leaves: 1, .. })), "{refused:?}");
    let config = Config { explained: gone, ..folder.config() };
    assert_eq!(verify(&config).findings, vec![]);
    Log::open(config, World::system()).unwrap().close().unwrap();
}

#[test]
fn a_log_without_some_entries_answers_as_if_it_had_never_had_them_and_every_proof_holds() {
    let (folder, mut held) = sample();
    let before = folder.open();
    let sealed = before.sealed();
    let old = before.checkpoint_covering(before.size() - 1).unwrap();
    held.extend(everything(&before));
    let digests: BTreeMap<u64, proof::Digest> =
        held.iter().map(|(leaf, line)| (*leaf, proof::Digest::of(line))).collect();
    before.close().unwrap();
    let gone = removed(sealed);
    remove(&folder, &gone);
    let config = Config { explained: gone.clone(), merge_rows: 0, ..folder.config() };
    assert_eq!((verify(&config).findings, verify(&config).notes), (vec![], Vec::<String>::new()));
    reindex(
        &config,
        &World::system(),
        &Watch { each: &|name, differs| assert!(!differs, "{name}"), progress: &|_, _| {} },
    )
    .unwrap();

    let log = Log::open(config.clone(), World::system()).unwrap();
    check(&log, &mut held, &gone);
    // Inclusion of what is left and of what is gone, by digests that somebody kept; consistency with what was signed before.
    let newest = log.checkpoint_covering(log.size() - 1).unwrap();
    let key = log.tree().verifier_key();
    for (leaf, digest) in &digests {
        log.tree().inclusion(LeafIndex(*leaf), &newest).unwrap().verify(digest, &key).unwrap();
    }
    let from = old.checkpoint.size;
    let to = newest.checkpoint.size;
    let path = log.tree().consistency(from, to).unwrap();
    verify_consistency(from, to, &path, &old.checkpoint.root, &newest.checkpoint.root).unwrap();
    assert_eq!(log.verify(&|_, _| {}).unwrap().findings, vec![]);
    let again = submit(&log, &events(0, 175)).unwrap();
    let fresh = again.receipts.iter().flatten().filter(|receipt| !receipt.duplicate).count();
    assert!(fresh > 0 && fresh as u64 <= gone.len(), "events that are left are known");
    log.close().unwrap();

    // Merged: anew, then joined, beside segments that lack nothing.
    for anew_rows in [1 << 20, 0] {
        let (folder, mut held) = sample();
        remove(&folder, &gone);
        let config = Config { explained: gone.clone(), merge_anew_rows: anew_rows, ..folder.config() };
        let log = Log::open(config.clone(), World::system()).unwrap();
        for round in 0..6 {
            submit(&log, &events(1_000 + round * 20, 20)).unwrap();
            log.seal().unwrap();
        }
        for _ in 0..600 {
            if log.segments() < 8 {
                break;
            }
            log.wait_for_sealing(Duration::from_millis(100));
        }
        assert!(log.segments() < 8, "merged");
        check(&log, &mut held, &gone);
        log.close().unwrap();
        let verified = verify(&config);
        assert_eq!((verified.findings, verified.notes), (vec![], Vec::<String>::new()));
        let log = Log::open(config, World::system()).unwrap();
        check(&log, &mut held, &gone);
        log.close().unwrap();
    }
}

/// What is left of `held`, and what came in since, is what the log hands out, in every way there is.
fn check(log: &Log, held: &mut BTreeMap<u64, Vec<u8>>, gone: &RoaringTreemap) {
    let end = held.last_key_value().map_or(0, |(leaf, _)| leaf + 1);
    held.extend(everything(log).into_iter().filter(|(leaf, _)| *leaf >= end));
    let mut left = held.clone();
    left.retain(|leaf, _| !gone.contains(*leaf));
    assert_eq!(everything(log).into_iter().collect::<BTreeMap<_, _>>(), left);
    let caller = Caller::of_everything(Viewer::default(), Limits::default());
    let reader = log.reader(&caller);
    for (leaf, line) in &*held {
        let shown = reader.entry(Entry::parse(line).unwrap().id).unwrap();
        assert_eq!(shown.map(|shown| shown.line), left.get(leaf).cloned(), "leaf {leaf}");
    }
    let page = reader.page(&Predicate::All, &PageRequest { limit: 1, count: true, ..PageRequest::default() }).unwrap();
    assert_eq!(page.count(), Some(left.len() as u64));
    let actor = |line: &[u8]| Entry::parse(line).unwrap().actor.id.into_owned();
    let of_u3 = left.values().filter(|line| actor(line) == "u3").count() as u64;
    let predicate = search::parse_query("actor:u3 text:\"opened door\"", &jiff::tz::TimeZone::UTC).unwrap();
    assert_eq!(reader.ask(&predicate, search::count).unwrap(), of_u3);
    let by_name = search::parse_query("actor_name:number3", &jiff::tz::TimeZone::UTC).unwrap();
    assert_eq!(reader.ask(&by_name, search::count).unwrap(), of_u3);

    // A feed, in pieces, from the beginning and from a leaf that is gone.
    for from in [0, gone.min().unwrap_or(0), 50] {
        let mut feed = Feed::from(from);
        let mut read = BTreeMap::new();
        loop {
            let mut few = 0;
            let progress = reader.follow(&mut feed, &Predicate::All, None, &mut |shown| {
                read.insert(shown.leaf_index, shown.line.clone());
                few += 1;
                Ok(if few == 7 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
            });
            if progress.unwrap() == Progress::CaughtUp {
                break;
            }
        }
        assert_eq!(feed.position(), log.size());
        assert!(read.iter().eq(left.range(from..)), "from {from}");
    }

    // Exports in every format and order.
    let browsers = enrich::Browsers::default();
    for order in [Order::Leaf, Order::NewestFirst, Order::OldestFirst] {
        for format in [Format::Ndjson, Format::Json, Format::Csv] {
            let writer = Writer { format, layout: Layout::Platform, browsers: &browsers };
            let mut bytes = Vec::new();
            writer.begin(0, &[], &mut bytes);
            let export = Export { reader, writer, order, predicate: &Predicate::All };
            let entries = export.run(&mut |piece| {
                bytes.extend(piece);
                Ok(())
            });
            let entries = entries.unwrap();
            writer.end(entries, &mut bytes);
            assert_eq!(entries, left.len() as u64);
            let text = String::from_utf8(bytes).unwrap();
            let ids: Vec<&str> = left.values().map(|line| Entry::parse(line).unwrap().id).collect();
            assert!(ids.iter().all(|id| text.contains(id)), "{format:?}");
            assert!(
                gone.iter()
                    .filter_map(|leaf| held.get(&leaf))
                    .all(|line| !text.contains(Entry::parse(line).unwrap().id))
            );
            if format == Format::Ndjson && order == Order::Leaf {
                assert!(text.lines().map(str::as_bytes).eq(left.values().map(Vec::as_slice)));
            }
        }
    }
}
