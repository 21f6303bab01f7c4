use std::fmt;

/// The twelve digits of an AWS account, which are also the id of its ECR registry.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountId(String);

/// The text is not twelve digits.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an AWS account id has twelve digits, and {0:?} is not that")]
pub struct InvalidAccountId(pub String);

impl AccountId {
    /// Reads an account id. Source of the rule: the pattern `[0-9]{12}` of ECR's `RegistryId`.
    pub fn parse(text: &str) -> Result<Self, InvalidAccountId> {
        if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidAccountId(text.to_owned()))
        }
    }

    /// The digits.
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
    fn only_twelve_digits_are_an_account() {
        assert_eq!(AccountId::parse("123456789012").unwrap().as_str(), "123456789012");
        for text in ["", "12345678901", "1234567890123", "12345678901a", "１23456789012"] {
            assert!(AccountId::parse(text).is_err(), "{text}");
        }
    }
}
