//! One subscription, as it is asked for and as it is.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use transport::Secret;
use url::Url;

use super::Resource;
use crate::answer::Unread;
use crate::entity::STANDARD_API;
use crate::{BcId, Entity, Error};

/// The longest id that is believed; real ones are 32 hexadecimal digits.
const LONGEST_ID: usize = 64;

/// The id that Business Central gave a subscription. It consists of letters, digits and hyphens, so that it cannot lead an address astray.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubscriptionId(String);

impl SubscriptionId {
    /// Takes a text as an id; `None` where it is none.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let is_id = (1..=LONGEST_ID).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        is_id.then(|| Self(text.to_owned()))
    }

    /// The id's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SubscriptionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A subscription to be made, or what one becomes when it is renewed.
///
/// The address for notifications and the client state are what lets somebody forge a notification: neither is printed.
#[derive(Clone, PartialEq, Eq)]
pub struct NewSubscription {
    notification_url: String,
    resource: String,
    client_state: Secret,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    notification_url: &'a str,
    resource: &'a str,
    client_state: &'a str,
}

impl NewSubscription {
    /// A subscription to a resource by its address.
    #[must_use]
    pub fn new(
        notification_url: impl Into<String>,
        resource: impl Into<String>,
        client_state: Secret,
    ) -> Self {
        Self { notification_url: notification_url.into(), resource: resource.into(), client_state }
    }

    /// A subscription to everything of one collection of a company.
    #[must_use]
    pub fn of(
        company: BcId,
        entity: Entity,
        notification_url: impl Into<String>,
        client_state: Secret,
    ) -> Self {
        let resource = format!("/api/{}/companies({company})/{entity}", entity.api());
        Self::new(notification_url, resource, client_state)
    }

    /// What is subscribed to.
    #[must_use]
    pub fn resource(&self) -> &str {
        &self.resource
    }

    pub(super) fn json(&self) -> String {
        let body = Body {
            notification_url: &self.notification_url,
            resource: &self.resource,
            client_state: self.client_state.reveal(),
        };
        // Three texts always become JSON.
        serde_json::to_string(&body).unwrap_or_default()
    }
}

impl fmt::Debug for NewSubscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NewSubscription({} to {})", self.resource, host(&self.notification_url))
    }
}

/// A subscription that Business Central has.
///
/// The address for notifications and the client state are not printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Its id.
    pub id: SubscriptionId,
    /// Its state, for `If-Match`.
    pub etag: String,
    /// Where notifications go.
    pub notification_url: String,
    /// What they are about, as Business Central prints it; [`target`](Self::target) reads it.
    pub resource: String,
    /// What notifications carry as proof that they are of this subscription; blank where none was given.
    pub client_state: Secret,
    /// When it ends unless it is renewed.
    pub expires_at: Timestamp,
}

impl Subscription {
    /// The company and the collection that it is about, where this program knows them.
    #[must_use]
    pub fn target(&self) -> Option<(BcId, Entity)> {
        let resource = Resource::parse(&self.resource)?;
        Some((resource.company, resource.entity()?))
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, resource, notification_url, expires_at, .. } = self;
        write!(f, "Subscription({id}, {resource} to {}, until {expires_at})", host(notification_url))
    }
}

/// The host of an address; the rest may be what makes it hard to guess.
fn host(address: &str) -> String {
    Url::parse(address).ok().and_then(|url| url.host_str().map(ToOwned::to_owned)).unwrap_or_default()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    #[serde(rename = "@odata.etag", default)]
    etag: String,
    subscription_id: String,
    notification_url: String,
    resource: String,
    #[serde(default)]
    client_state: Option<String>,
    expiration_date_time: Timestamp,
}

impl Row {
    fn read(self) -> Result<Subscription, Unread> {
        let id = SubscriptionId::new(&self.subscription_id).ok_or_else(|| unexpected("its id is none"))?;
        Ok(Subscription {
            id,
            etag: self.etag,
            notification_url: self.notification_url,
            resource: self.resource,
            client_state: Secret::new(self.client_state.unwrap_or_default()),
            expires_at: self.expiration_date_time,
        })
    }
}

#[derive(Deserialize)]
struct Envelope {
    value: Vec<Row>,
    #[serde(rename = "@odata.nextLink", default)]
    next: Option<String>,
}

/// A page of subscriptions.
pub(super) struct Page {
    pub(super) subscriptions: Vec<Subscription>,
    pub(super) next: Option<String>,
}

/// Reads a page.
pub(super) fn list(body: &[u8]) -> Result<Page, Unread> {
    let envelope: Envelope = serde_json::from_slice(body).map_err(|error| unread(&error))?;
    let subscriptions = envelope.value.into_iter().map(Row::read).collect::<Result<_, _>>()?;
    Ok(Page { subscriptions, next: envelope.next.filter(|link| !link.is_empty()) })
}

/// Reads one subscription.
pub(super) fn one(body: &[u8]) -> Result<Subscription, Unread> {
    serde_json::from_slice::<Row>(body).map_err(|error| unread(&error))?.read()
}

/// Reads the answer to a deletion, which holds nothing.
pub(super) fn nothing(_body: &[u8]) -> Result<(), Unread> {
    Ok(())
}

/// The complaint quotes nothing: the text holds the client state.
fn unread(error: &serde_json::Error) -> Unread {
    let complaint = format!("line {}, column {}", error.line(), error.column());
    if error.is_data() { unexpected(&complaint) } else { Unread::Broken(complaint) }
}

fn unexpected(complaint: &str) -> Unread {
    let place = format!("a subscription of {STANDARD_API}");
    Unread::Unexpected(Error::undecodable(complaint, place))
}

#[cfg(test)]
mod tests {
    use transport::Secret;

    use super::{NewSubscription, SubscriptionId, list, one};
    use crate::answer::Unread;
    use crate::{BcId, Entity};

    const ROW: &str = r#"{"@odata.etag":"W/\"1\"","subscriptionId":"270135334a7d433e9009dde078e9e29c",
        "notificationUrl":"https://hook.example/v1/hooks/guess-me","resource":"api/v2.0/companies(b18aed47-c385-49d2-b954-dbdf8ad71780)/items",
        "clientState":"s3cret","expirationDateTime":"2025-10-02T09:58:45Z"}"#;

    #[test]
    fn neither_client_state_nor_the_address_is_printed() {
        let subscription = one(ROW.as_bytes()).unwrap();
        let new = NewSubscription::of(
            BcId::from_bytes([1; 16]),
            Entity::Items,
            "https://hook.example/v1/hooks/guess-me",
            Secret::new("s3cret"),
        );
        let printed = format!("{subscription:?} {new:?} {:#?}", Some(&subscription));
        assert!(
            printed.contains("hook.example") && printed.contains("270135334a7d433e9009dde078e9e29c"),
            "{printed}"
        );
        assert!(!printed.contains("s3cret") && !printed.contains("guess-me"), "{printed}");
    }

    #[test]
    fn a_complaint_about_an_answer_quotes_nothing_of_it() {
        for spoiled in [
            ROW.replace("\"2025-10-02T09:58:45Z\"", "\"s3cret\""),
            ROW.replace(r#""s3cret""#, "{\"s3cret\":1}"),
        ] {
            let Err(Unread::Unexpected(error)) = one(spoiled.as_bytes()) else { panic!("{spoiled}") };
            assert!(!format!("{error} {error:?}").contains("s3cret"), "{error}");
        }
        assert!(matches!(list(&ROW.as_bytes()[..40]), Err(Unread::Broken(_))));
    }

    #[test]
    fn a_subscription_knows_what_it_is_about_and_needs_no_client_state() {
        let without = ROW.replace(r#""clientState":"s3cret","#, "");
        let subscription = one(without.as_bytes()).unwrap();
        assert!(subscription.client_state.is_empty());
        let company: BcId = "b18aed47-c385-49d2-b954-dbdf8ad71780".parse().unwrap();
        assert_eq!(subscription.target(), Some((company, Entity::Items)));
    }

    #[test]
    fn an_id_cannot_lead_an_address_astray() {
        for text in ["", "x')/../customers('y", "a b", "a/b", "é", &"a".repeat(65)] {
            assert_eq!(SubscriptionId::new(text), None, "{text}");
            let row = ROW.replace("270135334a7d433e9009dde078e9e29c", text);
            assert!(one(row.as_bytes()).is_err(), "{text}");
        }
    }
}
