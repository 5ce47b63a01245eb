//! What moved, and when: for a chart.

use jiff::Timestamp;

use super::search::WORDS;
use crate::flow::Flow;
use crate::store::{StoreError, Tx, columns};

/// What happened to a record, as a chart tells it apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Move {
    /// It was created in Zoho.
    Created,
    /// It was changed in Zoho.
    Updated,
    /// It was deleted in Zoho.
    Deleted,
    /// It could not be written.
    Failed,
}

impl Move {
    const ALL: [Self; 4] = [Self::Created, Self::Updated, Self::Deleted, Self::Failed];

    /// What tells its entries apart. Creations are told from other writes by their words, which the index holds: all of them begin so.
    fn condition(self) -> String {
        match self {
            Self::Created => format!("kind = 'written' AND {WORDS} GLOB '* created in Zoho*'"),
            Self::Updated => format!("kind = 'written' AND {WORDS} NOT GLOB '* created in Zoho*'"),
            Self::Deleted => "kind = 'deleted'".to_owned(),
            Self::Failed => "kind = 'failed'".to_owned(),
        }
    }

    /// The index holds everything that is asked for.
    fn statement(self) -> String {
        format!(
            "SELECT at FROM audit INDEXED BY audit_search WHERE {} AND flow = ?1 AND seq >= ?2 AND at >= ?3",
            self.condition()
        )
    }
}

/// Tells of everything that moved from `since` on, each time that it did: a record that was changed twice is told twice.
///
/// # Errors
/// When the database fails.
pub fn each_since(
    tx: &Tx<'_>,
    since: Timestamp,
    mut tell: impl FnMut(Timestamp, Flow, Move),
) -> Result<(), StoreError> {
    let since = columns::micros(since);
    let Some(first) = first_since(tx, since)? else { return Ok(()) };
    for what in Move::ALL {
        let mut statement = tx.connection.prepare_cached(&what.statement())?;
        for flow in Flow::ALL {
            let mut rows = statement.query((flow.name(), first, since))?;
            while let Some(row) = rows.next()? {
                tell(columns::time(row.get(0)?)?, flow, what);
            }
        }
    }
    Ok(())
}

/// The first place from then on; what stands before it need not be looked at, also where the clock was set back between.
fn first_since(tx: &Tx<'_>, since: i64) -> Result<Option<i64>, StoreError> {
    let mut statement =
        tx.connection.prepare_cached("SELECT min(seq) FROM audit INDEXED BY audit_at WHERE at >= ?1")?;
    Ok(statement.query_row([since], |row| row.get(0))?)
}

#[cfg(test)]
mod tests {
    use jiff::{Timestamp, ToSpan};

    use super::{Move, each_since};
    use crate::flow::Flow;
    use crate::store::Store;
    use crate::store::audit::{AuditKind, Entry, append};

    fn at(minute: i64) -> Timestamp {
        "2026-03-01T12:00:00Z".parse::<Timestamp>().unwrap() + minute.minutes()
    }

    fn entry(flow: Flow, kind: AuditKind, summary: &str, minute: i64) -> Entry {
        let id = "00000000-0000-0000-0000-000000000001".parse().unwrap();
        Entry::about("run1", flow, id, kind, summary, at(minute))
    }

    fn moved(entries: &[Entry], since: Timestamp) -> Vec<(Timestamp, Flow, Move)> {
        let store = Store::in_memory().unwrap();
        store.write(|tx| entries.iter().try_for_each(|entry| append(tx, entry))).unwrap();
        let mut moved = Vec::new();
        store.read(|tx| each_since(tx, since, |at, flow, what| moved.push((at, flow, what)))).unwrap();
        moved
    }

    #[test]
    fn each_move_is_told_with_its_time_and_flow() {
        let (items, customers) = (Flow::Items, Flow::Customers);
        let entries = [
            entry(items, AuditKind::Written, "created in Zoho", -1),
            entry(items, AuditKind::Written, "created in Zoho", 0),
            entry(items, AuditKind::Written, "created in Zoho by a bulk job, and read back", 14),
            entry(items, AuditKind::Written, "changed in Zoho", 15),
            entry(items, AuditKind::Observed, "changed in Business Central", 16),
            entry(customers, AuditKind::Failed, "refused", 17),
            entry(customers, AuditKind::Deleted, "deleted in Zoho as in Business Central", 18),
            Entry { flow: None, ..entry(items, AuditKind::Written, "created in Zoho", 19) },
        ];
        assert_eq!(
            moved(&entries, at(0)),
            [
                (at(0), items, Move::Created),
                (at(14), items, Move::Created),
                (at(15), items, Move::Updated),
                (at(18), customers, Move::Deleted),
                (at(17), customers, Move::Failed),
            ]
        );
        assert_eq!(moved(&entries, at(20)), []);
        assert_eq!(moved(&[], at(0)), []);
    }

    #[test]
    fn no_entry_itself_is_read() {
        let store = Store::in_memory().unwrap();
        for what in Move::ALL {
            let sql = format!("EXPLAIN QUERY PLAN {}", what.statement());
            let plan = store
                .read(|tx| {
                    let mut statement = tx.connection.prepare(&sql)?;
                    let steps = statement.raw_query().mapped(|row| row.get::<_, String>(3));
                    Ok(steps.collect::<Result<Vec<_>, _>>()?)
                })
                .unwrap();
            let expected = "SEARCH audit USING COVERING INDEX audit_search (kind=? AND flow=? AND seq>?)";
            assert_eq!(plan, [expected], "{what:?}");
        }
    }

    #[test]
    fn a_clock_that_was_set_back_hides_nothing() {
        let entries =
            [0, 60, 30].map(|minute| entry(Flow::Items, AuditKind::Written, "changed in Zoho", minute));
        assert_eq!(moved(&entries, at(20)).len(), 2);
    }
}
