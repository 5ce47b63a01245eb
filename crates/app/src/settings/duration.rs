//! Times as people write them: `90s`, `5m`, `1h`, `2d`.

use std::time::Duration;

const UNITS: [(&str, u64); 4] = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];

/// Reads a whole number and a unit.
pub(super) fn parse(text: &str) -> Option<Duration> {
    let (unit, seconds) = UNITS.into_iter().find(|(unit, _)| text.ends_with(unit))?;
    let number: u64 = text.strip_suffix(unit)?.trim().parse().ok()?;
    Some(Duration::from_secs(number.checked_mul(seconds)?))
}

/// Prints with the largest unit that fits evenly.
pub(super) fn print(duration: Duration) -> String {
    let whole = duration.as_secs();
    let (unit, seconds) =
        UNITS.into_iter().find(|(_, s)| whole >= *s && whole.is_multiple_of(*s)).unwrap_or(("s", 1));
    format!("{}{unit}", whole / seconds)
}

#[cfg(test)]
mod tests {
    use super::{parse, print};

    #[test]
    fn times_are_read_and_printed_alike() {
        for text in ["90s", "5m", "1h", "2d"] {
            assert_eq!(print(parse(text).unwrap()), text);
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in ["5", "m", "-1m", "1.5h", "5 minutes", "99999999999999999999d"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
