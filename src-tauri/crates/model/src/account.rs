//! AWS account IDs. Parsed from settings, ARNs and answers of AWS.

use std::fmt;

/// An AWS account ID: twelve digits. It is also the ID of the account's ECR registry.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountId(String);

/// The error for text that is not twelve digits.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an AWS account ID: an account ID has 12 digits")]
pub struct InvalidAccountId(pub String);

impl AccountId {
    /// Parses an account ID. Source of the rule: the pattern `[0-9]{12}` of ECR's `RegistryId`.
    ///
    /// # Errors
    /// If the text does not have exactly twelve ASCII digits.
    pub fn parse(text: &str) -> Result<Self, InvalidAccountId> {
        if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidAccountId(text.to_owned()))
        }
    }

    /// Returns the twelve digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_accepts_only_twelve_ascii_digits() {
        assert_eq!(AccountId::parse("123456789012").unwrap().as_str(), "123456789012");
        for text in ["", "12345678901", "1234567890123", "12345678901a", "１23456789012"] {
            assert!(AccountId::parse(text).is_err(), "{text}");
        }
    }
}
