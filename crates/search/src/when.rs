//! Moments as people write them: years, months, days and instants, read in a time zone, and lengths of time.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

/// Longest length of time that `since` takes: a hundred years, so that no arithmetic can overflow.
pub const SINCE_SECONDS_MAX: u64 = 100 * 366 * 86_400;

/// What a written moment covers, µs UTC, `start_us..end_us`. An instant covers nothing: both ends are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Where it begins.
    pub start_us: i64,
    /// Where it has ended.
    pub end_us: i64,
}

impl Moment {
    /// Whether it is a point in time rather than a day, a month or a year.
    #[must_use]
    pub fn is_instant(self) -> bool {
        self.start_us == self.end_us
    }
}

/// Reads `2026`, `2026-03`, `2026-03-31` (whole years, months and days in `tz`), or an instant: RFC 3339, seconds and
/// fraction optional, without an offset read in `tz`. `None` if it is none of these or out of range
/// (years 1 to 9998); digits beyond the microsecond are cut off.
#[must_use]
pub fn parse_moment(text: &str, tz: &TimeZone) -> Option<Moment> {
    let digits = |from: usize, to: usize| {
        let part = text.get(from..to)?;
        part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse::<i16>().ok()).flatten()
    };
    let dashes = text.bytes().enumerate().all(|(at, byte)| (byte == b'-') == (at == 4 || at == 7));
    match text.len() {
        4 => {
            let year = digits(0, 4)?;
            civil(Date::new(year, 1, 1).ok()?, Date::new(year + 1, 1, 1).ok()?, tz)
        }
        7 if dashes => {
            let first = Date::new(digits(0, 4)?, i8::try_from(digits(5, 7)?).ok()?, 1).ok()?;
            civil(first, first.checked_add(1.month()).ok()?, tz)
        }
        10 if dashes => {
            let day = Date::new(digits(0, 4)?, i8::try_from(digits(5, 7)?).ok()?, i8::try_from(digits(8, 10)?).ok()?);
            let day = day.ok()?;
            civil(day, day.tomorrow().ok()?, tz)
        }
        _ => instant(text, tz),
    }
}

/// Reads a length of time such as `90s`, `15m`, `6h`, `7d` or `2w`, in seconds. `None` if it is none or over
/// [`SINCE_SECONDS_MAX`].
#[must_use]
pub fn parse_length(text: &str) -> Option<u64> {
    let unit = match text.as_bytes().last()? {
        b's' => 1,
        b'm' => 60,
        b'h' => 3_600,
        b'd' => 86_400,
        b'w' => 7 * 86_400,
        _ => return None,
    };
    let number = text.get(..text.len() - 1)?;
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    number.parse::<u64>().ok()?.checked_mul(unit).filter(|seconds| *seconds <= SINCE_SECONDS_MAX)
}

/// Writes a point in time as RFC 3339 in UTC with six fractional digits.
#[must_use]
pub fn instant_text(us: i64) -> String {
    match Timestamp::from_microsecond(us) {
        Ok(_) if us >= event::time::MIN_US => event::time::write(us),
        Ok(at) => format!("{at:.6}"),
        // Only a hand-made predicate holds such a number; nothing in a log is out there.
        Err(_) if us < 0 => "0001-01-01T00:00:00.000000Z".to_owned(),
        Err(_) => "9998-12-31T23:59:59.999999Z".to_owned(),
    }
}

fn civil(first: Date, after: Date, tz: &TimeZone) -> Option<Moment> {
    let us = |date: Date| Some(date.to_zoned(tz.clone()).ok()?.timestamp().as_microsecond());
    (first.year() >= 1 && after.year() <= 9998).then_some(())?;
    Some(Moment { start_us: us(first)?, end_us: us(after)? })
}

fn instant(text: &str, tz: &TimeZone) -> Option<Moment> {
    // A date must be followed by a time of day: what else the parsers would take (week dates, names of zones in
    // brackets) is not part of the language.
    let separator = text.as_bytes().get(10)?;
    if !matches!(separator, b'T' | b't' | b' ') || text.contains('[') {
        return None;
    }
    let at = match text.parse::<Timestamp>() {
        Ok(at) => at,
        Err(_) if has_offset(text) => return None,
        Err(_) => text.parse::<DateTime>().ok()?.to_zoned(tz.clone()).ok()?.timestamp(),
    };
    let us = at.as_nanosecond().div_euclid(1_000);
    let us = i64::try_from(us).ok()?;
    let bounds = -62_135_596_800_000_000..253_370_764_800_000_000;
    bounds.contains(&us).then_some(Moment { start_us: us, end_us: us })
}

fn has_offset(text: &str) -> bool {
    text.get(11..).is_some_and(|time| time.ends_with(['Z', 'z']) || time.contains(['+', '-', ' ']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_written_as_the_calendar_would() {
        let last = Timestamp::MAX.as_microsecond();
        let us = [i64::MIN, event::time::MIN_US - 1, event::time::MIN_US, -1, 0, 1_764_230_000_123_456, last - 1, last];
        for us in us.into_iter().filter(|us| Timestamp::from_microsecond(*us).is_ok()) {
            assert_eq!(instant_text(us), format!("{:.6}", Timestamp::from_microsecond(us).unwrap()));
        }
        assert_eq!(instant_text(last + 1), "9998-12-31T23:59:59.999999Z");
        assert_eq!(instant_text(i64::MIN), "0001-01-01T00:00:00.000000Z");
    }

    fn us(text: &str) -> i64 {
        text.parse::<Timestamp>().expect("a timestamp").as_microsecond()
    }

    fn range(text: &str, zone: &str) -> Option<(i64, i64)> {
        let tz = TimeZone::get(zone).expect("a zone");
        parse_moment(text, &tz).map(|moment| (moment.start_us, moment.end_us))
    }

    #[test]
    fn dates_cover_their_whole_span_in_the_zone() {
        let berlin = "Europe/Berlin";
        assert_eq!(range("2026-03-29", berlin), Some((us("2026-03-28T23:00:00Z"), us("2026-03-29T22:00:00Z"))));
        assert_eq!(range("2026-02", "UTC"), Some((us("2026-02-01T00:00:00Z"), us("2026-03-01T00:00:00Z"))));
        assert_eq!(range("2026", "UTC"), Some((us("2026-01-01T00:00:00Z"), us("2027-01-01T00:00:00Z"))));
    }

    #[test]
    fn instants_are_read_with_offset_or_in_the_zone() {
        let want = us("2026-01-02T10:00:00Z");
        assert_eq!(range("2026-01-02T11:00:00+01:00", "UTC"), Some((want, want)));
        assert_eq!(range("2026-01-02T11:00", "Europe/Berlin"), Some((want, want)));
        assert_eq!(range("2026-01-02T10:00:00.0000009Z", "UTC"), Some((want, want)));
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in [
            "",
            "yesterday",
            "2026-13",
            "2026-02-30",
            "26-01-01",
            "2026-01-02T11:00:00 01:00",
            "2026-1-1",
            "+026",
            "9999",
        ] {
            assert_eq!(range(text, "UTC"), None, "{text}");
        }
    }

    #[test]
    fn lengths_have_a_unit_and_a_bound() {
        assert_eq!(parse_length("7d"), Some(604_800));
        for text in ["", "d", "7", "-7d", "7 d", "1.5h", "99999999999999999999d", "9999999999w"] {
            assert_eq!(parse_length(text), None, "{text}");
        }
    }
}
