//! An error as the journal and plan files keep it, with its own version: neither a change of the types
//! that cross the border nor of the words makes an old record unreadable.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The version that is written. Records without a version were written before there was one.
const VERSION: u32 = 1;

/// An error that was reported once and is shown again later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedError {
    #[serde(default)]
    version: u32,
    /// The word of the failure in the error table, such as `image_missing`. A later version of the
    /// program may have written one that this version does not know.
    pub code: String,
    /// What happened, in a sentence.
    #[serde(default)]
    pub message: String,
    /// What to do next.
    #[serde(default)]
    pub hints: Vec<String>,
    /// The chain of causes, outermost first. No secrets.
    #[serde(default)]
    pub causes: Vec<String>,
    /// Whether the same work may succeed when it is retried.
    #[serde(default)]
    pub retryable: bool,
    /// The name that the sentence speaks of.
    #[serde(default)]
    pub subject: Option<String>,
    /// The IAM policy that would lift a refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
}

impl RecordedError {
    /// The code of a failure that nothing else is known of.
    pub const UNKNOWN: &str = "internal";

    /// A record of this version.
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

    /// The record as text, as a column or a file keeps it.
    pub fn text(&self) -> String {
        // Strings and lists of strings always have a JSON form.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads a record of any version. Text that is no record is shown as it is.
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
            // The first version wrote the window's own error, with whatever it had then.
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
