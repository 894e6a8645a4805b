//! What a question may hold, alone and beside others.

use std::sync::Mutex;

use search::{
    Context, FacetField, Filters, Memory, Predicate, Question, Scope, SearchError, addresses, catalogue, facets,
};

use crate::ask::{Log, draws};

fn fields(names: &[&str]) -> Vec<FacetField> {
    names.iter().map(|name| FacetField::find(name).unwrap()).collect()
}

#[test]
fn values_that_take_more_than_a_question_may_hold_are_refused_and_named() {
    let log = Log::new(&draws(600, 41), 100);
    let scope = Scope::everything();
    let ask = |bytes_max, names: &[&str]| {
        let context = Context { bytes_max, ..log.context() };
        facets(&Question::new(&log.view, &Predicate::All, &scope, context), &fields(names), 10)
    };
    assert_eq!(ask(200 * 600, &["event_id"]).unwrap(), ask(usize::MAX, &["event_id"]).unwrap());
    for bytes_max in [500, 2_000] {
        let refused = ask(bytes_max, &["outcome", "event_id"]);
        assert!(matches!(refused, Err(SearchError::FacetValues { field: "event_id" })), "{bytes_max}: {refused:?}");
    }
    let context = Context { bytes_max: 8, ..log.context() };
    let question = Question::new(&log.view, &Predicate::All, &scope, context);
    assert!(matches!(addresses(&question, 10), Err(SearchError::FacetValues { field: "ip" })));
    let listed = catalogue(&question, &fields(&["channel"]), 10);
    assert!(matches!(listed, Err(SearchError::FacetValues { field: "channel" })));
}

#[test]
fn a_question_that_finds_no_memory_within_its_time_says_so() {
    let log = Log::new(&draws(300, 42), 50);
    let scope = Scope::everything();
    // Four of them are for large ones.
    let memory = Memory::new(6 << 20);
    let context = Context { bytes_max: 1 << 20, memory: Some(&memory), ..log.context() };
    let search = Filters::parse([("search", "e")], &[]).unwrap().predicate;
    let ask = |context: Context<'_>| {
        let question = Question::new(&log.view, &search, &scope, context);
        facets(&question, &fields(&["channel"]), 10).map(|facets| facets[0].values.len())
    };
    // Whatever a question does on the way, it holds what it holds: another one that is asked meanwhile finds nothing free.
    let meanwhile = Mutex::new(Vec::new());
    let look = || {
        let late = Context { over_budget: &|| true, ..context };
        let busy = matches!(ask(late), Err(SearchError::Busy));
        meanwhile.lock().unwrap().push(busy);
        false
    };
    let found = ask(Context { over_budget: &look, ..context }).unwrap();
    assert!(found > 1);
    let meanwhile = meanwhile.into_inner().unwrap();
    assert!(!meanwhile.is_empty() && meanwhile.iter().all(|busy| *busy), "{meanwhile:?}");
    assert_eq!(memory.most(), 4 << 20, "no more than there is");
    assert_eq!(ask(context).unwrap(), found, "given back");
}
