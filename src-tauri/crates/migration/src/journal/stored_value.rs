//! What the caller wants back from the journal, as JSON with the version of its form.
//!
//! The journal doesn't read these values. The version belongs to them, so that a later version of the program can
//! recognize and convert the forms of this one.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The version of new values. Values without a version are older; they have the same fields.
const VERSION: u32 = 1;

/// A value that the journal stores for its caller. No secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredValue(String);

/// A value with its version beside its fields, so that versions of the program that know no versions can read it.
#[derive(Serialize, Deserialize)]
struct Versioned<T> {
    #[serde(default)]
    version: u32,
    #[serde(flatten)]
    value: T,
}

impl StoredValue {
    /// Creates a stored value of the current version.
    ///
    /// # Errors
    /// If the value is no JSON object.
    pub fn new(value: &impl Serialize) -> serde_json::Result<Self> {
        serde_json::to_string(&Versioned { version: VERSION, value }).map(Self)
    }

    /// Reads the value. Of a later version, the fields that this version knows are read.
    ///
    /// # Errors
    /// If a field is missing or has another form.
    pub fn read<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        serde_json::from_str(&self.0).map(|Versioned { value, .. }| value)
    }

    /// The value of a column.
    pub(crate) fn of_column(text: String) -> Self {
        Self(text)
    }

    /// The text for a column.
    pub(super) fn text(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Asked {
        #[serde(default)]
        images: Vec<String>,
        from: From,
        tags: BTreeMap<String, String>,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(tag = "kind", rename_all = "snake_case")]
    enum From {
        Registry { host: String },
    }

    fn asked() -> Asked {
        Asked {
            images: vec!["app:1".to_owned()],
            from: From::Registry { host: "r".to_owned() },
            tags: [("team".to_owned(), "ours".to_owned())].into(),
        }
    }

    #[test]
    fn a_new_value_has_a_version_and_old_programs_can_read_it() {
        let stored = StoredValue::new(&asked()).unwrap();
        assert_eq!(
            stored.text(),
            r#"{"version":1,"images":["app:1"],"from":{"kind":"registry","host":"r"},"tags":{"team":"ours"}}"#
        );
        assert_eq!(stored.read::<Asked>().unwrap(), asked());
        assert_eq!(serde_json::from_str::<Asked>(stored.text()).unwrap(), asked());
    }

    #[test]
    fn values_of_every_version_are_read() {
        for (text, is_readable) in [
            // Before values had a version.
            (
                r#"{"images":["app:1"],"from":{"kind":"registry","host":"r"},"tags":{"team":"ours"}}"#,
                true,
            ),
            // A later version may know more.
            (
                r#"{"version":9,"more":1,"images":["app:1"],"from":{"kind":"registry","host":"r"},"tags":{"team":"ours"}}"#,
                true,
            ),
            (r#"{"version":9,"images":["app:1"]}"#, false),
            ("text", false),
            ("", false),
        ] {
            let read = StoredValue::of_column(text.to_owned()).read::<Asked>();
            assert_eq!(read.ok(), is_readable.then(asked), "{text}");
        }
    }
}
