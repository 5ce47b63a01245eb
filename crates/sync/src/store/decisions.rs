//! What people, or the settings, decided about pairs: the same, not the same, or to be created.

use business_central::BcId;
use jiff::Timestamp;
use rusqlite::Row;
use serde::Serialize;
use zoho_crm::ZohoId;

use super::{StoreError, Tx, columns, failures};
use crate::flow::Flow;

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DecisionKind {
    /// Both records are the same: the one in Zoho is taken over.
    Accept,
    /// They are not the same.
    Reject,
    /// The record is created, whatever Zoho holds.
    Create,
}

impl DecisionKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Accept, Self::Reject, Self::Create];

    /// The word for it in files and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Reject => "reject",
            Self::Create => "create",
        }
    }
}

/// One decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The flow.
    pub flow: Flow,
    /// The record in Business Central.
    pub id: BcId,
    /// The record in Zoho; none where the record is to be created.
    pub zoho_id: Option<ZohoId>,
    /// What.
    pub kind: DecisionKind,
    /// Who decided it.
    pub who: String,
    /// When.
    pub at: Timestamp,
}

/// Stores a decision in the place of an earlier one about the same pair. The record is looked at again, also one that was left alone.
///
/// # Errors
/// When the database fails; also where one of the two records is given away already, which callers look into first.
pub fn put(tx: &Tx<'_>, decision: &Decision) -> Result<(), StoreError> {
    let mut statement = tx.connection.prepare_cached(
        "INSERT INTO match_decision (flow, id, zoho_id, kind, who, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (flow, id, zoho_id) DO UPDATE SET kind = excluded.kind, who = excluded.who, at = excluded.at",
    )?;
    statement.execute((
        decision.flow.name(),
        decision.id.to_string(),
        decision.zoho_id.as_ref().map(ZohoId::as_str).unwrap_or_default(),
        decision.kind.name(),
        &decision.who,
        columns::micros(decision.at),
    ))?;
    failures::look_again(tx, decision.flow, decision.id)
}

/// Takes a decision back. The record is looked at again.
///
/// # Errors
/// When the database fails.
pub fn remove(tx: &Tx<'_>, decision: &Decision) -> Result<(), StoreError> {
    let mut statement = tx
        .connection
        .prepare_cached("DELETE FROM match_decision WHERE flow = ?1 AND id = ?2 AND zoho_id = ?3")?;
    let zoho_id = decision.zoho_id.as_ref().map(ZohoId::as_str).unwrap_or_default();
    statement.execute((decision.flow.name(), decision.id.to_string(), zoho_id))?;
    failures::look_again(tx, decision.flow, decision.id)
}

/// Whether anything is decided about records of the flow.
///
/// # Errors
/// When the database fails.
pub fn any(tx: &Tx<'_>, flow: Flow) -> Result<bool, StoreError> {
    let mut statement =
        tx.connection.prepare_cached("SELECT EXISTS (SELECT 1 FROM match_decision WHERE flow = ?1)")?;
    Ok(statement.query_row([flow.name()], |row| row.get(0))?)
}

/// Everything that was decided about a record.
///
/// # Errors
/// When the database fails.
pub fn of_record(tx: &Tx<'_>, flow: Flow, id: BcId) -> Result<Vec<Decision>, StoreError> {
    select(tx, "flow = ?1 AND id = ?2 ORDER BY zoho_id", (flow.name(), id.to_string()))
}

/// For which record of Business Central a record in Zoho was accepted.
///
/// # Errors
/// When the database fails.
pub fn accepted_for(tx: &Tx<'_>, flow: Flow, zoho_id: &ZohoId) -> Result<Option<Decision>, StoreError> {
    let values = (flow.name(), zoho_id.as_str());
    Ok(select(tx, "flow = ?1 AND zoho_id = ?2 AND kind = 'accept'", values)?.pop())
}

/// Which record in Zoho was accepted for a record of Business Central.
///
/// # Errors
/// When the database fails.
pub fn accepted(tx: &Tx<'_>, flow: Flow, id: BcId) -> Result<Option<ZohoId>, StoreError> {
    let values = (flow.name(), id.to_string());
    let found = select(tx, "flow = ?1 AND id = ?2 AND kind = 'accept'", values)?.pop();
    Ok(found.and_then(|decision| decision.zoho_id))
}

/// All decisions of one flow, or of all.
///
/// # Errors
/// When the database fails.
pub fn list(tx: &Tx<'_>, flow: Option<Flow>) -> Result<Vec<Decision>, StoreError> {
    select(tx, "?1 IS NULL OR flow = ?1 ORDER BY flow, id, zoho_id", [flow.map(Flow::name)])
}

fn select(tx: &Tx<'_>, rest: &str, values: impl rusqlite::Params) -> Result<Vec<Decision>, StoreError> {
    let sql = format!("SELECT * FROM match_decision WHERE {rest}");
    let mut statement = tx.connection.prepare_cached(&sql)?;
    let mut rows = statement.query(values)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

fn read(row: &Row<'_>) -> Result<Decision, StoreError> {
    let kind: String = row.get("kind")?;
    let zoho_id: String = row.get("zoho_id")?;
    Ok(Decision {
        flow: columns::flow(row)?,
        id: columns::id(row)?,
        zoho_id: (!zoho_id.is_empty()).then(|| ZohoId::new(zoho_id)),
        kind: DecisionKind::ALL
            .into_iter()
            .find(|known| known.name() == kind)
            .ok_or_else(|| columns::unreadable("kind", &kind))?,
        who: row.get("who")?,
        at: columns::time_of(row, "at")?,
    })
}

#[cfg(test)]
mod tests {
    use business_central::BcId;
    use jiff::Timestamp;
    use zoho_crm::ZohoId;

    use super::{Decision, DecisionKind, accepted, accepted_for, list, of_record, put, remove};
    use crate::flow::Flow;
    use crate::store::Store;

    fn decision(n: u8, zoho_id: Option<&str>, kind: DecisionKind) -> Decision {
        Decision {
            flow: Flow::Customers,
            id: id(n),
            zoho_id: zoho_id.map(ZohoId::new),
            kind,
            who: "ann".to_owned(),
            at: Timestamp::UNIX_EPOCH,
        }
    }

    fn id(n: u8) -> BcId {
        format!("00000000-0000-0000-0000-0000000000{n:02x}").parse().unwrap()
    }

    #[test]
    fn a_decision_is_remembered_with_who_and_when_until_it_is_taken_back() {
        let store = Store::in_memory().unwrap();
        let accept = decision(1, Some("71"), DecisionKind::Accept);
        let reject = decision(1, Some("72"), DecisionKind::Reject);
        store.write(|tx| put(tx, &accept).and_then(|()| put(tx, &reject))).unwrap();
        store
            .read(|tx| {
                assert_eq!(of_record(tx, Flow::Customers, id(1))?, [accept.clone(), reject.clone()]);
                assert_eq!(accepted(tx, Flow::Customers, id(1))?, Some(ZohoId::new("71")));
                assert_eq!(accepted_for(tx, Flow::Customers, &ZohoId::new("71"))?, Some(accept.clone()));
                assert_eq!(accepted_for(tx, Flow::Customers, &ZohoId::new("72"))?, None);
                assert_eq!(list(tx, Some(Flow::Items))?, []);
                Ok(())
            })
            .unwrap();
        let left = store.write(|tx| remove(tx, &accept).and_then(|()| list(tx, None)));
        assert_eq!(left.unwrap(), [reject]);
    }

    #[test]
    fn neither_record_of_a_pair_is_given_twice() {
        let store = Store::in_memory().unwrap();
        store.write(|tx| put(tx, &decision(1, Some("71"), DecisionKind::Accept))).unwrap();
        for refused in [
            decision(2, Some("71"), DecisionKind::Accept),
            decision(1, Some("72"), DecisionKind::Accept),
            decision(1, None, DecisionKind::Create),
        ] {
            store.write(|tx| put(tx, &refused)).unwrap_err();
        }
        store.write(|tx| put(tx, &decision(2, Some("71"), DecisionKind::Reject))).unwrap();
    }
}
