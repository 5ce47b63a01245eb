//! A JSON value with exact numbers, for records whose fields are known only at run time.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::map::Members;
use crate::{Decimal, Map};

/// A JSON value whose numbers are exact.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// `null`
    #[default]
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number.
    Number(Decimal),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Value>),
    /// An object.
    Object(Map),
}

impl Value {
    /// A string value.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Whether this is `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The text of a string.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The number of a number.
    #[must_use]
    pub fn as_number(&self) -> Option<Decimal> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }

    /// The truth of a boolean.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(truth) = self { Some(*truth) } else { None }
    }

    /// The elements of an array.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Value]> {
        if let Self::List(list) = self { Some(list) } else { None }
    }

    /// The members of an object.
    #[must_use]
    pub fn as_object(&self) -> Option<&Map> {
        if let Self::Object(map) = self { Some(map) } else { None }
    }

    /// The member `key` of an object.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_object()?.get(key)
    }

    /// Reads JSON text.
    ///
    /// # Errors
    /// When the text is not JSON, or a number in it cannot be kept exactly.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// The value as compact JSON text.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Serialising to a string fails only for non-string keys, which a `Map` does not have.
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl From<Decimal> for Value {
    fn from(number: Decimal) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Bool(truth)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(truth) => serializer.serialize_bool(*truth),
            Self::Number(number) => number.serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(list) => list.serialize(serializer),
            Self::Object(map) => map.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    /// Works only below `serde_json`, and not inside `#[serde(flatten)]` or an untagged enum: those lose the number's text.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        from_raw(raw.get()).map_err(D::Error::custom)
    }
}

fn from_raw(text: &str) -> Result<Value, serde_json::Error> {
    let text = text.trim_ascii();
    match text.as_bytes().first() {
        Some(b'{') => {
            let members: Members<'_> = serde_json::from_str(text)?;
            let members = members.0.into_iter().map(|(key, raw)| Ok((key, from_raw(raw.get())?)));
            members.collect::<Result<_, serde_json::Error>>().map(Value::Object)
        }
        Some(b'[') => {
            let elements: Vec<&RawValue> = serde_json::from_str(text)?;
            let elements = elements.into_iter().map(|raw| from_raw(raw.get()));
            elements.collect::<Result<_, _>>().map(Value::List)
        }
        Some(b'"') => serde_json::from_str(text).map(Value::Text),
        Some(b't' | b'f') => serde_json::from_str(text).map(Value::Bool),
        Some(b'n') => Ok(Value::Null),
        _ => text.parse().map(Value::Number).map_err(serde_json::Error::custom),
    }
}

#[cfg(test)]
mod tests {
    use super::Value;

    #[test]
    fn nested_numbers_stay_exact() {
        let text = r#"{"a":[0.1,{"b":9007199254740993.1}],"c":"x","d":null,"e":true}"#;
        let value = Value::parse(text).unwrap();
        assert_eq!(value.to_json(), text);
        assert_eq!(value.get("c").and_then(Value::as_text), Some("x"));
    }

    #[test]
    fn broken_text_is_an_error() {
        for text in ["{\"a\":1", "[1,", "tru", "", "{\"a\":nul}"] {
            assert!(Value::parse(text).is_err(), "{text}");
        }
    }
}
