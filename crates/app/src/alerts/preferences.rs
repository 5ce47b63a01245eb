//! What the user wants to be told, and when not.

use std::collections::BTreeSet;

use jiff::Zoned;
use jiff::civil::{Time, Weekday};

use super::AlertKind;

/// `[notifications]` in the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preferences {
    /// Whether anything is told at all.
    pub enabled: bool,
    /// When nothing is told; it comes afterwards, if it is still true.
    pub quiet: Option<QuietHours>,
    /// Whether errors are told in quiet hours all the same.
    pub errors_in_quiet_hours: bool,
    /// After so many hours without a sync it is told; 0 for never.
    pub hours_without_sync: u32,
    /// Whether it is told when what was told before has come right.
    pub tell_recovered: bool,
    /// Whether the end of the wizard's first sync is told.
    pub tell_first_sync: bool,
    /// Kinds that are not told.
    pub muted: BTreeSet<AlertKind>,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            enabled: true,
            quiet: None,
            errors_in_quiet_hours: false,
            hours_without_sync: 24,
            tell_recovered: true,
            tell_first_sync: false,
            muted: BTreeSet::new(),
        }
    }
}

impl Preferences {
    /// Whether alerts of this kind are wanted.
    pub(super) fn wants(&self, kind: AlertKind) -> bool {
        let asked_for = match kind {
            AlertKind::Recovered => self.tell_recovered,
            AlertKind::FirstSync => self.tell_first_sync,
            AlertKind::NeedsAttention
            | AlertKind::Error
            | AlertKind::NoSync
            | AlertKind::SecretExpiring
            | AlertKind::Credits
            | AlertKind::Offline
            | AlertKind::SignalsLost
            | AlertKind::Several => true,
        };
        self.enabled && asked_for && !self.muted.contains(&kind)
    }
}

/// A part of the day, in local time, that may span midnight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuietHours {
    /// From then on.
    pub from: Time,
    /// Until then. The same as `from` means the whole day.
    pub until: Time,
    /// The days on which it begins, Monday first; none for every day.
    pub days: Vec<Weekday>,
}

impl QuietHours {
    /// Whether it is quiet now.
    #[must_use]
    pub fn cover(&self, now: &Zoned) -> bool {
        let time = now.time();
        let today = now.weekday();
        let on = |day: Weekday| self.days.is_empty() || self.days.contains(&day);
        if self.from == self.until {
            on(today)
        } else if self.from < self.until {
            on(today) && self.from <= time && time < self.until
        } else {
            (on(today) && self.from <= time) || (on(today.previous()) && time < self.until)
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Weekday, time};

    use super::QuietHours;

    #[test]
    fn quiet_hours_may_span_midnight_and_keep_to_days() {
        let night = |days: &[Weekday]| QuietHours {
            from: time(22, 0, 0, 0),
            until: time(7, 0, 0, 0),
            days: days.to_vec(),
        };
        let noon = QuietHours { from: time(12, 0, 0, 0), until: time(13, 30, 0, 0), days: Vec::new() };
        let all_day = QuietHours {
            from: time(0, 0, 0, 0),
            until: time(0, 0, 0, 0),
            days: vec![Weekday::Saturday, Weekday::Sunday],
        };
        // 5 June 2026 is a Friday.
        let cases = [
            (night(&[]), "2026-06-05T21:59", false),
            (night(&[]), "2026-06-05T22:00", true),
            (night(&[]), "2026-06-06T06:59", true),
            (night(&[]), "2026-06-06T07:00", false),
            (night(&[Weekday::Friday]), "2026-06-05T23:00", true),
            (night(&[Weekday::Friday]), "2026-06-06T03:00", true),
            (night(&[Weekday::Friday]), "2026-06-05T03:00", false),
            (night(&[Weekday::Friday]), "2026-06-06T23:00", false),
            (noon.clone(), "2026-06-05T12:00", true),
            (noon.clone(), "2026-06-05T13:30", false),
            (all_day.clone(), "2026-06-06T00:00", true),
            (all_day.clone(), "2026-06-07T23:59", true),
            (all_day, "2026-06-08T00:00", false),
        ];
        for (quiet, now, expected) in cases {
            let now = format!("{now}[Europe/Berlin]").parse().unwrap();
            assert_eq!(quiet.cover(&now), expected, "{quiet:?} {now}");
        }
    }
}
