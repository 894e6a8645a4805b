//! Intervals of a calendar in a time zone. They partition time: every moment lies in exactly one.

use std::ops::Range;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

const MINUTE_US: i64 = 60_000_000;
const HOUR_US: i64 = 60 * MINUTE_US;

/// The width of a histogram's bars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interval {
    /// A minute.
    Minute,
    /// An hour of the clock.
    Hour,
    /// From midnight to midnight, 23 to 25 hours.
    Day,
    /// From Monday to Monday.
    Week,
    /// A calendar month.
    Month,
}

impl Interval {
    /// Every interval with its name.
    pub const ALL: [(&'static str, Self); 5] = [
        ("minute", Self::Minute),
        ("hour", Self::Hour),
        ("day", Self::Day),
        ("week", Self::Week),
        ("month", Self::Month),
    ];

    /// Finds the interval of this name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, interval)| interval)
    }

    /// Returns the interval around `us`, µs UTC.
    ///
    /// Cost: about a microsecond. At the ends of the calendar (years below -9998 and from 9999) intervals end early.
    #[must_use]
    pub fn around(self, us: i64, tz: &TimeZone) -> Range<i64> {
        let Ok(at) = Timestamp::from_microsecond(us) else {
            return us..us.saturating_add(1);
        };
        match self {
            Self::Minute => clock(at, MINUTE_US, tz),
            Self::Hour => clock(at, HOUR_US, tz),
            Self::Day | Self::Week | Self::Month => {
                let date = at.to_zoned(tz.clone()).date();
                let (first, after) = self.dates(date);
                let start = first.and_then(|date| midnight(date, tz)).unwrap_or(us).min(us);
                let end = after.and_then(|date| midnight(date, tz)).unwrap_or(i64::MAX).max(us.saturating_add(1));
                start..end
            }
        }
    }

    /// The first date of the interval around `date`, and of the one after.
    fn dates(self, date: Date) -> (Option<Date>, Option<Date>) {
        let (first, width) = match self {
            Self::Week => {
                let days = i64::from(date.weekday().to_monday_zero_offset());
                (date.checked_sub(days.days()).ok(), 7.days())
            }
            Self::Month => (Some(date.first_of_month()), 1.month()),
            Self::Minute | Self::Hour | Self::Day => (Some(date), 1.day()),
        };
        (first, first.and_then(|first| first.checked_add(width).ok()))
    }
}

/// The first moment of `date`, µs UTC.
fn midnight(date: Date, tz: &TimeZone) -> Option<i64> {
    date.to_zoned(tz.clone()).ok().map(|start| start.timestamp().as_microsecond())
}

/// An interval of the wall clock: cut where the zone's offset changes, so that no two overlap.
fn clock(at: Timestamp, width_us: i64, tz: &TimeZone) -> Range<i64> {
    let us = at.as_microsecond();
    let offset_us = i64::from(tz.to_offset(at).seconds()) * 1_000_000;
    let start = (us + offset_us).div_euclid(width_us) * width_us - offset_us;
    let end = start + width_us;
    if *tz == TimeZone::UTC {
        return start..end;
    }
    // A change exactly at `at` begins the interval of `at`.
    let just_after = Timestamp::from_microsecond(us.saturating_add(1)).unwrap_or(at);
    let before = tz.preceding(just_after).next().map(|change| change.timestamp().as_microsecond());
    let after = tz.following(at).next().map(|change| change.timestamp().as_microsecond());
    start.max(before.unwrap_or(i64::MIN))..end.min(after.unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn us(text: &str) -> i64 {
        text.parse::<Timestamp>().expect("a timestamp").as_microsecond()
    }

    fn around(interval: Interval, at: &str, zone: &str) -> (String, String) {
        let range = interval.around(us(at), &TimeZone::get(zone).expect("a zone"));
        let text = |us| Timestamp::from_microsecond(us).expect("in range").to_string();
        (text(range.start), text(range.end))
    }

    fn pair(start: &str, end: &str) -> (String, String) {
        (start.to_owned(), end.to_owned())
    }

    #[test]
    fn weeks_begin_on_monday() {
        // 2026-11-22 is a Sunday.
        let want = pair("2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z");
        assert_eq!(around(Interval::Week, "2026-11-22T23:59:59.999999Z", "UTC"), want);
        assert_eq!(around(Interval::Week, "2026-11-16T00:00:00Z", "UTC"), want);
    }

    #[test]
    fn days_follow_the_zone_through_a_change_of_the_clock() {
        let day = around(Interval::Day, "2026-03-29T12:00:00Z", "Europe/Berlin");
        assert_eq!(day, pair("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"));
    }

    #[test]
    fn months_end_where_the_next_begins() {
        let month = around(Interval::Month, "2024-02-29T12:00:00Z", "UTC");
        assert_eq!(month, pair("2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z"));
    }

    #[test]
    fn hours_follow_zones_of_half_an_hour() {
        let hour = around(Interval::Hour, "2026-01-01T00:10:00Z", "Asia/Kolkata");
        assert_eq!(hour, pair("2025-12-31T23:30:00Z", "2026-01-01T00:30:00Z"));
    }

    #[test]
    fn intervals_partition_time_even_where_the_clock_moves_by_half_an_hour() {
        // Lord Howe Island moves its clock by thirty minutes at 2026-04-04T15:00Z.
        let tz = TimeZone::get("Australia/Lord_Howe").expect("a zone");
        for interval in [Interval::Minute, Interval::Hour, Interval::Day, Interval::Week, Interval::Month] {
            let mut at = us("2026-04-04T10:00:00Z");
            while at < us("2026-04-05T20:00:00Z") {
                let range = interval.around(at, &tz);
                assert!(range.contains(&at));
                for inside in [range.start, range.end - 1] {
                    assert_eq!(interval.around(inside, &tz), range);
                }
                at = range.end;
            }
        }
    }
}
