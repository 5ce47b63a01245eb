//! What a notification, or a subscription, is about.

use jiff::Timestamp;

use crate::{BcId, Entity};

/// The address in a notification, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// The company.
    pub company: BcId,
    /// The API, such as `v2.0`.
    pub api: String,
    /// The collection's name in addresses, such as `customers`.
    pub entity_set: String,
    /// What of it.
    pub changed: Changed,
}

/// What of a collection has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// One record.
    Record(BcId),
    /// Records changed after this moment, too many to name.
    Since(Timestamp),
    /// Anything may have: no record and no moment is named, as when deletions are among too many changes.
    Everything,
}

impl Resource {
    /// Reads `api/v2.0/companies(c)/customers(id)`: with a slash in front or without, with an address before it or without, ids quoted
    /// or not, percent-encoded or not. Also `…/customers?$filter=lastModifiedDateTime gt …`; a condition of another kind is taken as
    /// [`Changed::Everything`], which costs time and misses nothing.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        let path = decoded(path);
        let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        let at = segments
            .iter()
            .position(|segment| keyed(segment).is_some_and(|(name, _)| name == "companies"))?;
        let (_, company) = keyed(segments.get(at)?)?;
        let company = company.parse().ok()?;
        let from = segments[..at].iter().rposition(|segment| *segment == "api").map_or(0, |api| api + 1);
        let api = segments[from..at].join("/");
        let [last] = &segments[at + 1..] else { return None };
        let (entity_set, changed) = match keyed(last) {
            Some((name, key)) => (name, Changed::Record(key.parse().ok()?)),
            None => (*last, since(query).map_or(Changed::Everything, Changed::Since)),
        };
        let is_name = !entity_set.is_empty() && entity_set.bytes().all(|byte| byte.is_ascii_alphanumeric());
        is_name.then(|| Self { company, api, entity_set: entity_set.to_owned(), changed })
    }

    /// The collection, where this program knows it.
    #[must_use]
    pub fn entity(&self) -> Option<Entity> {
        let is_of = |entity: &Entity| entity.set_name() == self.entity_set;
        // Some versions leave the API out.
        let fits = |entity: &Entity| self.api.is_empty() || entity.api().eq_ignore_ascii_case(&self.api);
        Entity::ALL.into_iter().find(|entity| is_of(entity) && fits(entity))
    }
}

/// `customers(…)` as name and key, without the key's quotes.
fn keyed(segment: &str) -> Option<(&str, &str)> {
    let (name, key) = segment.split_once('(')?;
    Some((name, key.strip_suffix(')')?.trim_matches('\'')))
}

/// The moment in `$filter=lastModifiedDateTime gt …`.
fn since(query: &str) -> Option<Timestamp> {
    let filter = query.split('&').find_map(|option| {
        let (name, value) = option.split_once('=')?;
        (decoded(name) == "$filter").then(|| decoded(&value.replace('+', " ")))
    })?;
    let words: Vec<&str> = filter.split_whitespace().collect();
    let [_, "gt" | "ge", moment] = words.as_slice() else { return None };
    moment.trim_matches('\'').parse().ok()
}

/// The text without percent-encoding; what is no code stays as it is.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let digit = |place: usize| bytes.get(place).and_then(|digit| char::from(*digit).to_digit(16));
        let code = if byte == b'%' { digit(at + 1).zip(digit(at + 2)) } else { None };
        match code.and_then(|(high, low)| u8::try_from(high * 16 + low).ok()) {
            Some(value) => {
                out.push(value);
                at += 3;
            }
            None => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::{Changed, Resource};
    use crate::{BcId, Entity};

    const COMPANY: &str = "b18aed47-c385-49d2-b954-dbdf8ad71780";
    const ID: &str = "55e545bc-f6f9-ef11-9344-6045bdc8c234";

    fn changed(text: &str) -> Changed {
        let resource = Resource::parse(text).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(resource.company, COMPANY.parse::<BcId>().unwrap(), "{text}");
        assert_eq!(resource.entity(), Some(Entity::Customers), "{text}");
        resource.changed
    }

    #[test]
    fn a_record_is_read_in_every_spelling() {
        for text in [
            format!("api/v2.0/companies({COMPANY})/customers({ID})"),
            format!("/api/v2.0/companies({COMPANY})/customers({ID})"),
            format!("api/v2.0/companies('{COMPANY}')/customers('{ID}')"),
            format!("api/v2.0/companies%28{COMPANY}%29/customers(%27{ID}%27)"),
            format!(
                "https://bc.invalid/v2.0/tenant/Production/api/v2.0/companies({COMPANY})/customers({ID})"
            ),
            format!("companies({})/customers({ID})", COMPANY.to_uppercase()),
        ] {
            assert_eq!(changed(&text), Changed::Record(ID.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn a_collection_is_everything_unless_it_names_a_moment() {
        let moment = Changed::Since("2025-09-29T10:22:52.313Z".parse().unwrap());
        let base = format!("api/v2.0/companies({COMPANY})/customers");
        for (query, expected) in [
            ("", Changed::Everything),
            ("?$filter=lastModifiedDateTime%20gt%202025-09-29T10:22:52.313Z", moment),
            ("?$filter=lastModifiedDateTime gt 2025-09-29T10:22:52.313Z", moment),
            ("?$filter=lastModifiedDateTime+gt+2025-09-29T10%3A22%3A52.313Z", moment),
            ("?%24filter=lastDateTimeModified%20gt%202025-09-29T10:22:52.313Z", moment),
            ("?$top=5&$filter=lastModifiedDateTime%20gt%202025-09-29T12:22:52.313%2B02:00", moment),
            ("?$filter=number%20eq%20'1'", Changed::Everything),
            ("?$filter=lastModifiedDateTime%20lt%202025-09-29T10:22:52.313Z", Changed::Everything),
        ] {
            assert_eq!(changed(&format!("{base}{query}")), expected, "{query}");
        }
    }

    #[test]
    fn what_is_no_such_address_is_none() {
        for text in [
            String::new(),
            "api/v2.0/customers".to_owned(),
            format!("api/v2.0/companies({COMPANY})"),
            format!("api/v2.0/companies(x)/customers({ID})"),
            format!("api/v2.0/companies({COMPANY})/customers(x)"),
            format!("api/v2.0/companies({COMPANY})/customers({ID})/picture"),
            format!("api/v2.0/companies({COMPANY})/%2e%2e"),
        ] {
            assert_eq!(Resource::parse(&text), None, "{text}");
        }
    }

    #[test]
    fn a_collection_of_another_api_is_not_taken_for_ours() {
        let text = format!("api/contoso/app/v2.0/companies({COMPANY})/customers({ID})");
        let resource = Resource::parse(&text).unwrap();
        assert_eq!((resource.api.as_str(), resource.entity()), ("contoso/app/v2.0", None));
    }
}
