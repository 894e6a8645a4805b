//! A log with more names and addresses of persons than it may hold in memory.

use engine::{Caller, Limits, Log, Own, Sight, Viewer, World, inspect};
use event::Person;
use event::personal::Scope as PersonScope;
use search::{Predicate, SearchError, Spent, SuggestField, parse_query};

use crate::tampering::open_vault;
use crate::{Folder, submit};

/// Room for some persons of the hundred.
const FEW_BYTES: usize = 4_000;

/// Two entries of each of these persons.
fn entries(persons: std::ops::Range<usize>) -> String {
    let event = |n: usize| {
        let name = format!("Person Nr {n:03}");
        format!(
            r#"{{"action":"door.open","actor":{{"type":"user","id":"u{n}","name":"{name}","email":"P{n:03}@doors.example"}},"description":"{name} opened a door","http":{{"path":"/doors/P{n:03}@doors.example/keys"}}}}"#
        )
    };
    persons.flat_map(|n| [event(n), event(n)]).collect::<Vec<_>>().join("\n")
}

/// A log of a hundred persons, most of them sealed, that may hold so many bytes of them.
fn made(folder: &Folder, bytes_max: usize) -> Log {
    let log = open(folder, bytes_max);
    submit(&log, &entries(0..60)).unwrap();
    log.seal().unwrap();
    submit(&log, &entries(40..80)).unwrap();
    log.seal().unwrap();
    submit(&log, &entries(70..100)).unwrap();
    log
}

fn open(folder: &Folder, bytes_max: usize) -> Log {
    let mut config = folder.config();
    config.identities_bytes_max = bytes_max;
    Log::open(config, World::system()).unwrap()
}

/// What questions of every kind that looks at names and addresses find.
fn answers(log: &Log) -> Vec<(String, Vec<u64>)> {
    let leaves = |text: &str| {
        let predicate = parse_query(text, &jiff::tz::TimeZone::UTC).unwrap();
        let found = inspect::ask(log, &inspect::view(log), &predicate, |question| {
            search::scan(question, search::Order::Leaf).map(|hit| hit.map(|hit| hit.leaf)).collect()
        });
        (text.to_owned(), found.unwrap())
    };
    let of_person = |n: usize| {
        [
            format!("\"person nr {n:03}\""),
            format!("\"nr {n:03} opened\""),
            format!("actor_name:\"Nr {n:03}\""),
            format!("actor:P{n:03}@doors.example"),
            format!("http_path:/doors/P{n:03}@*"),
        ]
    };
    let texts = [0, 1, 41, 59, 72, 79, 80, 99].into_iter().flat_map(of_person);
    let mut answers: Vec<_> = texts.chain(["nr".to_owned()]).map(|text| leaves(&text)).collect();
    let field = SuggestField::find("actor_name").unwrap();
    let suggested = inspect::ask(log, &inspect::view(log), &Predicate::All, |question| {
        search::suggest(question, field, "nr 0", 100)
    });
    answers.extend(suggested.unwrap().into_iter().map(|it| (it.value, vec![it.count])));
    answers
}

#[test]
fn what_is_not_held_is_opened_and_every_answer_is_the_same() {
    let all = Folder::new();
    let few = Folder::new();
    let log_of_all = made(&all, vault::IDENTITIES_BYTES_MAX);
    let log_of_few = made(&few, FEW_BYTES);
    let wanted = answers(&log_of_all);
    assert!(wanted.iter().all(|(text, found)| !found.is_empty() && !text.is_empty()), "{wanted:?}");
    assert_eq!(answers(&log_of_few), wanted);
    log_of_few.close().unwrap();
    let log_of_few = open(&few, FEW_BYTES);
    assert_eq!(answers(&log_of_few), wanted, "after a start");

    // One who is held, and one who is not.
    for id in ["u1", "u99"] {
        let person = Person { scope: PersonScope::Source("test"), kind: "user", id };
        let handle = event::Keys::person(&open_vault(&few), &person).unwrap().id();
        log_of_few.record_own(&Own::Erased { person: handle }).unwrap();
    }
    log_of_few.close().unwrap();
    for id in ["u1", "u99"] {
        let person = Person { scope: PersonScope::Source("test"), kind: "user", id };
        open_vault(&few).destroy(&person).unwrap().unwrap();
    }
    let left = answers(&open(&few, FEW_BYTES));
    let gone = |text: &str| text.contains("001") || text.contains("099");
    let of_persons = |(text, _): &&(String, Vec<u64>)| text != "nr" && !gone(text);
    assert_eq!(
        left.iter().filter(of_persons).collect::<Vec<_>>(),
        wanted.iter().filter(of_persons).collect::<Vec<_>>()
    );
    assert!(left.iter().all(|(text, found)| found.is_empty() || !gone(text)), "{left:?}");
}

#[test]
fn what_would_open_more_than_it_may_is_refused_and_names_the_limit() {
    let folder = Folder::new();
    let log = made(&folder, FEW_BYTES);
    let limits = Limits { lines: 20, ..Limits::default() };
    let ask = |text: &str| {
        let predicate = parse_query(text, &jiff::tz::TimeZone::UTC).unwrap();
        inspect::ask_within(&log, &inspect::view(&log), &predicate, limits, search::count)
    };
    let refused = ask("\"person nr 099\"").unwrap_err();
    assert!(matches!(refused, SearchError::OverBudget(Spent::Identities)), "{refused}");
    assert!(refused.to_string().contains("IDENTITIES_BYTES_MAX"), "{refused}");
    assert_eq!(ask("action:door.open").unwrap(), 260, "what asks for no text opens nothing");
    submit(&log, &entries(100..110)).unwrap();
    assert_eq!(ask("action:door.open").unwrap(), 280, "new persons are taken in");
}

#[test]
fn what_others_outside_a_scope_are_called_costs_the_question_nothing() {
    let folder = Folder::new();
    let log = made(&folder, FEW_BYTES);
    let own =
        r#"{"action":"door.open","organization":{"id":"own"},"actor":{"type":"user","id":"o1","name":"Own Person"}}"#;
    submit(&log, own).unwrap();
    let limits = Limits { lines: 20, ..Limits::default() };
    let scope = parse_query("organization:own", &jiff::tz::TimeZone::UTC).unwrap();
    let scoped = Caller::within(Viewer::default(), scope, Sight::of_everything(), limits).unwrap();
    let everything = Caller::of_everything(Viewer::default(), limits);
    let count = |caller: &Caller, text: &str| {
        let predicate = parse_query(text, &jiff::tz::TimeZone::UTC).unwrap();
        log.reader(caller).ask(&predicate, search::count)
    };
    for text in ["actor_name:\"own person\"", "actor_name:nobody", "actor:own@doors.example"] {
        assert!(matches!(count(&everything, text), Err(SearchError::OverBudget(Spent::Identities))), "{text}");
    }
    assert_eq!(count(&scoped, "actor_name:\"own person\"").unwrap(), 1, "not held, and opened");
    assert_eq!(count(&scoped, "actor_name:nobody").unwrap(), 0);
    assert_eq!(count(&scoped, "actor:own@doors.example").unwrap(), 0);
}
