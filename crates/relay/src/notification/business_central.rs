//! Business Central's notifications: `{"value":[…]}`, each item for one record or collection (facts, §7).

use std::fmt;

use jiff::Timestamp;
use relay_protocol::{CatchUpReason, Change, Hidden, Kind, Source};
use serde::de::{IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::catch_up;
use crate::limits;

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    value: Items<'a>,
}

/// At most [`limits::MOST_OF_ONE`] items, and whether there were more.
struct Items<'a> {
    first: Vec<&'a RawValue>,
    more: bool,
}

impl<'de: 'a, 'a> Deserialize<'de> for Items<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bounded;
        impl<'de> Visitor<'de> for Bounded {
            type Value = Items<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("notifications")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Items<'de>, A::Error> {
                let mut first = Vec::new();
                while first.len() < limits::MOST_OF_ONE {
                    match items.next_element()? {
                        Some(item) => first.push(item),
                        None => return Ok(Items { first, more: false }),
                    }
                }
                let mut more = false;
                while items.next_element::<IgnoredAny>()?.is_some() {
                    more = true;
                }
                Ok(Items { first, more })
            }
        }
        deserializer.deserialize_seq(Bounded)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item<'a> {
    subscription_id: String,
    client_state: Option<String>,
    resource: String,
    change_type: Change,
    #[serde(borrow)]
    last_modified_date_time: Option<&'a RawValue>,
    /// What the documentation's sample calls it; the service's own code says `lastModifiedDateTime`.
    #[serde(borrow)]
    last_date_time_modified: Option<&'a RawValue>,
}

/// None where the body as a whole cannot be read.
pub(super) fn signals_of(body: &[u8]) -> Option<Vec<Kind>> {
    let body: Body<'_> = serde_json::from_slice(body).ok()?;
    if body.value.more {
        return Some(vec![catch_up(Source::BusinessCentral, CatchUpReason::TooLarge)]);
    }
    Some(body.value.first.iter().map(|item| signal_of(item.get())).collect())
}

fn signal_of(item: &str) -> Kind {
    let Ok(item) = serde_json::from_str::<Item<'_>>(item) else {
        return catch_up(Source::BusinessCentral, CatchUpReason::Unreadable);
    };
    let time = item.last_modified_date_time.or(item.last_date_time_modified);
    Kind::BusinessCentral {
        subscription_id: item.subscription_id,
        client_state: item.client_state.map(Hidden::new),
        resource: item.resource,
        change: item.change_type,
        last_modified: time.and_then(timestamp),
    }
}

/// Without a readable time the record is still to be read.
fn timestamp(raw: &RawValue) -> Option<Timestamp> {
    serde_json::from_str::<String>(raw.get()).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(change: &str, rest: &str) -> String {
        format!(
            r#"{{"subscriptionId":"270135334a7d433e9009dde078e9e29c","clientState":"testClientState",
                "expirationDateTime":"2025-10-02T10:21:44Z","resource":"api/v2.0/companies(c)/items(i)",
                "changeType":"{change}"{rest}}}"#
        )
    }

    fn expected(change: Change, last_modified: Option<&str>) -> Kind {
        Kind::BusinessCentral {
            subscription_id: "270135334a7d433e9009dde078e9e29c".to_owned(),
            client_state: Some(Hidden::new("testClientState")),
            resource: "api/v2.0/companies(c)/items(i)".to_owned(),
            change,
            last_modified: last_modified.map(|time| time.parse().unwrap()),
        }
    }

    #[test]
    fn one_post_may_bring_several_and_each_becomes_a_signal() {
        let time = r#","lastModifiedDateTime":"2025-09-29T10:22:52.363Z""#;
        let other_name = r#","lastDateTimeModified":"2025-09-29T10:22:52.363Z""#;
        let body = format!(
            r#"{{"value":[{},{},{},{}],"more":1}}"#,
            item("updated", time),
            item("created", other_name),
            item("deleted", r#","lastModifiedDateTime":7"#),
            item("collection", ""),
        );
        let at = Some("2025-09-29T10:22:52.363Z");
        assert_eq!(
            signals_of(body.as_bytes()).unwrap(),
            [
                expected(Change::Updated, at),
                expected(Change::Created, at),
                expected(Change::Deleted, None),
                expected(Change::Collection, None),
            ]
        );
    }

    #[test]
    fn one_unreadable_item_spoils_no_other() {
        let body = format!(r#"{{"value":[{},3,{}]}}"#, item("moved", ""), item("updated", ""));
        let unreadable = catch_up(Source::BusinessCentral, CatchUpReason::Unreadable);
        assert_eq!(
            signals_of(body.as_bytes()).unwrap(),
            [unreadable.clone(), unreadable, expected(Change::Updated, None)]
        );
    }

    #[test]
    fn an_empty_list_says_that_nothing_changed() {
        assert_eq!(signals_of(br#"{"value":[]}"#), Some(Vec::new()));
    }

    #[test]
    fn more_items_than_are_kept_become_one_catch_up() {
        let items = vec!["0"; limits::MOST_OF_ONE + 1].join(",");
        let expected = vec![catch_up(Source::BusinessCentral, CatchUpReason::TooLarge)];
        assert_eq!(signals_of(format!(r#"{{"value":[{items}]}}"#).as_bytes()), Some(expected));
    }
}
