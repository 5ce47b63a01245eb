//! Pairs of a record in Business Central and a record in Zoho that may be the same.

use business_central::BcId;
use jiff::Timestamp;
use rusqlite::Row;
use zoho_crm::ZohoId;

use super::{StoreError, Tx, columns};
use crate::flow::Flow;
use crate::matching::{Class, Reason};

/// A pair to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewProposal {
    /// The record in Business Central.
    pub id: BcId,
    /// The record in Zoho.
    pub zoho_id: ZohoId,
    /// How sure it is; none for a pair that is only kept because what goes before it may be decided otherwise.
    pub class: Class,
    /// How alike they are, per mille.
    pub score: u16,
    /// What speaks for it, and what against.
    pub reasons: Vec<Reason>,
    /// Whether it is this pair that is proposed for its record, and not another.
    pub chosen: bool,
}

/// A stored pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredProposal {
    /// Its number.
    pub proposal: i64,
    /// The flow.
    pub flow: Flow,
    /// The pair.
    pub pair: NewProposal,
}

/// Stores a pair, or what is known of it now. Its number stays.
///
/// # Errors
/// When the database fails.
pub fn put(tx: &Tx<'_>, flow: Flow, pair: &NewProposal, now: Timestamp) -> Result<i64, StoreError> {
    let mut statement = tx.connection.prepare_cached(
        "INSERT INTO proposal (flow, id, zoho_id, class, score, reasons, chosen, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT (flow, id, zoho_id) DO UPDATE SET
             class = excluded.class, score = excluded.score, reasons = excluded.reasons, chosen = excluded.chosen,
             at = excluded.at
         RETURNING proposal",
    )?;
    let reasons =
        serde_json::to_string(&pair.reasons).map_err(|error| columns::unreadable("reasons", error))?;
    let values = (
        flow.name(),
        pair.id.to_string(),
        pair.zoho_id.as_str(),
        pair.class.name(),
        pair.score,
        reasons,
        pair.chosen,
        columns::micros(now),
    );
    Ok(statement.query_row(values, |row| row.get(0))?)
}

/// Forgets the flow's pairs that were not found again since `now`, save those about which something was decided.
///
/// # Errors
/// When the database fails.
pub fn forget_older(tx: &Tx<'_>, flow: Flow, now: Timestamp) -> Result<(), StoreError> {
    let mut statement = tx.connection.prepare_cached(
        "DELETE FROM proposal WHERE flow = ?1 AND at < ?2 AND NOT EXISTS (
             SELECT 1 FROM match_decision d WHERE d.flow = proposal.flow AND d.id = proposal.id
             AND d.zoho_id IN (proposal.zoho_id, ''))",
    )?;
    statement.execute((flow.name(), columns::micros(now)))?;
    Ok(())
}

/// Forgets the undecided pairs of one record.
///
/// # Errors
/// When the database fails.
pub fn forget_of(tx: &Tx<'_>, flow: Flow, id: BcId) -> Result<(), StoreError> {
    let mut statement = tx.connection.prepare_cached(
        "DELETE FROM proposal WHERE flow = ?1 AND id = ?2 AND NOT EXISTS (
             SELECT 1 FROM match_decision d WHERE d.flow = proposal.flow AND d.id = proposal.id
             AND d.zoho_id IN (proposal.zoho_id, ''))",
    )?;
    statement.execute((flow.name(), id.to_string()))?;
    Ok(())
}

/// Pairs that wait for a decision: neither record is given away or created, and the pair is not rejected.
const UNDECIDED: &str = "class <> 'none'
    AND NOT EXISTS (SELECT 1 FROM match_decision d WHERE d.flow = proposal.flow AND d.id = proposal.id
                    AND (d.kind IN ('accept', 'create') OR d.zoho_id = proposal.zoho_id))
    AND NOT EXISTS (SELECT 1 FROM match_decision d WHERE d.flow = proposal.flow AND d.zoho_id = proposal.zoho_id
                    AND d.kind = 'accept')
    AND NOT EXISTS (SELECT 1 FROM link l WHERE l.flow = proposal.flow AND l.id = proposal.id)";

/// How many records of the flow wait for a decision.
///
/// # Errors
/// When the database fails.
pub fn undecided(tx: &Tx<'_>, flow: Flow) -> Result<u64, StoreError> {
    let sql = format!("SELECT count(DISTINCT id) FROM proposal WHERE flow = ?1 AND {UNDECIDED}");
    let mut statement = tx.connection.prepare_cached(&sql)?;
    Ok(columns::count(statement.query_row([flow.name()], |row| row.get(0))?))
}

/// How sure a pair is, as a number that can be compared.
const RANK: &str = "CASE class WHEN 'certain' THEN 3 WHEN 'likely' THEN 2 WHEN 'unclear' THEN 1 ELSE 0 END";

/// Pairs of records about which something was decided.
const DECIDED: &str =
    "EXISTS (SELECT 1 FROM match_decision d WHERE d.flow = proposal.flow AND d.id = proposal.id)";

/// How many records of the flow wait for a decision whose best pair is of this class.
///
/// # Errors
/// When the database fails.
pub fn undecided_of(tx: &Tx<'_>, flow: Flow, class: Class) -> Result<u64, StoreError> {
    Ok(listed(tx, flow, Some(class), false, 0, 0)?.0)
}

/// How many records there are whose best pair is of this class and that wait for a decision, or about which something was decided; and at most
/// `limit` of them behind the first `skip`, the surest first.
///
/// # Errors
/// When the database fails.
pub fn listed(
    tx: &Tx<'_>,
    flow: Flow,
    class: Option<Class>,
    decided: bool,
    skip: u64,
    limit: usize,
) -> Result<(u64, Vec<(BcId, Class)>), StoreError> {
    let which = if decided { DECIDED } else { UNDECIDED };
    let best = format!(
        "SELECT id, max({RANK}) AS rank, max(score) AS score FROM proposal WHERE flow = ?1 AND {which} GROUP BY id"
    );
    let name = class.map(Class::name);
    let condition = "?2 IS NULL OR rank = CASE ?2 WHEN 'certain' THEN 3 WHEN 'likely' THEN 2 WHEN 'unclear' THEN 1 ELSE 0 END";
    let count = format!("SELECT count(*) FROM ({best}) WHERE {condition}");
    let count = tx.connection.prepare_cached(&count)?.query_row((flow.name(), name), |row| row.get(0))?;
    let sql = format!(
        "SELECT id, rank FROM ({best}) WHERE {condition} ORDER BY rank DESC, score DESC, id LIMIT ?3 OFFSET ?4"
    );
    let mut statement = tx.connection.prepare_cached(&sql)?;
    let skip = i64::try_from(skip).unwrap_or(i64::MAX);
    let mut rows = statement.query((flow.name(), name, columns::limit(limit), skip))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let rank: i64 = row.get("rank")?;
        let class = match rank {
            3 => Class::Certain,
            2 => Class::Likely,
            1 => Class::Unclear,
            _ => Class::None,
        };
        found.push((columns::id(row)?, class));
    }
    Ok((columns::count(count), found))
}

/// The pairs of the flow that are proposed, wait for a decision, and are of this class.
///
/// # Errors
/// When the database fails.
pub fn chosen_of(tx: &Tx<'_>, flow: Flow, class: Class) -> Result<Vec<StoredProposal>, StoreError> {
    let rest = format!("flow = ?1 AND chosen AND class = ?2 AND {UNDECIDED} ORDER BY proposal");
    select(tx, &rest, (flow.name(), class.name()))
}

/// Every record of the flow that has a pair, decided or not, even one that better pairs took, and is not in Zoho.
///
/// # Errors
/// When the database fails.
pub fn records(tx: &Tx<'_>, flow: Flow) -> Result<Vec<BcId>, StoreError> {
    super::sources::ids(
        tx,
        "SELECT DISTINCT id FROM proposal WHERE flow = ?1
         AND NOT EXISTS (SELECT 1 FROM link l WHERE l.flow = proposal.flow AND l.id = proposal.id) ORDER BY id",
        [flow.name()],
    )
}

/// The pair of that number.
///
/// # Errors
/// When the database fails.
pub fn get(tx: &Tx<'_>, proposal: i64) -> Result<Option<StoredProposal>, StoreError> {
    Ok(select(tx, "proposal = ?1", [proposal])?.pop())
}

/// The pairs of one record, the best first.
///
/// # Errors
/// When the database fails.
pub fn of_record(tx: &Tx<'_>, flow: Flow, id: BcId) -> Result<Vec<StoredProposal>, StoreError> {
    select(
        tx,
        "flow = ?1 AND id = ?2 ORDER BY chosen DESC, score DESC, proposal",
        (flow.name(), id.to_string()),
    )
}

/// At most `limit` pairs behind the one with the number `after`.
///
/// # Errors
/// When the database fails.
pub fn page(tx: &Tx<'_>, flow: Flow, after: i64, limit: usize) -> Result<Vec<StoredProposal>, StoreError> {
    let values = (flow.name(), after, columns::limit(limit));
    select(tx, "flow = ?1 AND proposal > ?2 ORDER BY proposal LIMIT ?3", values)
}

fn select(tx: &Tx<'_>, rest: &str, values: impl rusqlite::Params) -> Result<Vec<StoredProposal>, StoreError> {
    let sql = format!("SELECT * FROM proposal WHERE {rest}");
    let mut statement = tx.connection.prepare_cached(&sql)?;
    let mut rows = statement.query(values)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

fn read(row: &Row<'_>) -> Result<StoredProposal, StoreError> {
    let reasons: String = row.get("reasons")?;
    let zoho_id: String = row.get("zoho_id")?;
    let class: String = row.get("class")?;
    let class = Class::ALL
        .into_iter()
        .find(|known| known.name() == class)
        .ok_or_else(|| columns::unreadable("class", &class))?;
    Ok(StoredProposal {
        proposal: row.get("proposal")?,
        flow: columns::flow(row)?,
        pair: NewProposal {
            id: columns::id(row)?,
            zoho_id: ZohoId::new(zoho_id),
            class,
            score: row.get("score")?,
            reasons: serde_json::from_str(&reasons).map_err(|_| columns::unreadable("reasons", &reasons))?,
            chosen: row.get("chosen")?,
        },
    })
}
