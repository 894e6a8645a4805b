use std::ops::ControlFlow;
use std::sync::Arc;

use engine::{ActorId, Caller, Limits, Log, Own, Permitted, Place, Reach, Viewer, Within};
use event::{ActorKind, Person, personal::Scope};
use search::{CursorError, PageRequest, Predicate, SearchError};

use crate::tampering::open_vault;
use crate::{Folder, submit};

const ADDRESS: &str = "ann@doors.example";

fn place(edit: impl Fn(&mut Place)) -> Reach {
    let mut place = Place::default();
    edit(&mut place);
    Reach { within: vec![Within::Place(place)] }
}

fn own(organization: Option<&str>, id: &str) -> Reach {
    let id = ActorId { organization: organization.map(str::to_owned), kind: ActorKind::User, id: id.to_owned() };
    Reach { within: vec![Within::Own(vec![id])] }
}

fn caller(log: &Log, read: &Reach, seen: &Reach) -> Caller {
    let [names, connections, fields] = [seen, seen, seen].map(Clone::clone);
    let permitted = Permitted { read: read.clone(), names, connections, fields };
    Caller::permitted(Viewer::default(), Arc::new(permitted), Limits::default(), log)
}

fn count(log: &Log, read: &Reach) -> u64 {
    log.reader(&caller(log, read, &Reach::default())).ask(&Predicate::All, search::count).unwrap()
}

/// Names and addresses of clients that can be read.
fn told(log: &Log, read: &Reach, seen: &Reach) -> String {
    let caller = caller(log, read, seen);
    let page =
        log.reader(&caller).page(&Predicate::All, &PageRequest { limit: 100, ..PageRequest::default() }).unwrap();
    let mut json = Vec::new();
    page.shown().for_each(|shown| shown.unwrap().write_json(true, &enrich::Browsers::default(), &mut json).unwrap());
    String::from_utf8(json).unwrap()
}

#[test]
fn an_id_that_is_an_address_reaches_its_entries_from_the_first_one_to_the_erasure() {
    let folder = Folder::new();
    let log = folder.open();
    let some = Some(ADDRESS.to_owned());
    let reaches = [
        place(|place| place.organization = some.clone()),
        place(|place| place.workspace = some.clone()),
        place(|place| (place.organization, place.workspace) = (Some("o1".into()), some.clone())),
        place(|place| place.project = some.clone()),
        place(|place| place.resource = Some(("user".into(), ADDRESS.into()))),
        own(None, ADDRESS),
        own(Some("o1"), ADDRESS),
        own(Some(ADDRESS), ADDRESS),
    ];
    let counts = |log: &Log| reaches.each_ref().map(|reach| count(log, reach));
    assert_eq!(counts(&log), [0; 8], "nobody is called so yet");
    let foreign = r#"{"action":"a.b","actor":{"type":"user","id":"bob@doors.example"},"organization":{"id":"o2"}}"#;
    let named = |members: &str| format!(r#"{{"action":"a.b",{members}}}"#);
    let actor = format!(r#""actor":{{"type":"user","id":"{ADDRESS}","name":"Ann"}}"#);
    let body = [
        foreign.to_owned(),
        named(&format!(r#""organization":{{"id":"{ADDRESS}"}}"#)),
        named(&format!(r#""workspace":{{"id":"{ADDRESS}"}}"#)),
        named(&format!(r#""organization":{{"id":"o1"}},"workspace":{{"id":"{ADDRESS}"}}"#)),
        named(&format!(r#""project":{{"id":"{ADDRESS}"}}"#)),
        named(&format!(r#""resource":{{"type":"user","id":"{ADDRESS}"}}"#)),
        named(&format!(r#""resource":{{"type":"account","id":"{ADDRESS}"}}"#)),
        named(&actor),
        named(&format!(r#"{actor},"organization":{{"id":"o1"}}"#)),
        named(&format!(r#"{actor},"organization":{{"id":"{ADDRESS}"}}"#)),
        named(&format!(r#""actor":{{"type":"agent","id":"bot","on_behalf_of":{{"type":"user","id":"{ADDRESS}"}}}}"#)),
    ];
    submit(&log, &body.join("\n")).unwrap();
    assert_eq!(counts(&log), [2, 2, 1, 1, 1, 2, 1, 1]);
    log.seal().unwrap();
    submit(&log, &body.join("\n")).unwrap();
    assert_eq!(counts(&log), [4, 4, 2, 2, 2, 4, 2, 2], "sealed and not");

    // One's own values are seen in one's own entries, and nobody else's.
    assert!(told(&log, &own(None, ADDRESS), &own(None, ADDRESS)).contains(ADDRESS));
    assert!(!told(&log, &own(None, ADDRESS), &Reach::default()).contains(ADDRESS));
    log.close().unwrap();

    let vault = open_vault(&folder);
    let person = Person { scope: Scope::Source("test"), kind: "user", id: ADDRESS };
    let pseudonym = vault.pseudonym_of(&person).unwrap();
    let person = Person { id: &pseudonym, ..person };
    let handle = vault.person_id(&person).unwrap();
    drop(vault);
    let log = folder.open();
    log.record_own(&Own::Erased { person: handle }).unwrap();
    log.close().unwrap();
    let vault = open_vault(&folder);
    vault.destroy(&person).unwrap().unwrap();
    drop(vault);
    let log = folder.open();
    assert_eq!(counts(&log), [4, 4, 2, 2, 0, 0, 2, 2], "what the erased one was called reaches nothing any more");
    submit(&log, &named(&actor)).unwrap();
    assert_eq!(count(&log, &own(None, ADDRESS)), 1, "whoever comes under the address again is somebody new");
    log.close().unwrap();
}

#[test]
fn a_feed_has_the_entries_of_a_person_who_appears_after_it_began() {
    let folder = Folder::new();
    let log = folder.open();
    let own = own(None, ADDRESS);
    let caller = caller(&log, &own, &own);
    let reader = log.reader(&caller);
    let (mut feed, _) = reader.feed_of_last(&Predicate::All, 1).unwrap();
    let mut follow = |expected: u64| {
        let mut names = Vec::new();
        while feed.position() < log.size() {
            let each = &mut |shown: &engine::Shown| {
                let mut json = Vec::new();
                shown.write_json(true, &enrich::Browsers::default(), &mut json)?;
                names.push(String::from_utf8(json).unwrap());
                Ok(ControlFlow::Continue(()))
            };
            reader.follow(&mut feed, &Predicate::All, None, each).unwrap();
        }
        assert_eq!(names.len() as u64, expected);
        assert!(names.iter().all(|json| json.contains("Ann Lee") && !json.contains("Bob")), "{names:?}");
    };
    follow(0);
    let actor = format!(r#""actor":{{"type":"user","id":"{ADDRESS}","name":"Ann Lee"}}"#);
    let other = r#""actor":{"type":"user","id":"bob@doors.example","name":"Bob"}"#;
    submit(&log, &format!("{{\"action\":\"a.b\",{actor}}}\n{{\"action\":\"a.b\",{other}}}")).unwrap();
    follow(1);
    submit(&log, &format!("{{\"action\":\"a.c\",{actor}}}")).unwrap();
    follow(1);
    log.close().unwrap();
}

#[test]
fn values_are_seen_only_where_they_may_be_in_every_entry_that_is_read() {
    let folder = Folder::new();
    let log = folder.open();
    let event = |organization: &str, actor: &str, of: &str| {
        format!(
            r#"{{"action":"a.b","organization":{{"id":"{organization}"}},"actor":{{"type":"user","id":"{actor}","name":"Name {actor}"}},"properties":{{"note":"note on {of}"}},"personal":[{{"of":"user:{of}","paths":["/properties/note"]}}]}}"#
        )
    };
    let body = [event("o1", "u1", "u2"), event("o1", "u2", "u1"), event("o2", "u1", "u2"), event("o2", "u2", "u1")];
    submit(&log, &body.join("\n")).unwrap();
    let o1 = place(|place| place.organization = Some("o1".into()));
    let mine = own(Some("o2"), "u1");
    let both = Reach { within: [o1.within.clone(), mine.within.clone()].concat() };
    let sees = |read: &Reach, seen: &Reach| {
        let told = told(&log, read, seen);
        ["Name u1", "Name u2", "note on u1", "note on u2"].map(|value| told.contains(value))
    };
    let nothing = Reach::default();
    let all = Reach::everywhere();
    assert_eq!(sees(&o1, &o1), [true; 4]);
    assert_eq!(sees(&o1, &all), [true; 4]);
    assert_eq!(sees(&o1, &nothing), [false; 4]);
    assert_eq!(sees(&mine, &mine), [true, false, false, false], "in one's own entries, one's own");
    // With everybody's values in one place and one's own elsewhere: everybody's would be seen elsewhere, too.
    assert_eq!(sees(&both, &both), [true, false, false, false]);
    assert_eq!(sees(&both, &all), [true; 4]);
    // One's own in own entries alone: in the place they would be seen, too, as what others noted there.
    assert_eq!(sees(&both, &mine), [false; 4]);
    assert_eq!(sees(&both, &o1), [false; 4]);
    // Whoever asks within own entries alone sees what is permitted there.
    assert_eq!(count(&log, &both), 3);
    // Own entries that lie in a place are of the place.
    let inside = Reach { within: [o1.within.clone(), own(Some("o1"), "u1").within].concat() };
    assert_eq!(sees(&inside, &o1), [true; 4]);
    log.close().unwrap();
}

#[test]
fn a_cursor_is_of_the_reach_that_made_it() {
    let folder = Folder::new();
    let log = folder.open();
    let event = |organization: &str| format!(r#"{{"action":"a.b","organization":{{"id":"{organization}"}}}}"#);
    let body: Vec<_> = (0..20).map(|n| event(["o1", "o2"][n % 2])).collect();
    submit(&log, &body.join("\n")).unwrap();
    log.seal().unwrap();
    let callers =
        ["o1", "o2"].map(|id| caller(&log, &place(|place| place.organization = Some(id.into())), &Reach::default()));
    let pages = |caller: &Caller, cursor: Option<&str>| {
        let request = PageRequest { limit: 3, cursor, ..PageRequest::default() };
        log.reader(caller).page(&Predicate::All, &request).map(|page| page.next().map(str::to_owned))
    };
    for (own, other) in [(0, 1), (1, 0)] {
        let next = pages(&callers[own], None).unwrap();
        assert!(pages(&callers[own], next.as_deref()).is_ok());
        let moved = pages(&callers[other], next.as_deref());
        assert!(matches!(moved, Err(SearchError::Cursor(CursorError::Foreign))), "{moved:?}");
    }
    log.close().unwrap();
}
