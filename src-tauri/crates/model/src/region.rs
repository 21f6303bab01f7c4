//! AWS region names. Any well-formed name is accepted, because AWS adds regions.

use std::fmt;

/// The name of an AWS region, such as `eu-west-1`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Region(String);

/// The error for text with a character or a length that no region name has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not the name of an AWS region")]
pub struct InvalidRegion(pub String);

impl Region {
    /// Parses a region name. Source of the rule: the pattern `[0-9a-z-]{2,25}` of ECR's `Region`.
    ///
    /// # Errors
    /// If the text does not match the pattern.
    pub fn parse(text: &str) -> Result<Self, InvalidRegion> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if (2..=25).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidRegion(text.to_owned()))
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Region {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_accepts_only_the_pattern_of_ecr() {
        for text in ["eu-west-1", "us-gov-east-1", "cn-north-1", "eusc-de-east-1"] {
            assert_eq!(Region::parse(text).unwrap().as_str(), text);
        }
        for text in ["", "e", "EU-WEST-1", "eu west 1", "eu-west-1/../../etc/passwd-and-more"] {
            assert!(Region::parse(text).is_err(), "{text}");
        }
    }
}
