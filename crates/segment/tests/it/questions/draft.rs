//! Lines made up at random from small vocabularies, so that values repeat, ties occur and needles hit.

use index::RowExtra;
use serde_json::{Map, Value, json};

/// A small deterministic generator (SplitMix64): the seed comes from the property test.
pub struct Dice(pub u64);

impl Dice {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    pub fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    pub fn pick<'v, T>(&mut self, values: &'v [T]) -> &'v T {
        &values[self.below(values.len() as u64) as usize]
    }

    pub fn word(&mut self, words: &[&'static str]) -> &'static str {
        self.pick::<&'static str>(words)
    }
}

/// One row to be: its line and what the builder gets beside it.
pub struct Draft {
    pub line: Vec<u8>,
    pub extra: RowExtra,
}

pub const WORDS: [&str; 26] = [
    "Assigned",
    "assigned",
    "ASSIGNED",
    "to",
    "{/actor/name}",
    "{{",
    "}",
    "Straße",
    "STRASSE",
    "ſtern",
    "Ωmega",
    "ωMEGA",
    "#6154",
    "7959921",
    "ws-142",
    "{/actor/email}'s",
    "x{/resource/name}y",
    "{%/properties/a~2b}",
    "日本語",
    "e",
    "É",
    "é",
    "142",
    "monitor,",
    "{{x}",
    "naïve\u{200b}",
];
const SPACES: [&str; 5] = [" ", " ", " ", "  ", "\u{2003}"];
const BASE_US: i64 = 1_780_000_000_000_000;
const MINUTE_US: i64 = 60_000_000;

pub fn text(dice: &mut Dice) -> String {
    let mut text = String::new();
    for nth in 0..dice.below(6) {
        if nth > 0 || dice.one_in(9) {
            text.push_str(dice.word(&SPACES));
        }
        text.push_str(dice.word(&WORDS));
        if dice.one_in(5) {
            text.push_str(dice.word(&WORDS));
        }
        if dice.one_in(6) {
            text.push_str(&dice.below(100_000).to_string());
        }
    }
    if dice.one_in(9) {
        text.push(' ');
    }
    text
}

pub fn path(dice: &mut Dice) -> String {
    let mut path = String::new();
    for _ in 0..dice.below(6) {
        path.push_str(dice.word(&["/", "/", "/", "?", "//"]));
        match dice.below(4) {
            0 => path.push_str(&format!("mo_{:x}", dice.below(1 << 20))),
            1 => path.push_str(dice.word(&["{/actor/name}", "{{id}"])),
            _ => path.push_str(dice.word(&["v1", "monitors", "api", "export"])),
        }
    }
    path
}

/// The draft of the `nth` leaf; the larger `variety`, the rarer are equal values.
pub fn draft(nth: u64, variety: u64, dice: &mut Dice) -> Draft {
    let received = BASE_US + nth as i64 * 1000 * dice.below(2) as i64;
    let time = match dice.below(8) {
        0 => received + 90 * MINUTE_US,
        1 => dice.below(5) as i64 - 2,
        2 => BASE_US - 400 * 86_400_000_000,
        3 => received - dice.below(variety) as i64 * MINUTE_US,
        _ => BASE_US + dice.below(20) as i64,
    };
    let mut random = [0; 10];
    random[..8].copy_from_slice(&dice.next().to_le_bytes());
    let mut line = Map::new();
    line.insert("v".into(), json!(1));
    line.insert("id".into(), json!(event::id::uuid_v7(received, random)));
    if !dice.one_in(4) {
        line.insert("event_id".into(), json!(format!("e{}", dice.below(variety * 4))));
    }
    line.insert("time".into(), json!(event::time::write(time)));
    line.insert("received".into(), json!(event::time::write(received)));
    for (scope, prefix) in [("organization", "org-"), ("workspace", "ws-"), ("project", "p")] {
        if !dice.one_in(3) {
            line.insert(scope.into(), json!({ "id": format!("{prefix}{}", dice.below(5)), "name": "N" }));
        }
    }
    let actor = actor(variety, dice);
    line.insert("actor".into(), actor);
    line.insert("action".into(), json!(dice.pick(&["monitor.delete", "monitor.create", "user.sign_in"])));
    line.insert("event".into(), json!(dice.pick(&["deleted", "created", "signed_in"])));
    line.insert("channel".into(), json!(dice.pick(&["hardware", "auth", "Hardware"])));
    line.insert("description".into(), json!(text(dice)));
    if !dice.one_in(3) {
        let mut resource =
            json!({ "type": dice.pick(&["monitor", "user"]), "id": format!("r{}", dice.below(variety)) });
        if !dice.one_in(4) {
            resource["name"] = json!(text(dice));
        }
        line.insert("resource".into(), resource);
    }
    if !dice.one_in(3) {
        line.insert("outcome".into(), json!(dice.pick(&["success", "failure"])));
    }
    line.insert("severity".into(), json!(dice.pick(&["info", "warning", "critical"])));
    if !dice.one_in(3) {
        let status = dice.pick(&[200, 204, 404, 500]);
        line.insert(
            "http".into(),
            json!({ "method": dice.pick(&["GET", "POST"]), "path": path(dice), "status": status }),
        );
    }
    if !dice.one_in(3) {
        line.insert("client".into(), json!({ "location": { "country": dice.pick(&["FR", "DE"]) } }));
    }
    if !dice.one_in(3) {
        line.insert("request_id".into(), json!(format!("req_{:x}", dice.below(variety * 8))));
    }
    if dice.one_in(9) {
        line.insert("trace_id".into(), json!(format!("t{}", dice.below(variety))));
    }
    if dice.one_in(3) {
        line.insert("reason".into(), json!(text(dice)));
    }
    if dice.one_in(2) {
        line.insert("session_id".into(), json!(format!("s{}", dice.below(variety))));
    }
    if dice.one_in(2) {
        // blocks end at multiples of 1,024, and some numbers have the most digits there are
        let n = [dice.below(4_096), nth, event::limits::SEQUENCE_N_MAX - dice.below(3)][dice.below(3) as usize];
        line.insert("sequence".into(), json!({ "stream": dice.pick(&["a", "b/1"]), "n": n }));
    }
    line.insert("source".into(), json!(dice.pick(&["dev", "import:github"])));
    let mut extra = RowExtra::default();
    if dice.one_in(2) {
        let mut address = [0; 32];
        address[24..].copy_from_slice(&dice.below(variety).to_be_bytes());
        extra.address = Some(address);
        let digest = "A".repeat(43);
        let personal: Vec<Value> = (0..=dice.below(2))
            .map(|_| {
                extra.identity.push([dice.below(9) as u8; 32]);
                json!({ "of": format!("user:u{}", dice.below(variety)), "digest": digest })
            })
            .collect();
        line.insert("personal".into(), Value::Array(personal));
    }
    Draft { line: Value::Object(line).to_string().into_bytes(), extra }
}

fn actor(variety: u64, dice: &mut Dice) -> Value {
    let kind = dice.pick(&["user", "agent", "token", "system"]);
    let mut actor = json!({ "type": kind, "id": format!("u{}", dice.below(variety)) });
    if !matches!(*kind, "user" | "agent") {
        actor["name"] = json!(text(dice));
    }
    if dice.one_in(4) {
        actor["on_behalf_of"] = json!({ "type": "user", "id": format!("u{}", dice.below(variety)) });
    }
    actor
}
