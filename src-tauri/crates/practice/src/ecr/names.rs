//! The rule for repository names.

use super::error::EcrError;
use super::input::Input;

/// The pattern of ECR's API model since botocore 1.42.57.
const PATTERN: &str = "[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(\\/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*";

/// The repository name of a request, checked.
pub(super) fn repository_name(input: &Input) -> Result<&str, EcrError> {
    let name = input.required("repositoryName")?;
    check(name)?;
    Ok(name)
}

/// 2 to 256 characters by ECR's pattern.
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

/// What names may begin with: as a name, but with other lengths, or `ROOT`. A slash at its end is as
/// good as none.
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

/// Runs of letters and digits with one separator between two of them.
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
mod tests {
    use super::check;

    #[test]
    fn names_are_taken_and_refused_by_the_pattern() {
        for name in ["ab", "team/app", "a-b", "a--b", "a__b", "a.b", "1a", "a/b/c"] {
            assert!(check(name).is_ok(), "{name}");
        }
        let long = "a".repeat(257);
        for name in ["a", "A1", "-ab", "ab-", "a..b", "a___b", "a._b", "a//b", "/ab", "ab/", &long]
        {
            assert!(check(name).is_err(), "{name}");
        }
    }
}
