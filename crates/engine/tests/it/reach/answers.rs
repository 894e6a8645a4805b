//! Everything that can be asked, answered in words that two logs share.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use engine::{Caller, HandedOut, Log, Wanted};
use enrich::Browsers;
use event::Entry;
use jiff::tz::TimeZone;
use search::{FacetField, Interval, LeafLine, Order, PageRequest, Predicate, Question, SearchError, SuggestField};

use super::world::{ADDRESS, ORGANIZATIONS, WORKSPACES, any};
use crate::exact::events::Numbers;
use crate::sight::{masked, without_pseudonyms};

/// What opened of whom: the event's number, `of`, kind.
pub(super) type Opened = BTreeSet<(usize, String, usize)>;

/// Random questions: one condition, or some together.
pub(super) fn questions(numbers: &mut Numbers, count: usize) -> Vec<String> {
    let mut single: Vec<String> = [
        "lehmann",
        "quandt",
        "\"anna lehmann\"",
        "opened",
        "text:Hilde",
        "resource_name:thing",
        "actor_name:ben",
        "actor_name:gerd",
        "actor:u0",
        "actor:u1",
        "person:user:u1",
        "person:token:u1",
        "actor_type:agent",
        "action:door.*",
        "channel:c1",
        "resource_type:door",
        "resource_id:d1@here",
        "resource_id:d*",
        "source:other",
        "session_id:s4",
        "time:2026-06-02..2026-06-05",
        "event_id:e7",
        "event_id:e8",
        "event_id:e1*",
        "organization:*",
        "-organization:*",
        "severity:info",
        "outcome:failure",
        "workspace:w0",
        "project:p0",
        "ip:10.1.7.1",
    ]
    .map(str::to_owned)
    .into();
    single.extend([format!("actor:{ADDRESS}"), format!("person:user:{ADDRESS}"), format!("resource_id:{ADDRESS}")]);
    single.extend(ORGANIZATIONS.iter().map(|id| format!("organization:{id}")));
    single.extend(WORKSPACES.iter().map(|id| format!("workspace:{id}")));
    single.extend((0..89).step_by(3).flat_map(|n| [format!("ip:10.1.{n}.0"), format!("ip:10.2.{n}.1")]));
    let mut one = || any(&(0..single.len()).collect::<Vec<_>>(), numbers);
    (0..count)
        .map(|n| match n % 4 {
            0 => single[one()].clone(),
            1 => format!("{} {}", single[one()], single[one()]),
            2 => format!("{} OR {}", single[one()], single[one()]),
            _ => format!("-({}) {}", single[one()], single[one()]),
        })
        .collect()
}

/// The answer, or the error that is shown for it.
fn text<T: std::fmt::Debug>(answer: Result<T, SearchError>) -> String {
    without_pseudonyms(&answer.map_or_else(|error| format!("error: {error}"), |answer| format!("{answer:?}")))
}

fn number(entry: &Entry<'_>) -> usize {
    entry.event_id.as_deref().unwrap().strip_prefix('e').unwrap().parse().unwrap()
}

/// The numbers of the events on some pages, each with whether there is a next.
pub(super) fn pages(log: &Log, caller: &Caller, predicate: &Predicate, limit: usize, most: usize) -> String {
    let reader = log.reader(caller);
    let mut all = Vec::new();
    let mut cursor: Option<String> = None;
    for nth in 0..most {
        let request =
            PageRequest { limit, count: nth == 0, cursor: cursor.as_deref(), oldest_first: limit.is_multiple_of(2) };
        let page = match reader.page(predicate, &request) {
            Ok(page) => page,
            Err(error) => return format!("error: {error}"),
        };
        let numbers: Vec<_> = page.shown().map(|shown| number(&shown.unwrap().entry().unwrap())).collect();
        cursor = page.next().map(str::to_owned);
        all.push((page.count(), numbers, cursor.is_some()));
        if cursor.is_none() {
            break;
        }
    }
    format!("{all:?}")
}

/// Every kind of answer to one question.
pub(super) fn answers(log: &Log, caller: &Caller, predicate: &Predicate) -> Vec<String> {
    let reader = log.reader(caller);
    let utc = TimeZone::UTC;
    let fields: Vec<_> = FacetField::all().filter(|field| !["event_id"].contains(&field.name())).collect();
    let channel = FacetField::find("channel").unwrap();
    let mut all = vec![
        pages(log, caller, predicate, 7, 3),
        pages(log, caller, predicate, 10, 2),
        text(reader.ask(predicate, search::count)),
        text(reader.ask(predicate, |question| search::histogram(question, Interval::Day, Some(channel), &utc))),
        text(reader.ask(predicate, |question| search::histogram(question, Interval::Hour, None, &utc))),
        text(reader.ask(predicate, |question| search::heatmap(question, &utc))),
        text(reader.ask(predicate, |question| search::addresses(question, 100))),
        text(reader.ask(predicate, |question| {
            // Those that are as frequent come by value, and pseudonyms have random ones.
            let by_text = |listing: search::Listing| {
                let values = listing.values.iter().map(|value| without_pseudonyms(&format!("{value:?}")));
                let mut values: Vec<_> = values.collect();
                values.sort();
                (listing.field.name(), values, listing.omitted)
            };
            Ok(search::catalogue(question, &fields, 100)?.into_iter().map(by_text).collect::<Vec<_>>())
        })),
        text(reader.ask(predicate, |question| search::facets(question, &fields, 100))),
        text(reader.ask(predicate, |question| {
            search::facets(question, &fields, 2).map(|facets| {
                // The first two of many are by value, and pseudonyms have random ones.
                facets
                    .into_iter()
                    .map(|facet| facet.values.iter().map(|(_, count)| *count).collect::<Vec<_>>())
                    .collect::<Vec<_>>()
            })
        })),
    ];
    let batches = |question: &Question<'_>| {
        let mut found = Vec::new();
        let mut batches = search::batches(question, Order::NewestFirst, 5);
        while let Some(batch) = batches.next()? {
            question.lines(&batch, &mut |LeafLine { line, .. }| found.push(number(&Entry::parse(line).unwrap())))?;
        }
        Ok(found)
    };
    all.push(text(reader.ask_at_leisure(predicate, batches)));
    all
}

/// What is offered while somebody types.
pub(super) fn suggestions(log: &Log, caller: &Caller, predicate: &Predicate) -> Vec<String> {
    let reader = log.reader(caller);
    let mut all = Vec::new();
    for field in SuggestField::all() {
        for prefix in ["", "a", "g", "o", "lehmann1", "p", "1"] {
            let found = reader.ask(predicate, |question| search::suggest(question, field, prefix, 100));
            all.push(format!("{} {prefix}: {}", field.name(), text(found)));
        }
    }
    all
}

/// Every entry as page, single look, feed and export show it, what is random in it taken out; and what opened.
pub(super) fn shown(log: &Log, caller: &Caller, predicate: &Predicate) -> (Vec<String>, Opened) {
    let reader = log.reader(caller);
    let browsers = Browsers::builtin();
    let mut all = Vec::new();
    let mut opened = Opened::new();
    let page = reader.page(predicate, &PageRequest { limit: 1_000, ..PageRequest::default() }).unwrap();
    for shown in page.shown() {
        let shown = shown.unwrap();
        let mut json = Vec::new();
        shown.write_json(true, &browsers, &mut json).unwrap();
        all.push(masked(&json));
        let entry = shown.entry().unwrap();
        let again = reader.entry(entry.id).unwrap().unwrap();
        for (personal, disclosures) in entry.personal.iter().zip(again.opened.handed_out()) {
            for one in disclosures {
                let HandedOut::Open(text) = one else { continue };
                let parts: serde_json::Value = serde_json::from_str(&text).unwrap();
                let kind = ["identity", "connection", "fields"].iter().position(|kind| parts[1] == *kind).unwrap();
                opened.insert((number(&entry), personal.of.to_string(), kind));
            }
        }
        all.push(shown.shows_somebody().unwrap().to_string());
    }
    let (mut feed, until) = reader.feed_of_last(predicate, 30).unwrap();
    while feed.position() < until {
        let each = &mut |shown: &engine::Shown| {
            let mut json = Vec::new();
            shown.write_json(false, &browsers, &mut json)?;
            all.push(masked(&json));
            Ok(ControlFlow::Continue(()))
        };
        reader.follow(&mut feed, predicate, Some(until), each).unwrap();
    }
    let mut opener = reader.opener();
    let export = |question: &Question<'_>| {
        let mut batches = search::batches(question, Order::Leaf, 7);
        while let Some(batch) = batches.next()? {
            question.lines(&batch, &mut |LeafLine { part, leaf, line, .. }| {
                let mut opener = opener.of_part(part);
                let opened = opener.open(leaf, line, Wanted::All).unwrap();
                let mut json = Vec::new();
                let options = event::render::Options { full: true, leaf_index: None };
                event::render::entry_json(&Entry::parse(line).unwrap(), &opened, options, &mut json);
                all.push(masked(&json));
            })?;
        }
        Ok(())
    };
    reader.ask_at_leisure(predicate, export).unwrap();
    (all, opened)
}
