//! Blobs in a folder: there whole and durable, or not at all.

use env::fake::{Fault, FaultyDisk};
use env::{BlobStore, Content, Disk, FolderStore, read_blob};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const DIR: &str = "/data/blobs";

fn disk() -> FaultyDisk {
    let disk = FaultyDisk::new();
    disk.create_dir_all(Path::new(DIR)).unwrap();
    disk
}

fn store(disk: &FaultyDisk) -> FolderStore {
    FolderStore::new(Arc::new(disk.clone()), Path::new(DIR))
}

/// A draft that was synced, as its maker must.
fn draft(disk: &FaultyDisk, bytes: &[u8]) -> PathBuf {
    let path = Path::new(DIR).join("open.0.tmp");
    let file = disk.create_new(&path).unwrap();
    file.write_all_at(bytes, 0).unwrap();
    file.sync_all().unwrap();
    path
}

#[test]
fn a_blob_is_put_once_read_in_parts_listed_and_deleted() {
    let disk = disk();
    let store = store(&disk);
    store.put_new("a", Content::Bytes(b"first")).unwrap();
    let path = draft(&disk, b"second one");
    assert_eq!((store.list().unwrap(), store.drafts().list().unwrap()), (vec!["a".to_owned()], vec![path.clone()]));
    store.put_new("b", Content::Draft(&path)).unwrap();
    assert_eq!((store.list().unwrap().len(), store.drafts().list().unwrap().len()), (2, 0), "a draft becomes the blob");
    let open = store.open("b").unwrap();
    let mut part = [0; 3];
    open.read_exact_at(&mut part, 7).unwrap();
    assert_eq!((&part, open.len().unwrap()), (b"one", 10));

    let path = draft(&disk, b"third");
    for content in [Content::Bytes(b"other"), Content::Draft(&path)] {
        assert_eq!(store.put_new("a", content).unwrap_err().kind(), ErrorKind::AlreadyExists);
    }
    assert_eq!(read_blob(&store, "a", 5).unwrap(), b"first");
    assert!(read_blob(&store, "a", 4).is_err(), "it is longer than that");
    store.put_again("a", Content::Draft(&path)).unwrap();
    assert_eq!(read_blob(&store, "a", 5).unwrap(), b"third");

    store.delete(&["a", "b"]).unwrap();
    assert!(store.list().unwrap().is_empty());
    assert_eq!(store.open("a").err().unwrap().kind(), ErrorKind::NotFound);
    assert_eq!(store.delete(&["a"]).unwrap_err().kind(), ErrorKind::NotFound);
    open.read_exact_at(&mut part, 7).unwrap();
    assert_eq!(&part, b"one", "who has it open keeps it");
    let missing = FolderStore::new(Arc::new(disk), Path::new("/nowhere"));
    assert!(missing.list().unwrap().is_empty() && missing.drafts().list().unwrap().is_empty());
}

/// Every operation of a put fails in turn, in each of the ways a disk fails; then power goes.
#[test]
fn whatever_is_cut_a_blob_is_there_whole_or_not_at_all() {
    let bytes = vec![7; 5_000];
    for as_draft in [false, true] {
        let before = disk();
        let path = draft(&before, &bytes);
        let content = if as_draft { Content::Draft(&path) } else { Content::Bytes(&bytes) };
        let name = "a";
        let whole = before.snapshot();
        let begun = whole.operations();
        store(&whole).put_new(name, content).unwrap();
        let steps = whole.operations() - begun;
        assert!(steps >= 2, "{steps} steps");
        for (fault, step) in [Fault::Error, Fault::Full, Fault::PowerLoss]
            .into_iter()
            .flat_map(|fault| (0..=steps).map(move |step| (fault, step)))
        {
            let disk = before.snapshot();
            disk.fail_at(step, fault);
            let put = store(&disk).put_new(name, content);
            disk.clear_faults();
            disk.crash(step);
            let case = format!("{fault:?} at {step}, draft {as_draft}");
            match read_blob(&store(&disk), name, 1 << 20) {
                Ok(read) => assert_eq!(read, bytes, "{case}"),
                Err(error) => assert!(error.kind() == ErrorKind::NotFound && put.is_err(), "{case}: {error}"),
            }
        }
    }
}
