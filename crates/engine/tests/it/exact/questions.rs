//! Random questions, as text for the log and as conditions to be looked at.

use index::fold;

use super::events::{COUNTRIES, DAY_US, Event, KINDS, METHODS, NAMES, Numbers, SEVERITIES, STATUSES, VERBS, WORDS};

/// What is asked of an event.
#[derive(Debug)]
pub enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    Organization(u8),
    Actor(u8),
    Name(String),
    Action(u8, u8),
    Channel(u8),
    Resource(u32),
    ResourcePrefix(u32),
    ResourceName(String),
    Failed(bool),
    AtLeast(u8),
    Method(u8),
    Status(u16),
    StatusClass(u16),
    Ip(u8),
    Country(u8),
    /// From this day on, that many days, both counted from the first.
    Days(i64, i64),
    Contains(String),
    ContainsExactly(String),
    Agents,
    Reason(String),
    Session(u64),
    Stream(u8),
    /// Numbers in any stream, both included.
    Numbers(u64, u64),
}

impl Condition {
    /// One to four conditions together, some negated, some alternatives.
    pub fn random(numbers: &mut Numbers) -> Self {
        let count = 1 + numbers.below(4);
        let one = |numbers: &mut Numbers| match numbers.below(8) {
            0 => Self::Not(Box::new(Self::simple(numbers))),
            1 => Self::Any((0..2 + numbers.below(2)).map(|_| Self::simple(numbers)).collect()),
            2 => {
                let both = Self::All(vec![Self::simple(numbers), Self::Not(Box::new(Self::simple(numbers)))]);
                Self::Any(vec![both, Self::simple(numbers)])
            }
            _ => Self::simple(numbers),
        };
        Self::All((0..count).map(|_| one(numbers)).collect())
    }

    fn simple(numbers: &mut Numbers) -> Self {
        let mut small = |bound: u64| numbers.below(bound) as u8;
        match small(25) {
            0 => Self::Organization(small(6)),
            1 => Self::Actor(small(12)),
            2 => Self::Name(piece(NAMES[usize::from(small(12))], numbers)),
            3 => Self::Action(small(6), small(6)),
            4 => Self::Channel(small(6)),
            5 => Self::Resource(numbers.below(500) as u32),
            6 => Self::ResourcePrefix(numbers.below(60) as u32),
            7 => Self::ResourceName(format!("no {}", numbers.below(500))),
            8 => Self::Failed(small(2) == 0),
            9 => Self::AtLeast(small(3)),
            10 => Self::Method(small(3)),
            11 => Self::Status(STATUSES[usize::from(small(6))]),
            12 => Self::StatusClass(2 + u16::from(small(4))),
            13 => Self::Ip(small(20)),
            14 => Self::Country(small(5)),
            15 | 16 => Self::Days(i64::from(small(200)), 1 + i64::from(small(40))),
            17 => {
                let list = [&WORDS[..], &VERBS[..], &NAMES[..]][usize::from(small(3))];
                Self::Contains(piece(list[usize::from(small(list.len() as u64))], numbers))
            }
            18 => Self::Contains(format!("{} {}", VERBS[usize::from(small(6))], KINDS[usize::from(small(6))])),
            19 => Self::Agents,
            20 => {
                let list = [&WORDS[..], &NAMES[..]][usize::from(small(2))];
                Self::Reason(piece(list[usize::from(small(list.len() as u64))], numbers))
            }
            21 => Self::Session(numbers.below(600)),
            22 => Self::Stream(small(3)),
            23 => {
                let from = numbers.below(8_000);
                Self::Numbers(from, from + [0, 3, 1_500, 9_000][numbers.below(4) as usize])
            }
            _ => Self::ContainsExactly(piece(WORDS[usize::from(small(8))], numbers)),
        }
    }

    /// The same in the query language.
    pub fn query(&self) -> String {
        let quoted = |key: &str, text: &str| format!("{key}:\"{text}\"");
        match self {
            Self::All(parts) => parts.iter().map(|part| format!("({})", part.query())).collect::<Vec<_>>().join(" "),
            Self::Any(parts) => parts.iter().map(|part| format!("({})", part.query())).collect::<Vec<_>>().join(" OR "),
            Self::Not(inner) => format!("-({})", inner.query()),
            Self::Organization(id) => format!("organization:o{id}"),
            Self::Actor(id) => format!("actor:u{id}"),
            Self::Name(text) => quoted("actor_name", text),
            Self::Action(kind, verb) => format!("action:{}.{}", KINDS[usize::from(*kind)], VERBS[usize::from(*verb)]),
            Self::Channel(kind) => format!("channel:{}", KINDS[usize::from(*kind)]),
            Self::Resource(id) => format!("resource_id:r{id}"),
            Self::ResourcePrefix(id) => format!("resource_id:r{id}*"),
            Self::ResourceName(text) => quoted("resource_name", text),
            Self::Failed(failed) => format!("outcome:{}", if *failed { "failure" } else { "success" }),
            Self::AtLeast(severity) => format!("severity:>={}", SEVERITIES[usize::from(*severity)]),
            Self::Method(method) => format!("http_method:{}", METHODS[usize::from(*method)]),
            Self::Status(status) => format!("http_status:{status}"),
            Self::StatusClass(class) => format!("http_status:{class}xx"),
            Self::Ip(last) => format!("ip:10.0.0.{last}"),
            Self::Country(country) => format!("country:{}", COUNTRIES[usize::from(*country)]),
            Self::Days(..) => {
                let (from, to) = self.times();
                format!("time:{}..{}", event::time::write(from), event::time::write(to))
            }
            Self::Contains(text) => format!("\"{text}\""),
            Self::ContainsExactly(text) => quoted("text", text),
            Self::Agents => "actor_type:agent".to_owned(),
            Self::Reason(text) => quoted("reason", text),
            Self::Session(session) => format!("session_id:s{session}"),
            Self::Stream(stream) => format!("sequence_stream:q{stream}"),
            Self::Numbers(from, to) => format!("sequence_n:{from}..{to}"),
        }
    }

    fn times(&self) -> (i64, i64) {
        let Self::Days(from, days) = self else { return (0, 0) };
        // 2025-06-01, as the events begin.
        let from_us = 1_748_736_000_000_000 + from * DAY_US;
        (from_us, from_us + days * DAY_US)
    }

    /// Whether it holds of an event, by looking.
    pub fn holds(&self, event: &Event) -> bool {
        let described = |test: &dyn Fn(&str) -> bool| {
            let mut description = String::new();
            event.description(&mut description);
            test(&description)
        };
        match self {
            Self::All(parts) => parts.iter().all(|part| part.holds(event)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(event)),
            Self::Not(inner) => !inner.holds(event),
            Self::Organization(id) => event.organization == Some(*id),
            Self::Actor(id) => event.actor == *id,
            Self::Name(text) => fold(NAMES[usize::from(event.actor)]).contains(&fold(text)),
            Self::Action(kind, verb) => (event.kind, event.verb) == (*kind, *verb),
            Self::Channel(kind) => event.kind == *kind,
            Self::Resource(id) => event.resource == *id,
            Self::ResourcePrefix(id) => event.resource.to_string().starts_with(&id.to_string()),
            Self::ResourceName(text) => fold(&event.resource_name()).contains(&fold(text)),
            Self::Failed(failed) => event.failed == *failed,
            Self::AtLeast(severity) => event.severity >= *severity,
            Self::Method(method) => event.method == Some(*method),
            Self::Status(status) => event.status == *status,
            Self::StatusClass(class) => event.status / 100 == *class,
            Self::Ip(last) => event.ip == *last,
            Self::Country(country) => event.country == *country,
            Self::Days(..) => {
                let (from, to) = self.times();
                from <= event.time_us && event.time_us < to
            }
            Self::Contains(text) => described(&|description| fold(description).contains(&fold(text))),
            Self::ContainsExactly(text) => described(&|description| description.contains(text.as_str())),
            Self::Agents => event.actor_type() == "agent",
            Self::Reason(text) => event.reason().is_some_and(|reason| fold(&reason).contains(&fold(text))),
            Self::Session(session) => event.session() == Some(*session),
            Self::Stream(stream) => event.sequence().0 == u64::from(*stream),
            Self::Numbers(from, to) => (*from..=*to).contains(&event.sequence().1),
        }
    }
}

/// Some characters in a row of a text, at least two.
fn piece(text: &str, numbers: &mut Numbers) -> String {
    let chars: Vec<char> = text.trim().chars().collect();
    let start = numbers.below(chars.len() as u64 - 1) as usize;
    let length = 2 + numbers.below((chars.len() - start - 1) as u64) as usize;
    chars[start..(start + length).min(chars.len())].iter().collect()
}
