use engine::inspect;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};

use search::{Feed, Predicate};

use super::{Folder, events, submit};

#[test]
fn a_feed_over_the_new_parts_alone_hands_out_every_leaf_once() {
    let folder = Folder::new();
    let log = folder.open();
    let mut feed = Feed::from(0);
    let mut leaves = Vec::new();
    for round in 0..12 {
        submit(&log, &events(round * 1_700, 1_700)).unwrap();
        if round % 5 == 3 {
            log.seal().unwrap();
        }
        while feed.position() < log.size() {
            let view = inspect::view_from(&log, feed.position());
            assert!(view.find(feed.position()).is_some(), "the view begins at the position or before");
            let read = inspect::ask(&log, &view, &Predicate::All, |question| {
                feed.read(question, &mut |hit| {
                    assert!(inspect::line(hit).is_ok());
                    leaves.push(hit.leaf);
                    ControlFlow::Continue(())
                })
            });
            read.unwrap();
        }
    }
    assert_eq!(leaves, (0..log.size()).collect::<Vec<_>>());
    assert!(inspect::view_from(&log, log.size()).parts.is_empty(), "nothing is asked where nothing is new");
    log.close().unwrap();
}

#[test]
fn every_commit_is_told_after_it_can_be_read() {
    let folder = Folder::new();
    let log = Arc::new(folder.open());
    let (told, heard) = mpsc::channel();
    let largest = Arc::new(AtomicU64::new(0));
    let seen = Arc::clone(&largest);
    let of_log = Arc::downgrade(&log);
    log.on_commit(move |size| {
        let visible = of_log.upgrade().map_or(0, |log| inspect::view_from(&log, 0).size);
        assert!(visible >= size && seen.swap(size, Ordering::SeqCst) < size);
        let _ = told.send(size);
    });
    let (told_too, heard_too) = mpsc::channel();
    log.on_commit(move |size| _ = told_too.send(size));
    let receipts = submit(&log, &events(0, 3)).unwrap().receipts;
    let last = receipts.iter().flatten().next_back().unwrap().leaf_index;
    assert_eq!(heard.recv().unwrap(), last + 1);
    assert_eq!(heard_too.recv().unwrap(), last + 1, "any number may listen");
}
