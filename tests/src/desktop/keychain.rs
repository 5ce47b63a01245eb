//! The keychain, as any program of the session sees it: org.freedesktop.secrets.

use std::collections::{BTreeMap, HashMap};

use zbus::blocking::Connection;
use zbus::zvariant::{OwnedObjectPath, OwnedValue, Value};

const NAME: &str = "org.freedesktop.secrets";
const PATH: &str = "/org/freedesktop/secrets";
const SERVICE: &str = "org.freedesktop.Secret.Service";
const ITEM: &str = "org.freedesktop.Secret.Item";
const COLLECTION: &str = "org.freedesktop.Secret.Collection";
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";

/// Under this name the application keeps its secrets.
const APPLICATION: &str = "Ledgerline";

/// How a secret goes over the bus: session, parameters, value, and what it is.
type Sealed = (OwnedObjectPath, Vec<u8>, Vec<u8>, String);

/// The keychain, with a session in it.
pub struct SecretStore<'a> {
    bus: &'a Connection,
    session: OwnedObjectPath,
}

impl<'a> SecretStore<'a> {
    pub(super) fn open(bus: &'a Connection) -> Self {
        let answer =
            bus.call_method(Some(NAME), PATH, Some(SERVICE), "OpenSession", &("plain", Value::from("")));
        let (_, session): (OwnedValue, OwnedObjectPath) = answer.unwrap().body().deserialize().unwrap();
        Self { bus, session }
    }

    /// Whether there is a collection for secrets, and it is open.
    pub(super) fn is_unlocked(bus: &Connection) -> bool {
        let Ok(answer) = bus.call_method(Some(NAME), PATH, Some(SERVICE), "ReadAlias", &"default") else {
            return false;
        };
        let Ok(collection) = answer.body().deserialize::<OwnedObjectPath>() else { return false };
        let locked =
            bus.call_method(Some(NAME), &collection, Some(PROPERTIES), "Get", &(COLLECTION, "Locked"));
        let locked = locked.ok().and_then(|answer| answer.body().deserialize::<OwnedValue>().ok());
        collection.as_str() != "/" && locked.is_some_and(|locked| locked.downcast_ref::<bool>() == Ok(false))
    }

    /// The application's secrets, by what it calls them.
    #[must_use]
    pub fn entries(&self) -> BTreeMap<String, String> {
        let wanted = HashMap::from([("service", APPLICATION)]);
        let answer = self.bus.call_method(Some(NAME), PATH, Some(SERVICE), "SearchItems", &wanted).unwrap();
        let (open, locked): (Vec<OwnedObjectPath>, Vec<OwnedObjectPath>) =
            answer.body().deserialize().unwrap();
        assert!(locked.is_empty(), "{locked:?}");
        open.iter().map(|item| (self.user(item), self.secret(item))).collect()
    }

    fn user(&self, item: &OwnedObjectPath) -> String {
        let answer =
            self.bus.call_method(Some(NAME), item, Some(PROPERTIES), "Get", &(ITEM, "Attributes")).unwrap();
        let value: OwnedValue = answer.body().deserialize().unwrap();
        let attributes: HashMap<String, String> = value.try_into().unwrap();
        attributes["username"].clone()
    }

    fn secret(&self, item: &OwnedObjectPath) -> String {
        let answer = self.bus.call_method(Some(NAME), item, Some(ITEM), "GetSecret", &self.session).unwrap();
        let (_, _, value, _): Sealed = answer.body().deserialize().unwrap();
        String::from_utf8(value).unwrap()
    }

    /// Stores a secret as the application does.
    pub fn store(&self, user: &str, secret: &str) {
        let answer = self.bus.call_method(Some(NAME), PATH, Some(SERVICE), "ReadAlias", &"default").unwrap();
        let collection: OwnedObjectPath = answer.body().deserialize().unwrap();
        let attributes = HashMap::from([("service", APPLICATION), ("username", user)]);
        let properties = HashMap::from([
            ("org.freedesktop.Secret.Item.Label", Value::from(user)),
            ("org.freedesktop.Secret.Item.Attributes", Value::from(attributes)),
        ]);
        let sealed = (&self.session, Vec::<u8>::new(), secret.as_bytes().to_vec(), "text/plain");
        let new = (properties, sealed, true);
        let answer =
            self.bus.call_method(Some(NAME), &collection, Some(COLLECTION), "CreateItem", &new).unwrap();
        let (_, prompt): (OwnedObjectPath, OwnedObjectPath) = answer.body().deserialize().unwrap();
        assert_eq!(prompt.as_str(), "/", "the keychain asks somebody");
    }
}
