//! Dates and times as Zoho writes them: `2023-05-10T01:10:47-07:00`, whole seconds, in the organisation's time zone.

use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ToSpan};

/// The organisation's distance from UTC. Two hours, all year: a client that ignores offsets is found out.
pub(super) const OFFSET_HOURS: i8 = 2;
/// An IANA zone with that distance and no summer time.
pub(super) const TIME_ZONE: &str = "Europe/Kaliningrad";

/// The text of `time`.
pub(super) fn text(time: Timestamp) -> String {
    let zone = TimeZone::fixed(Offset::constant(OFFSET_HOURS));
    time.to_zoned(zone).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// `time` without its fraction of a second.
pub(super) fn whole_second(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}

/// A header's or a query's time: ISO 8601 with an offset or `Z`.
pub(super) fn parse(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

/// A field's time: exactly `yyyy-MM-ddTHH:mm:ss±HH:mm` (facts §5.1; whether `Z` would pass is unverified, so it does not).
pub(super) fn parse_strictly(text: &str) -> Option<Timestamp> {
    let has_offset = text.len() == 25 && matches!(text.as_bytes().get(19), Some(b'+' | b'-'));
    if has_offset { text.parse().ok() } else { None }
}

/// A date: exactly `yyyy-MM-dd`.
pub(super) fn is_date(text: &str) -> bool {
    text.len() == 10 && text.parse::<Date>().is_ok()
}

/// Whether `time` is more than `hours` before `now`.
pub(super) fn is_older(time: Timestamp, now: Timestamp, hours: i64) -> bool {
    now.checked_sub(hours.hours()).is_ok_and(|bound| time < bound)
}

#[cfg(test)]
mod tests {
    use super::{is_date, parse_strictly, text};

    #[test]
    fn times_are_written_in_the_organisations_zone_without_fractions() {
        assert_eq!(text("2026-09-01T23:30:00.75Z".parse().unwrap()), "2026-09-02T01:30:00+02:00");
    }

    #[test]
    fn field_times_have_neither_fractions_nor_a_z() {
        assert!(parse_strictly("2026-09-01T00:00:00+00:00").is_some());
        assert!(parse_strictly("2026-09-01T00:00:00Z").is_none());
        assert!(parse_strictly("2026-09-01T00:00:00.000+00:00").is_none());
    }

    #[test]
    fn dates_are_year_month_day() {
        assert!(is_date("2026-02-28"));
        assert!(!is_date("2026-02-30"));
        assert!(!is_date("28.02.2026"));
    }
}
