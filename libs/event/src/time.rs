//! RFC 3339 times as microseconds since 1970-01-01T00:00:00Z, and back.

const US_PER_SECOND: i64 = 1_000_000;
const US_PER_DAY: i64 = 86_400 * US_PER_SECOND;

/// 0000-01-01T00:00:00.000000Z, the earliest time four digits of year can say.
pub const MIN_US: i64 = days_of(0, 1, 1) * US_PER_DAY;
/// 9999-12-31T23:59:59.999999Z, the latest.
pub const MAX_US: i64 = days_of(10_000, 1, 1) * US_PER_DAY - 1;

/// Bytes of a written time: `2026-11-23T09:05:53.000000Z`.
pub const WRITTEN_BYTES: usize = 27;

/// Why a text is not a time. The messages say what to send instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// Not of the form at all.
    #[error("not an RFC 3339 time: send it as 2026-11-23T09:05:53.123456Z or with an offset such as +01:00")]
    Form,
    /// Month, day, hour, minute or offset out of range.
    #[error("no such date or time of day")]
    Range,
    /// Second 60.
    #[error("leap second: send second 59 instead of 60")]
    LeapSecond,
    /// Once converted to UTC the year is not one of 0000 to 9999.
    #[error("beyond the years 0000 to 9999 once converted to UTC")]
    Year,
}

/// Reads a time: date, `T` or `t`, time of day, optionally a fraction of any length, `Z`, `z` or an offset.
///
/// Digits behind the sixth of the fraction are dropped, not rounded. Cost: some nanoseconds.
///
/// # Errors
/// [`TimeError`].
///
/// Source: RFC 3339 §5.6, without leap seconds.
pub fn parse(text: &str) -> Result<i64, TimeError> {
    let bytes = text.as_bytes();
    let (fixed, rest) = bytes.split_first_chunk::<19>().ok_or(TimeError::Form)?;
    let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1, b'T' | b't', h0, h1, b':', n0, n1, b':', s0, s1] = *fixed else {
        return Err(TimeError::Form);
    };
    let year = 100 * two(y0, y1)? + two(y2, y3)?;
    let month = two(m0, m1)?;
    let day = two(d0, d1)?;
    let hour = two(h0, h1)?;
    let minute = two(n0, n1)?;
    let second = two(s0, s1)?;
    if !(1..=12).contains(&month) || day < 1 || day > days_in(year, month) || hour > 23 || minute > 59 || second > 60 {
        return Err(TimeError::Range);
    }
    if second == 60 {
        return Err(TimeError::LeapSecond);
    }
    let (fraction_us, zone) = fraction(rest)?;
    let offset_minutes = offset(zone)?;
    let seconds = (hour * 60 + minute - offset_minutes) * 60 + second;
    let us = days_of(year, month, day) * US_PER_DAY + seconds * US_PER_SECOND + fraction_us;
    if (MIN_US..=MAX_US).contains(&us) { Ok(us) } else { Err(TimeError::Year) }
}

/// Appends a time the way lines have it: UTC, six fractional digits, `Z`; 27 bytes.
///
/// # Panics
/// If `us` is outside [`MIN_US`] to [`MAX_US`]: times are checked where they come in.
pub fn push(out: &mut Vec<u8>, us: i64) {
    let within = us.rem_euclid(US_PER_DAY);
    push_date(out, us);
    let seconds = within / US_PER_SECOND;
    let fraction = within % US_PER_SECOND;
    out.push(b'T');
    push_two(out, seconds / 3600);
    out.push(b':');
    push_two(out, seconds / 60 % 60);
    out.push(b':');
    push_two(out, seconds % 60);
    out.push(b'.');
    push_two(out, fraction / 10_000);
    push_two(out, fraction / 100 % 100);
    push_two(out, fraction % 100);
    out.push(b'Z');
}

/// Appends the UTC date, `YYYY-MM-DD`.
///
/// # Panics
/// As [`push`].
pub fn push_date(out: &mut Vec<u8>, us: i64) {
    assert!((MIN_US..=MAX_US).contains(&us), "time {us} cannot be written with four digits of year");
    let (year, month, day) = date_of(us.div_euclid(US_PER_DAY));
    push_two(out, year / 100);
    push_two(out, year % 100);
    out.push(b'-');
    push_two(out, month);
    out.push(b'-');
    push_two(out, day);
}

/// A time as text, the way lines have it. See [`push`].
///
/// # Panics
/// As [`push`].
#[must_use]
pub fn write(us: i64) -> String {
    let mut out = Vec::with_capacity(WRITTEN_BYTES);
    push(&mut out, us);
    String::from_utf8(out).unwrap_or_else(|_| panic!("a time is written in ASCII"))
}

/// The UTC date as text, `YYYY-MM-DD`.
///
/// # Panics
/// As [`push`].
#[must_use]
pub fn write_date(us: i64) -> String {
    let mut out = Vec::with_capacity(10);
    push_date(&mut out, us);
    out.into_iter().map(char::from).collect()
}

#[inline]
fn two(tens: u8, ones: u8) -> Result<i64, TimeError> {
    if tens.is_ascii_digit() && ones.is_ascii_digit() {
        Ok(i64::from(tens - b'0') * 10 + i64::from(ones - b'0'))
    } else {
        Err(TimeError::Form)
    }
}

/// Takes `.` and digits, if they are there; returns microseconds and what follows.
fn fraction(rest: &[u8]) -> Result<(i64, &[u8]), TimeError> {
    let Some((b'.', digits)) = rest.split_first() else { return Ok((0, rest)) };
    let count = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, zone) = digits.split_at(count);
    if digits.is_empty() {
        return Err(TimeError::Form);
    }
    let us = (0..6).fold(0, |us, place| us * 10 + digits.get(place).map_or(0, |digit| i64::from(digit - b'0')));
    Ok((us, zone))
}

/// Minutes east of UTC.
fn offset(zone: &[u8]) -> Result<i64, TimeError> {
    match *zone {
        [b'Z' | b'z'] => Ok(0),
        [sign @ (b'+' | b'-'), h0, h1, b':', m0, m1] => {
            let hours = two(h0, h1)?;
            let minutes = two(m0, m1)?;
            if hours > 23 || minutes > 59 {
                return Err(TimeError::Range);
            }
            let offset = hours * 60 + minutes;
            Ok(if sign == b'-' { -offset } else { offset })
        }
        _ => Err(TimeError::Form),
    }
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 of a date of the proleptic Gregorian calendar. Years are counted from March, so that the leap
/// day is the last of its year, and in eras of 400 years, which all have 146097 days.
const fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let month_from_march = (month + 9) % 12;
    let of_year = (153 * month_from_march + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The inverse of [`days_of`].
fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days - era * 146_097;
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[inline]
fn push_two(out: &mut Vec<u8>, number: i64) {
    // number is 0 to 99 by construction
    out.extend_from_slice(&[b'0' + (number / 10) as u8, b'0' + (number % 10) as u8]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_times_are_read() {
        for (text, us) in [
            ("1970-01-01T00:00:00Z", 0),
            ("1969-12-31T23:59:59.999999Z", -1),
            ("2000-02-29T12:00:00z", 951_825_600_000_000),
            ("2026-11-23t09:05:53.1234567899Z", 1_795_424_753_123_456),
            ("2026-11-23T10:05:53.1+01:00", 1_795_424_753_100_000),
            ("2026-11-23T03:35:53-05:30", 1_795_424_753_000_000),
            ("2026-11-23T09:05:53-00:00", 1_795_424_753_000_000),
        ] {
            assert_eq!(parse(text), Ok(us), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused_with_its_reason() {
        for (text, error) in [
            ("", TimeError::Form),
            ("2026-11-23", TimeError::Form),
            ("2026-11-23 09:05:53Z", TimeError::Form),
            ("2026-11-23T09:05:53", TimeError::Form),
            ("2026-11-23T09:05:53.Z", TimeError::Form),
            ("2026-11-23T09:05Z", TimeError::Form),
            ("2026-11-23T09:05:53+0100", TimeError::Form),
            ("2026-11-23T09:05:53Z ", TimeError::Form),
            ("+026-11-23T09:05:53Z", TimeError::Form),
            ("2026-13-01T00:00:00Z", TimeError::Range),
            ("2026-02-29T00:00:00Z", TimeError::Range),
            ("1900-02-29T00:00:00Z", TimeError::Range),
            ("2026-00-01T00:00:00Z", TimeError::Range),
            ("2026-01-00T00:00:00Z", TimeError::Range),
            ("2026-01-01T24:00:00Z", TimeError::Range),
            ("2026-01-01T00:00:00+24:00", TimeError::Range),
            ("2016-12-31T23:59:60Z", TimeError::LeapSecond),
            ("0000-01-01T00:00:00+00:01", TimeError::Year),
            ("9999-12-31T23:59:59-00:01", TimeError::Year),
        ] {
            assert_eq!(parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn the_bounds_are_written_with_four_digits() {
        assert_eq!(write(MIN_US), "0000-01-01T00:00:00.000000Z");
        assert_eq!(write(MAX_US), "9999-12-31T23:59:59.999999Z");
        assert_eq!(write_date(0), "1970-01-01");
    }

    proptest! {
        #[test]
        fn a_written_time_is_read_back(us in MIN_US..=MAX_US) {
            prop_assert_eq!(parse(&write(us)), Ok(us));
        }
    }
}
