//! The versioned form of an error in the journal and in plan files. Old records stay readable when
//! the wire types or the texts of errors change.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The version of new records. Records without a version are older than this format.
const VERSION: u32 = 1;

/// An error that was reported once and is shown again later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedError {
    #[serde(default)]
    version: u32,
    /// The code in the error table, such as `image_missing`. A later version of Transload may have
    /// written a code that this version doesn't know.
    pub code: String,
    /// What happened, in a sentence.
    #[serde(default)]
    pub message: String,
    /// What to do next.
    #[serde(default)]
    pub hints: Vec<String>,
    /// The chain of causes, outermost first, without secrets.
    #[serde(default)]
    pub causes: Vec<String>,
    /// Whether a retry may succeed.
    #[serde(default)]
    pub retryable: bool,
    /// The name that the message mentions.
    #[serde(default)]
    pub subject: Option<String>,
    /// The IAM policy that would allow the denied action.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
}

impl RecordedError {
    /// The code of an unknown error.
    pub const UNKNOWN: &str = "internal";

    /// Creates a record of the current version.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            version: VERSION,
            code: code.into(),
            message: message.into(),
            hints: Vec::new(),
            causes: Vec::new(),
            retryable: false,
            subject: None,
            policy: None,
        }
    }

    /// Returns the record as JSON text, for a column or a file.
    pub fn text(&self) -> String {
        // Strings and lists of strings always serialize.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Parses a record of any version. Other text becomes the message of an unknown error.
    pub fn read(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_else(|_| Self::new(Self::UNKNOWN, text))
    }
}

impl fmt::Display for RecordedError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.message.is_empty() { &self.code } else { &self.message })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_of_every_version_are_read() {
        let mut written = RecordedError::new("image_missing", "It is missing.");
        written.subject = Some("app:1".to_owned());
        written.hints = vec!["Push it.".to_owned()];
        assert_eq!(RecordedError::read(&written.text()), written);
        for (text, code, message, retryable) in [
            // The first version stored the wire error of that time.
            (r#"{"code":"image_missing"}"#, "image_missing", "", false),
            (
                r#"{"code":"connection_lost","message":"Cut.","hints":[],"causes":["reset"],"retryable":true,"subject":null}"#,
                "connection_lost",
                "Cut.",
                true,
            ),
            // A later version may know more codes and facts.
            (r#"{"version":7,"code":"new","message":"New.","facts":{}}"#, "new", "New.", false),
            ("no JSON", "internal", "no JSON", false),
            ("", "internal", "", false),
        ] {
            let read = RecordedError::read(text);
            assert_eq!((read.code.as_str(), read.message.as_str()), (code, message), "{text}");
            assert_eq!(read.retryable, retryable, "{text}");
        }
    }
}
