//! Text forms of values for serde: as they are displayed and parsed.
//!
//! Digests, regions, repository names and tags always have this form. The functions of this module are for
//! `#[serde(with = …)]` on a field whose type has another form of its own, such as a platform,
//! which OCI writes as an object.

use std::borrow::Cow;
use std::fmt::Display;
use std::path::Path;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::digest::Digest;
use crate::region::Region;
use crate::repository_name::RepositoryName;
use crate::tag::Tag;

/// Serializes parsed values as the text that they were parsed from.
macro_rules! as_text {
    ($($value:ty),*) => {$(
        impl Serialize for $value {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $value {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = Cow::<str>::deserialize(deserializer)?;
                Self::parse(&text).map_err(D::Error::custom)
            }
        }

        impl ts_rs::TS for $value {
            type WithoutGenerics = Self;
            type OptionInnerType = Self;

            fn name(_: &ts_rs::Config) -> String {
                "string".to_owned()
            }

            fn inline(config: &ts_rs::Config) -> String {
                Self::name(config)
            }
        }
    )*};
}
as_text!(Digest, Region, RepositoryName, Tag);

/// Writes a value as it is displayed.
pub fn serialize<T: Display, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

/// Reads a value from the text that it is displayed as.
pub fn deserialize<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: FromStr<Err: Display>,
    D: Deserializer<'de>,
{
    Cow::<str>::deserialize(deserializer)?.parse().map_err(D::Error::custom)
}

/// Writes a path for display. Invalid Unicode is replaced, so the text must not be used to open the
/// file.
pub fn path<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&path.display())
}

/// The same for an optional value.
pub mod option {
    use super::*;

    /// Writes a value as it is displayed.
    pub fn serialize<T: Display, S: Serializer>(
        value: &Option<T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        value.as_ref().map(ToString::to_string).serialize(serializer)
    }

    /// Reads a value from the text that it is displayed as.
    pub fn deserialize<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
    where
        T: FromStr<Err: Display>,
        D: Deserializer<'de>,
    {
        let text = Option::<Cow<'_, str>>::deserialize(deserializer)?;
        text.map(|text| text.parse().map_err(D::Error::custom)).transpose()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json, to_value};

    use super::*;
    use crate::descriptor::Platform;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Values {
        digest: Digest,
        tag: Tag,
        region: Region,
        #[serde(with = "super")]
        platform: Platform,
        #[serde(with = "super::option")]
        other: Option<Platform>,
    }

    #[test]
    fn values_round_trip_as_text() {
        let digest = format!("sha256:{}", "a".repeat(64));
        let written = json!({
            "digest": digest, "tag": "v1.0", "region": "eu-west-1",
            "platform": "linux/arm/v7", "other": null,
        });
        let read: Values = from_value(written.clone()).unwrap();
        assert_eq!(to_value(&read).unwrap(), written);
        for (field, wrong) in [
            ("digest", "sha256:1"),
            ("tag", ".v"),
            ("region", "Europe"),
            ("platform", "linux"),
            ("other", "linux"),
        ] {
            let mut invalid = written.clone();
            invalid[field] = json!(wrong);
            assert!(from_value::<Values>(invalid).is_err(), "{field}: {wrong}");
        }
    }
}
