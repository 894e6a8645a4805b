//! What questions cost: frames decompressed, lines read, answers found among those kept; and what they may cost.

use std::sync::Arc;

use engine::{Config, Layout, Limits, Log, World, inspect};
use index::IndexKey;
use search::{Filters, PageRequest, SearchError, Spent};
use segment::sealed::{IndexAccess, open_segment};
use segment::{BlockCache, View, Work};

use crate::tampering::open_vault;
use crate::{Folder, events, submit};

/// Segments of these tests, and entries of each: some frames' worth.
const SEGMENTS: usize = 10;
const ENTRIES: usize = 600;

/// Ten segments, the later the newer.
fn log(folder: &Folder) -> Log {
    // Ten segments are counted here, so they must stay ten.
    let config = Config { merge_rows: 0, ..folder.config() };
    let log = Log::open(config, World::system()).unwrap();
    for segment in 0..SEGMENTS {
        submit(&log, &events(segment * ENTRIES, ENTRIES)).unwrap();
        log.seal().unwrap();
    }
    log
}

pub(crate) fn predicate(pairs: &[(&str, &str)]) -> search::Predicate {
    Filters::parse(pairs.iter().copied(), &[]).unwrap().predicate
}

/// What all parts have done so far.
fn work(view: &View) -> Work {
    view.parts.iter().fold(Work::default(), |sum, part| {
        let work = part.work();
        Work {
            frames: sum.frames + work.frames,
            lines: sum.lines + work.lines,
            token_bytes: sum.token_bytes + work.token_bytes,
            rows: sum.rows + work.rows,
        }
    })
}

/// What one page of 50 costs from now on, shown entry by entry, and how many entries match.
fn page(log: &Log, view: &View, pairs: &[(&str, &str)], count: bool, fresh: bool) -> (Work, Option<u64>, usize) {
    let before = work(view);
    let limits = Limits { fresh, ..Limits::default() };
    let request = PageRequest { limit: 50, count, ..PageRequest::default() };
    let page = inspect::ask_within(log, view, &predicate(pairs), limits, |q| search::page(q, &request)).unwrap();
    page.hits.iter().for_each(|hit| drop(inspect::show(log, hit).unwrap()));
    let after = work(view);
    let cost = Work {
        frames: after.frames - before.frames,
        lines: after.lines - before.lines,
        token_bytes: after.token_bytes - before.token_bytes,
        rows: after.rows - before.rows,
    };
    (cost, page.count, page.hits.len())
}

#[test]
fn a_page_of_fifty_opens_one_of_ten_segments_and_the_frames_of_its_lines() {
    let folder = Folder::new();
    let log = log(&folder);
    let view = inspect::view(&log);
    // Fifty lines of about 600 bytes lie in one frame of 64 KiB, or across a border in two.
    let (cost, _, hits) = page(&log, &view, &[("source", "test")], false, false);
    assert_eq!((hits, cost.lines, cost.token_bytes), (50, 0, 0));
    assert!((1..=2).contains(&cost.frames), "{cost:?}");
    let (_, misses) = log.result_hits_and_misses();
    assert_eq!(misses, 1, "one segment was asked, the newest");
    let (again, _, _) = page(&log, &view, &[("source", "test")], false, true);
    assert_eq!(again, Work::default(), "the frames are in memory now");
}

#[test]
fn a_count_over_cached_segments_reads_nothing() {
    let folder = Folder::new();
    let log = log(&folder);
    let view = inspect::view(&log);
    let asked = [("search", "opened door"), ("actor", "u3")];
    let (first, count, _) = page(&log, &view, &asked, true, false);
    assert!(first.lines > 0 && first.token_bytes > 0, "{first:?}");
    let misses = log.result_hits_and_misses().1;
    let (second, again, _) = page(&log, &view, &asked, true, false);
    assert_eq!((second, again), (Work::default(), count));
    assert_eq!(log.result_hits_and_misses(), (SEGMENTS as u64, misses));
    let (fresh, again, _) = page(&log, &view, &asked, true, true);
    assert_eq!((fresh.lines, again), (first.lines, count), "no-cache works everything out again");
    assert_eq!(log.result_hits_and_misses(), (SEGMENTS as u64, misses));
}

#[test]
fn what_a_search_box_and_the_catalogue_ask_again_is_kept() {
    let folder = Folder::new();
    let log = log(&folder);
    // Another person of the same name, whose address is the id.
    let namesake = r#"{"action":"door.open","actor":{"type":"user","id":"z@doors.example","email":"z@doors.example","name":"Person Number3"}}"#;
    submit(&log, namesake).unwrap();
    log.seal().unwrap();
    let view = inspect::view(&log);
    let ask = |field, prefix: &str| {
        let field = search::SuggestField::find(field).unwrap();
        let suggest = |q: &search::Question<'_>| search::suggest(q, field, prefix, 10);
        let found = inspect::ask_within(&log, &view, &search::Predicate::All, Limits::default(), suggest).unwrap();
        let fields = [search::FacetField::find("action").unwrap()];
        let catalogue = |q: &search::Question<'_>| search::catalogue(q, &fields, 10);
        let listed = inspect::ask_within(&log, &view, &search::Predicate::All, Limits::default(), catalogue).unwrap();
        (found.into_iter().map(|one| (one.value, one.count)).collect::<Vec<_>>(), listed)
    };
    let named = (0..SEGMENTS * ENTRIES).filter(|n| n % 7 == 3).count() as u64;
    let first = ask("actor_name", "number3");
    assert_eq!(first.0, [("Person Number3".to_owned(), named + 1)]);
    let misses = log.result_hits_and_misses().1;
    assert_eq!(ask("actor_name", "number3"), first);
    assert_eq!(log.result_hits_and_misses().1, misses, "nothing is worked out again");
    assert_eq!(ask("actor", "z@").0, [("z@doors.example".to_owned(), 1)], "once, though it is both id and address");
}

#[test]
fn a_rare_substring_decompresses_no_frame_without_a_match() {
    let folder = Folder::new();
    let log = log(&folder);
    let view = inspect::view(&log);
    // Of the newest segment: looking an event_id up in the older ones may have brought a frame into memory by chance, where
    // another has the same fingerprint.
    let rare = ((SEGMENTS - 1) * ENTRIES + 17).to_string();
    let (cost, count, hits) = page(&log, &view, &[("search", &format!("door {rare}"))], true, true);
    assert_eq!((count, hits), (Some(1), 1));
    assert_eq!(
        (cost.frames, cost.lines),
        (1, 1),
        "the one line is read, to see that the two words stand beside each other"
    );
    let (cost, count, _) = page(&log, &view, &[("search", "door nowhere")], true, true);
    assert_eq!((count, cost.frames, cost.lines), (Some(0), 0, 0));
}

#[test]
fn a_question_ends_at_its_limit_of_lines_and_not_before() {
    let folder = Folder::new();
    let log = log(&folder);
    let view = inspect::view(&log);
    // Exact case reads every line that matches without regard to case.
    let asked = predicate(&[("q", "text:\"opened\"")]);
    let all = (SEGMENTS * ENTRIES) as u64;
    let ask = |lines| {
        let limits = Limits { lines, fresh: true, ..Limits::default() };
        inspect::ask_within(&log, &view, &asked, limits, search::count)
    };
    assert_eq!(ask(all).unwrap(), all);
    assert!(matches!(ask(all - 1), Err(SearchError::OverBudget(Spent::Lines))));
    let late = Limits { time_us: 0, fresh: true, ..Limits::default() };
    let late = inspect::ask_within(&log, &view, &asked, late, search::count);
    assert!(matches!(late, Err(SearchError::OverBudget(Spent::Time))));
    assert!(late.unwrap_err().to_string().contains("narrow from and to"));
}

#[test]
fn what_is_kept_answers_as_what_is_worked_out() {
    let folder = Folder::new();
    let log = log(&folder);
    submit(&log, &events(SEGMENTS * ENTRIES, 100)).unwrap();
    let view = inspect::view(&log);
    let questions: [&[(&str, &str)]; 6] = [
        &[],
        &[("actor", "u3")],
        &[("search", "number5 opened")],
        &[("-actor", "u1"), ("search", "7")],
        &[("actor_name", "number2")],
        &[("http_path", "/nowhere")],
    ];
    let facet = search::FacetField::find("actor").unwrap();
    for pairs in questions {
        let asked = predicate(pairs);
        let mut answers = Vec::new();
        for fresh in [true, false, false] {
            let limits = Limits { fresh, ..Limits::default() };
            let answer = inspect::ask_within(&log, &view, &asked, limits, |question| {
                let request = PageRequest { limit: 1_000, count: true, ..PageRequest::default() };
                let page = search::page(question, &request)?;
                let leaves: Vec<u64> = page.hits.iter().map(|hit| hit.leaf).collect();
                let hours = search::histogram(question, search::Interval::Hour, Some(facet), &jiff::tz::TimeZone::UTC)?;
                Ok((leaves, page.count, search::count(question)?, search::facets(question, &[facet], 100)?, hours))
            });
            answers.push(answer.unwrap());
        }
        assert_eq!(answers[0], answers[1], "{pairs:?}");
        assert_eq!(answers[1], answers[2], "{pairs:?}");
    }
    assert!(log.result_hits_and_misses().0 > 0);
}

/// The segments, opened once more without a cache: what is read counts each time.
fn uncached(folder: &Folder) -> View {
    let config = folder.config();
    let disk = env::SystemDisk;
    let layout = Layout::new(&config.data, &config.marks);
    let manifest = segment::manifest::newest(&disk, &layout.manifests()).unwrap().unwrap();
    let key = IndexKey::new(open_vault(folder).index_mac_key());
    let dir = layout.segments();
    let cache = BlockCache::keyed(0, key);
    let open = |entry| open_segment(&disk, &dir, entry, &cache, IndexAccess::Blocks).unwrap();
    let parts = manifest.segments.iter().map(|entry| Arc::new(open(entry)) as Arc<dyn segment::Part>);
    View { parts: parts.collect(), size: manifest.sealed_to() }
}

#[test]
fn a_batch_over_times_at_random_decompresses_each_frame_once() {
    let folder = Folder::new();
    let log = folder.open();
    // 7919 is prime: all minutes are different, and one entry's says nothing of its neighbour's.
    let event = |n: usize| {
        let at = n * 7_919 % 4_000;
        let text = "x".repeat(400);
        let day = 1 + at / 1_440;
        let hour = at / 60 % 24;
        let minute = at % 60;
        format!(
            r#"{{"action":"door.open","time":"2026-03-{day:02}T{hour:02}:{minute:02}:00Z","description":"{n} {text}"}}"#
        )
    };
    // Two segments of every time: their entries take turns. A batch has entries of both.
    for first in [0, 2_000] {
        let body: Vec<String> = (first..first + 2_000).map(event).collect();
        submit(&log, &body.join("\n")).unwrap();
        log.seal().unwrap();
    }
    let view = uncached(&folder);
    assert_eq!(view.parts.len(), 2);
    let frames = |question: &search::Question<'_>, leaves_max| {
        let mut all = search::batches(question, search::Order::NewestFirst, leaves_max);
        let mut costs = Vec::new();
        while let Some(batch) = all.next().unwrap() {
            let before = work(&view).frames;
            question.lines(&batch, &mut |_| ()).unwrap();
            costs.push(work(&view).frames - before);
        }
        costs
    };
    let asked = predicate(&[("source", "test")]);
    inspect::ask(&log, &view, &asked, |question| {
        let [all_at_once] = frames(question, 4_000)[..] else { panic!("one batch") };
        assert!((20..60).contains(&all_at_once), "{all_at_once} frames of 64 KiB");
        let in_batches = frames(question, 1_000);
        assert!(in_batches.len() == 4 && in_batches.iter().all(|cost| *cost <= all_at_once), "{in_batches:?}");
        Ok(())
    })
    .unwrap();
}
