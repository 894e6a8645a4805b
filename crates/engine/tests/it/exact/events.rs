//! Events whose every asked member is known as a number.

use std::fmt::Write as _;

pub const NAMES: [&str; 12] = [
    "Anna Ålund",
    "Ben Straße",
    "Čeněk Novák",
    "Dora Meyer",
    "Élise Roy",
    "Fatma Yıldız",
    "Greta Smith",
    "Igor Sokolov",
    "Jo Li",
    "Karim Haddad",
    "Ωμέγα Παπ",
    "van der Berg",
];
pub const KINDS: [&str; 6] = ["document", "door", "invoice", "laptop", "role", "ticket"];
pub const VERBS: [&str; 6] = ["assigned", "created", "deleted", "exported", "opened", "viewed"];
pub const WORDS: [&str; 8] = ["urgent", "case-7", "Überprüfung", "a.b.c", "rack 12", "142", "€ 5", "re-opened"];
pub const METHODS: [&str; 3] = ["GET", "POST", "DELETE"];
pub const COUNTRIES: [&str; 5] = ["DE", "FR", "JP", "NG", "US"];
pub const SEVERITIES: [&str; 3] = ["info", "warning", "critical"];
pub const STATUSES: [u16; 6] = [200, 201, 302, 403, 404, 500];

/// 2025-06-01T00:00:00Z.
const BEGIN_US: i64 = 1_748_736_000_000_000;
/// A day.
pub const DAY_US: i64 = 86_400_000_000;

/// A small generator of numbers (splitmix64, public domain by Sebastiano Vigna).
pub struct Numbers(u64);

impl Numbers {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % bound
    }
}

/// What the oracle knows of an event. Small numbers are places in the lists above.
#[derive(Debug, Clone)]
pub struct Event {
    pub n: u64,
    pub time_us: i64,
    pub organization: Option<u8>,
    pub actor: u8,
    pub kind: u8,
    pub verb: u8,
    pub resource: u32,
    pub word: u8,
    pub failed: bool,
    pub severity: u8,
    pub method: Option<u8>,
    pub status: u16,
    pub ip: u8,
    pub country: u8,
}

impl Event {
    /// The first `count` events. A third of the times ascend, a third repeat, the others lie anywhere in half a year.
    pub fn several(count: u64) -> Vec<Self> {
        let mut numbers = Numbers::new(3);
        (0..count).map(|n| Self::random(n, &mut numbers)).collect()
    }

    fn random(n: u64, numbers: &mut Numbers) -> Self {
        let offset = match n % 3 {
            0 => n as i64 * 1_000_000,
            1 => (n / 500) as i64 * 500_000_000,
            _ => numbers.below(180) as i64 * DAY_US + numbers.below(86_400_000_000) as i64,
        };
        let mut small = |bound: u64| numbers.below(bound) as u8;
        let organization = Some(small(6)).filter(|organization| *organization < 5);
        let actor = small(12);
        let kind = small(6);
        let verb = small(6);
        let word = small(8);
        let failed = small(3) == 0;
        let severity = small(3);
        let ip = small(20);
        let country = small(5);
        let method = Some(small(4)).filter(|method| *method < 3);
        let status = STATUSES[usize::from(small(6))];
        let resource = numbers.below(400 + n / 4) as u32;
        let time_us = BEGIN_US + offset;
        Self {
            n,
            time_us,
            organization,
            actor,
            kind,
            verb,
            resource,
            word,
            failed,
            severity,
            method,
            status,
            ip,
            country,
        }
    }

    pub fn description(&self, out: &mut String) {
        out.clear();
        let name = NAMES[usize::from(self.actor)];
        let verb = VERBS[usize::from(self.verb)];
        let kind = KINDS[usize::from(self.kind)];
        let word = WORDS[usize::from(self.word)];
        let _ = write!(out, "{name} {verb} {kind} {}, {word}", self.resource);
    }

    /// Some have none.
    pub fn reason(&self) -> Option<String> {
        let word = WORDS[usize::from(self.word)];
        (self.n % 3 != 1).then(|| format!("T-{}: {word} for {}", self.resource, NAMES[usize::from(self.actor)]))
    }

    /// Some have none.
    pub fn session(&self) -> Option<u64> {
        (!self.n.is_multiple_of(5)).then_some(self.n / 40)
    }

    /// Stream and number: each stream is numbered from 0 without a gap.
    pub fn sequence(&self) -> (u64, u64) {
        (self.n % 3, self.n / 3)
    }

    /// Two of the actors decide by themselves.
    pub fn actor_type(&self) -> &'static str {
        if self.actor < 10 { "user" } else { "agent" }
    }

    pub fn resource_name(&self) -> String {
        format!("{} No {}", KINDS[usize::from(self.kind)], self.resource)
    }

    pub fn json(&self) -> String {
        let mut description = String::new();
        self.description(&mut description);
        let kind = KINDS[usize::from(self.kind)];
        let verb = VERBS[usize::from(self.verb)];
        let mut event = serde_json::json!({
            "event_id": format!("e{}", self.n),
            "time": event::time::write(self.time_us),
            "actor": {"type": self.actor_type(), "id": format!("u{}", self.actor), "name": NAMES[usize::from(self.actor)]},
            "action": format!("{kind}.{verb}"),
            "channel": kind,
            "description": description,
            "resource": {"type": kind, "id": format!("r{}", self.resource), "name": self.resource_name()},
            "outcome": if self.failed { "failure" } else { "success" },
            "severity": SEVERITIES[usize::from(self.severity)],
            "http": {"status": self.status},
            "reason": self.reason(),
            "session_id": self.session().map(|session| format!("s{session}")),
            "sequence": {"stream": format!("q{}", self.sequence().0), "n": self.sequence().1},
            "client": {"ip": format!("10.0.0.{}", self.ip), "location": {"country": COUNTRIES[usize::from(self.country)]}},
        });
        if let Some(organization) = self.organization {
            event["organization"] = serde_json::json!({"id": format!("o{organization}")});
        }
        if let Some(method) = self.method {
            event["http"]["method"] = METHODS[usize::from(method)].into();
        }
        event.to_string()
    }
}
