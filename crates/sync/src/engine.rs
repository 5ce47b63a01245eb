//! The engine's face: runs, replays and comparisons of one profile.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use business_central::{BcId, CompanyApi};
use jiff::Timestamp;
use transport::{Clock, Random};

use crate::apply::Selection;
use crate::company_facts::CompanyFacts;
use crate::credit_ledger::CreditLedger;
use crate::failure::RunError;
use crate::flow::Flow;
use crate::match_review::{self, Forecast, ReviewOptions, Reviewed};
use crate::org_schema::OrgSchema;
use crate::policy::Policy;
use crate::progress::{Event, Progress, Stop};
use crate::report::{RunReport, Trigger};
use crate::run;
use crate::session::Session;
use crate::store::Store;
use crate::store::audit::{AuditKind, Entry};
use crate::store::binding::{self, Binding};
use crate::store::facts;
use crate::store::failure_groups::GroupKey;
use crate::writer::claim::Claim;
use crate::writer::{self, Desk, Tenure, Writer};

/// How long metadata of both sides is believed. A run that a person starts in a new process always reads it anew.
const METADATA_AGE: Duration = Duration::from_secs(60 * 60);

/// Which company of which environment the profile copies, as the settings name it.
#[derive(Clone, Debug)]
pub struct Origin {
    /// Tenant id or domain.
    pub tenant: String,
    /// Environment name.
    pub environment: String,
    /// Company name or id.
    pub company: String,
}

/// Everything that comes in from outside.
pub struct Parts {
    /// The database.
    pub store: Arc<Store>,
    /// Business Central.
    pub business_central: business_central::Client,
    /// Zoho CRM.
    pub zoho: zoho_crm::Client,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance, for jitter and run ids.
    pub random: Arc<dyn Random>,
    /// What the user decided.
    pub policy: Policy,
    /// The company that is copied.
    pub origin: Origin,
    /// Books what the Zoho client spends. It is told how many credits the org has a day as soon as the edition is known.
    pub ledger: Arc<CreditLedger>,
    /// Who this is among all computers that could write to the org; `None` where only one can.
    pub writer: Option<Writer>,
}

/// What a run is asked to do.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// What started it.
    pub trigger: Trigger,
    /// Only these flows, in any order; `None` for all that are switched on.
    pub flows: Option<Vec<Flow>>,
    /// Reads everything, whatever the watermarks say, and runs every sweep.
    pub full: bool,
    /// A person has looked at a mass deletion and means it.
    pub confirm_deletions: bool,
    /// Flows whose changes signals tell at present: by schedule they are listed less often, for safety alone.
    pub told: Vec<Flow>,
}

impl RunOptions {
    /// A run of every flow that is switched on, over what changed.
    #[must_use]
    pub fn of(trigger: Trigger) -> Self {
        Self { trigger, flows: None, full: false, confirm_deletions: false, told: Vec::new() }
    }
}

/// What a replay takes up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replay {
    /// These problems, by number, also where they were left alone: they are so no longer.
    Problems(Vec<i64>),
    /// Every open failure of a group.
    Group(GroupKey),
    /// Every open failure of a flow.
    Flow(Flow),
    /// Every open failure.
    All,
}

/// One profile's engine.
pub struct Engine {
    pub(crate) parts: Parts,
    metadata: Mutex<Option<Metadata>>,
    rehearsing: bool,
    tenure: Tenure,
}

#[derive(Clone)]
struct Metadata {
    company: CompanyApi,
    company_name: String,
    org: Arc<OrgSchema>,
    facts: Arc<CompanyFacts>,
    read_at: Timestamp,
}

impl Engine {
    /// An engine over the given parts.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self { parts, metadata: Mutex::new(None), rehearsing: false, tenure: Tenure::default() }
    }

    /// The same engine over a copy of the database and a client that writes nothing: what it wrote is in the copy and not in Zoho.
    #[must_use]
    pub(crate) fn rehearsing(self) -> Self {
        Self { rehearsing: true, ..self }
    }

    /// How many calls to Zoho may be under way at once, once its edition is known.
    pub(crate) fn zoho_concurrency(&self) -> Option<usize> {
        let metadata = self.metadata.lock().unwrap_or_else(PoisonError::into_inner);
        metadata.as_ref().map(|known| known.org.edition.concurrency())
    }

    /// One run. The report is made in every case; what prevented or ended it stands in `error`.
    pub async fn run(&self, options: &RunOptions, progress: &dyn Progress, stop: &Stop) -> RunReport {
        let selection = Selection { everything_due: options.trigger == Trigger::Manual, only: None };
        run::reported(self, options, &selection, progress, stop).await
    }

    /// Tries failed records again now, with what both sides say now.
    pub async fn replay(&self, what: &Replay, progress: &dyn Progress, stop: &Stop) -> RunReport {
        run::replayed(self, what, progress, stop).await
    }

    /// How much there is to read for a [`review`](Self::review), as far as one credit a flow tells.
    ///
    /// # Errors
    /// When either side or the database could not be read.
    pub async fn review_forecast(
        &self,
        flows: Option<&[Flow]>,
        progress: &dyn Progress,
        stop: &Stop,
    ) -> Result<Vec<Forecast>, RunError> {
        let flows = run::chosen(self, flows);
        let session = self.session("match".to_owned(), progress, stop).await?;
        run::must_be_set_up(&session, &flows).inspect_err(|_| self.forget_metadata())?;
        match_review::forecast(&session, &flows).await
    }

    /// Finds which records in Zoho without our key may be ours, and decides what was asked for. Writes nothing in Zoho.
    ///
    /// # Errors
    /// When either side or the database could not be read.
    pub async fn review(
        &self,
        options: &ReviewOptions,
        progress: &dyn Progress,
        stop: &Stop,
    ) -> Result<Reviewed, RunError> {
        let before = self.parts.zoho.credits();
        let flows = run::chosen(self, options.flows.as_deref());
        let session = self.session("match".to_owned(), progress, stop).await?;
        run::must_be_set_up(&session, &flows).inspect_err(|_| self.forget_metadata())?;
        let flows = match_review::run(&session, &flows, options).await?;
        Ok(Reviewed { flows, zoho_credits: self.parts.zoho.credits() - before })
    }

    /// Takes the org over from the computer that writes to it. Returns who that was, if anybody.
    ///
    /// # Errors
    /// When another company feeds the org, another computer takes it over at the same time, or one side or the database could not be
    /// asked.
    pub async fn take_over(&self, progress: &dyn Progress, stop: &Stop) -> Result<Option<Claim>, RunError> {
        let session = self.session("take-over".to_owned(), progress, stop).await?;
        match session.desk {
            Some(desk) => writer::take_over(&session, desk).await,
            None => Ok(None),
        }
    }

    fn desk(&self) -> Option<Desk<'_>> {
        let writer = self.parts.writer.as_ref()?;
        Some(Desk { writer, tenure: &self.tenure, origin: &self.parts.origin })
    }

    /// Forgets what was read of both sides' metadata.
    pub fn forget_metadata(&self) {
        *self.metadata.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    pub(crate) async fn session<'a>(
        &'a self,
        run_id: String,
        progress: &'a dyn Progress,
        stop: &'a Stop,
    ) -> Result<Session<'a>, RunError> {
        let started = self.parts.clock.now();
        progress.event(Event::Preparing);
        let metadata = self.metadata(started).await?;
        Ok(Session {
            run_id,
            started,
            store: Arc::clone(&self.parts.store),
            company: metadata.company,
            company_name: metadata.company_name,
            zoho: self.parts.zoho.clone(),
            clock: Arc::clone(&self.parts.clock),
            random: Arc::clone(&self.parts.random),
            policy: &self.parts.policy,
            org: metadata.org,
            facts: metadata.facts,
            progress,
            stop,
            rehearsing: self.rehearsing,
            desk: self.desk(),
        })
    }

    /// Reads both sides' metadata, and makes sure that they are the company and the org that this profile belongs to.
    async fn metadata(&self, now: Timestamp) -> Result<Metadata, RunError> {
        let known = self.metadata.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = known
            && now >= known.read_at
            && now.duration_since(known.read_at).unsigned_abs() < METADATA_AGE
        {
            return Ok(known);
        }
        let (company, org) =
            tokio::join!(self.find_company(), OrgSchema::read(&self.parts.zoho, &self.parts.policy.flows));
        let (id, name) = company?;
        let mut org = org?;
        choose_keys(&self.parts.store, &mut org)?;
        self.bind(id, &name, &org.zgid)?;
        self.parts.zoho.set_concurrency(org.edition.concurrency());
        self.parts.ledger.set_daily(org.edition.daily_credits(org.licensed_users));
        let company = self.parts.business_central.company(id);
        let facts = CompanyFacts::read(&company).await?;
        let (org, facts) = (Arc::new(org), Arc::new(facts));
        let metadata = Metadata { company, company_name: name, org, facts, read_at: now };
        *self.metadata.lock().unwrap_or_else(PoisonError::into_inner) = Some(metadata.clone());
        Ok(metadata)
    }

    /// The company's id. A name is resolved once: the binding remembers the id, for names change.
    async fn find_company(&self) -> Result<(BcId, String), RunError> {
        let wanted = &self.parts.origin.company;
        let bound = self.parts.store.read(binding::get)?;
        let companies = self.parts.business_central.companies().await?;
        let is_wanted = |company: &&business_central::Company| {
            company.id.to_string().eq_ignore_ascii_case(wanted)
                || company.name.eq_ignore_ascii_case(wanted)
                || company.label().eq_ignore_ascii_case(wanted)
        };
        if let Some(company) = companies.iter().find(is_wanted) {
            return Ok((company.id, company.label().to_owned()));
        }
        if let Some(bound) = bound.filter(|bound| bound.company_name.eq_ignore_ascii_case(wanted))
            && let Some(company) = companies.iter().find(|company| company.id == bound.company_id)
        {
            return Ok((company.id, company.label().to_owned()));
        }
        let names: Vec<&str> = companies.iter().map(business_central::Company::label).collect();
        Err(RunError::refused(
            "company_not_found",
            format!(
                "Business Central's environment \"{}\" has no company \"{wanted}\". It has: {}.",
                self.parts.origin.environment,
                names.join(", ")
            ),
            "Correct `company` under [business_central] in ledgerline.toml, or run `ledgerline connect`.",
        ))
    }

    /// One profile, one company, one org: the first run ties them together, every later one makes sure.
    fn bind(&self, company_id: BcId, company_name: &str, zgid: &str) -> Result<(), RunError> {
        let now = Binding {
            tenant: self.parts.origin.tenant.clone(),
            environment: self.parts.origin.environment.clone(),
            company_id,
            company_name: company_name.to_owned(),
            zgid: zgid.to_owned(),
        };
        let Some(bound) = self.parts.store.read(binding::get)? else {
            let at = self.parts.clock.now();
            let entry = Entry {
                seq: 0,
                at,
                run: None,
                flow: None,
                id: None,
                number: None,
                kind: AuditKind::Decision,
                summary: format!(
                    "this profile copies company {company_name} ({company_id}) of {}/{} into the Zoho org {zgid}",
                    now.tenant, now.environment
                ),
                before: None,
                after: None,
                zoho_id: None,
            };
            self.parts.store.write(|tx| {
                binding::set(tx, &now)?;
                crate::store::audit::append(tx, &entry)
            })?;
            return Ok(());
        };
        let differences: Vec<String> = [
            ("tenant", bound.tenant.to_lowercase(), now.tenant.to_lowercase()),
            ("environment", bound.environment.to_lowercase(), now.environment.to_lowercase()),
            ("company", bound.company_id.to_string(), now.company_id.to_string()),
            ("Zoho org", bound.zgid.clone(), now.zgid.clone()),
        ]
        .into_iter()
        .filter(|(_, was, is)| was != is)
        .map(|(what, was, is)| format!("{what} was {was} and is now {is}"))
        .collect();
        if differences.is_empty() {
            return Ok(());
        }
        Err(RunError::refused(
            "other_company_or_org",
            format!(
                "This profile belongs to company {} and another pair is connected now: {}. Nothing was read or written.",
                bound.company_name,
                differences.join("; ")
            ),
            "Go back to the old settings, or use another profile folder (`--profile`) for the other company or org.",
        ))
    }
}

/// Applies the user's choice of an existing unique field as key, where one was made.
///
/// # Errors
/// When the database fails, or the field no longer serves.
pub fn choose_keys(store: &Store, org: &mut OrgSchema) -> Result<(), RunError> {
    for flow in Flow::ALL {
        if let Some(field) = store.read(|tx| facts::get(tx, &key_fact(flow)))? {
            org.choose_key(flow, &field)
                .map_err(|problem| RunError::refused(problem.code, problem.message, problem.cure))?;
        }
    }
    Ok(())
}

/// The fact that holds which existing field the user chose as the flow's key.
#[must_use]
pub fn key_fact(flow: Flow) -> String {
    format!("key.{}", flow.name())
}

/// The records behind problems, as a selection.
pub(crate) fn only(records: impl IntoIterator<Item = (Flow, BcId)>) -> BTreeSet<(Flow, BcId)> {
    records.into_iter().collect()
}
