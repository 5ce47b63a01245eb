//! What every step of one run needs at hand.

use std::sync::Arc;

use business_central::{BcId, CompanyApi};
use jiff::Timestamp;
use transport::{Clock, Random};

use crate::company_facts::CompanyFacts;
use crate::failure::RunError;
use crate::flow::Flow;
use crate::org_schema::OrgSchema;
use crate::policy::{OnZohoDelete, Policy};
use crate::progress::{Progress, Stop};
use crate::store::audit::{AuditKind, Entry};
use crate::store::{Store, StoreError};
use crate::writer::{self, Desk};

/// One run, or one comparison.
pub(crate) struct Session<'a> {
    pub(crate) run_id: String,
    pub(crate) started: Timestamp,
    pub(crate) store: Arc<Store>,
    pub(crate) company: CompanyApi,
    pub(crate) company_name: String,
    pub(crate) zoho: zoho_crm::Client,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) policy: &'a Policy,
    pub(crate) org: Arc<OrgSchema>,
    pub(crate) facts: Arc<CompanyFacts>,
    pub(crate) progress: &'a dyn Progress,
    pub(crate) stop: &'a Stop,
    /// What this run writes is in the database and not in Zoho.
    pub(crate) rehearsing: bool,
    /// Who this is, where that matters.
    pub(crate) desk: Option<Desk<'a>>,
}

impl Session<'_> {
    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    pub(crate) fn company(&self) -> &CompanyApi {
        &self.company
    }

    pub(crate) fn zoho(&self) -> &zoho_crm::Client {
        &self.zoho
    }

    pub(crate) fn policy(&self) -> &Policy {
        self.policy
    }

    pub(crate) fn progress(&self) -> &dyn Progress {
        self.progress
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn started(&self) -> Timestamp {
        self.started
    }

    /// Ends the run between two requests when the user asked for it.
    pub(crate) fn check_stop(&self) -> Result<(), RunError> {
        if self.stop.asked() { Err(RunError::Stopped) } else { Ok(()) }
    }

    /// As [`check_stop`](Self::check_stop), before something is written: only one computer writes to an org.
    pub(crate) async fn may_write(&self) -> Result<(), RunError> {
        self.check_stop()?;
        match self.desk {
            // On the heap: it is seldom more than a look at the clock, and every step that writes has a place for it.
            Some(desk) if !self.rehearsing => Box::pin(writer::hold(self, desk)).await,
            Some(_) | None => Ok(()),
        }
    }

    /// An audit entry of this run about one record, to be completed by the caller.
    pub(crate) fn entry(
        &self,
        flow: Flow,
        id: BcId,
        kind: AuditKind,
        summary: &str,
        now: Timestamp,
    ) -> Entry {
        Entry::about(&self.run_id, flow, id, kind, summary, now)
    }

    /// Does `work` on the database beside the rest of the run.
    pub(crate) async fn beside<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.store.beside(work).await
    }

    /// What a record of `flow` has to agree with beside its own data: mapping, org schema, policy.
    pub(crate) fn fingerprint(&self, flow: Flow) -> String {
        let policy = self.policy.of(flow);
        // Said only where it is not usual: else every record of an older database would be looked at anew.
        let left = match self.policy.on_zoho_delete(flow) {
            chosen if chosen == OnZohoDelete::usual(flow) => "",
            OnZohoDelete::Ask => "+ask",
            OnZohoDelete::Recreate => "+recreate",
            OnZohoDelete::Leave => "+leave",
        };
        format!(
            "{}|{}|{}|{:?}{left}|{}",
            crate::map::VERSION,
            self.org.fingerprint(flow),
            self.facts.fingerprint(),
            policy.on_delete,
            self.policy.map.fingerprint(flow)
        )
    }
}
