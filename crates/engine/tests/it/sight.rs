//! What somebody may not see changes no answer: two logs that differ in nothing else answer alike, and a log whose other persons were
//! erased answers as the one that sees some persons alone.

use std::ops::ControlFlow;

use engine::{Caller, HandedOut, Limits, Log, Own, Persons, Sight, Viewer, Wanted};
use enrich::Browsers;
use event::personal::Scope as PersonScope;
use event::{Entry, Person, PersonId};
use jiff::tz::TimeZone;
use search::{
    FacetField, Interval, LeafLine, Order, PageRequest, Predicate, Question, SearchError, SuggestField, parse_query,
};
use serde_json::Value;

use crate::exact::events::Numbers;
use crate::tampering::open_vault;
use crate::{Folder, submit};

const EVENTS: usize = 144;
const PERSONS: usize = 6;

/// The values of persons in one of two logs.
#[derive(Clone, Copy)]
struct Values {
    names: [&'static str; PERSONS],
    /// The network of their addresses.
    network: &'static str,
    agent: &'static str,
    /// What is declared.
    word: &'static str,
}

const HERE: Values = Values {
    names: ["Anna Lehmann", "Ben Ott", "Cleo Lehmann", "Dora Maas", "Emil Zander", "Fritz Ott"],
    network: "10.1.0",
    agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    word: "migraine",
};

const THERE: Values = Values {
    names: ["Gerd Quandt", "Hilde Weiss", "Ilse Quandt", "Jan Yilmaz", "Karl Weiss", "Lena Thoma"],
    network: "10.2.0",
    agent: "curl/8.4.0",
    word: "fracture",
};

impl Values {
    fn email(self, person: usize) -> String {
        format!("{}@doors.example", self.names[person].to_lowercase().replace(' ', "."))
    }

    /// Everything that nobody without sight may read of these persons.
    fn secrets(self) -> Vec<String> {
        let of_person = |n: usize| [self.names[n].to_owned(), self.email(n), self.email(n).replace('@', "%40")];
        let others = [format!("{}.", self.network), self.agent.to_owned(), self.word.to_owned()];
        (0..PERSONS).flat_map(of_person).chain(others).collect()
    }
}

/// Whose values are those of `HERE` in the second log, too.
type Same<'a> = &'a dyn Fn(usize) -> bool;

/// Which kinds differ between the logs.
#[derive(Clone, Copy)]
struct Differ {
    names: bool,
    connections: bool,
    fields: bool,
}

fn event(n: usize, differ: Differ, same: Same<'_>, there: bool) -> String {
    let person = n % PERSONS;
    let of = |differs: bool| if there && differs && !same(person) { THERE } else { HERE };
    let name = of(differ.names).names[person];
    let email = of(differ.names).email(person);
    let network = of(differ.connections).network;
    let agent = of(differ.connections).agent;
    let word = of(differ.fields).word;
    let time = format!("2026-06-{:02}T{:02}:00:00Z", 1 + n % 20, n % 24);
    let client = format!(r#"{{"ip":"{network}.{}","user_agent":"{agent}"}}"#, n % 4);
    let rest = format!(r#""time":"{time}","client":{client},"channel":"c{}""#, n % 3);
    match n % 8 {
        // Machines: their names and addresses stand in the line.
        6 => format!(
            r#"{{"action":"sync.run","actor":{{"type":"token","id":"t1","name":"Robot Lehmann"}},"time":"{time}","client":{{"ip":"10.1.0.1"}}}}"#
        ),
        7 => format!(
            r#"{{"action":"door.open","actor":{{"type":"user","id":"{email}","name":"{name}"}},"resource":{{"type":"door","id":"d{}","name":"Door of {name}"}},"http":{{"path":"/people/{email}/doors"}},{rest}}}"#,
            n % 5
        ),
        _ => format!(
            r#"{{"action":"door.open","actor":{{"type":"user","id":"u{person}","name":"{name}","email":"{email}"}},"description":"{name} exported door {}","reason":"asked by {name}","properties":{{"note":"{word}"}},"personal":[{{"of":"user:u{person}","paths":["/properties/note"]}}],{rest}}}"#,
            n % 5
        ),
    }
}

/// A log of these events: two segments and a tail.
fn made(folder: &Folder, differ: Differ, same: Same<'_>, there: bool) -> Log {
    let log = folder.open();
    for (third, events) in (0..EVENTS).collect::<Vec<_>>().chunks(EVENTS / 3).enumerate() {
        let body: Vec<_> = events.iter().map(|n| event(*n, differ, same, there)).collect();
        submit(&log, &body.join("\n")).unwrap();
        if third < 2 {
            log.seal().unwrap();
        }
    }
    log
}

fn query(text: &str) -> Predicate {
    parse_query(&format!("source:test ({text})"), &TimeZone::UTC).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Questions of every kind that could match a value, of either log; some of several conditions, by `seed`.
fn queries(seed: u64) -> Vec<String> {
    let mut single: Vec<String> = Vec::new();
    for values in [HERE, THERE] {
        for (n, name) in values.names.iter().enumerate().step_by(2) {
            let (first, last) = name.split_once(' ').unwrap();
            let email = values.email(n);
            single.extend([
                format!("\"{name}\""),
                last.to_owned(),
                format!("\"{last} exported\""),
                format!("\"{} EXPORTED door\"", last.to_uppercase()),
                format!("resource_name:{first}"),
                format!("resource_name:\"of {name}\""),
                format!("reason:{last}"),
                format!("actor_name:{first}"),
                format!("actor:{email}"),
                format!("person:user:{email}"),
                format!("http_path:/people/{email}*"),
                format!("http_path:/people/{}*", &email[..3]),
            ]);
        }
        single.extend((0..4).map(|n| format!("ip:{}.{n}", values.network)));
    }
    single.extend(["exported", "robot", "actor_name:robot", "-actor:u1", "channel:c1", "actor:u2"].map(str::to_owned));
    let mut numbers = Numbers::new(seed);
    let mut any = || single[usize::try_from(numbers.below(single.len() as u64)).unwrap()].clone();
    let mixed = (0..45).map(|n| match n % 3 {
        0 => format!("{} {}", any(), any()),
        1 => format!("{} OR {}", any(), any()),
        _ => format!("-({}) {}", any(), any()),
    });
    let mixed: Vec<_> = mixed.collect();
    single.into_iter().chain(mixed).collect()
}

/// The answer, or the error that is shown for it.
fn text<T: std::fmt::Debug>(answer: Result<T, SearchError>) -> String {
    answer.map_or_else(|error| format!("error: {error}"), |answer| format!("{answer:?}"))
}

/// Answers that name entries by their leaves, and values by themselves.
fn answers(log: &Log, caller: &Caller, seed: u64) -> Vec<String> {
    let reader = log.reader(caller);
    let mut all = Vec::new();
    for text_asked in queries(seed) {
        let predicate = query(&text_asked);
        let request = PageRequest { limit: 40, count: true, ..PageRequest::default() };
        let page = reader.page(&predicate, &request).map(|page| {
            let mut leaves: Vec<u64> = page.shown().map(|shown| shown.unwrap().leaf_index).collect();
            if let Some(next) = page.next() {
                let request = PageRequest { cursor: Some(next), ..request.clone() };
                let page = reader.page(&predicate, &request).unwrap();
                leaves.extend(page.shown().map(|shown| shown.unwrap().leaf_index));
            }
            (page.count(), leaves)
        });
        let fields: Vec<_> =
            ["action", "actor", "channel", "person"].map(|name| FacetField::find(name).unwrap()).into();
        let day = Interval::Day;
        let utc = TimeZone::UTC;
        all.push(format!("{text_asked}: {}", text(page)));
        all.push(text(reader.ask(&predicate, |question| search::facets(question, &fields[..1], 100))));
        all.push(text(reader.ask(&predicate, |question| search::histogram(question, day, Some(fields[2]), &utc))));
        all.push(text(reader.ask(&predicate, |question| search::heatmap(question, &utc))));
        all.push(text(reader.ask(&predicate, |question| search::catalogue(question, &fields[..1], 100))));
    }
    for filter in ["action:door.open OR action:sync.run", "channel:c1", "exported"] {
        let predicate = query(filter);
        all.push(text(reader.ask(&predicate, |question| search::addresses(question, 100))));
        for prefix in ["", "a", "g", "le", "qu", "robot", "u", "10."] {
            for name in ["actor", "actor_name", "channel"] {
                let field = SuggestField::find(name).unwrap();
                let suggest = |question: &Question<'_>| search::suggest(question, field, prefix, 100);
                let found = reader.ask(&predicate, suggest);
                // Pseudonyms are random.
                let found = found.map(|found| {
                    found
                        .into_iter()
                        .filter(|one| !one.value.starts_with("p_"))
                        .map(|one| (one.value, one.count))
                        .collect::<Vec<_>>()
                });
                all.push(format!("{name} {prefix}: {}", text(found)));
            }
        }
    }
    all
}

/// Every entry as page, single look, feed and export show it, what is random in it taken out.
fn shown(log: &Log, caller: &Caller) -> Vec<String> {
    let reader = log.reader(caller);
    let browsers = Browsers::builtin();
    let predicate = query("action:door.open OR action:sync.run");
    let mut all = Vec::new();
    let page = reader.page(&predicate, &PageRequest { limit: 1_000, ..PageRequest::default() }).unwrap();
    for shown in page.shown() {
        let shown = shown.unwrap();
        let mut json = Vec::new();
        shown.write_json(true, &browsers, &mut json).unwrap();
        all.push(masked(&json));
        let again = reader.entry(shown.entry().unwrap().id).unwrap().unwrap();
        let open = again.opened.handed_out().into_iter().flatten().filter_map(|one| match one {
            // Without its salt.
            HandedOut::Open(text) => text.split_once(',').map(|(_, rest)| rest.to_owned()),
            HandedOut::Withheld(_) => Some("withheld".to_owned()),
        });
        all.push(format!("{:?} {}", open.collect::<Vec<_>>(), shown.shows_somebody().unwrap()));
    }
    let (mut feed, until) = reader.feed_of_last(&predicate, 50).unwrap();
    while feed.position() < until {
        let each = &mut |shown: &engine::Shown| {
            let mut json = Vec::new();
            shown.write_json(false, &browsers, &mut json)?;
            all.push(masked(&json));
            Ok(ControlFlow::Continue(()))
        };
        reader.follow(&mut feed, &predicate, Some(until), each).unwrap();
    }
    for wanted in [Wanted::All, Wanted::AllButConnections] {
        let mut opener = reader.opener();
        let export = |question: &Question<'_>| {
            let mut batches = search::batches(question, Order::Leaf, 7);
            while let Some(batch) = batches.next()? {
                question.lines(&batch, &mut |LeafLine { part, leaf, line, .. }| {
                    let mut opener = opener.of_part(part);
                    let opened = opener.open(leaf, line, wanted).unwrap();
                    let mut json = Vec::new();
                    let options = event::render::Options { full: true, leaf_index: Some(leaf) };
                    event::render::entry_json(&Entry::parse(line).unwrap(), &opened, options, &mut json);
                    all.push(masked(&json));
                })?;
            }
            Ok(())
        };
        reader.ask_at_leisure(&predicate, export).unwrap();
    }
    all
}

/// An entry without its id, place and the moment it was received, digests and pseudonyms.
pub(crate) fn masked(json: &[u8]) -> String {
    let mut entry: Value = serde_json::from_slice(json).unwrap();
    for member in ["id", "received", "leaf_index"] {
        entry[member] = Value::Null;
    }
    for personal in entry["personal"].as_array_mut().into_iter().flatten() {
        personal["digest"] = Value::Null;
    }
    without_pseudonyms(&entry.to_string())
}

/// Pseudonyms are random.
pub(crate) fn without_pseudonyms(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    // `p_` and 22 characters of base64url.
    while let Some((before, after)) = rest.split_once("p_").filter(|(_, after)| after.len() > 22) {
        out.push_str(before);
        out.push_str("pseudonym");
        rest = &after[22..];
    }
    out + rest
}

fn caller(sight: &Sight) -> Caller {
    Caller::within(Viewer::default(), Predicate::All, sight.clone(), Limits::default()).unwrap()
}

/// The handle of a person: by an id, or by an e-mail address that is the id.
fn handle(vault: &vault::Vault, id: &str) -> PersonId {
    let person = |id| Person { scope: PersonScope::Source("test"), kind: "user", id };
    let pseudonym = id.contains('@').then(|| event::Keys::pseudonym(vault, &person(id)));
    event::Keys::person(vault, &person(pseudonym.as_deref().unwrap_or(id))).unwrap().id()
}

#[test]
fn what_may_not_be_seen_changes_no_answer() {
    use Persons::{Everybody, Nobody};
    let none: Same<'_> = &|_| false;
    let cases = [
        (Differ { names: true, connections: false, fields: false }, Sight::new(Nobody, Everybody, Everybody)),
        (Differ { names: false, connections: true, fields: false }, Sight::new(Everybody, Nobody, Everybody)),
        (Differ { names: false, connections: false, fields: true }, Sight::new(Everybody, Everybody, Nobody)),
        (Differ { names: true, connections: true, fields: true }, Sight::of_nothing()),
    ];
    for (seed, (differ, sight)) in (0..).zip(cases) {
        let folders = [Folder::new(), Folder::new()];
        let here = made(&folders[0], differ, none, false);
        let there = made(&folders[1], differ, none, true);
        let everything = caller(&Sight::of_everything());
        let limited = caller(&sight);
        // Whoever sees everything asks first: what is kept for them is no answer for others.
        let all_here = answers(&here, &everything, seed);
        let all_there = answers(&there, &everything, seed);
        assert!(all_here != all_there || (differ.fields && !differ.names), "{seed}: the logs differ for who may see");
        assert!(shown(&here, &everything) != shown(&there, &everything), "{seed}: and to look at");
        for again in 0..2 {
            let pairs = answers(&here, &limited, seed).into_iter().zip(answers(&there, &limited, seed));
            for (here, there) in pairs.chain(shown(&here, &limited).into_iter().zip(shown(&there, &limited))) {
                assert_eq!(here, there, "{seed}, {again}");
            }
        }
        let seen = shown(&here, &limited).concat();
        if sight == Sight::of_nothing() {
            // The machine's address is no person's.
            let seen = seen.replace("\"ip\":\"10.1.0.1\"", "");
            let told: Vec<_> = HERE.secrets().into_iter().filter(|secret| seen.contains(secret.as_str())).collect();
            assert_eq!(told, [""; 0], "{seed}");
        }
        for log in [here, there] {
            log.close().unwrap();
        }
    }
}

#[test]
fn who_sees_some_persons_has_the_answers_of_a_log_where_the_others_were_erased() {
    let nothing = Differ { names: false, connections: false, fields: false };
    let folders = [Folder::new(), Folder::new()];
    let erased = ["u1", "u2", "u4", "u5"];
    // Two who have an id, and all whose id is their address.
    let left = ["u0", "u3"].map(str::to_owned).into_iter().chain([1, 3, 5].map(|n| HERE.email(n)));
    let left: Vec<String> = left.collect();
    let mut sees = Vec::new();
    for (folder, is_cut) in folders.iter().zip([false, true]) {
        made(folder, nothing, &|_| true, false).close().unwrap();
        let vault = open_vault(folder);
        let gone = erased.map(|id| handle(&vault, id));
        sees.push(Persons::these(left.iter().map(|id| handle(&vault, id))));
        drop(vault);
        let log = folder.open();
        for person in gone {
            log.record_own(&Own::Erased { person }).unwrap();
        }
        log.close().unwrap();
        let vault = open_vault(folder);
        for id in erased.into_iter().filter(|_| is_cut) {
            vault.destroy(&Person { scope: PersonScope::Source("test"), kind: "user", id }).unwrap().unwrap();
        }
    }
    let [kept, cut] = folders.each_ref().map(Folder::open);
    let persons = || sees[0].clone();
    let some = caller(&Sight::new(persons(), persons(), persons()));
    let everything = caller(&Sight::of_everything());
    for seed in 0..3 {
        assert_ne!(answers(&kept, &everything, seed), answers(&cut, &everything, seed), "{seed}");
        for (kept, cut) in answers(&kept, &some, seed).into_iter().zip(answers(&cut, &everything, seed)) {
            assert_eq!(kept, cut, "{seed}");
        }
    }
    let seen = shown(&kept, &some).concat();
    assert!(seen.contains(HERE.names[0]) && seen.contains(HERE.names[3]), "those who are seen");
    assert!(!seen.contains(HERE.names[2]) && !seen.contains(HERE.names[4]), "those who are not");
    for log in [kept, cut] {
        log.close().unwrap();
    }
}

#[test]
fn what_asks_for_unseen_values_by_name_is_refused_whatever_the_log_holds() {
    let folder = Folder::new();
    let log = made(&folder, Differ { names: false, connections: false, fields: false }, &|_| true, false);
    let nothing = caller(&Sight::of_nothing());
    let reader = log.reader(&nothing);
    let count = |text: &str| reader.ask(&query(text), search::count);
    let refused = |text: &str| match count(text) {
        Err(error @ SearchError::Unseen { .. }) => error.to_string(),
        other => panic!("{text}: {other:?}"),
    };
    for (text, permission) in [
        ("ip:10.1.0.1", "connections"),
        ("channel:c1 OR -ip:10.99.0.1", "connections"),
        ("actor_name:nobody", "names"),
        ("actor:nobody@doors.example", "names"),
        ("-person:user:anna.lehmann@doors.example", "names"),
    ] {
        assert!(refused(text).ends_with(&format!("takes the permission values ({permission})")), "{text}");
    }
    assert_eq!(count("exported").unwrap(), (0..EVENTS).filter(|n| n % 8 < 6).count() as u64);
    assert_eq!(count("lehmann").unwrap(), 0, "texts are searched as far as they are seen");
    let facet = reader.ask(&Predicate::All, |question| search::addresses(question, 10));
    assert!(matches!(facet, Err(SearchError::Unseen { asked: "ip", .. })));
    let field = SuggestField::find("actor_name").unwrap();
    let offered = reader.ask(&Predicate::All, |question| search::suggest(question, field, "", 10));
    assert!(matches!(offered, Err(SearchError::Unseen { asked: "actor_name", .. })));

    // A cursor holds for one sight, as it holds for one question.
    let everything = caller(&Sight::of_everything());
    let request = PageRequest { limit: 3, ..PageRequest::default() };
    let page = log.reader(&everything).page(&query("exported"), &request).unwrap();
    let request = PageRequest { cursor: page.next(), ..request };
    assert!(log.reader(&everything).page(&query("exported"), &request).is_ok());
    let moved = reader.page(&query("exported"), &request);
    assert!(matches!(moved.map(|_| ()), Err(SearchError::Cursor(search::CursorError::Foreign))));
    log.close().unwrap();
}
