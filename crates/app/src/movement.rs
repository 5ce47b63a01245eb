//! What moved lately and what it cost, by hours and days of the user's time zone: for a chart.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::Serialize;
use sync::flow::Flow;
use sync::store::audit::movement::{self, Move};
use sync::store::{Store, StoreError, credits};

/// How many hours and days a chart shows.
const HOURS: usize = 24;
const DAYS: i64 = 30;

/// What moved in a flow. A record that was changed twice counts twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Moves {
    /// The flow.
    pub flow: Flow,
    /// Records that were created in Zoho.
    pub created: u64,
    /// Changes that were written to Zoho.
    pub updated: u64,
    /// Records that were deleted in Zoho.
    pub deleted: u64,
    /// Tries that failed.
    pub failed: u64,
}

impl Moves {
    fn none(flow: Flow) -> Self {
        Self { flow, created: 0, updated: 0, deleted: 0, failed: 0 }
    }

    fn count(&mut self, what: Move) {
        match what {
            Move::Created => self.created += 1,
            Move::Updated => self.updated += 1,
            Move::Deleted => self.deleted += 1,
            Move::Failed => self.failed += 1,
        }
    }
}

/// What moved between two moments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Bucket {
    /// From then on.
    pub from: Timestamp,
    /// Before then.
    pub to: Timestamp,
    /// One for each flow, also where nothing moved.
    pub flows: Vec<Moves>,
}

/// Zoho API credits that were spent between two moments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Spent {
    /// From then on.
    pub from: Timestamp,
    /// Before then.
    pub to: Timestamp,
    /// How many.
    pub credits: u64,
}

/// The 24 hours of the clock that end with the present one, oldest first.
///
/// # Errors
/// When the database cannot be read.
pub fn last_24_hours(store: &Store, now: Timestamp, zone: &TimeZone) -> Result<Vec<Bucket>, StoreError> {
    moved(store, &hours(now, zone))
}

/// The 30 days that end with today, oldest first.
///
/// # Errors
/// When the database cannot be read.
pub fn last_30_days(store: &Store, now: Timestamp, zone: &TimeZone) -> Result<Vec<Bucket>, StoreError> {
    moved(store, &days(now, zone))
}

/// What was spent in each of the hours of [`last_24_hours`].
///
/// # Errors
/// When the database cannot be read.
pub fn credits_per_hour(store: &Store, now: Timestamp, zone: &TimeZone) -> Result<Vec<Spent>, StoreError> {
    let edges = hours(now, zone);
    let mut spent: Vec<Spent> = spans(&edges).map(|(from, to)| Spent { from, to, credits: 0 }).collect();
    let Some(first) = spent.first() else { return Ok(spent) };
    for (minute, credits) in store.read(|tx| credits::by_minute(tx, first.from))? {
        let hour = spent.partition_point(|hour| hour.from <= minute).checked_sub(1);
        if let Some(hour) = hour.and_then(|hour| spent.get_mut(hour)).filter(|hour| minute < hour.to) {
            hour.credits += credits;
        }
    }
    Ok(spent)
}

fn moved(store: &Store, edges: &[Timestamp]) -> Result<Vec<Bucket>, StoreError> {
    let none = || Flow::ALL.map(Moves::none).to_vec();
    let mut buckets: Vec<Bucket> =
        spans(edges).map(|(from, to)| Bucket { from, to, flows: none() }).collect();
    let Some(first) = buckets.first() else { return Ok(buckets) };
    let since = first.from;
    store.read(|tx| {
        movement::each_since(tx, since, |at, flow, what| {
            let place = buckets.partition_point(|bucket| bucket.from <= at).checked_sub(1);
            let bucket = place.and_then(|place| buckets.get_mut(place)).filter(|bucket| at < bucket.to);
            let moves = bucket.and_then(|bucket| bucket.flows.iter_mut().find(|moves| moves.flow == flow));
            if let Some(moves) = moves {
                moves.count(what);
            }
        })
    })?;
    Ok(buckets)
}

fn spans(edges: &[Timestamp]) -> impl Iterator<Item = (Timestamp, Timestamp)> {
    edges.windows(2).filter_map(|pair| match pair {
        [from, to] => Some((*from, *to)),
        _ => None,
    })
}

/// Where the last hours begin, and where the present one ends.
fn hours(now: Timestamp, zone: &TimeZone) -> Vec<Timestamp> {
    let local = now.to_zoned(zone.clone());
    let into = i64::from(local.minute()) * 60 + i64::from(local.second());
    let begins = Timestamp::from_second(now.as_second() - into).unwrap_or(now);
    let after = |hours: i64| begins.saturating_add(SignedDuration::from_hours(hours)).unwrap_or(now);
    (0..=HOURS as i64).map(|hour| after(hour + 1 - HOURS as i64)).collect()
}

/// Where the last days begin, and where today ends. A day may have 23 or 25 hours.
fn days(now: Timestamp, zone: &TimeZone) -> Vec<Timestamp> {
    let today = now.to_zoned(zone.clone()).date();
    let begins = |days: i64| {
        let day = today.checked_add(days.days()).ok()?;
        Some(day.to_zoned(zone.clone()).ok()?.timestamp())
    };
    (1 - DAYS..=1).filter_map(begins).collect()
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use jiff::{Timestamp, ToSpan};
    use sync::flow::Flow;
    use sync::store::audit::{self, AuditKind, Entry};
    use sync::store::{Store, credits};

    use super::{Bucket, Moves, credits_per_hour, last_24_hours, last_30_days};

    fn now() -> Timestamp {
        "2026-03-30T12:34:56.789Z".parse().unwrap()
    }

    fn berlin() -> TimeZone {
        TimeZone::get("Europe/Berlin").unwrap()
    }

    fn store(moves: &[(&str, Flow, AuditKind, &str)]) -> Store {
        let store = Store::in_memory().unwrap();
        let entry = |(at, flow, kind, summary): &(&str, Flow, AuditKind, &str)| Entry {
            seq: 0,
            at: at.parse().unwrap(),
            run: None,
            flow: Some(*flow),
            id: None,
            number: None,
            kind: *kind,
            summary: (*summary).to_owned(),
            before: None,
            after: None,
            zoho_id: None,
        };
        store.write(|tx| moves.iter().try_for_each(|moved| audit::append(tx, &entry(moved)))).unwrap();
        store
    }

    /// The buckets in which something moved, and what.
    fn busy(buckets: &[Bucket]) -> Vec<(usize, Moves)> {
        let moved = |(place, bucket): (usize, &Bucket)| {
            let moved = bucket.flows.iter().filter(|moves| **moves != Moves::none(moves.flow));
            moved.map(|moves| (place, *moves)).collect::<Vec<_>>()
        };
        buckets.iter().enumerate().flat_map(moved).collect()
    }

    #[test]
    fn hours_are_those_of_the_clock_on_the_wall() {
        let kolkata = TimeZone::get("Asia/Kolkata").unwrap();
        let store = store(&[
            ("2026-03-29T13:29:59Z", Flow::Items, AuditKind::Written, "created in Zoho"),
            ("2026-03-29T13:30:00Z", Flow::Items, AuditKind::Written, "created in Zoho"),
            ("2026-03-30T12:29:59Z", Flow::Items, AuditKind::Written, "changed in Zoho"),
            ("2026-03-30T12:30:00Z", Flow::Customers, AuditKind::Failed, "refused"),
        ]);
        // Half past by UTC is the full hour in India.
        let buckets = last_24_hours(&store, now(), &kolkata).unwrap();
        assert_eq!(buckets.len(), 24);
        assert_eq!(buckets[23].from, "2026-03-30T12:30:00Z".parse().unwrap());
        assert!(buckets.windows(2).all(|pair| pair[0].to == pair[1].from));
        assert!(buckets.iter().all(|bucket| bucket.flows.len() == Flow::ALL.len()));
        assert_eq!(
            busy(&buckets),
            [
                (0, Moves { created: 1, ..Moves::none(Flow::Items) }),
                (22, Moves { updated: 1, ..Moves::none(Flow::Items) }),
                (23, Moves { failed: 1, ..Moves::none(Flow::Customers) }),
            ]
        );
    }

    #[test]
    fn days_are_those_of_the_calendar_also_where_one_has_23_hours() {
        let store = store(&[
            ("2026-02-28T22:59:59Z", Flow::Items, AuditKind::Written, "created in Zoho"),
            ("2026-02-28T23:00:00Z", Flow::Items, AuditKind::Written, "created in Zoho"),
            ("2026-03-29T21:59:59Z", Flow::Items, AuditKind::Written, "changed in Zoho"),
            ("2026-03-29T22:00:00Z", Flow::Items, AuditKind::Deleted, "deleted on both sides"),
        ]);
        let buckets = last_30_days(&store, now(), &berlin()).unwrap();
        assert_eq!(buckets.len(), 30);
        // On 29 March the clocks went forward.
        assert_eq!(buckets[28].to.duration_since(buckets[28].from).as_hours(), 23);
        assert_eq!(
            busy(&buckets),
            [
                (0, Moves { created: 1, ..Moves::none(Flow::Items) }),
                (28, Moves { updated: 1, ..Moves::none(Flow::Items) }),
                (29, Moves { deleted: 1, ..Moves::none(Flow::Items) }),
            ]
        );
    }

    #[test]
    fn credits_are_summed_by_the_hour() {
        let store = Store::in_memory().unwrap();
        store
            .write(|tx| {
                for (minutes, spent) in [(0, 3), (30, 4), (40, 5), (23 * 60 + 34, 6), (23 * 60 + 35, 7)] {
                    credits::book(tx, now() - minutes.minutes(), spent)?;
                }
                Ok(())
            })
            .unwrap();
        let spent = credits_per_hour(&store, now(), &berlin()).unwrap();
        let busy: Vec<(usize, u64)> =
            spent.iter().map(|hour| hour.credits).enumerate().filter(|(_, credits)| *credits > 0).collect();
        assert_eq!(spent.len(), 24);
        assert_eq!(busy, [(0, 6), (22, 5), (23, 7)]);
    }

    #[test]
    fn a_quiet_profile_has_every_bucket_and_nothing_in_it() {
        let store = store(&[]);
        assert_eq!(busy(&last_24_hours(&store, now(), &berlin()).unwrap()), []);
        assert_eq!(last_30_days(&store, now(), &berlin()).unwrap().len(), 30);
        assert!(credits_per_hour(&store, now(), &berlin()).unwrap().iter().all(|hour| hour.credits == 0));
    }
}
