//! How Business Central writes "nothing", and how a property is read with that in mind.

use exact_json::Decimal;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::BcId;

/// A type that a property can be read as.
pub trait Property: Sized {
    /// Reads the property; `null` and Business Central's blanks become the type's blank.
    ///
    /// # Errors
    /// When the JSON holds something else.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

/// For `#[serde(deserialize_with)]`.
///
/// # Errors
/// As [`Property::read`].
pub fn property<'de, D: Deserializer<'de>, T: Property>(deserializer: D) -> Result<T, D::Error> {
    T::read(deserializer)
}

impl Property for Option<String> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        Ok(text.filter(|text| !text.trim().is_empty()))
    }
}

impl Property for String {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<Self>::read(deserializer)?.unwrap_or_default())
    }
}

impl Property for Option<BcId> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Option::<String>::read(deserializer)?;
        let id: Option<BcId> = text.map(|text| text.parse().map_err(D::Error::custom)).transpose()?;
        Ok(id.filter(|id| !id.is_zero()))
    }
}

impl Property for Option<Date> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Option::<String>::read(deserializer)?.filter(|text| text != "0001-01-01");
        text.map(|text| text.parse().map_err(D::Error::custom)).transpose()
    }
}

impl Property for Option<Timestamp> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Option::<String>::read(deserializer)?.filter(|text| !text.starts_with("0001-01-01"));
        text.map(|text| text.parse().map_err(D::Error::custom)).transpose()
    }
}

impl Property for Decimal {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<Self>::deserialize(deserializer)?.unwrap_or_default())
    }
}

impl Property for bool {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<Self>::deserialize(deserializer)?.unwrap_or_default())
    }
}

impl Property for i64 {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<Self>::deserialize(deserializer)?.unwrap_or_default())
    }
}

/// Makes a record readable where it stands inside another one, alone or in a list.
macro_rules! nested {
    ($name:ident) => {
        impl crate::rows::blank::Property for Option<$name> {
            fn read<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                serde::Deserialize::deserialize(deserializer)
            }
        }
        impl crate::rows::blank::Property for Vec<$name> {
            fn read<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let list: Option<Self> = serde::Deserialize::deserialize(deserializer)?;
                Ok(list.unwrap_or_default())
            }
        }
    };
}
pub(crate) use nested;
