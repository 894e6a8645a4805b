//! Made-up entries: lines as the log holds them, and beside each what its reader sees.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;

use event::line::{Stamp, write};
use event::{
    Actor, ActorKind, Client, Entry, Event, Http, Location, Named, Outcome, PersonalRef, Principal, Resource, Sequence,
    Severity,
};
use index::{AddressValue, RowExtra};
use search::{Addresses, Identities};
use segment::{Part, PartError};
use serde_json::{Value, json};

/// 2026-03-01T00:00:00Z
pub const BEGIN_US: i64 = 1_772_323_200_000_000;
/// What a withheld value leaves in a shown text: no needle holds it.
pub const WALL: &str = "\u{0}";

pub struct Made {
    pub leaf: u64,
    pub line: Vec<u8>,
    pub extra: RowExtra,
    pub order_us: i64,
    /// The line's members with visible identities in their places, walls for the rest.
    pub shown: Value,
}

/// Choices for one entry: any bytes make a valid one.
pub type Draw = [u8; 16];

struct Who {
    kind: ActorKind,
    id: &'static str,
    /// The address that `id` stands for.
    address: Option<&'static str>,
    name: Option<&'static str>,
    email: Option<&'static str>,
    visible: bool,
}

const USER: ActorKind = ActorKind::User;
const PEOPLE: [Who; 7] = [
    Who {
        kind: USER,
        id: "77",
        address: None,
        name: Some("Anna Lehmann"),
        email: Some("anna@x.example"),
        visible: true,
    },
    Who { kind: USER, id: "78", address: None, name: Some("Bob Ünal"), email: None, visible: true },
    Who { kind: USER, id: "p_carl", address: Some("carl@x.example"), name: Some("Carl"), email: None, visible: true },
    Who { kind: USER, id: "79", address: None, name: Some("Dora Gone"), email: Some("dora@x.example"), visible: false },
    Who { kind: ActorKind::Agent, id: "a-1", address: None, name: Some("Anna's helper"), email: None, visible: true },
    Who { kind: ActorKind::Token, id: "ci-1", address: None, name: Some("Build {Bot}"), email: None, visible: true },
    Who { kind: ActorKind::System, id: "system", address: None, name: None, email: None, visible: true },
];

impl Who {
    fn is_person(&self) -> bool {
        self.kind.is_person()
    }

    /// The id when acted for: nobody is acted for who acts, but for the one whose id is an address.
    fn id_at(&self, place: usize) -> String {
        if place == 1 && self.address.is_none() { format!("b-{}", self.id) } else { self.id.to_owned() }
    }

    /// Pointer and value of what this person's identity discloses when standing at `place`.
    fn identity(&self, place: &str) -> Vec<(String, &'static str)> {
        // Of a resource, only an id that is an address is anybody's identity.
        let rest = |value| if place == "/resource" { None } else { value };
        let values = [("id", self.address), ("name", rest(self.name)), ("email", rest(self.email))];
        values.into_iter().filter_map(|(member, value)| Some((format!("{place}/{member}"), value?))).collect()
    }
}

const PLACES: [&str; 3] = ["/actor", "/actor/on_behalf_of", "/resource"];

fn digest(person: usize, place: usize) -> [u8; 32] {
    let mut digest = [0xD0; 32];
    digest[0] = u8::try_from(person).unwrap();
    digest[1] = u8::try_from(place).unwrap();
    digest
}

/// The visible identities.
pub struct Known {
    /// Whether all are held open; else every other person's.
    pub all_open: bool,
}

impl Known {
    fn hand_out(&self, open: bool, take: &mut dyn FnMut(&[u8; 32], &str, &str)) {
        let visible = PEOPLE.iter().enumerate().filter(|(_, person)| person.is_person() && person.visible);
        for (at, person) in visible.filter(|(at, _)| (self.all_open || at % 2 == 0) == open) {
            for (place, pointer) in PLACES.iter().enumerate() {
                for (pointer, value) in person.identity(pointer) {
                    take(&digest(at, place), &pointer, value);
                }
            }
        }
    }
}

impl Identities for Known {
    fn each(&self, take: &mut dyn FnMut(&[u8; 32], &str, &str)) {
        self.hand_out(true, take);
    }

    fn are_all_open(&self) -> bool {
        self.all_open
    }

    /// Twice, as it may, and those of no entry of the part, too.
    fn others(
        &self,
        _: &dyn Part,
        wanted: &dyn Fn(&[u8; 32]) -> Result<bool, PartError>,
        take: &mut dyn FnMut(&[u8; 32], &str, &str),
    ) -> Result<(), PartError> {
        for _ in 0..2 {
            let mut stopped = Ok(());
            self.hand_out(false, &mut |digest, pointer, value| match wanted(digest) {
                Ok(true) => take(digest, pointer, value),
                Ok(false) => {}
                Err(error) => stopped = Err(error),
            });
            stopped?;
        }
        Ok(())
    }
}

/// Persons who have addresses; an entry's is that of its leaf.
pub const HOLDERS: u8 = 3;

pub struct Clients(pub Vec<Option<IpAddr>>);

/// Whose address that of a leaf is.
pub fn holder(leaf: u64) -> u8 {
    (leaf % u64::from(HOLDERS)) as u8
}

pub fn value(holder: u8, ip: IpAddr) -> AddressValue {
    let mut value = [holder; 32];
    let IpAddr::V4(ip) = ip else { panic!("{ip} stands in no test entry") };
    value[28..].copy_from_slice(&ip.octets());
    value
}

pub fn revealed(value: &AddressValue) -> IpAddr {
    IpAddr::from(<[u8; 4]>::try_from(&value[28..]).unwrap())
}

impl Addresses for Clients {
    /// Those of a neighbour, too, so that hits must be confirmed.
    fn values(&self, ip: IpAddr) -> Arc<[AddressValue]> {
        let IpAddr::V4(v4) = ip else { return Arc::default() };
        let neighbour = IpAddr::from((u32::from(v4) ^ 1).to_be_bytes());
        let mut values: Vec<_> =
            (0..HOLDERS).flat_map(|holder| [value(holder, ip), value(holder, neighbour)]).collect();
        values.sort_unstable();
        values.into()
    }

    fn confirm(&self, part: &dyn Part, row: u32, ip: IpAddr) -> Result<bool, PartError> {
        Ok(self.0[usize::try_from(part.leaf(row)).unwrap()] == Some(ip))
    }

    fn reveal(&self, value: &AddressValue) -> Option<IpAddr> {
        Some(revealed(value))
    }
}

const TEXTS: [&str; 12] = [
    "{/actor/name} exported the report",
    "Report assigned to {/actor/name}",
    "{/actor/name} <{/actor/email}> signed in",
    "for {/actor/on_behalf_of/name} by {/actor/name}",
    "literal {{ brace {{/actor/name}",
    "ASSIGNED to team Straße",
    "assigned\u{a0}to nobody",
    "{/actor/name}",
    "{/actor/name} {/actor/email}",
    "by {/client/ip} and {/actor/name}: Lehmann exported",
    "plain words",
    "Anna Lehmann in the clear",
];

const REASONS: [&str; 4] =
    ["T-7: {/actor/name} exported", "asked by {/actor/on_behalf_of/name}", "Assigned {{ to a straße", "{/client/ip}"];

const PATHS: [&str; 4] = ["/v1/users/{/actor/email}/keys", "/v1/users/77", "/v1/{{x}", "/{/actor/name}/{/actor/email}"];

pub fn make(leaf: u64, draw: &Draw) -> Made {
    let pick = |at: usize, count: usize| usize::from(draw[at]) % count;
    let some = |at: usize| !draw[at].is_multiple_of(3);
    let who = &PEOPLE[pick(0, PEOPLE.len())];
    let principal = (draw[0] > 200).then(|| &PEOPLE[pick(1, 4)]);
    let address_resource = draw[2] > 220;

    let mut personal = Vec::new();
    let mut extra = RowExtra::default();
    let mut seen: Vec<(String, &str)> = Vec::new();
    let mut hide = |person: &Who, place: usize| {
        let at = PEOPLE.iter().position(|other| other.id == person.id).unwrap();
        let of = format!("{}:{}", person.kind, person.id_at(place));
        if !personal.iter().any(|known: &PersonalRef<'_>| known.of == of) {
            personal.push(PersonalRef { of: Cow::Owned(of), digest: [7; 32] });
        }
        extra.identity.push(digest(at, place));
        if person.visible {
            seen.extend(person.identity(PLACES[place]));
        }
    };
    if who.is_person() {
        hide(who, 0);
    }
    if let Some(person) = principal {
        hide(person, 1);
    }
    if address_resource {
        hide(&PEOPLE[2], 2);
    }

    // Only what really stands in the entry has a placeholder.
    let has = |pointer: &str| match pointer {
        "/actor/name" => who.is_person() && who.name.is_some(),
        "/actor/email" => who.is_person() && who.email.is_some(),
        "/actor/on_behalf_of/name" => principal.is_some(),
        "/client/ip" => who.is_person(),
        _ => false,
    };
    let raw = |text: &str| {
        replace(text, |pointer| if has(pointer) { format!("{{{pointer}}}") } else { "someone".into() }, "{{")
    };
    let shown_text = |raw: &str| {
        let value = |pointer: &str| {
            let known = seen.iter().find(|(known, _)| known == pointer);
            known.map_or(WALL.to_owned(), |(_, value)| (*value).to_owned())
        };
        replace(raw, value, "{")
    };

    let ip: Option<IpAddr> = some(3).then(|| IpAddr::from([203, 0, 113, draw[3] % 4]));
    extra.address = ip.map(|ip| value(holder(leaf), ip));
    let id = format!("0199a000-0000-7000-8000-{leaf:012x}");
    let time_us = BEGIN_US + i64::from(draw[4]) * 3_600_000_000 * 7 + i64::from(draw[5] / 128) * 86_400_000_000 * 200;
    let received_us = BEGIN_US + 86_400_000_000 * 100;
    let description = raw(TEXTS[pick(6, TEXTS.len())]);
    let path = some(7).then(|| raw(PATHS[pick(7, PATHS.len())]));
    let resource_name = some(8).then(|| raw(["Laptop of {/actor/name}", "Scanner", "{/resource/name}"][pick(8, 3)]));
    let organization = ["o1", "o2"][pick(9, 2)];
    let mut event = Event::of(["user.created", "report.exported", "session.opened"][pick(10, 3)]);
    event.event_id = some(11).then(|| Cow::Owned(format!("e-{}", draw[11])));
    event.time_us = Some(time_us);
    event.organization = some(9).then(|| Named { id: organization.into(), name: None });
    event.project = some(12).then(|| Named { id: format!("p{}", draw[12] % 3).into(), name: None });
    let clear_name = who.name.filter(|_| !who.is_person()).map(|name| Cow::Owned(name.replace('{', "{{")));
    event.actor = Some(Actor {
        kind: who.kind,
        id: who.id.into(),
        name: clear_name,
        email: None,
        on_behalf_of: principal.map(|who| Principal {
            kind: who.kind,
            id: who.id_at(1).into(),
            name: None,
            email: None,
        }),
    });
    event.event = Some(["created", "exported", "opened"][pick(10, 3)].into());
    event.channel = Some(["auth", "hardware", "security"][pick(12, 3)].into());
    event.description = Some(description.clone().into());
    event.resource = (address_resource || some(13)).then(|| Resource {
        kind: if address_resource { "mailbox" } else { ["workstation", "report"][pick(13, 2)] }.into(),
        id: if address_resource { "p_carl".into() } else { Cow::Owned(format!("ws-{}", draw[13] % 5)) },
        name: resource_name.clone().map(Cow::Owned),
    });
    event.outcome = [None, Some(Outcome::Success), Some(Outcome::Failure)][pick(14, 3)];
    event.severity = Some([Severity::Info, Severity::Warning, Severity::Critical][pick(14, 3)]);
    event.http = Http {
        method: some(7).then(|| ["GET", "POST"][pick(7, 2)].into()),
        path: path.clone().map(Cow::Owned),
        status: some(15).then(|| [200, 204, 403, 404, 500][pick(15, 5)]),
    };
    let country = some(3).then(|| ["DE", "FR"][pick(3, 2)].into());
    event.client = Client { location: Location { country, ..Location::default() }, ..Client::default() };
    event.request_id = some(5).then(|| Cow::Owned(format!("r-{}", draw[5] % 8)));
    let reason = some(6).then(|| raw(REASONS[pick(12, REASONS.len())]));
    event.reason = reason.clone().map(Cow::Owned);
    event.session_id = some(9).then(|| Cow::Owned(format!("s-{}", draw[9] % 40)));
    // a quarter of a block apart, so that ranges cut blocks and hold whole ones
    event.sequence =
        some(10).then(|| Sequence { stream: ["a", "b"][pick(11, 2)].into(), n: leaf / 4 * 1_024 + leaf % 4 * 256 });

    let mut line = Vec::new();
    write(&mut line, &event, &Stamp { id: &id, received_us, source: "dev", personal: &personal });
    let mut shown: Value = serde_json::from_slice(&line).unwrap();
    shown["description"] = json!(shown_text(&description));
    if let Some(reason) = &reason {
        shown["reason"] = json!(shown_text(reason));
    }
    if let Some(path) = &path {
        shown["http"]["path"] = json!(shown_text(path));
    }
    if let (Some(name), true) = (&resource_name, shown.get("resource").is_some()) {
        shown["resource"]["name"] = json!(shown_text(name));
    }
    if let Some(name) = shown["actor"].get("name").and_then(Value::as_str).map(|name| name.replace("{{", "{")) {
        shown["actor"]["name"] = json!(name);
    }
    for (pointer, value) in &seen {
        let (parent, member) = pointer.rsplit_once('/').unwrap();
        shown.pointer_mut(parent).unwrap()[member] = json!(value);
        // The pseudonym stays known beside the address it stands for.
        if member == "id" {
            shown.pointer_mut(parent).unwrap()["pseudonym"] = json!("p_carl");
        }
    }
    if let Some(ip) = ip {
        shown["client"]["ip"] = json!(ip.to_string());
    }
    assert!(Entry::parse(&line).is_ok(), "{}", String::from_utf8_lossy(&line));
    let order_us = time_us.min(received_us + 300_000_000);
    Made { leaf, line, extra, order_us, shown }
}

/// Calls `value` for each placeholder and puts `brace` for each doubled brace.
fn replace(text: &str, value: impl Fn(&str) -> String, brace: &str) -> String {
    let mut out = String::new();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if c != '{' {
            out.push(c);
        } else if chars.next_if(|(_, next)| *next == '{').is_some() {
            out.push_str(brace);
        } else {
            let end = at + text[at..].find('}').unwrap();
            out.push_str(&value(&text[at + 1..end]));
            while chars.next_if(|(next, _)| *next <= end).is_some() {}
        }
    }
    out
}
