use jiff::tz::TimeZone;
use search::{CursorError, PageRequest, Predicate, Question, Scope, SearchError, page, parse_query};

use crate::ask::{Log, NOW_US, draws, removed};
use crate::naive::matches;

#[test]
fn pages_stay_those_of_the_first_while_entries_arrive() {
    let all = draws(150, 11);
    let before = Log::new(&all[..90], 40);
    // The same entries in other parts, and sixty more: some share a part with old ones, many are older in time.
    let after = Log::new(&all, 70);
    let scope = Scope::everything();
    let first = PageRequest { limit: 20, count: true, ..PageRequest::default() };
    let first = page(&before.question(&Predicate::All, &scope), &first).unwrap();
    let mut leaves: Vec<u64> = first.hits.iter().map(|hit| hit.leaf).collect();
    let mut next = first.next;
    while let Some(cursor) = next {
        let request = PageRequest { limit: 20, count: true, cursor: Some(&cursor), ..PageRequest::default() };
        let page = page(&after.question(&Predicate::All, &scope), &request).unwrap();
        assert_eq!((page.count, page.size), (Some(90), 90));
        leaves.extend(page.hits.iter().map(|hit| hit.leaf));
        next = page.next;
    }
    assert_eq!(leaves, before.newest(90, |_| true));
}

#[test]
fn pages_go_on_where_entries_were_removed_meanwhile() {
    let all = draws(150, 11);
    let before = Log::new(&all, 40);
    let gone = removed(6);
    let after = Log::with_gaps(&all, 40, &gone);
    let scope = Scope::everything();
    for oldest_first in [false, true] {
        let mut in_order = before.newest(150, |_| true);
        if oldest_first {
            in_order.reverse();
        }
        let request = PageRequest { limit: 20, oldest_first, ..PageRequest::default() };
        let first = page(&before.question(&Predicate::All, &scope), &request).unwrap();
        let mut leaves: Vec<u64> = first.hits.iter().map(|hit| hit.leaf).collect();
        assert!(leaves.iter().any(|leaf| gone(*leaf)), "some of the page are gone by the next one");
        let mut next = first.next;
        while let Some(cursor) = next {
            let request = PageRequest { cursor: Some(&cursor), ..request.clone() };
            let page = page(&after.question(&Predicate::All, &scope), &request).unwrap();
            leaves.extend(page.hits.iter().map(|hit| hit.leaf));
            next = page.next;
        }
        let left = in_order.iter().skip(20).filter(|leaf| !gone(**leaf));
        assert!(leaves.iter().eq(in_order.iter().take(20).chain(left)));
    }
}

#[test]
fn since_counts_from_the_moment_of_the_first_page() {
    let log = Log::new(&draws(150, 5), 40);
    let scope = Scope::everything();
    let predicate = parse_query("since:20d", &TimeZone::UTC).unwrap();
    let mut context = log.context();
    let mut leaves = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let question = Question::new(&log.view, &predicate, &scope, context);
        let request = PageRequest { limit: 3, cursor: cursor.as_deref(), ..PageRequest::default() };
        let page = page(&question, &request).unwrap();
        leaves.extend(page.hits.iter().map(|hit| hit.leaf));
        cursor = page.next;
        context.now_us += 5 * 86_400_000_000;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(leaves, log.newest(u64::MAX, |made| matches(&predicate, made, NOW_US)));
    assert!(leaves.len() > 6);
}

#[test]
fn a_cursor_serves_its_own_question_only() {
    let log = Log::new(&draws(30, 5), 40);
    let everything = Scope::everything();
    let request = PageRequest { limit: 5, ..PageRequest::default() };
    let cursor = page(&log.question(&Predicate::All, &everything), &request).unwrap().next.unwrap();
    let again = PageRequest { limit: 5, cursor: Some(&cursor), ..PageRequest::default() };
    let foreign = |result: Result<search::Page, SearchError>| {
        assert!(matches!(result, Err(SearchError::Cursor(CursorError::Foreign))));
    };
    let other = parse_query("channel:auth", &TimeZone::UTC).unwrap();
    foreign(page(&log.question(&other, &everything), &again));
    let scope = Scope::within(other).unwrap();
    foreign(page(&log.question(&Predicate::All, &scope), &again));
    foreign(page(&log.question(&Predicate::All, &everything), &PageRequest { oldest_first: true, ..again.clone() }));
    let smaller = Log::new(&draws(20, 5), 40);
    let result = page(&smaller.question(&Predicate::All, &everything), &again);
    assert!(matches!(result, Err(SearchError::Cursor(CursorError::Beyond { cursor: 30, log: 20 }))));
}

#[test]
fn pages_have_a_limit() {
    let log = Log::new(&draws(3, 5), 40);
    let scope = Scope::everything();
    for limit in [0, 1_001] {
        let result = page(&log.question(&Predicate::All, &scope), &PageRequest { limit, ..PageRequest::default() });
        assert!(matches!(result, Err(SearchError::PageLimit(given)) if given == limit));
    }
}
