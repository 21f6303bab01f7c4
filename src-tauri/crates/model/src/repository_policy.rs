use std::fmt;

use serde_json::Value;

/// The longest policy. Source: ECR's `RepositoryPolicyText`.
const LIMIT_CHARACTERS: usize = 10_240;

/// Who may do what with a repository: a policy document, as it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepositoryPolicy(String);

/// ECR would refuse the policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRepositoryPolicy {
    /// It is too long.
    #[error("a repository policy has at most {LIMIT_CHARACTERS} characters; this one has {0}")]
    TooLong(usize),
    /// It is no JSON.
    #[error("the repository policy is not JSON: {0}")]
    NotJson(String),
    /// It is JSON, but no policy.
    #[error("the repository policy needs a \"Statement\" with at least one statement in it")]
    NoStatement,
    /// A statement says neither that it allows nor that it denies.
    #[error("every statement of the repository policy has the \"Effect\" \"Allow\" or \"Deny\"")]
    NoEffect,
}

impl RepositoryPolicy {
    /// Reads a policy. Only its frame is looked at: actions and conditions are AWS's to know.
    ///
    /// # Errors
    /// What ECR would refuse, whatever the rest is.
    pub fn parse(text: &str) -> Result<Self, InvalidRepositoryPolicy> {
        let text = text.trim();
        let characters = text.chars().count();
        if characters > LIMIT_CHARACTERS {
            return Err(InvalidRepositoryPolicy::TooLong(characters));
        }
        let document: Value = serde_json::from_str(text)
            .map_err(|error| InvalidRepositoryPolicy::NotJson(error.to_string()))?;
        let statements = match &document["Statement"] {
            Value::Array(statements) if !statements.is_empty() => statements.as_slice(),
            one @ Value::Object(_) => std::slice::from_ref(one),
            _ => return Err(InvalidRepositoryPolicy::NoStatement),
        };
        let has_effect = |statement: &Value| {
            statement["Effect"].as_str().is_some_and(|effect| matches!(effect, "Allow" | "Deny"))
        };
        if !statements.iter().all(has_effect) {
            return Err(InvalidRepositoryPolicy::NoEffect);
        }
        Ok(Self(text.to_owned()))
    }

    /// The document.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether another document says the same. ECR gives a policy back with other blanks, a list of
    /// one as the one, and an account as the ARN of its root.
    pub fn says_the_same_as(&self, other: &str) -> bool {
        let read = |text: &str| serde_json::from_str(text).ok().map(plain);
        let own = read(&self.0);
        own.is_some() && own == read(other)
    }
}

/// A document in the one way to write it.
fn plain(value: Value) -> Value {
    match value {
        Value::Array(items) => {
            let mut items: Vec<_> = items.into_iter().map(plain).collect();
            items.sort_by_key(Value::to_string);
            match <[Value; 1]>::try_from(items) {
                Ok([one]) => one,
                Err(items) => Value::Array(items),
            }
        }
        Value::Object(members) => {
            members.into_iter().map(|(name, value)| (name, plain(value))).collect()
        }
        Value::String(text) => Value::String(account_of(&text).unwrap_or(text)),
        other => other,
    }
}

/// The account of `arn:aws:iam::123456789012:root`, in any partition.
fn account_of(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split(':').collect();
    match parts.as_slice() {
        ["arn", _, "iam", "", account, "root"] => Some((*account).to_owned()),
        _ => None,
    }
}

impl fmt::Display for RepositoryPolicy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PULL: &str = r#"{"Version":"2012-10-17","Statement":[{"Sid":"Pull","Effect":"Allow",
        "Principal":{"AWS":["111122223333"]},"Action":["ecr:BatchGetImage","ecr:GetDownloadUrlForLayer"]}]}"#;

    #[test]
    fn what_ecr_would_refuse_says_why() {
        assert!(RepositoryPolicy::parse(PULL).is_ok());
        let long = format!("{}{}", " ".repeat(3), "\"a\"".repeat(4000));
        for (text, message) in [
            (long.as_str(), "has at most 10240 characters; this one has 12000"),
            ("{\"Statement\":", "is not JSON: EOF while parsing a value"),
            ("[]", "needs a \"Statement\""),
            ("{\"Version\":\"2012-10-17\",\"Statement\":[]}", "needs a \"Statement\""),
            ("{\"Statement\":[{\"Action\":\"*\"}]}", "has the \"Effect\""),
        ] {
            let error = RepositoryPolicy::parse(text).unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
    }

    #[test]
    fn the_same_in_other_words_is_the_same() {
        let policy = RepositoryPolicy::parse(PULL).unwrap();
        let as_ecr_gives_it = r#"{
  "Version" : "2012-10-17",
  "Statement" : { "Sid" : "Pull", "Effect" : "Allow",
    "Principal" : { "AWS" : "arn:aws:iam::111122223333:root" },
    "Action" : [ "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage" ] }
}"#;
        assert!(policy.says_the_same_as(as_ecr_gives_it));
        assert!(!policy.says_the_same_as(&as_ecr_gives_it.replace("Allow", "Deny")));
        assert!(!policy.says_the_same_as("not json"));
    }
}
