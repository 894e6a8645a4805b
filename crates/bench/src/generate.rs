//! Events that look like a product's: skewed actors and resources, a year of time, personal values, changes.

use super::digits::Digits;

/// A small generator of numbers; the same seed gives the same events.
pub(super) struct Generator {
    state: u64,
    /// Time from one event to the next, so that all of them fill a year.
    step_us: u64,
}

const FIRST: [&str; 24] = [
    "Anna", "Ben", "Clara", "David", "Elena", "Felix", "Greta", "Hannah", "Igor", "Julia", "Karim", "Laura", "Marco",
    "Nina", "Oscar", "Paula", "Rosa", "Stefan", "Tanja", "Umar", "Vera", "Yusuf", "Zoë", "Björn",
];
const LAST: [&str; 24] = [
    "Schmidt", "Müller", "Fischer", "Weber", "Meyer", "Wagner", "Becker", "Schulz", "Koch", "Bauer", "Richter",
    "Klein", "Novak", "Rossi", "Dubois", "Silva", "Tanaka", "Okafor", "Larsen", "Virtanen", "Haddad", "Patel",
    "Yilmaz", "Smith",
];
const KINDS: [(&str, &str); 12] = [
    ("workstation", "hardware"),
    ("laptop", "hardware"),
    ("session", "auth"),
    ("document", "documents"),
    ("user", "identity"),
    ("license", "licensing"),
    ("ticket", "support"),
    ("role", "access"),
    ("server", "network"),
    ("invoice", "finance"),
    ("bucket", "storage"),
    ("policy", "security"),
];
const VERBS: [(&str, &str, &str, u16); 8] = [
    ("view", "viewed", "GET", 200),
    ("update", "updated", "PATCH", 200),
    ("create", "created", "POST", 201),
    ("assign", "updated", "POST", 200),
    ("delete", "deleted", "DELETE", 204),
    ("export", "exported", "GET", 200),
    ("approve", "updated", "POST", 200),
    ("sign_in", "signed_in", "POST", 200),
];
const CITIES: [(&str, &str); 8] = [
    ("Hamburg", "DE"),
    ("Vienna", "AT"),
    ("Paris", "FR"),
    ("London", "GB"),
    ("Austin", "US"),
    ("Tokyo", "JP"),
    ("Lagos", "NG"),
    ("Sydney", "AU"),
];
const AGENTS: [&str; 4] = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/146.0.0.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605.1",
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "inventory-cli/2.4 (linux; amd64)",
];

const ORGANIZATIONS: u64 = 50;
const USERS: u64 = 20_000;
const RESOURCES: u64 = 1_000_000;
const YEAR_US: u64 = 365 * DAY_US;
const DAY_US: u64 = 86_400_000_000;
/// So many events may have happened before one that came earlier: senders are not in step.
const LATE: u64 = 100;

impl Generator {
    /// `events` = how many there will be.
    pub(super) fn new(seed: u64, events: u64) -> Self {
        Self { state: seed, step_us: (YEAR_US / events.max(1)).max(1) }
    }

    /// splitmix64, public domain by Sebastiano Vigna.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(bound)) >> 64) as u64
    }

    /// Small numbers are far more frequent, about as 1/n.
    fn skewed(&mut self, bound: u64) -> u64 {
        let part = (self.next() >> 11) as f64 / (1u64 << 53) as f64;
        ((bound as f64).powf(part) as u64).saturating_sub(1).min(bound - 1)
    }

    fn pick<'t, T>(&mut self, of: &'t [T]) -> &'t T {
        let at = self.below(of.len() as u64) as usize;
        of.get(at).unwrap_or_else(|| panic!("the number is below the length"))
    }

    /// Appends event number `n` and a newline.
    pub(super) fn write(&mut self, n: u64, out: &mut String) {
        let user = self.skewed(USERS);
        let resource = self.skewed(RESOURCES);
        // A user belongs to one organization.
        let organization = user % ORGANIZATIONS;
        let (kind, channel) = *self.pick(&KINDS);
        let (verb, event, method, status) = *self.pick(&VERBS);
        let (city, country) = *self.pick(&CITIES);
        let agent = *self.pick(&AGENTS);
        let name = |at: u64, of: &[&'static str; 24]| of.get((at % 24) as usize).copied().unwrap_or("");
        let first = name(user, &FIRST);
        let last = name(user / 24, &LAST);
        let failed = self.below(100) < 4;
        let (outcome, status) = if failed { ("failure", 403) } else { ("success", status) };
        let late_us = self.below(LATE * self.step_us);
        let at_us = (n % (YEAR_US / self.step_us) * self.step_us).saturating_sub(late_us);
        let day = at_us / DAY_US;
        let rest = at_us % DAY_US;
        let (month, day) = month_and_day(day);
        let (rest, micro) = (rest / 1_000_000, rest % 1_000_000);
        let request = self.next();
        let ws = organization * 8 + self.below(8);
        let prj = organization * 40 + self.below(40);
        let case = self.below(10_000_000);
        let ip = [10 + self.below(200), self.below(256), self.below(256), self.below(256)];
        let number = |number, width| Digits::decimal(number, width);
        let month = number(month, 2);
        let day = number(day, 2);
        let time = [rest / 3_600, rest / 60 % 60, rest % 60].map(|part| number(part, 2));
        let [hour, minute, second] = &time;
        let ip = ip.map(|part| number(part, 1));
        let [ip0, ip1, ip2, ip3] = &ip;
        let n = number(n, 12);
        let micro = number(micro, 6);
        let case = number(case, 1);
        let status = number(status.into(), 1);
        let organization = number(organization, 2);
        let ws = number(ws, 1);
        let prj = number(prj, 1);
        let (user, user5) = (number(user, 1), number(user, 5));
        let (resource, resource8) = (number(resource, 1), Digits::hexadecimal(resource, 8));
        let request8 = Digits::hexadecimal(request, 8);
        let request16 = Digits::hexadecimal(request, 16);
        // One list of pieces, so that the text reads as it is written.
        #[rustfmt::skip]
        let pieces = [
            "{\"event_id\":\"bench-", n.as_str(), "-", request8.as_str(),
            "\",\"time\":\"2025-", month.as_str(), "-", day.as_str(),
            "T", hour.as_str(), ":", minute.as_str(), ":", second.as_str(), ".", micro.as_str(),
            "Z\",\"organization\":{\"id\":\"org-", organization.as_str(),
            "\"},\"workspace\":{\"id\":\"ws-", ws.as_str(), "\"},\"project\":{\"id\":\"prj-", prj.as_str(),
            "\"},\"actor\":{\"type\":\"user\",\"id\":\"usr_", user5.as_str(), "\",\"name\":\"", first, " ", last,
            "\",\"email\":\"", user.as_str(), "@org", organization.as_str(),
            ".example\"},\"action\":\"", kind, ".", verb, "\",\"event\":\"", event, "\",\"channel\":\"", channel,
            "\",\"description\":\"", first, " ", last, " did ", verb, " ", kind, " #", resource.as_str(), ", case ", case.as_str(),
            "\",\"resource\":{\"type\":\"", kind, "\",\"id\":\"", kind, "_", resource8.as_str(), "\",\"name\":\"", kind, " #", resource.as_str(),
            "\"},\"outcome\":\"", outcome, "\",\"severity\":\"info\",\"http\":{\"method\":\"", method,
            "\",\"path\":\"/v1/", kind, "s/", kind, "_", resource8.as_str(), "\",\"status\":", status.as_str(),
            "},\"client\":{\"ip\":\"", ip0.as_str(), ".", ip1.as_str(), ".", ip2.as_str(), ".", ip3.as_str(),
            "\",\"user_agent\":\"", agent, "\",\"location\":{\"city\":\"", city, "\",\"country\":\"", country,
            "\"}},\"request_id\":\"req_", request16.as_str(), "\"",
        ];
        pieces.iter().for_each(|piece| out.push_str(piece));
        if self.below(10) < 3 {
            let case = Digits::decimal(self.below(100_000), 1);
            out.push_str(",\"changes\":{\"status\":{\"before\":\"available\",\"after\":\"used\"},\"note\":{\"before\":null,\"after\":\"case ");
            out.push_str(case.as_str());
            out.push_str("\"}}");
        }
        out.push_str("}\n");
    }
}

/// Month and day, from 1 on, of a day of 2025 counted from 0.
fn month_and_day(mut day: u64) -> (u64, u64) {
    const DAYS: [u64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    for (days, month) in DAYS.into_iter().zip(1..) {
        if day < days {
            return (month, day + 1);
        }
        day -= days;
    }
    (12, 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_sound_and_fill_a_year_nearly_in_order() {
        let count = 3_000;
        let mut generator = Generator::new(1, count);
        let mut text = String::new();
        (0..count).for_each(|n| generator.write(n, &mut text));
        let batch = event::parse_batch(text.as_bytes(), event::BodyKind::Ndjson).unwrap();
        assert!(batch.is_sound(), "{:?}", batch.problems());
        let times: Vec<i64> = batch.events.iter().map(|event| event.as_ref().unwrap().time_us.unwrap()).collect();
        let first = *times.iter().min().unwrap();
        let last = *times.iter().max().unwrap();
        assert!((350..366).contains(&((last - first) / DAY_US as i64)));
        let late = times.windows(2).filter(|pair| pair[0] > pair[1]).count();
        assert!((1..times.len()).contains(&late), "{late} came late");
    }
}
