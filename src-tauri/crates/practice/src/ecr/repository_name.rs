//! Names and prefixes of repositories.

use super::error::EcrError;
use super::input::Input;

/// Source: API model of ECR since botocore 1.42.57
const PATTERN: &str = "[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(\\/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*";

/// Returns the valid repository name of a request.
pub(super) fn repository_name(input: &Input) -> Result<&str, EcrError> {
    let name = input.required("repositoryName")?;
    check(name)?;
    Ok(name)
}

/// Requires 2 to 256 characters that match the pattern of ECR.
pub(super) fn check(name: &str) -> Result<(), EcrError> {
    let invalid = |constraint: String| Err(EcrError::parameter("repositoryName", constraint));
    if name.len() < 2 {
        return invalid("Member must have length greater than or equal to 2".to_owned());
    }
    if name.len() > 256 {
        return invalid("Member must have length less than or equal to 256".to_owned());
    }
    if !name.split('/').all(is_component) {
        return invalid(format!("must satisfy regular expression '{PATTERN}'"));
    }
    Ok(())
}

/// Returns the valid prefix of a request: like a name, but with other lengths, or `ROOT`. A slash at the end
/// is optional.
pub(super) fn prefix<'a>(
    input: &'a Input,
    member: &str,
    lengths: std::ops::RangeInclusive<usize>,
) -> Result<&'a str, EcrError> {
    let prefix = input.required(member)?;
    let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
    let fits = lengths.contains(&prefix.len()) && prefix.split('/').all(is_component);
    if fits || prefix == "ROOT" {
        return Ok(prefix);
    }
    Err(EcrError::parameter(member, format!("must satisfy regular expression '{PATTERN}'")))
}

/// Returns whether the text consists of letters and digits with single separators.
fn is_component(text: &str) -> bool {
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    if !text.starts_with(is_word) || !text.ends_with(is_word) {
        return false;
    }
    text.split(is_word).filter(|gap| !gap.is_empty()).all(|separator| {
        matches!(separator, "." | "_" | "__") || separator.chars().all(|c| c == '-')
    })
}

#[cfg(test)]
mod tests;
