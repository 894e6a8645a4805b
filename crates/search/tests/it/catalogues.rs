//! The catalogue and suggestions, against a plain look at every entry.

use std::collections::BTreeMap;

use search::{FacetField, Predicate, Scope, SearchError, SuggestField, catalogue, suggest};

use crate::ask::{Log, draws};
use crate::entries::Made;

fn predicate(text: &str) -> Predicate {
    search::parse_query(text, &jiff::tz::TimeZone::UTC).unwrap()
}

/// Channel → how many, first, last.
fn naive<'m>(entries: impl Iterator<Item = &'m Made>) -> BTreeMap<String, (u64, i64, i64)> {
    let mut found = BTreeMap::new();
    for made in entries {
        let channel = made.shown["channel"].as_str().unwrap().to_owned();
        let known = found.entry(channel).or_insert((0, made.order_us, made.order_us));
        *known = (known.0 + 1, known.1.min(made.order_us), known.2.max(made.order_us));
    }
    found
}

#[test]
fn the_catalogue_of_a_scope_is_what_lies_inside_it() {
    for cut in [1, 40, 300] {
        let log = Log::new(&draws(300, 21), cut);
        let failure = |made: &&Made| made.shown.get("outcome").is_some_and(|outcome| outcome == "failure");
        for (scope, expected) in [
            (Scope::everything(), naive(log.entries.iter())),
            (Scope::within(predicate("outcome:failure")).unwrap(), naive(log.entries.iter().filter(failure))),
        ] {
            let question = log.question(&Predicate::All, &scope);
            let found = catalogue(&question, &[FacetField::find("channel").unwrap()], 1_000).unwrap();
            let values = found[0].values.iter();
            let values = values.map(|one| (one.value.clone(), (one.count, one.first_us, one.last_us)));
            assert_eq!(values.collect::<BTreeMap<_, _>>(), expected, "cut {cut}");
        }
    }
}

#[test]
fn suggestions_offer_nothing_from_outside_the_scope() {
    let log = Log::new(&draws(300, 22), 40);
    let all = naive(log.entries.iter());
    let (inside, _) = all.first_key_value().unwrap();
    let scope = Scope::within(predicate(&format!("channel:{inside}"))).unwrap();
    let channel = SuggestField::find("channel").unwrap();
    let offered = suggest(&log.question(&Predicate::All, &scope), channel, "", 100).unwrap();
    assert_eq!(offered.len(), 1, "I-8: {offered:?}");
    assert_eq!((&offered[0].value, offered[0].count), (inside, all[inside].0));
    let everything = Scope::everything();
    let offered = suggest(&log.question(&Predicate::All, &everything), channel, "", 100).unwrap();
    let counts: BTreeMap<_, _> = offered.into_iter().map(|one| (one.value, one.count)).collect();
    assert_eq!(counts, all.into_iter().map(|(value, (count, ..))| (value, count)).collect());
    let names = SuggestField::find("actor_name").unwrap();
    let outside = Scope::within(predicate("id:none")).unwrap();
    assert!(suggest(&log.question(&Predicate::All, &outside), names, "", 100).unwrap().is_empty());
}

#[test]
fn limits_and_fields_are_named_where_they_do_not_fit() {
    let log = Log::new(&draws(10, 23), 5);
    let scope = Scope::everything();
    let question = log.question(&Predicate::All, &scope);
    let channel = SuggestField::find("channel").unwrap();
    for limit in [0, 101] {
        assert!(
            matches!(suggest(&question, channel, "", limit), Err(SearchError::SuggestionLimit(found)) if found == limit)
        );
    }
    assert!(SuggestField::find("id").unwrap_err().to_string().contains("actor_name"));
    assert!(matches!(catalogue(&question, &[], 0), Err(SearchError::FacetLimit(0))));
    assert_eq!(search::suggest_keys("http", 9), ["http_method", "http_path", "http_status"]);
}
