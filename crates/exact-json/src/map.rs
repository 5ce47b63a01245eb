//! A JSON object.

use std::fmt;
use std::mem;
use std::ops::Index;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::Value;

/// A JSON object; keys in alphabetical order, so that equal objects print alike.
///
/// A record has a few dozen members, and thousands of records are under way at a time: a sorted list takes a third of a tree's memory,
/// and one allocation. Putting a member between others moves those behind it.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Map(Vec<(String, Value)>);

impl Map {
    /// An object without members.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// How many members.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no member.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Where the member is, or would stand.
    fn place(&self, key: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| known.as_str().cmp(key))
    }

    /// The member `key`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.place(key).ok().and_then(|place| self.0.get(place)).map(|(_, value)| value)
    }

    /// The member `key`, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        self.place(key).ok().and_then(|place| self.0.get_mut(place)).map(|(_, value)| value)
    }

    /// Whether there is a member `key`.
    #[must_use]
    pub fn contains_key(&self, key: &str) -> bool {
        self.place(key).is_ok()
    }

    /// Puts a member in the place of the one with this key; returns what that was.
    pub fn insert(&mut self, key: String, value: Value) -> Option<Value> {
        match self.place(&key) {
            Ok(place) => self.0.get_mut(place).map(|(_, known)| mem::replace(known, value)),
            Err(place) => {
                self.0.insert(place, (key, value));
                None
            }
        }
    }

    /// Puts a member where there is none with this key.
    pub fn insert_absent(&mut self, key: &str, value: Value) {
        if let Err(place) = self.place(key) {
            self.0.insert(place, (key.to_owned(), value));
        }
    }

    /// Takes out the member `key`.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        self.place(key).ok().map(|place| self.0.remove(place).1)
    }

    /// Keeps the members of which `keeps` says so.
    pub fn retain(&mut self, mut keeps: impl FnMut(&str, &mut Value) -> bool) {
        self.0.retain_mut(|(key, value)| keeps(key, value));
    }

    /// Takes out the members of which `takes` says so.
    #[must_use]
    pub fn take_if(&mut self, mut takes: impl FnMut(&str, &Value) -> bool) -> Self {
        Self(self.0.extract_if(.., |(key, value)| takes(key, value)).collect())
    }

    /// Keys and values, in the order of the keys.
    pub fn iter(&self) -> Iter<'_> {
        self.into_iter()
    }

    /// Keys and values, to be changed.
    pub fn iter_mut(&mut self) -> impl DoubleEndedIterator<Item = (&String, &mut Value)> {
        self.0.iter_mut().map(|(key, value)| (&*key, value))
    }

    /// The keys, in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &String> {
        self.0.iter().map(|(key, _)| key)
    }

    /// The values, in the order of their keys.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &Value> {
        self.0.iter().map(|(_, value)| value)
    }

    /// As compact JSON text.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Serialising to a string fails only for non-string keys.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// The member `key`, or null where there is none, as in `serde_json`.
impl Index<&str> for Map {
    type Output = Value;

    fn index(&self, key: &str) -> &Value {
        self.get(key).unwrap_or(&Value::Null)
    }
}

impl fmt::Debug for Map {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

/// Of two members with one key the last one stays.
impl FromIterator<(String, Value)> for Map {
    fn from_iter<T: IntoIterator<Item = (String, Value)>>(members: T) -> Self {
        let mut members: Vec<(String, Value)> = members.into_iter().collect();
        // Stable: equal keys keep the order in which they came.
        members.sort_by(|(a, _), (b, _)| a.cmp(b));
        members.dedup_by(|later, earlier| {
            let same = later.0 == earlier.0;
            if same {
                mem::swap(later, earlier);
            }
            same
        });
        Self(members)
    }
}

impl<const N: usize> From<[(String, Value); N]> for Map {
    fn from(members: [(String, Value); N]) -> Self {
        members.into_iter().collect()
    }
}

impl Extend<(String, Value)> for Map {
    fn extend<T: IntoIterator<Item = (String, Value)>>(&mut self, members: T) {
        if self.is_empty() {
            *self = members.into_iter().collect();
            return;
        }
        for (key, value) in members {
            self.insert(key, value);
        }
    }
}

impl IntoIterator for Map {
    type Item = (String, Value);
    type IntoIter = std::vec::IntoIter<(String, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// Keys and values of a [`Map`].
pub type Iter<'a> =
    std::iter::Map<std::slice::Iter<'a, (String, Value)>, fn(&'a (String, Value)) -> (&'a String, &'a Value)>;

impl<'a> IntoIterator for &'a Map {
    type Item = (&'a String, &'a Value);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter().map(|(key, value)| (key, value))
    }
}

impl Serialize for Map {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self)
    }
}

impl<'de> Deserialize<'de> for Map {
    /// As [`Value`].
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Object(map) => Ok(map),
            _ => Err(D::Error::custom("expected a JSON object")),
        }
    }
}

/// Members with the texts of their values, in the order in which they stand.
pub(crate) struct Members<'a>(pub(crate) Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;

        impl<'de> Visitor<'de> for All {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Members<'de>, A::Error> {
                let mut found = Vec::new();
                while let Some(member) = members.next_entry()? {
                    found.push(member);
                }
                Ok(Members(found))
            }
        }

        deserializer.deserialize_map(All)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::{any, prop, proptest};

    use super::Map;
    use crate::{Decimal, Value};

    fn number(n: u8) -> Value {
        Value::Number(Decimal::from(i64::from(n)))
    }

    proptest! {
        /// A tree of the standard library says what an object is.
        #[test]
        fn it_holds_what_a_tree_would_hold(steps in prop::collection::vec(("[a-e]{1,2}", any::<u8>(), 0..4_u8), 0..40)) {
            let (mut map, mut tree) = (Map::new(), BTreeMap::new());
            for (key, n, what) in steps {
                match what {
                    0 => assert_eq!(map.remove(&key), tree.remove(&key)),
                    1 => {
                        let more = [(key.clone(), number(n)), ("c".to_owned(), number(1)), (key, number(2))];
                        map.extend(more.clone());
                        tree.extend(more);
                    }
                    2 if n > 127 => {
                        map.insert_absent(&key, number(n));
                        tree.entry(key).or_insert(number(n));
                    }
                    2 => {
                        map.retain(|known, value| known != key && *value != number(n));
                        tree.retain(|known, value| *known != key && *value != number(n));
                    }
                    _ => assert_eq!(map.insert(key.clone(), number(n)), tree.insert(key, number(n))),
                }
                assert!(map.iter().eq(tree.iter()));
            }
            assert_eq!(map.to_json(), serde_json::to_string(&tree).unwrap());
            assert_eq!(Value::parse(&map.to_json()).unwrap(), Value::Object(map));
        }
    }

    #[test]
    fn of_two_members_with_one_key_the_last_one_stays() {
        let map: Map = serde_json::from_str(r#"{"b":1,"a":2,"b":3,"b":4}"#).unwrap();
        assert_eq!(map.to_json(), r#"{"a":2,"b":4}"#);
    }

    #[test]
    fn what_is_taken_out_is_not_lost() {
        let mut map: Map = serde_json::from_str(r#"{"a":null,"b":1,"c":null}"#).unwrap();
        let nulls = map.take_if(|_, value| value.is_null());
        assert_eq!(
            (map.to_json(), nulls.to_json()),
            (r#"{"b":1}"#.to_owned(), r#"{"a":null,"c":null}"#.to_owned())
        );
    }
}
