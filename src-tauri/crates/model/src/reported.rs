//! Values of an enumeration that AWS reports. AWS adds values at any time, so each is either one that this version knows
//! or another one, as AWS wrote it. `aws` creates them; code that decides by one decides for an unknown value too.

use std::fmt;

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};
use ts_rs::{Config, TS, TypeVisitor};

/// A value that AWS reports. In JSON, `{"unknown": "TEXT"}` if this version doesn't know it. Unknown values are after all
/// known ones.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(untagged)]
pub enum Reported<T> {
    Known(T),
    Unknown {
        /// The value as AWS wrote it.
        unknown: String,
    },
}

impl<T> Reported<T> {
    /// Creates a value that this version doesn't know.
    pub fn unknown(text: impl Into<String>) -> Self {
        Self::Unknown { unknown: text.into() }
    }

    /// Returns the value, if this version knows it.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown { .. } => None,
        }
    }

    /// Returns a value that this version doesn't know, as AWS wrote it.
    pub fn unknown_text(&self) -> Option<&str> {
        match self {
            Self::Known(_) => None,
            Self::Unknown { unknown } => Some(unknown),
        }
    }
}

impl<T> From<T> for Reported<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

impl<T: Default> Default for Reported<T> {
    fn default() -> Self {
        Self::Known(T::default())
    }
}

/// An unknown value equals no known one.
impl<T: PartialEq> PartialEq<T> for Reported<T> {
    fn eq(&self, other: &T) -> bool {
        self.known() == Some(other)
    }
}

impl<T: fmt::Display> fmt::Display for Reported<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(value) => value.fmt(formatter),
            Self::Unknown { unknown } => formatter.write_str(unknown),
        }
    }
}

/// By hand, because an untagged enumeration doesn't say what is wrong with a value.
impl<'de, T: DeserializeOwned> Deserialize<'de> for Reported<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        if let Some(text) = value.get("unknown").and_then(serde_json::Value::as_str) {
            return Ok(Self::unknown(text));
        }
        serde_json::from_value(value).map(Self::Known).map_err(D::Error::custom)
    }
}

/// Written where it is used, as `Option` is: `T | { unknown: string }`.
impl<T: TS + 'static> TS for Reported<T> {
    type WithoutGenerics = Self;
    type OptionInnerType = Self;

    fn name(config: &Config) -> String {
        format!("{} | {{ unknown: string }}", T::name(config))
    }

    fn inline(config: &Config) -> String {
        format!("{} | {{ unknown: string }}", T::inline(config))
    }

    fn visit_dependencies(visitor: &mut impl TypeVisitor)
    where
        Self: 'static,
    {
        T::visit_dependencies(visitor);
    }

    fn visit_generics(visitor: &mut impl TypeVisitor)
    where
        Self: 'static,
    {
        T::visit_generics(visitor);
        visitor.visit::<T>();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repository_settings::{Encryption, TagMutability};

    #[test]
    fn values_are_written_as_themselves_and_unknown_ones_with_their_text() {
        let kms = Encryption::Kms { key: None };
        for (value, text) in [
            (Reported::from(kms), r#"{"kind":"kms","key":null}"#),
            (Reported::unknown("KMS_TRIPLE"), r#"{"unknown":"KMS_TRIPLE"}"#),
        ] {
            assert_eq!(serde_json::to_string(&value).unwrap(), text);
            assert_eq!(serde_json::from_str::<Reported<Encryption>>(text).unwrap(), value);
        }
        let wrong = serde_json::from_str::<Reported<TagMutability>>(r#""mutabel""#).unwrap_err();
        assert!(wrong.to_string().contains("unknown variant `mutabel`"), "{wrong}");
    }

    #[test]
    fn an_unknown_value_equals_no_known_one() {
        assert_eq!(Reported::from(TagMutability::Mutable), TagMutability::Mutable);
        assert_ne!(Reported::unknown("FROZEN"), TagMutability::Mutable);
        assert_eq!(Reported::<TagMutability>::default(), TagMutability::default());
    }

    #[test]
    fn unknown_values_are_after_known_ones_and_shown_as_aws_wrote_them() {
        let mut values =
            [Reported::unknown("A"), Reported::from(9), Reported::unknown("0"), Reported::from(3)];
        values.sort();
        assert_eq!(values.each_ref().map(ToString::to_string), ["3", "9", "0", "A"]);
        assert_eq!(
            values.each_ref().map(|value| value.known().copied()),
            [Some(3), Some(9), None, None]
        );
        let unknown = values.each_ref().map(Reported::unknown_text);
        assert_eq!(unknown, [None, None, Some("0"), Some("A")]);
    }
}
