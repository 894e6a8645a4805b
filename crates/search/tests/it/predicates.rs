//! Random predicates over values that occur in the made-up entries, and a few that do not.

use std::net::IpAddr;

use event::Severity;
use proptest::prelude::*;
use proptest::sample::select;
use search::{Keyword, Phrase, Predicate, Term};

use crate::entries::BEGIN_US;

const NEEDLES: [&str; 30] = [
    "assigned",
    "ASSIGNED to",
    "Anna",
    "anna",
    "lehmann exported",
    "Lehmann exported",
    "Lehmann exported the",
    "n exported",
    "to Bob",
    "TO BOB ÜNAL",
    "a",
    " ",
    "e",
    "Anna Lehmann <anna@x.example> signed",
    "anna@x",
    "for Anna",
    "by Bob",
    "{ brace",
    "{/actor",
    "STRAẞE",
    "straße",
    "strasse",
    "Dora",
    "Gone exported",
    "port",
    "someone",
    "Carl by Anna",
    "of Anna",
    "bot}",
    "x.example>",
];

const PREFIXES: [&str; 10] = [
    "/v1",
    "/v1/users/anna@x.example/k",
    "/v1/users/anna",
    "/v1/users/7",
    "/Anna",
    "/v1/{",
    "/{",
    "/Anna Lehmann/anna@",
    "/none",
    "/v1/users/anna@x.example/keys/",
];

fn keyword() -> impl Strategy<Value = Term> {
    let values: Vec<(Keyword, &'static str)> = vec![
        (Keyword::Id, "0199a000-0000-7000-8000-000000000003"),
        (Keyword::EventId, "e-7"),
        (Keyword::Organization, "o1"),
        (Keyword::Organization, "o2"),
        (Keyword::Workspace, "none"),
        (Keyword::Project, "p1"),
        (Keyword::Actor, "77"),
        (Keyword::Actor, "ci-1"),
        (Keyword::Actor, "b-78"),
        (Keyword::Actor, "anna@x.example"),
        (Keyword::Actor, "carl@x.example"),
        (Keyword::Actor, "dora@x.example"),
        (Keyword::ActorType, "user"),
        (Keyword::ActorType, "system"),
        (Keyword::Action, "user.created"),
        (Keyword::Event, "exported"),
        (Keyword::Channel, "auth"),
        (Keyword::Channel, "security"),
        (Keyword::ResourceType, "mailbox"),
        (Keyword::ResourceId, "ws-2"),
        (Keyword::ResourceId, "carl@x.example"),
        (Keyword::Outcome, "failure"),
        (Keyword::HttpMethod, "GET"),
        (Keyword::Country, "DE"),
        (Keyword::Source, "dev"),
        (Keyword::RequestId, "r-1"),
        (Keyword::TraceId, "none"),
        (Keyword::SessionId, "s-7"),
        (Keyword::SequenceStream, "a"),
        (Keyword::ActorType, "agent"),
        (Keyword::Person, "agent:a-1"),
        (Keyword::Person, "user:77"),
        (Keyword::Person, "user:b-78"),
        (Keyword::Person, "carl@x.example"),
        (Keyword::Person, "user:carl@x.example"),
        (Keyword::Person, "mailbox:carl@x.example"),
        (Keyword::Person, "user:dora@x.example"),
        (Keyword::Person, "anna@x.example"),
    ];
    (select(values), any::<u8>()).prop_map(|((keyword, value), cut)| match cut {
        // A prefix of an address would ask for pseudonyms' beginnings.
        0..40 if !value.contains('@') => Term::Prefix(keyword, value[..usize::from(cut) % value.len()].to_owned()),
        _ => Term::Equal(keyword, value.to_owned()),
    })
}

pub fn term() -> impl Strategy<Value = Term> {
    let severity = || select(vec![Severity::Info, Severity::Warning, Severity::Critical]);
    let phrase = select(vec![
        Phrase::Description,
        Phrase::Description,
        Phrase::DescriptionExact,
        Phrase::ResourceName,
        Phrase::ActorName,
        Phrase::Reason,
    ]);
    let hour = |range: std::ops::Range<i64>| range.prop_map(|hours| BEGIN_US + hours * 3_600_000_000);
    prop_oneof![
        4 => keyword(),
        4 => (phrase, select(NEEDLES.to_vec())).prop_map(|(phrase, needle)| Term::Contains(phrase, needle.to_owned())),
        1 => select(PREFIXES.to_vec()).prop_map(|prefix| Term::Path(prefix.to_owned())),
        1 => (severity(), severity()).prop_map(|(a, b)| Term::Severity { from: a.min(b), to: a.max(b) }),
        1 => (0..600_u16, 0..400_u16).prop_map(|(from, more)| Term::Status { from, to: from + more }),
        1 => (0..40_000_u64, 0..40_000_u64).prop_map(|(from, more)| Term::Sequence { from, to: from + more }),
        1 => (0..400_u64).prop_map(|nth| Term::Sequence { from: nth * 256, to: nth * 256 }),
        1 => (hour(-10..900), hour(900..6_000)).prop_map(|(from_us, to_us)| Term::Time { from_us, to_us }),
        1 => hour(0..2_000).prop_map(|to_us| Term::Time { from_us: i64::MIN, to_us }),
        1 => (0..20_000_000_u64).prop_map(|seconds| Term::Since { seconds }),
        1 => (0..5_u8).prop_map(|last| Term::Address(IpAddr::from([203, 0, 113, last]))),
    ]
}

pub fn predicate() -> impl Strategy<Value = Predicate> {
    let leaf = prop_oneof![8 => term().prop_map(Predicate::from), 1 => Just(Predicate::All)];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let some = || prop::collection::vec(inner.clone(), 1..4);
        prop_oneof![some().prop_map(Predicate::and), some().prop_map(Predicate::or), inner.prop_map(std::ops::Not::not),]
    })
}
