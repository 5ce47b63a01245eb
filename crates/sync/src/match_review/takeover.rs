//! Takes over records in Zoho that were accepted as ours: each is looked at just before it is written.
//!
//! The record must still be there, carry no key, stand for no other record, and still look alike. It is then changed by its Zoho id, which gives it
//! our keys and the values that Business Central has; where Business Central has none, what people wrote there stays. The link is stored with the
//! answer, so that a crash in between leaves the decision, and the next run looks again.

use std::collections::{BTreeMap, BTreeSet};

use exact_json::{Map, Value};
use zoho_crm::{Record, ZohoId, coql};

use super::pool;
use super::reader::{self, Look};
use super::sift::{Sifted, hold};
use crate::apply::{Task, adopt, create, decide};
use crate::failure::{FailureClass, RunError, Trouble};
use crate::flow::Flow;
use crate::map;
use crate::matching::Index;
use crate::plan::{self, Step};
use crate::session::Session;
use crate::store::audit::{AuditKind, Entry};
use crate::store::copy_state::CopyState;
use crate::store::decisions::Decision;
use crate::store::links::{LineState, Link};
use crate::store::{audit, links};

/// What is to be done about an accepted record.
enum Verdict {
    /// Write into it.
    TakeOver(Record),
    /// It carries our very key already.
    Ours,
    /// It is not what it was.
    No(Trouble),
}

/// Sorts the accepted tasks into what is written, what is found by its key, and what is held.
pub(super) async fn run(
    session: &Session<'_>,
    flow: Flow,
    fingerprint: &str,
    accepted: Vec<(Task, Decision)>,
    looks: &mut BTreeMap<ZohoId, Look>,
    keyed: bool,
    sifted: &mut Sifted,
) -> Result<(), RunError> {
    if accepted.is_empty() {
        return Ok(());
    }
    let unseen: Vec<ZohoId> = accepted.iter().filter_map(|(_, decision)| decision.zoho_id.clone()).collect();
    let unseen: Vec<ZohoId> = unseen.into_iter().filter(|id| !looks.contains_key(id)).collect();
    looks.extend(reader::look(session, flow, &unseen).await?);
    let held_numbers = if keyed { held_keys(session, flow, &accepted).await? } else { BTreeSet::new() };
    for (mut task, decision) in accepted {
        let Some(zoho_id) = decision.zoho_id.clone() else { continue };
        // A record that has our number or id already is settled by its key, as ever.
        let number = task.source.number.to_lowercase();
        if held_numbers.contains(&number) || held_numbers.contains(&task.source.id.to_string()) {
            sifted.look = true;
            sifted.creates.push(task);
            continue;
        }
        let look = looks.get(&zoho_id).cloned().unwrap_or(Look::Gone);
        match judge(session, flow, &task, &zoho_id, look)? {
            Verdict::TakeOver(record) => {
                task.whole();
                let link = link(session, flow, &task, &zoho_id, &record);
                let Some(mapped) = &task.mapped else { continue };
                match plan::live(&mapped.fields, Some(&link), decide::same(&session.org, flow)) {
                    Step::Update(changes) => task.row = changes,
                    // Its keys differ from ours, or it would not be here.
                    Step::Create | Step::Verify | Step::Nothing | Step::Delete => continue,
                }
                note(session, flow, &task, &decision, &link)?;
                task.link = Some(link);
                sifted.taken_over.push(task);
            }
            Verdict::Ours => {
                sifted.look = true;
                sifted.creates.push(task);
            }
            Verdict::No(trouble) => hold(session, flow, fingerprint, &task, &trouble)?,
        }
    }
    Ok(())
}

/// The numbers (in lower case) and ids of the tasks that some record in Zoho carries as its key.
async fn held_keys(
    session: &Session<'_>,
    flow: Flow,
    accepted: &[(Task, Decision)],
) -> Result<BTreeSet<String>, RunError> {
    let (number_key, id_key) = adopt::keys(session, flow)?;
    let mut held = BTreeSet::new();
    for chunk in accepted.chunks(coql::IN_MAX) {
        let tasks: Vec<Task> = chunk.iter().map(|(task, _)| task.clone()).collect();
        for record in create::holders(session, flow, &tasks).await? {
            let id = record.get(&id_key).and_then(Value::as_text).unwrap_or_default();
            let number = record.get(&number_key).and_then(Value::as_text).unwrap_or_default();
            // A number in a field that the org lent us says nothing by itself.
            if !id.is_empty() || !map::key_is_borrowed(flow, &session.org) {
                held.insert(number.to_lowercase());
            }
            held.insert(id.to_lowercase());
        }
    }
    held.remove("");
    Ok(held)
}

fn judge(
    session: &Session<'_>,
    flow: Flow,
    task: &Task,
    zoho_id: &ZohoId,
    look: Look,
) -> Result<Verdict, RunError> {
    let number = &task.source.number;
    let held = |code: &str, what: String| {
        Verdict::No(Trouble {
            waits_for: Some((flow, "match review".to_owned())),
            ..Trouble::new(
                FailureClass::Conflict,
                code,
                format!("{flow} {number} was matched with the record {zoho_id} in Zoho, which {what}."),
                "Run `ledgerline match`: --undo takes the decision back, --reject says that it is another record; restore the record in Zoho if it was deleted by mistake.",
            )
        })
    };
    let (theirs, record) = match look {
        Look::Gone => return Ok(held("matched_record_gone", "was deleted or merged since".to_owned())),
        Look::Keyed { id, number: theirs } => {
            let same_number = theirs.eq_ignore_ascii_case(number);
            if id.eq_ignore_ascii_case(&task.source.id.to_string()) || (id.is_empty() && same_number) {
                return Ok(Verdict::Ours);
            }
            let what = format!("has the BC Number {theirs} by now and stands for another record");
            return Ok(held("matched_record_taken", what));
        }
        Look::Keyless { party, record } => (party, record),
    };
    let (holder, party) = session
        .store()
        .read(|tx| Ok((links::by_zoho_id(tx, flow, zoho_id)?, pool::party(tx, flow, &task.source)?)))?;
    if let Some(holder) = holder {
        let what = format!("stands for {} already", holder.number);
        return Ok(held("matched_record_taken", what));
    }
    let alike = party.is_some_and(|party| {
        !Index::build(map::kind(flow), [(zoho_id.clone(), *theirs)]).candidates(&party).is_empty()
    });
    if !alike {
        let what = "was changed since and is not alike any more".to_owned();
        return Ok(held("matched_record_changed", what));
    }
    Ok(Verdict::TakeOver(record))
}

/// The link of a record that is taken over. Only those fields count as held by us for which Business Central has a value: what people wrote in the
/// others is theirs and is not cleared.
fn link(session: &Session<'_>, flow: Flow, task: &Task, zoho_id: &ZohoId, record: &Record) -> Link {
    let fields = task.mapped.as_ref().map(|mapped| &mapped.fields);
    let ours =
        |name: &String| fields.and_then(|fields| fields.get(name)).is_some_and(|value| !value.is_null());
    let sent: Map =
        record.iter().filter(|(name, _)| ours(name)).map(|(k, v)| (k.clone(), v.clone())).collect();
    Link {
        flow,
        id: task.source.id,
        zoho_id: zoho_id.clone(),
        number: String::new(),
        sent,
        source_hash: task.source.hash.clone(),
        fingerprint: String::new(),
        modified_time: record.get("Modified_Time").and_then(Value::as_text).map(ToOwned::to_owned),
        verified: !flow.is_document(),
        lines: if flow.is_document() { LineState::Unknown } else { LineState::None },
        adopted: true,
        written_at: session.now(),
        copy: CopyState::default(),
    }
}

fn note(
    session: &Session<'_>,
    flow: Flow,
    task: &Task,
    decision: &Decision,
    link: &Link,
) -> Result<(), RunError> {
    let summary = format!("a record in Zoho is taken over, as {} decided", decision.who);
    let entry = Entry {
        number: Some(task.source.number.clone()),
        zoho_id: Some(link.zoho_id.to_string()),
        ..session.entry(flow, task.source.id, AuditKind::Adopted, &summary, session.now())
    };
    session.store().write_soon(|tx| audit::append(tx, &entry))?;
    Ok(())
}
