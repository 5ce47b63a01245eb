//! Numbers and moments as sentences hold them.

use jiff::civil::Date;
use jiff::{Timestamp, Zoned};
use sync::flow::Flow;

/// A number with its thousands set off: `1,200`.
pub(super) fn number(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A moment as short as it is clear seen from `now`: `14:02`, `yesterday 17:02`, `Friday 17:02`, `5 June 17:02`, `5 June 2025`.
pub(super) fn moment(at: Timestamp, now: &Zoned) -> String {
    let then = at.to_zoned(now.time_zone().clone());
    let clock = then.strftime("%H:%M");
    match days_between(now.date(), then.date()) {
        0 => clock.to_string(),
        -1 => format!("yesterday {clock}"),
        1 => format!("tomorrow {clock}"),
        -6..=6 => then.strftime("%A %H:%M").to_string(),
        _ if then.year() == now.year() => then.strftime("%-d %B %H:%M").to_string(),
        _ => then.strftime("%-d %B %Y").to_string(),
    }
}

/// A day: `5 June 2026`.
pub(super) fn day(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}

/// How many days `to` lies behind `from`; negative where it lies before.
pub(super) fn days_between(from: Date, to: Date) -> i32 {
    // Both are days of jiff's calendar, so that their difference is some days.
    from.until(to).map(|span| span.get_days()).unwrap_or(i32::MAX)
}

/// So many records of a flow: `1 invoice`, `1,200 invoices`.
pub(super) fn records(flow: Flow, count: u64) -> String {
    let noun = if count == 1 { flow.singular() } else { flow.plural() };
    format!("{} {noun}", number(count))
}

/// One or several: the word that goes with `count`.
pub(super) fn one_or<'a>(count: u64, one: &'a str, several: &'a str) -> &'a str {
    if count == 1 { one } else { several }
}

/// The text with its first letter in upper case.
pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::{capital, moment, number, records};
    use sync::flow::Flow;

    #[test]
    fn numbers_have_their_thousands_set_off() {
        let cases = [(0, "0"), (999, "999"), (1_000, "1,000"), (12_345, "12,345"), (1_234_567, "1,234,567")];
        for (count, text) in cases {
            assert_eq!(number(count), text);
        }
    }

    #[test]
    fn a_moment_is_as_short_as_it_is_clear_in_local_time() {
        // A Friday, a quarter past midnight in Berlin, when it is still Thursday in UTC.
        let now = "2026-06-05T00:15:00+02:00[Europe/Berlin]".parse().unwrap();
        let cases = [
            ("2026-06-04T22:02:00Z", "00:02"),
            ("2026-06-04T12:00:00Z", "yesterday 14:00"),
            ("2026-06-06T06:00:00Z", "tomorrow 08:00"),
            ("2026-05-30T10:00:00Z", "Saturday 12:00"),
            ("2026-05-29T10:00:00Z", "29 May 12:00"),
            ("2025-12-31T10:00:00Z", "31 December 2025"),
        ];
        for (at, text) in cases {
            assert_eq!(moment(at.parse().unwrap(), &now), text, "{at}");
        }
    }

    #[test]
    fn one_record_is_not_several() {
        assert_eq!(records(Flow::Invoices, 1), "1 invoice");
        assert_eq!(records(Flow::Customers, 1_200), "1,200 customers");
        assert_eq!(capital("invoices stand still"), "Invoices stand still");
    }
}
