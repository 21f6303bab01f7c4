//! The records of the columns `request` and `about`: JSON with the version of its form.
//!
//! The version lets a later version of the program recognize and convert the forms of this one. The fixture
//! `records.json` has every form that a version of the program wrote.

use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::entered::request::EnteredRequest;
use crate::journal::about::About;
use crate::journal::error::JournalError;

/// The version of new records. Records without a version are older; they have the same fields.
const VERSION: u32 = 1;

/// A type that the journal stores as JSON. No secrets.
pub trait Record: Serialize + DeserializeOwned {
    /// Description of the record for error messages.
    const WHAT: &'static str;
}

impl Record for EnteredRequest {
    const WHAT: &'static str = "the request of a migration";
}

impl Record for About {
    const WHAT: &'static str = "the caller and the source of a migration";
}

/// A record as its column contains it. It is parsed when it is needed, so that a record that can't be read affects
/// only what needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored<T> {
    text: String,
    record: PhantomData<T>,
}

/// A record with its version beside its fields, so that versions of the program that know no versions can read it.
#[derive(Serialize, Deserialize)]
struct Versioned<T> {
    #[serde(default)]
    version: u32,
    #[serde(flatten)]
    record: T,
}

impl<T: Record> Stored<T> {
    /// Reads the record. Of a later version, the fields that this version knows are read.
    ///
    /// # Errors
    /// [`JournalError::Unreadable`] if a field is missing or has another form.
    pub fn read(&self) -> Result<T, JournalError> {
        let read = serde_json::from_str(&self.text).map(|Versioned { record, .. }| record);
        read.map_err(|source| JournalError::Unreadable { what: T::WHAT, source })
    }

    pub(super) fn of_column(text: String) -> Self {
        Self { text, record: PhantomData }
    }
}

/// Returns the text of a record of the current version, for its column.
pub(super) fn record_text(record: &impl Record) -> String {
    // Structs of strings, numbers and lists always serialize.
    serde_json::to_string(&Versioned { version: VERSION, record }).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::entered::connection::{AwsConnection, ImageSource};

    /// Reads every record of `records.json`. Returns those of the current version with their text.
    fn read_fixtures<T: Record + std::fmt::Debug>(list: &str) -> Vec<(String, T)> {
        let fixtures: Value = serde_json::from_str(include_str!("fixtures/records.json")).unwrap();
        let records = fixtures[list].as_array().unwrap().iter().map(|record| {
            let stored = Stored::<T>::of_column(record.to_string());
            let read = stored.read().unwrap_or_else(|error| panic!("{error:?}: {record}"));
            (record, read)
        });
        let records: Vec<_> = records.collect();
        let is_current = |record: &Value| record.get("version") == Some(&VERSION.into());
        assert!(records.iter().any(|(record, _)| !is_current(record)), "older {list}");
        let current = records.into_iter().filter(|(record, _)| is_current(record));
        current.map(|(record, read)| (record.to_string(), read)).collect()
    }

    fn expect_unchanged<T: Record + std::fmt::Debug>(list: &str) -> Vec<T> {
        let records = read_fixtures::<T>(list);
        for (text, record) in &records {
            let written: Value = serde_json::from_str(&record_text(record)).unwrap();
            assert_eq!(written.to_string(), *text, "the form of new records changed");
        }
        records.into_iter().map(|(_, record)| record).collect()
    }

    #[test]
    fn records_of_every_version_are_read_and_new_ones_keep_their_form() {
        let requests = expect_unchanged::<EnteredRequest>("requests");
        // One of each kind.
        use ImageSource as S;
        assert!(matches!(
            requests.iter().map(|request| &request.source).collect::<Vec<_>>()[..],
            [
                S::DockerEngine,
                S::DockerHub { .. },
                S::Registry { .. },
                S::Ecr { .. },
                S::PracticeAccount { .. }
            ]
        ));
        use AwsConnection as C;
        for is_kind in [
            (|connection| matches!(connection, C::Practice)) as fn(&C) -> bool,
            |connection| matches!(connection, C::Machine { .. }),
            |connection| matches!(connection, C::Profile { .. }),
        ] {
            assert!(requests.iter().any(|request| is_kind(&request.connection)));
        }
        let about = expect_unchanged::<About>("about");
        assert_eq!(about.iter().filter(|about| about.part.is_some()).count(), 1);
    }

    #[test]
    fn the_known_fields_of_a_later_record_version_are_read() {
        let fixtures: Value = serde_json::from_str(include_str!("fixtures/records.json")).unwrap();
        let mut later = fixtures["about"][0].clone();
        later["version"] = 9.into();
        later["more"] = 1.into();
        let stored = Stored::<About>::of_column(later.to_string());
        assert_eq!(stored.read().unwrap().identity.account_id, "111122223333");
        for text in [r#"{"version":9}"#, "text", ""] {
            let error = Stored::<About>::of_column(text.to_owned()).read().unwrap_err();
            assert!(matches!(error, JournalError::Unreadable { what: About::WHAT, .. }), "{text}");
        }
    }
}
