//! The two sides' subscriptions in their own words.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use business_central::{BcId, CompanyApi, NewSubscription};
use jiff::{SignedDuration, Timestamp};
use sync::flow::Flow;
use sync::store::subscriptions::Side;
use transport::{Clock, Secret};
use zoho_crm::{NewChannel, Renewal};

use super::Access;
use super::access::{channel, is_channel, is_marked};
use super::keeper::Books;
use super::plan::Listed;
use crate::AppError;

/// What Business Central shall tell about: the collection of each flow, where it offers it.
///
/// Purchase orders are polled only: a GET on them may write (facts, §4). Posted invoices are in `salesInvoices` too; their own collection is of
/// another API, which does not need a subscription of its own.
#[must_use]
pub fn business_central_wants(flows: &[Flow], supported: Option<&BTreeSet<String>>) -> BTreeSet<String> {
    let polled_only = |flow: &&Flow| **flow == Flow::PurchaseOrders;
    let names =
        flows.iter().filter(|flow| !polled_only(flow)).map(|flow| flow.entity().set_name().to_owned());
    names.filter(|name| supported.is_none_or(|supported| supported.contains(name))).collect()
}

/// What Zoho shall tell about: every module that a flow writes to.
#[must_use]
pub fn zoho_wants(flows: &[Flow]) -> BTreeSet<String> {
    flows.iter().map(|flow| flow.module().api_name().to_owned()).collect()
}

/// A moment of a service's clock by ours, which may be wrong: how long something still lasts is the same by both.
fn by_ours(theirs: Timestamp, ahead: Option<SignedDuration>) -> Timestamp {
    theirs.saturating_sub(ahead.unwrap_or_default()).unwrap_or(theirs)
}

/// Business Central's subscriptions.
pub(super) struct BusinessCentralBooks<'a> {
    pub(super) client: &'a business_central::Client,
    pub(super) company: BcId,
    pub(super) access: &'a Access,
    /// What was listed last: renewing and removing need the state in which it was read.
    listed: Mutex<Vec<business_central::Subscription>>,
}

impl<'a> BusinessCentralBooks<'a> {
    pub(super) fn new(client: &'a business_central::Client, company: BcId, access: &'a Access) -> Self {
        Self { client, company, access, listed: Mutex::default() }
    }

    fn wanted(&self, about: &str) -> NewSubscription {
        let resource = format!("/api/v2.0/companies({})/{about}", self.company);
        NewSubscription::new(
            self.access.hooks.business_central.reveal(),
            resource,
            self.access.client_state(),
        )
    }

    fn end(&self, of: &business_central::Subscription) -> Timestamp {
        by_ours(of.expires_at, self.client.clock_offset())
    }

    fn found(&self, remote: &str) -> Option<business_central::Subscription> {
        let listed = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        listed.iter().find(|listed| listed.id.as_str() == remote).cloned()
    }
}

impl Books for BusinessCentralBooks<'_> {
    fn side(&self) -> Side {
        Side::BusinessCentral
    }

    async fn list(&self) -> Result<Vec<Listed>, AppError> {
        let found = self.client.subscriptions().await?;
        let listed = found.iter().map(|found| {
            let target = business_central::Resource::parse(&found.resource);
            let about = match target {
                Some(target) if target.company == self.company => target.entity_set,
                Some(_) | None => found.resource.clone(),
            };
            Listed {
                remote: found.id.as_str().to_owned(),
                about,
                expires_at: self.end(found),
                ours: is_marked(found.client_state.reveal(), &self.access.installation),
                current: self.access.is_client_state(found.client_state.reveal())
                    && found.notification_url == self.access.hooks.business_central.reveal(),
            }
        });
        let listed = listed.collect();
        *self.listed.lock().unwrap_or_else(PoisonError::into_inner) = found;
        Ok(listed)
    }

    async fn make(&self, about: &str) -> Result<(String, Timestamp), AppError> {
        let made = self.client.subscribe(&self.wanted(about)).await?;
        Ok((made.id.as_str().to_owned(), self.end(&made)))
    }

    async fn renew(&self, about: &str, remote: &str) -> Result<Option<Timestamp>, AppError> {
        let Some(found) = self.found(remote) else { return Ok(None) };
        match self.client.renew_subscription(&found, &self.wanted(about)).await {
            Ok(renewed) => Ok(Some(self.end(&renewed))),
            Err(error) if error.kind == business_central::ErrorKind::RecordNotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn remove(&self, remote: &str) -> Result<(), AppError> {
        let Some(found) = self.found(remote) else { return Ok(()) };
        Ok(self.client.unsubscribe(&found).await?)
    }
}

/// What a company offers to subscribe to.
pub(super) async fn supported(company: &CompanyApi) -> Result<Option<BTreeSet<String>>, AppError> {
    Ok(company.webhook_supported_resources().await?)
}

/// How long a channel is asked for; Zoho takes a week at most (facts, §8).
const CHANNEL_LASTS: SignedDuration = SignedDuration::from_hours(24);

/// Zoho's watch channels: one for each module, its number chosen by the installation.
pub(super) struct ZohoBooks<'a> {
    client: &'a zoho_crm::Client,
    access: &'a Access,
    clock: &'a dyn Clock,
}

impl<'a> ZohoBooks<'a> {
    pub(super) fn new(client: &'a zoho_crm::Client, access: &'a Access, clock: &'a dyn Clock) -> Self {
        Self { client, access, clock }
    }

    /// Zoho takes no end that is past by its own clock, and cuts one that is too far away (facts, §8).
    fn zoho_now(&self) -> Timestamp {
        let ahead = self.client.clock_offset().unwrap_or_default();
        self.clock.now().saturating_add(ahead).unwrap_or(Timestamp::MAX)
    }

    fn end(&self, theirs: Timestamp) -> Timestamp {
        by_ours(theirs, self.client.clock_offset())
    }

    fn wanted(&self, about: &str) -> Result<NewChannel, AppError> {
        let flow = Flow::ALL.into_iter().zip(0_u8..).find(|(flow, _)| flow.module().api_name() == about);
        let (flow, place) = flow.ok_or_else(|| {
            AppError::usage(
                format!("No flow writes to Zoho's module {about}."),
                "This is an error of the program.",
            )
        })?;
        Ok(NewChannel {
            id: channel(&self.access.installation, place),
            module: flow.module(),
            notify_url: self.access.hooks.zoho.reveal().to_owned(),
            token: Secret::new(self.access.zoho_word.reveal()),
            expires_at: self.zoho_now().saturating_add(CHANNEL_LASTS).unwrap_or(Timestamp::MAX),
        })
    }
}

impl Books for ZohoBooks<'_> {
    fn side(&self) -> Side {
        Side::Zoho
    }

    async fn list(&self) -> Result<Vec<Listed>, AppError> {
        let listed = self.client.channels().await?.into_iter().map(|found| Listed {
            remote: found.id.to_string(),
            about: found.module.api_name().to_owned(),
            expires_at: self.end(found.expires_at),
            ours: is_channel(found.id, &self.access.installation),
            current: self.access.is_token(found.token.reveal())
                && found.notify_url == self.access.hooks.zoho.reveal(),
        });
        Ok(listed.collect())
    }

    async fn make(&self, about: &str) -> Result<(String, Timestamp), AppError> {
        let wanted = self.wanted(about)?;
        let end = self.client.open_channel(&wanted).await?;
        Ok((wanted.id.to_string(), self.end(end)))
    }

    async fn renew(&self, about: &str, _remote: &str) -> Result<Option<Timestamp>, AppError> {
        match self.client.renew_channel(&self.wanted(about)?).await? {
            Renewal::Until(end) => Ok(Some(self.end(end))),
            Renewal::Gone => Ok(None),
        }
    }

    async fn remove(&self, remote: &str) -> Result<(), AppError> {
        match remote.parse() {
            Ok(id) => Ok(self.client.close_channel(id).await?),
            Err(_) => Ok(()),
        }
    }
}
