use std::collections::BTreeSet;
use std::sync::Arc;

use engine::{Caller, Limits, Log, Permitted, Submission, Viewer};
use event::BodyKind;
use jiff::tz::TimeZone;
use search::{Predicate, parse_query};

use super::answers::{answers, pages, questions, shown, suggestions};
use super::grants::{covers, permitted, shows};
use super::world::{ADDRESS, Event, Other, Person};
use crate::Folder;
use crate::exact::events::Numbers;

/// How many events are sealed; the others are not yet.
const SEALED: usize = 100;

/// Makes a log of these events: a segment and a tail.
fn made(folder: &Folder, events: &[Event], sealed: usize, other: Other<'_>) -> Log {
    let log = folder.open();
    for (nth, some) in [&events[..sealed], &events[sealed..]].into_iter().enumerate() {
        for run in some.chunk_by(|a, b| a.source == b.source) {
            let body = run.iter().map(|event| event.json(other)).collect::<Vec<_>>().join("\n");
            let submission = Submission {
                body: body.as_bytes(),
                kind: BodyKind::Ndjson,
                source: run[0].source,
                reach: None,
                partial: false,
            };
            log.submit(&submission).unwrap();
        }
        if nth == 0 && !some.is_empty() {
            log.seal().unwrap();
        }
    }
    log
}

/// Entries of the log itself differ, and belong to nobody else.
fn of_clients(text: &str) -> Predicate {
    let text = if text.is_empty() { "*".to_owned() } else { format!("({text})") };
    parse_query(&format!("-source:indelible {text}"), &TimeZone::UTC).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn caller(log: &Log, permitted: &Arc<Permitted>) -> Caller {
    Caller::permitted(Viewer::default(), Arc::clone(permitted), Limits::default(), log)
}

/// The person that `of` names in an entry.
fn person(event: &Event, of: &str) -> Person {
    let (kind, id) = of.split_once(':').unwrap();
    let home = event.organization.map_or_else(|| format!("source {}", event.source), str::to_owned);
    let id = if id.starts_with("p_") && kind == "user" { ADDRESS } else { id };
    (home, kind.to_owned(), id.to_owned())
}

/// One log, and for each of the grants another that holds only what they show. Returns how many answers were compared.
fn compare(seed: u64, grants: usize, asked: usize) -> usize {
    let mut numbers = Numbers::new(seed);
    let events: Vec<Event> = (0..160).map(|n| Event::random(n, &mut numbers)).collect();
    let folder = Folder::new();
    let whole = made(&folder, &events, SEALED, &|_, _| false);
    let mut compared = 0;
    for nth in 0..grants {
        let permitted = Arc::new(permitted(&mut numbers));
        let at = format!("seed {seed}, grants {nth}: {permitted:?}");
        let limited = caller(&whole, &permitted);
        let visible: Vec<Event> = events.iter().filter(|event| covers(&permitted.read, event)).cloned().collect();
        let wanted: Vec<usize> = visible.iter().map(|event| event.n).collect();

        let (seen, opened) = shown(&whole, &limited, &of_clients(""));
        for (n, of, kind) in &opened {
            let reach = [&permitted.names, &permitted.connections, &permitted.fields][*kind];
            assert!(shows(reach, &events[*n], &person(&events[*n], of)), "{of} ({kind}) in event {n}: {at}");
        }
        let told: BTreeSet<(Person, usize)> =
            opened.iter().map(|(n, of, kind)| (person(&events[*n], of), *kind)).collect();

        // The other log has other values wherever none was seen.
        let alone = Folder::new();
        let other = |person: &Person, kind: usize| !told.contains(&(person.clone(), kind));
        // Cut at the same place: which ids an index lists depends on how many rows of a part have them.
        let sealed = visible.iter().filter(|event| event.n < SEALED).count();
        let alone = made(&alone, &visible, sealed, &other);
        let own = caller(&alone, &permitted);
        let listed = pages(&whole, &limited, &of_clients(""), 1_000, 1);
        assert!(listed.starts_with(&format!("[(Some({}), ", wanted.len())), "{listed} of {wanted:?}: {at}");

        let (alone_seen, _) = shown(&alone, &own, &of_clients(""));
        assert_eq!(seen.len(), alone_seen.len(), "{at}");
        for (whole, alone) in seen.iter().zip(&alone_seen) {
            assert_eq!(whole, alone, "{at}");
        }
        compared += seen.len();
        let of_the_log = parse_query("source:indelible", &TimeZone::UTC).unwrap();
        let sees_it = whole.reader(&limited).ask(&of_the_log, search::count).unwrap() > 0;
        let everything = if sees_it { of_clients("") } else { Predicate::All };
        let mut predicates = vec![(String::new(), everything)];
        predicates.extend(questions(&mut numbers, asked).into_iter().map(|text| (text.clone(), of_clients(&text))));
        for (text, predicate) in &predicates {
            // Twice: worked out, and kept.
            for _ in 0..2 {
                let pairs = answers(&whole, &limited, predicate).into_iter().zip(answers(&alone, &own, predicate));
                for (whole, alone) in pairs {
                    assert_eq!(whole, alone, "{text:?}, {at}");
                    compared += 1;
                }
            }
        }
        for (text, predicate) in predicates.iter().take(3) {
            let pairs = suggestions(&whole, &limited, predicate).into_iter().zip(suggestions(&alone, &own, predicate));
            for (whole, alone) in pairs {
                assert_eq!(whole, alone, "{text:?}, {at}");
                compared += 1;
            }
        }
        alone.close().unwrap();
    }
    whole.close().unwrap();
    compared
}

#[test]
fn every_answer_is_that_of_a_log_with_only_what_may_be_seen() {
    let compared: usize = (1..=2).map(|seed| compare(seed, 8, 8)).sum();
    println!("{compared} answers compared");
    assert!(compared > 5_000, "{compared}");
}

#[test]
#[ignore = "the long form: some minutes"]
fn every_answer_is_that_of_a_log_with_only_what_may_be_seen_at_length() {
    let compared: usize = (1_000..1_020).map(|seed| compare(seed, 30, 40)).sum();
    println!("{compared} answers compared");
    assert!(compared > 500_000, "{compared}");
}
