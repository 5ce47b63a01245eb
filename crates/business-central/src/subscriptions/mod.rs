//! Webhook subscriptions: asking Business Central to say when something changes, and reading what it says (facts, §7).
//!
//! This is all that the client writes. A [`Change`] makes its own address, which ends in `subscriptions` or in one subscription's id;
//! there is no other way to a request that is no GET.

mod change;
mod resource;
mod subscription;

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::client::Client;
use crate::entity::STANDARD_API;
use crate::query::MAX_PAGE_SIZE;
use crate::{CompanyApi, Error, ErrorKind, Pages};

pub(crate) use change::Change;
pub use resource::{Changed, Resource};
pub use subscription::{NewSubscription, Subscription, SubscriptionId};

/// The API that lists what can be subscribed to.
const RUNTIME_API: &str = "microsoft/runtime/beta";

/// A row of `webhookSupportedResources`.
#[derive(Deserialize)]
struct Supported {
    resource: String,
}

impl Client {
    /// The subscriptions that the app can see, those of other programs among them.
    ///
    /// # Errors
    /// As every call.
    pub async fn subscriptions(&self) -> Result<Vec<Subscription>, Error> {
        let mut subscriptions = Vec::new();
        let mut next = Some(self.address_outside(STANDARD_API, "/subscriptions"));
        while let Some(address) = next {
            let page = self.read(&address, Some(MAX_PAGE_SIZE), subscription::list).await?;
            subscriptions.extend(page.subscriptions);
            next = page.next.filter(|next| *next != address);
        }
        Ok(subscriptions)
    }

    /// Subscribes. Business Central calls the address for notifications before it answers.
    ///
    /// It is not sent again when its answer is lost: look into [`subscriptions`](Self::subscriptions) first.
    ///
    /// # Errors
    /// [`ErrorKind::HandshakeFailed`], [`ErrorKind::SubscriptionLimit`], [`ErrorKind::NotSubscribable`] or
    /// [`ErrorKind::SubscriptionRefused`] where it is refused; else as every call.
    pub async fn subscribe(&self, wanted: &NewSubscription) -> Result<Subscription, Error> {
        self.change(&Change::Make(wanted), subscription::one).await
    }

    /// Gives a subscription another three days. Business Central calls the address for notifications again.
    ///
    /// `wanted` is what it stays, or becomes. Where somebody changed the subscription meanwhile it is read anew, once.
    ///
    /// # Errors
    /// [`ErrorKind::RecordNotFound`] where it is gone; else as [`subscribe`](Self::subscribe).
    pub async fn renew_subscription(
        &self,
        subscription: &Subscription,
        wanted: &NewSubscription,
    ) -> Result<Subscription, Error> {
        let renew = |etag| Change::Renew { id: &subscription.id, etag, wanted };
        match self.change(&renew(&subscription.etag), subscription::one).await {
            Err(error) if change::is_conflict(&error) => {
                let etag = self.etag_of(&subscription.id).await?;
                self.change(&renew(&etag), subscription::one).await
            }
            other => other,
        }
    }

    /// Ends a subscription; one that is gone already has ended.
    ///
    /// # Errors
    /// As every call.
    pub async fn unsubscribe(&self, subscription: &Subscription) -> Result<(), Error> {
        let end = |etag| Change::End { id: &subscription.id, etag };
        let ended = match self.change(&end(&subscription.etag), subscription::nothing).await {
            Err(error) if change::is_conflict(&error) => match self.etag_of(&subscription.id).await {
                Ok(etag) => self.change(&end(&etag), subscription::nothing).await,
                Err(error) => Err(error),
            },
            other => other,
        };
        match ended {
            Err(error) if error.kind == ErrorKind::RecordNotFound => Ok(()),
            other => other,
        }
    }

    /// The etag that a subscription has by now.
    async fn etag_of(&self, id: &SubscriptionId) -> Result<String, Error> {
        let found = self.subscriptions().await?.into_iter().find(|subscription| subscription.id == *id);
        found.map(|subscription| subscription.etag).ok_or_else(|| {
            Error::new(ErrorKind::RecordNotFound, format!("{STANDARD_API}/subscriptions('{id}')"))
        })
    }
}

impl CompanyApi {
    /// The collections of API v2.0 to which one can subscribe, by their names in addresses; `None` where Business Central does not say.
    ///
    /// # Errors
    /// As every call; an API that is missing or closed is no error.
    pub async fn webhook_supported_resources(&self) -> Result<Option<BTreeSet<String>>, Error> {
        let path = "/webhookSupportedResources?$filter=resource%20eq%20%27v2.0*%27";
        let address = self.client().address(RUNTIME_API, self.id(), path);
        let mut pages = Pages::new(self.client().clone(), Some(address), MAX_PAGE_SIZE);
        let mut names = BTreeSet::new();
        loop {
            match pages.next().await {
                Ok(None) => return Ok(Some(names)),
                Ok(Some(page)) => {
                    for row in page.rows {
                        let supported: Supported = row.decode()?;
                        names.extend(supported.resource.strip_prefix("v2.0/").map(ToOwned::to_owned));
                    }
                }
                Err(error) if does_not_say(&error.kind) => return Ok(None),
                Err(error) => return Err(error),
            }
        }
    }
}

/// The token is good for the standard API, so a refusal here speaks about this API.
fn does_not_say(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::ApiAbsent
            | ErrorKind::RecordNotFound
            | ErrorKind::BadRequest
            | ErrorKind::Unauthorized
            | ErrorKind::Permission
    )
}
