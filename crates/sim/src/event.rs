//! Events that clients of the simulated log send. Each is made of its number, so that the same can be sent again.

use env::fake::SeededRandom;

/// Persons that act, and act again, beside those that act once.
const PERSONS: u64 = 9;
const ACTIONS: [&str; 3] = ["door.open", "door.close", "door.lock"];
/// The source that all events have.
pub(crate) const SOURCE: &str = "sim";

/// An event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) number: usize,
    pub(crate) has_id: bool,
    pub(crate) person: u64,
    action: usize,
    text_bytes: usize,
}

impl Event {
    /// The next event. `large`: some are to be long, so that the journal goes on in new files.
    pub(crate) fn draw(number: usize, large: bool, random: &SeededRandom) -> Self {
        let text_bytes = match random.below(40) {
            0 if large => 30_000 + random.below(60_000),
            1..=4 => random.below(4_000),
            _ => random.below(100),
        };
        Self {
            number,
            has_id: random.below(3) > 0,
            person: if random.below(4) == 0 { PERSONS + number as u64 } else { random.below(PERSONS) },
            action: usize::try_from(random.below(ACTIONS.len() as u64)).unwrap_or(0),
            text_bytes: usize::try_from(text_bytes).unwrap_or(0),
        }
    }

    pub(crate) fn event_id(&self) -> String {
        format!("e{}", self.number)
    }

    pub(crate) fn actor(&self) -> String {
        format!("u{}", self.person)
    }

    pub(crate) fn action(&self) -> &'static str {
        ACTIONS.get(self.action).copied().unwrap_or_default()
    }

    pub(crate) fn name(&self) -> String {
        format!("Person Number{}x", self.person)
    }

    pub(crate) fn email(&self) -> String {
        format!("p{}@doors.example", self.person)
    }

    pub(crate) fn resource(&self) -> String {
        format!("d{}", self.number)
    }

    /// As JSON. `other`: another event under the same `event_id`.
    pub(crate) fn json(&self, other: bool) -> String {
        let id = if self.has_id { format!(r#""event_id":"{}","#, self.event_id()) } else { String::new() };
        let text = self.text();
        format!(
            r#"{{{id}"action":"{action}","actor":{{"type":"user","id":"{actor}","name":"{name}","email":"{email}"}},"description":"{name} at door {number}","client":{{"ip":"10.0.{a}.{b}"}},"resource":{{"type":"door","id":"{resource}"}},"properties":{{"other":{other},"text":"{text}"}}}}"#,
            action = self.action(),
            actor = self.actor(),
            name = self.name(),
            email = self.email(),
            number = self.number,
            resource = self.resource(),
            a = self.number % 5,
            b = self.number % 250,
        )
    }

    /// Letters that do not compress well.
    fn text(&self) -> String {
        let random = SeededRandom::new(self.number as u64);
        let mut text = String::with_capacity(self.text_bytes);
        while text.len() < self.text_bytes {
            text.push_str(&format!("{:x} ", random.next_u64()));
        }
        text
    }
}

/// Several as a body.
pub(crate) fn body<'e>(events: impl IntoIterator<Item = &'e Event>) -> String {
    events.into_iter().map(|event| event.json(false)).collect::<Vec<_>>().join("\n")
}
