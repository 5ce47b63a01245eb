//! Whether records of a flow may be created: decided once, before the flow's first write in this profile.

use jiff::Timestamp;
use serde::Serialize;

use super::{StoreError, Tx, columns};
use crate::flow::Flow;

/// How the gate of a flow stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GateState {
    /// Zoho held nothing without our key that may be one of the flow's records.
    NothingToMatch,
    /// Records of the flow were in Zoho already when the gate would have been decided.
    WrittenBefore,
    /// Something in Zoho may be one of the flow's records, and a person has not decided yet.
    Closed,
    /// A person decided everything there was.
    Reviewed,
}

impl GateState {
    const ALL: [Self; 4] = [Self::NothingToMatch, Self::WrittenBefore, Self::Closed, Self::Reviewed];

    /// The name in reports and in the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NothingToMatch => "nothing_to_match",
            Self::WrittenBefore => "written_before",
            Self::Closed => "closed",
            Self::Reviewed => "reviewed",
        }
    }

    /// Whether records may be created.
    #[must_use]
    pub fn is_open(self) -> bool {
        self != Self::Closed
    }
}

/// The gate of a flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Gate {
    /// How it stands.
    pub state: GateState,
    /// Who decided: a person's name, or "ledgerline".
    pub who: String,
    /// When.
    pub at: Timestamp,
}

/// The flow's gate; `None` before it is decided.
///
/// # Errors
/// When the database fails.
pub fn get(tx: &Tx<'_>, flow: Flow) -> Result<Option<Gate>, StoreError> {
    let mut statement =
        tx.connection.prepare_cached("SELECT state, who, at FROM match_gate WHERE flow = ?1")?;
    let mut rows = statement.query([flow.name()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let name: String = row.get("state")?;
    let state = GateState::ALL.into_iter().find(|state| state.name() == name);
    Ok(Some(Gate {
        state: state.ok_or_else(|| columns::unreadable("state", &name))?,
        who: row.get("who")?,
        at: columns::time_of(row, "at")?,
    }))
}

/// Decides the flow's gate.
///
/// # Errors
/// When the database fails.
pub fn set(tx: &Tx<'_>, flow: Flow, gate: &Gate) -> Result<(), StoreError> {
    let mut statement = tx
        .connection
        .prepare_cached("INSERT OR REPLACE INTO match_gate (flow, state, who, at) VALUES (?1, ?2, ?3, ?4)")?;
    statement.execute((flow.name(), gate.state.name(), &gate.who, columns::micros(gate.at)))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::{Gate, GateState, get, set};
    use crate::flow::Flow;
    use crate::store::Store;

    #[test]
    fn a_gate_is_what_it_was_last_said_to_be_and_only_a_closed_one_is_not_open() {
        let store = Store::in_memory().unwrap();
        for state in GateState::ALL {
            let gate = Gate { state, who: "ann".to_owned(), at: Timestamp::UNIX_EPOCH };
            store.write(|tx| set(tx, Flow::Items, &gate)).unwrap();
            assert_eq!(store.read(|tx| get(tx, Flow::Items)).unwrap(), Some(gate));
            assert_eq!(state.is_open(), state != GateState::Closed);
        }
        assert_eq!(store.read(|tx| get(tx, Flow::Customers)).unwrap(), None);
    }
}
