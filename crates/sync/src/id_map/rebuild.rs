//! Builds the id map anew from the keys in Zoho: what the database believed is forgotten. Nothing is created anywhere.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use business_central::BcId;
use exact_json::Value;
use serde::Serialize;
use zoho_crm::{Record, ZohoId};

use super::numbers_of;
use crate::apply::adopt;
use crate::engine::Engine;
use crate::failure::RunError;
use crate::flow::Flow;
use crate::map;
use crate::observe;
use crate::progress::{Event, Progress, Stop};
use crate::session::Session;
use crate::store::audit::{AuditKind, Entry};
use crate::store::copy_state::CopyState;
use crate::store::links::{self, LineState, Link};
use crate::store::{StoreError, Tx, audit, sources};

/// How many doubles and orphans are listed of a flow; more are only counted.
const LISTED: usize = 1_000;

/// How many links are looked through at a time.
const PAGE: usize = 500;

/// What a rebuild found in one flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rebuilt {
    /// The flow.
    pub flow: Flow,
    /// Records in Zoho that are linked now.
    pub linked: u64,
    /// Those of them that were not linked before, or with another record.
    pub changed: u64,
    /// Links that are gone: no record in Zoho carries the key any more, or several do.
    pub forgotten: u64,
    /// How many records of Business Central several records in Zoho claim to be; they are not linked.
    pub doubles: u64,
    /// How many records in Zoho carry a key of which Business Central knows nothing; they are not linked.
    pub orphans: u64,
    /// The first of them.
    pub doubles_listed: Vec<Keyed>,
    /// The first of them.
    pub orphans_listed: Vec<Keyed>,
}

/// A record in Zoho with a key that leads nowhere, or that another one has too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Keyed {
    /// Its BC Number.
    pub number: String,
    /// Its BC Id, as it stands there.
    pub bc_id: String,
    /// The record, or the records, in Zoho.
    pub zoho_ids: Vec<String>,
}

/// What a rebuild did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RebuildReport {
    /// One for every flow that was rebuilt.
    pub flows: Vec<Rebuilt>,
    /// Zoho API credits that it cost.
    pub zoho_credits: u64,
}

impl Engine {
    /// Forgets which record in Zoho stands for which, and believes the keys in Zoho instead. What Zoho holds is taken down with it, so
    /// that the next run writes whatever differs from Business Central; it reads the rows of every invoice anew.
    ///
    /// # Errors
    /// When either side or the database could not be read.
    pub async fn rebuild_map(
        &self,
        flows: Option<&[Flow]>,
        progress: &dyn Progress,
        stop: &Stop,
    ) -> Result<RebuildReport, RunError> {
        let before = self.parts.zoho.credits();
        let session = self.session("map".to_owned(), progress, stop).await?;
        let mut report = RebuildReport { flows: Vec::new(), zoho_credits: 0 };
        for flow in Flow::ALL {
            let asked = flows.is_none_or(|flows| flows.contains(&flow));
            if asked && session.policy().flows.contains(&flow) && session.org.gate(flow).is_ok() {
                progress.event(Event::Sweep { flow, what: "keys in Zoho" });
                report.flows.push(one_flow(&session, flow).await?);
            }
        }
        report.zoho_credits = self.parts.zoho.credits() - before;
        Ok(report)
    }
}

async fn one_flow(session: &Session<'_>, flow: Flow) -> Result<Rebuilt, RunError> {
    let listed = listed(session, flow).await?;
    let (number_key, id_key) = adopt::keys(session, flow)?;
    // A clone made by hand has the identity and, because that is unique, not the number.
    let condition = format!("({number_key} is not null or {id_key} is not null)");
    let mut build = Build::new(session, flow, number_key, id_key);
    let mut after: Option<String> = None;
    loop {
        session.check_stop()?;
        let page = adopt::select_page(session, flow, &condition, after.as_deref()).await?;
        after =
            page.rows.last().and_then(|row| row.get("id")).and_then(Value::as_text).map(ToOwned::to_owned);
        build.page(&page.rows, &listed).await?;
        if !page.more || after.is_none() {
            break;
        }
    }
    build.finish()
}

/// The ids that Business Central lists.
async fn listed(session: &Session<'_>, flow: Flow) -> Result<HashSet<BcId>, RunError> {
    let mut listed = HashSet::new();
    for query in observe::identities(flow, session.policy().invoices_from) {
        let mut pages = session.company().list(query);
        while let Some(page) = pages.next().await? {
            session.check_stop()?;
            listed.extend(page.rows.iter().filter_map(business_central::Row::id));
        }
    }
    Ok(listed)
}

/// The rebuilding of one flow.
struct Build<'a, 'b> {
    session: &'a Session<'b>,
    flow: Flow,
    number_key: String,
    id_key: String,
    /// Which record in Zoho was met first for an id.
    met: HashMap<BcId, ZohoId>,
    doubles: BTreeMap<BcId, Keyed>,
    report: Rebuilt,
}

impl<'a, 'b> Build<'a, 'b> {
    fn new(session: &'a Session<'b>, flow: Flow, number_key: String, id_key: String) -> Self {
        let report = Rebuilt {
            flow,
            linked: 0,
            changed: 0,
            forgotten: 0,
            doubles: 0,
            orphans: 0,
            doubles_listed: Vec::new(),
            orphans_listed: Vec::new(),
        };
        Self { session, flow, number_key, id_key, met: HashMap::new(), doubles: BTreeMap::new(), report }
    }

    /// Links the records of one page.
    async fn page(&mut self, records: &[Record], listed: &HashSet<BcId>) -> Result<(), RunError> {
        let mut known: Vec<(BcId, &Record)> = Vec::new();
        let mut doubtful: BTreeMap<BcId, Vec<&Record>> = BTreeMap::new();
        for record in records {
            if map::is_placeholder(&self.text(record, &self.number_key)) {
                continue;
            }
            match self.text(record, &self.id_key).parse::<BcId>() {
                Err(_) => self.orphan(record),
                Ok(id) if listed.contains(&id) => known.push((id, record)),
                Ok(id) => doubtful.entry(id).or_default().push(record),
            }
        }
        // What is not listed may be deleted and remembered, or older than the invoices that are copied.
        let session = self.session;
        let mut unknown = BTreeSet::new();
        for id in doubtful.keys() {
            if session.store().read(|tx| sources::identity(tx, self.flow, *id))?.is_none() {
                unknown.insert(*id);
            }
        }
        let found = numbers_of(session, self.flow, &unknown).await?;
        for (id, records) in doubtful {
            let is_known = !unknown.contains(&id) || found.contains_key(&id);
            for record in records {
                if is_known {
                    known.push((id, record));
                } else {
                    self.orphan(record);
                }
            }
        }
        let links: Vec<(BcId, &Record)> =
            known.into_iter().filter(|(id, record)| self.is_first(*id, record)).collect();
        let changed = session.store().write(|tx| {
            let mut changed = 0;
            for (id, record) in &links {
                changed += u64::from(self.link(tx, *id, record)?);
            }
            Ok(changed)
        })?;
        self.report.changed += changed;
        Ok(())
    }

    /// Whether the record is the first with that id; a second one makes both doubles.
    fn is_first(&mut self, id: BcId, record: &Record) -> bool {
        let zoho_id = self.text(record, "id");
        let Some(first) = self.met.get(&id) else {
            self.met.insert(id, ZohoId::new(zoho_id));
            return true;
        };
        let first = first.to_string();
        let number = self.text(record, &self.number_key);
        let double = self.doubles.entry(id).or_insert_with(|| Keyed {
            number: String::new(),
            bc_id: id.to_string(),
            zoho_ids: vec![first],
        });
        if double.number.is_empty() {
            double.number = number;
        }
        double.zoho_ids.push(zoho_id);
        false
    }

    fn orphan(&mut self, record: &Record) {
        self.report.orphans += 1;
        if self.report.orphans_listed.len() < LISTED {
            self.report.orphans_listed.push(Keyed {
                number: self.text(record, &self.number_key),
                bc_id: self.text(record, &self.id_key),
                zoho_ids: vec![self.text(record, "id")],
            });
        }
    }

    /// Stores what Zoho holds as the record's link. Whether it is another one than before.
    fn link(&self, tx: &Tx<'_>, id: BcId, record: &Record) -> Result<bool, StoreError> {
        let zoho_id = ZohoId::new(self.text(record, "id"));
        let old = links::get(tx, self.flow, id)?;
        let same = old.as_ref().filter(|link| link.zoho_id == zoho_id);
        let owned = map::owned_fields(self.flow, &self.session.org);
        // What was left to people when the record was taken over stays theirs.
        let ours =
            |name: &String| owned.contains(name) && !same.is_some_and(|link| link.leaves_to_people(name));
        let document = self.flow.is_document();
        let now = self.session.now();
        let link = Link {
            flow: self.flow,
            id,
            number: self.text(record, &self.number_key),
            sent: record.iter().filter(|(name, _)| ours(name)).map(|(k, v)| (k.clone(), v.clone())).collect(),
            source_hash: String::new(),
            fingerprint: String::new(),
            modified_time: Some(self.text(record, "Modified_Time")).filter(|text| !text.is_empty()),
            verified: !document,
            lines: if document { LineState::Unknown } else { LineState::None },
            adopted: same.is_none_or(|link| link.adopted),
            written_at: now,
            copy: CopyState::default(),
            zoho_id,
        };
        links::put(tx, &link)?;
        sources::unsettle(tx, self.flow, id)?;
        if same.is_some() {
            return Ok(false);
        }
        let entry = Entry {
            number: Some(link.number.clone()),
            before: old.map(|link| Value::text(link.zoho_id.as_str())),
            after: Some(Value::text(link.zoho_id.as_str())),
            zoho_id: Some(link.zoho_id.to_string()),
            ..self.session.entry(
                self.flow,
                id,
                AuditKind::Adopted,
                "linked by its key in Zoho, as the map was rebuilt",
                now,
            )
        };
        audit::append(tx, &entry)?;
        Ok(true)
    }

    /// Forgets the links that no key in Zoho bears out, and sums up.
    fn finish(mut self) -> Result<Rebuilt, RunError> {
        let (session, flow) = (self.session, self.flow);
        let mut after = None;
        loop {
            session.check_stop()?;
            let page = session.store().read(|tx| links::page(tx, flow, after, PAGE))?;
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            let gone: Vec<&Link> = page
                .iter()
                .filter(|link| !self.met.contains_key(&link.id) || self.doubles.contains_key(&link.id))
                .collect();
            let now = session.now();
            session.store().write(|tx| {
                for link in &gone {
                    links::remove(tx, flow, link.id)?;
                    sources::unsettle(tx, flow, link.id)?;
                    let entry = Entry {
                        number: Some(link.number.clone()),
                        before: Some(Value::text(link.zoho_id.as_str())),
                        zoho_id: Some(link.zoho_id.to_string()),
                        ..session.entry(
                            flow,
                            link.id,
                            AuditKind::Decision,
                            "its link was forgotten, as the map was rebuilt",
                            now,
                        )
                    };
                    audit::append(tx, &entry)?;
                }
                Ok(())
            })?;
            self.report.forgotten += gone.len() as u64;
        }
        self.report.doubles = self.doubles.len() as u64;
        self.report.linked = self.met.len() as u64 - self.report.doubles;
        self.report.doubles_listed = self.doubles.into_values().take(LISTED).collect();
        let summary = format!(
            "the map of {flow} was rebuilt from the keys in Zoho: {} linked, {} forgotten",
            self.report.linked, self.report.forgotten
        );
        let entry = Entry {
            seq: 0,
            at: session.now(),
            run: None,
            flow: Some(flow),
            id: None,
            number: None,
            kind: AuditKind::Decision,
            summary,
            before: None,
            after: None,
            zoho_id: None,
        };
        session.store().write(|tx| audit::append(tx, &entry))?;
        Ok(self.report)
    }

    fn text(&self, record: &Record, key: &str) -> String {
        record.get(key).and_then(Value::as_text).unwrap_or_default().to_owned()
    }
}
