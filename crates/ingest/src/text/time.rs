//! Times as vendors write them.

use jiff::civil::DateTime;

/// An instant, and whether writing it loses nothing of the vendor's text (if it does, the text stays in `properties`).
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Read {
    /// RFC 3339, UTC, microseconds.
    pub(crate) text: String,
    pub(crate) whole: bool,
}

/// Reads RFC 3339 in its loose forms (space for `T`, no zone = UTC, more digits than six), counts since 1970 in
/// seconds to nanoseconds told apart by size, and the mapping's own `formats` (strptime).
pub(crate) fn read(text: &str, formats: &[String]) -> Option<Read> {
    let text = text.trim();
    read_date(text).or_else(|| read_count(text)).or_else(|| formats.iter().find_map(|format| read_format(text, format)))
}

fn read_date(text: &str) -> Option<Read> {
    let date = text.get(..19)?;
    let rest = text.get(19..)?;
    if !matches!(date.as_bytes().get(10)?, b'T' | b't' | b' ') {
        return None;
    }
    let (fraction, zone) = match rest.strip_prefix('.') {
        Some(rest) => rest.split_at(rest.bytes().take_while(u8::is_ascii_digit).count()),
        None => ("", rest),
    };
    let offset_s = read_zone(zone.trim())?;
    let civil: DateTime = date.replace([' ', 't'], "T").parse().ok()?;
    let micros: String = fraction.chars().chain("000000".chars()).take(6).collect();
    let seconds = civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second().checked_sub(offset_s)?;
    let whole = fraction.len() <= 6 || fraction.get(6..).is_some_and(|rest| rest.bytes().all(|byte| byte == b'0'));
    write(seconds, micros.parse().ok()?).map(|text| Read { text, whole })
}

/// Seconds east of UTC in `Z`, `+01:00`, `-0800`, `UTC` or nothing.
fn read_zone(zone: &str) -> Option<i64> {
    if matches!(zone, "" | "Z" | "z" | "UTC") {
        return Some(0);
    }
    let sign = match zone.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits: String = zone.get(1..)?.chars().filter(|letter| *letter != ':').collect();
    if digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: i64 = digits.parse().ok()?;
    let hours = number / 100;
    let minutes = number % 100;
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

/// Counts below 10^11 are seconds (until the year 5138), below 10^14 milliseconds, below 10^17 microseconds, else nanoseconds.
fn read_count(text: &str) -> Option<Read> {
    let (integer, fraction) = text.split_once('.').unwrap_or((text, ""));
    if !integer.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) || integer.len() < 9 {
        return None;
    }
    let count: i64 = integer.parse().ok()?;
    let (seconds, micros, exact) = match count {
        0..=99_999_999_999 => {
            let micros: String = fraction.chars().chain("000000".chars()).take(6).collect();
            (count, micros.parse().ok()?, fraction.len() <= 6)
        }
        100_000_000_000..=99_999_999_999_999 => (count / 1_000, (count % 1_000) * 1_000, fraction.is_empty()),
        100_000_000_000_000..=99_999_999_999_999_999 => (count / 1_000_000, count % 1_000_000, fraction.is_empty()),
        _ => (count / 1_000_000_000, count % 1_000_000_000 / 1_000, count % 1_000 == 0 && fraction.is_empty()),
    };
    write(seconds, micros).map(|text| Read { text, whole: exact })
}

/// The vendor's text stays in `properties`: such formats name no zone, so UTC is only our reading of them.
fn read_format(text: &str, format: &str) -> Option<Read> {
    let parsed = jiff::fmt::strtime::parse(format, text).ok()?;
    let second = parsed.to_timestamp().map(|stamp| stamp.as_second());
    let second = second
        .or_else(|_| parsed.to_datetime()?.to_zoned(jiff::tz::TimeZone::UTC).map(|zoned| zoned.timestamp().as_second()))
        .ok()?;
    write(second, 0).map(|text| Read { text, whole: false })
}

fn write(seconds: i64, micros: i64) -> Option<String> {
    let stamp = jiff::Timestamp::new(seconds, i32::try_from(micros.checked_mul(1_000)?).ok()?).ok()?;
    // RFC 3339 knows the years 0 to 9999.
    (stamp.as_second() >= -62_167_219_200).then(|| format!("{stamp:.6}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Option<(String, bool)> {
        read(text, &["%d/%m/%Y %H:%M".to_owned(), "%m/%d/%Y %I:%M:%S %p".to_owned()])
            .map(|read| (read.text, read.whole))
    }

    #[test]
    fn every_vendors_way_of_writing_a_time_is_read() {
        for (text, expected, whole) in [
            ("2023-07-10T11:42:18Z", "2023-07-10T11:42:18.000000Z", true),
            ("2020-04-30T14:27:10.6656485Z", "2020-04-30T14:27:10.665648Z", false),
            ("2023-03-08 18:52:52.114", "2023-03-08T18:52:52.114000Z", true),
            ("2024-05-02 18:46:21.121000000", "2024-05-02T18:46:21.121000Z", true),
            ("2021-08-19T12:16:32.000-04:00", "2021-08-19T16:16:32.000000Z", true),
            ("1621305118553", "2021-05-18T02:31:58.553000Z", true),
            ("1621305118", "2021-05-18T02:31:58.000000Z", true),
            ("29/2/2016 01:16", "2016-02-29T01:16:00.000000Z", false),
            ("3/24/2020 2:56:51 PM", "2020-03-24T14:56:51.000000Z", false),
        ] {
            assert_eq!(at(text), Some((expected.to_owned(), whole)), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in
            ["redacted", "", "12", "2023-13-01T00:00:00Z", "2023-07-10T11:42:60X", "2023-07-10", "99999999999999999999"]
        {
            assert_eq!(at(text), None, "{text}");
        }
    }
}
