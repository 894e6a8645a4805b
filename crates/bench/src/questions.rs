//! The questions Q1 to Q11, and what a search box and the catalogue ask, each with the plain condition that its entries meet, for comparison.

use remote::parse;
use serde_json::Value;

use super::client::target;
use super::constants::Constants;
use super::naive::Seen;

/// A question, and what it must find.
pub(super) struct Question {
    pub(super) name: &'static str,
    pub(super) what: &'static str,
    pub(super) target: String,
    shape: Shape,
    matches: Box<dyn Fn(&Seen<'_>) -> bool>,
}

/// What an answer looks like.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// A page and a count.
    Listing,
    /// A page alone.
    Page,
    /// Two facets, each of which counts every entry once.
    Facets,
    /// Bars whose parts count every entry once.
    Histogram,
    /// Values of one field by their beginning, which count the entries that have such a one.
    Offers,
    /// What is recorded; its channels count every entry once.
    Catalogue,
}

/// What an answer says: how many entries, and the times of those listed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) count: Option<u64>,
    pub(super) times_us: Option<Vec<i64>>,
}

impl Question {
    /// Whether an event belongs to the answer.
    pub(super) fn matches(&self, seen: &Seen<'_>) -> bool {
        (self.matches)(seen)
    }

    /// Whether the answer lists entries, and whether it counts them.
    pub(super) fn parts(&self) -> (bool, bool) {
        (matches!(self.shape, Shape::Listing | Shape::Page), self.shape != Shape::Page)
    }

    /// Reads an answer.
    pub(super) fn read(&self, body: &[u8]) -> miette::Result<Answer> {
        let answer: Value = parse(&String::from_utf8_lossy(body))?;
        let sum = |values: Option<&Value>| -> u64 {
            let values = values.and_then(Value::as_array).into_iter().flatten();
            values.filter_map(|value| value.get("count")?.as_u64()).sum()
        };
        let count = match self.shape {
            Shape::Page => None,
            Shape::Listing => answer.get("count").and_then(Value::as_u64),
            Shape::Facets => {
                let channels = sum(answer.pointer("/facets/channel"));
                let events = sum(answer.pointer("/facets/event"));
                Some(channels).filter(|_| channels == events)
            }
            Shape::Offers => Some(sum(answer.get("suggestions"))),
            Shape::Catalogue => Some(sum(answer.get("channels"))),
            Shape::Histogram => {
                let bars = answer.get("buckets").and_then(Value::as_array).into_iter().flatten();
                let bars = bars.filter_map(|bar| bar.get("counts")?.as_object());
                Some(bars.flat_map(|counts| counts.values().filter_map(Value::as_u64)).sum())
            }
        };
        let times_us = self.parts().0.then(|| {
            let entries = answer.get("entries").and_then(Value::as_array).into_iter().flatten();
            entries.filter_map(|entry| event::time::parse(entry.get("time")?.as_str()?).ok()).collect()
        });
        Ok(Answer { count, times_us })
    }
}

/// Makes the questions of these constants.
pub(super) fn questions(constants: &Constants) -> miette::Result<Vec<Question>> {
    let c = constants;
    let time = |text: &str| event::time::parse(text).map_err(|error| remote::failed(&error, "no time to ask for"));
    let from = time(&c.from)?;
    let to = time(&c.to)?;
    let deep = time(&c.deep)?;
    let mut all = Vec::new();
    let mut add = |name, what, shape, filters: &[(&str, &str)], matches: Box<dyn Fn(&Seen<'_>) -> bool>| {
        let (path, own): (&str, &[(&str, &str)]) = match shape {
            Shape::Listing => ("/v1/entries", &[("limit", "50"), ("count", "true"), ("full", "true")]),
            Shape::Page => ("/v1/entries", &[("limit", "50"), ("full", "true")]),
            Shape::Facets => ("/v1/facets", &[("field", "channel"), ("field", "event"), ("limit", "1000")]),
            Shape::Histogram => ("/v1/histogram", &[("interval", "day"), ("by", "severity")]),
            Shape::Offers => ("/v1/suggestions", &[("limit", "100")]),
            Shape::Catalogue => ("/v1/catalogue", &[]),
        };
        all.push(Question { name, what, target: target(path, &[own, filters].concat()), shape, matches });
    };
    add("Q1", "newest of all", Shape::Listing, &[("-source", "indelible")], Box::new(|_| true));
    let actor = c.actor.clone();
    add("Q2", "one actor", Shape::Listing, &[("actor", &c.actor)], Box::new(move |e| e.actor.id == *actor));
    let filters = [("resource_type", &*c.resource_type), ("outcome", "failure"), ("from", &c.from), ("to", &c.to)];
    let kind = c.resource_type.clone();
    let range = from..to;
    let of_month =
        move |e: &Seen<'_>| e.resource.kind == *kind && e.outcome == "failure" && range.contains(&e.time_us());
    add("Q3", "type, failure, a month", Shape::Listing, &filters, Box::new(of_month));
    let id = c.resource_id.clone();
    let history = [("resource_id", c.resource_id.as_str())];
    add("Q4", "one resource's history", Shape::Listing, &history, Box::new(move |e| e.resource.id == *id));
    let name = c.name.to_lowercase();
    add("Q5", "rare full name", Shape::Listing, &[("search", &c.name)], Box::new(move |e| e.describes(&name)));
    let word = c.word.to_lowercase();
    let common = word.clone();
    add("Q6", "common word", Shape::Listing, &[("search", &c.word)], Box::new(move |e| e.describes(&common)));
    for (name, what, shape) in [("Q7", "two facets", Shape::Facets), ("Q8", "days by severity", Shape::Histogram)] {
        let organization = c.organization.clone();
        let inside = move |e: &Seen<'_>| e.organization.id == *organization;
        add(name, what, shape, &[("organization", &c.organization)], Box::new(inside));
    }
    let id = c.event_id.clone();
    add(
        "Q9",
        "one entry by its event_id",
        Shape::Page,
        &[("event_id", &c.event_id)],
        Box::new(move |e| e.event_id == *id),
    );
    let organization = c.organization.clone();
    let older = move |e: &Seen<'_>| e.organization.id == *organization && e.time_us() < deep;
    add("Q10", "a page far back", Shape::Page, &[("organization", &c.organization), ("to", &c.deep)], Box::new(older));
    let organization = c.second.clone();
    let channel = c.channel.clone();
    let actor = c.actor.clone();
    let four = [("organization", &*c.second), ("channel", &c.channel), ("actor", &c.actor), ("search", &c.word)];
    let all_four = move |e: &Seen<'_>| {
        e.actor.id == *actor && e.organization.id == *organization && e.channel == *channel && e.describes(&word)
    };
    add("Q11", "four conditions", Shape::Listing, &four, Box::new(all_four));
    // All but the last letter, and the first two: so few values begin like this that all are offered, and counts add up.
    let typed = c.name.chars().take(c.name.chars().count().saturating_sub(1)).collect::<String>();
    let begun = typed.to_lowercase();
    let offers = [("field", "actor_name"), ("prefix", typed.as_str())];
    let of_name = move |e: &Seen<'_>| e.actor.name.to_lowercase().starts_with(&begun);
    add("S1", "names by their beginning", Shape::Offers, &offers, Box::new(of_name));
    let typed = c.resource_type.chars().take(2).collect::<String>();
    let begun = typed.clone();
    let offers = [("field", "resource_type"), ("prefix", typed.as_str())];
    let of_type = move |e: &Seen<'_>| e.resource.kind.starts_with(&begun);
    add("S2", "types by two letters", Shape::Offers, &offers, Box::new(of_type));
    add("S3", "the catalogue", Shape::Catalogue, &[("-source", "indelible")], Box::new(|_| true));
    Ok(all)
}
