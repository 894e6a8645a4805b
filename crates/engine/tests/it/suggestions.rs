//! What is offered to somebody who sees a few entries among many.

use engine::{Caller, Limits, Log, Sight, Viewer};
use search::{Predicate, SuggestField, parse_query};

use crate::{Folder, submit};

/// More than are considered, all of which come first by value.
const FOREIGN: usize = 5_000;

fn event(organization: &str, name: &str, n: usize) -> String {
    format!(
        r#"{{"action":"{name}.{n:04}","organization":{{"id":"{organization}"}},"actor":{{"type":"user","id":"{name}-{n}","name":"Person {name} {n:04}","email":"{name}{n:04}@doors.example"}}}}"#
    )
}

fn own(persons: std::ops::Range<usize>) -> String {
    persons.map(|n| event("own", "z", n)).collect::<Vec<_>>().join("\n")
}

/// Three persons of an organization beside those of another, `own` and others in each part of the log.
fn logs(alone: &Log, beside: &Log) {
    let foreign = |from: usize| (from..from + FOREIGN / 2).map(|n| event("foreign", "a", n)).collect::<Vec<_>>();
    for (from, persons) in [(0, 0..2), (FOREIGN / 2, 1..3)] {
        submit(alone, &own(persons.clone())).unwrap();
        for some in foreign(from).chunks(1_000) {
            submit(beside, &some.join("\n")).unwrap();
        }
        submit(beside, &own(persons)).unwrap();
        if from == 0 {
            alone.seal().unwrap();
            beside.seal().unwrap();
        }
    }
}

#[test]
fn thousands_of_foreign_values_take_no_place_of_an_own_one() {
    let (alone, beside) = (Folder::new(), Folder::new());
    let (alone, beside) = (alone.open(), beside.open());
    logs(&alone, &beside);
    let scope = parse_query("organization:own", &jiff::tz::TimeZone::UTC).unwrap();
    let scoped = Caller::within(Viewer::default(), scope.clone(), Sight::of_everything(), Limits::default()).unwrap();
    let everything = Caller::of_everything(Viewer::default(), Limits::default());
    let offered = |log: &Log, caller: &Caller, filter: &Predicate, field: &str, prefix: &str| {
        let field = SuggestField::find(field).unwrap();
        let ask = |question: &search::Question<'_>| search::suggest(question, field, prefix, 100);
        let found = log.reader(caller).ask(filter, ask).unwrap();
        found.into_iter().map(|one| (one.value, one.count)).collect::<Vec<_>>()
    };
    let expected = |text: &dyn Fn(usize) -> String| vec![(text(1), 2), (text(0), 1), (text(2), 1)];
    let names = expected(&|n| format!("Person z {n:04}"));
    for (field, prefix, wanted) in [
        ("actor_name", "", &names),
        ("actor_name", "p", &names),
        ("action", "", &expected(&|n| format!("z.{n:04}"))),
        ("actor", "z0", &expected(&|n| format!("z{n:04}@doors.example"))),
    ] {
        // Once worked out, once kept.
        for _ in 0..2 {
            assert_eq!(
                &offered(&beside, &scoped, &Predicate::All, field, prefix),
                wanted,
                "scoped, {field} {prefix:?}"
            );
            assert_eq!(&offered(&beside, &everything, &scope, field, prefix), wanted, "filtered, {field} {prefix:?}");
            assert_eq!(&offered(&alone, &scoped, &Predicate::All, field, prefix), wanted, "alone, {field} {prefix:?}");
        }
    }
    let all = offered(&beside, &scoped, &Predicate::All, "actor", "");
    assert_eq!(all.len(), 6, "ids and addresses: {all:?}");
    assert_eq!(all, offered(&alone, &scoped, &Predicate::All, "actor", ""));
    // Who sees everything is offered the first by value, as before.
    let first = offered(&beside, &everything, &Predicate::All, "actor_name", "");
    assert_eq!(first[0], ("Person a 0000".to_owned(), 1));
    assert_eq!(first.len(), 100);
}
