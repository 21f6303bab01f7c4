//! Repository policies: the structure of the document, and whether two documents are equivalent.
//! Used by the form for new repositories and by the comparison with an existing repository.

use std::fmt;

use serde_json::Value;

use crate::unique_names::has_unique_names;

/// The maximum length of a policy. Source: ECR's `RepositoryPolicyText`.
const LIMIT_CHARACTERS: usize = 10_240;

/// A repository policy document (resource-based permissions), as the user entered it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepositoryPolicy(String);

/// Why ECR would reject a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvalidRepositoryPolicy {
    /// More than 10,240 characters.
    TooLong(usize),
    NotJson(String),
    /// An object with two members of the same name, of which only one would count.
    RepeatedName,
    /// Not one of the two versions of the policy language.
    UnknownVersion,
    /// JSON without a statement.
    NoStatement,
    /// A statement without the effect `Allow` or `Deny`.
    NoEffect,
    /// A statement that says of nobody or of nothing what it allows.
    NoPrincipalOrAction,
}

impl InvalidRepositoryPolicy {
    /// Returns the reason for a kind of policy with the same structure, such as "registry policy".
    pub fn about(&self, policy: &str) -> String {
        match self {
            Self::TooLong(characters) => format!(
                "the {policy} has {characters} characters; at most {LIMIT_CHARACTERS} are allowed"
            ),
            Self::NotJson(error) => format!("the {policy} is not JSON: {error}"),
            Self::RepeatedName => {
                format!("the {policy} has an element with two members of the same name")
            }
            Self::UnknownVersion => {
                format!("the \"Version\" of the {policy} must be \"2012-10-17\"")
            }
            Self::NoStatement => {
                format!("the {policy} needs a \"Statement\" with at least one statement")
            }
            Self::NoEffect => format!(
                "every statement of the {policy} needs the \"Effect\" \"Allow\" or \"Deny\""
            ),
            Self::NoPrincipalOrAction => format!(
                "every statement of the {policy} needs a \"Principal\" or \"NotPrincipal\", and an \"Action\" or \"NotAction\""
            ),
        }
    }
}

impl fmt::Display for InvalidRepositoryPolicy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.about("repository policy"))
    }
}

impl std::error::Error for InvalidRepositoryPolicy {}

impl RepositoryPolicy {
    /// Parses a policy. Only the structure is checked: ECR validates actions, principals and
    /// conditions.
    ///
    /// # Errors
    /// A structural error that ECR would reject.
    pub fn parse(text: &str) -> Result<Self, InvalidRepositoryPolicy> {
        let text = text.trim();
        let characters = text.chars().count();
        if characters > LIMIT_CHARACTERS {
            return Err(InvalidRepositoryPolicy::TooLong(characters));
        }
        let document: Value = serde_json::from_str(text)
            .map_err(|error| InvalidRepositoryPolicy::NotJson(error.to_string()))?;
        if !has_unique_names(text) {
            return Err(InvalidRepositoryPolicy::RepeatedName);
        }
        // Source: IAM user guide, "IAM JSON policy elements: Version". Without it, the older one applies.
        if !matches!(document["Version"].as_str(), Some("2012-10-17" | "2008-10-17"))
            && !document["Version"].is_null()
        {
            return Err(InvalidRepositoryPolicy::UnknownVersion);
        }
        let statements = match &document["Statement"] {
            Value::Array(statements) if !statements.is_empty() => statements.as_slice(),
            statement @ Value::Object(_) => std::slice::from_ref(statement),
            _ => return Err(InvalidRepositoryPolicy::NoStatement),
        };
        let has_effect = |statement: &Value| {
            statement["Effect"].as_str().is_some_and(|effect| matches!(effect, "Allow" | "Deny"))
        };
        if !statements.iter().all(has_effect) {
            return Err(InvalidRepositoryPolicy::NoEffect);
        }
        let has_one_of = |statement: &Value, names: [&str; 2]| {
            names.iter().filter(|name| !statement[**name].is_null()).count() == 1
        };
        let is_complete = |statement: &Value| {
            has_one_of(statement, ["Principal", "NotPrincipal"])
                && has_one_of(statement, ["Action", "NotAction"])
        };
        if !statements.iter().all(is_complete) {
            return Err(InvalidRepositoryPolicy::NoPrincipalOrAction);
        }
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether another document grants the same permissions. ECR returns a policy with
    /// other whitespace, a list of one element as that element, and an account ID as the ARN of its
    /// root user.
    pub fn is_equivalent_to(&self, other: &str) -> bool {
        is_same_policy(&self.0, other)
    }
}

/// Returns whether two documents grant the same permissions, whatever their whitespace and order.
pub fn is_same_policy(one: &str, other: &str) -> bool {
    let parse = |text: &str| serde_json::from_str(text).ok().map(canonical);
    let document = parse(one);
    document.is_some() && document == parse(other)
}

/// Rewrites a document so that equivalent documents are equal.
fn canonical(value: Value) -> Value {
    match value {
        Value::Array(items) => {
            let mut items: Vec<_> = items.into_iter().map(canonical).collect();
            items.sort_by_key(Value::to_string);
            match <[Value; 1]>::try_from(items) {
                Ok([one]) => one,
                Err(items) => Value::Array(items),
            }
        }
        Value::Object(members) => {
            members.into_iter().map(|(name, value)| (name, canonical(value))).collect()
        }
        Value::String(text) => Value::String(account_of_root_arn(&text).unwrap_or(text)),
        other => other,
    }
}

/// Returns the account ID of `arn:aws:iam::123456789012:root`, in any partition.
fn account_of_root_arn(text: &str) -> Option<String> {
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
    fn rejected_policies_have_their_reason() {
        assert!(RepositoryPolicy::parse(PULL).is_ok());
        let long = format!("{}{}", " ".repeat(3), "\"a\"".repeat(4000));
        // Characters count, and not the space around the policy.
        let of_length = |characters: usize| {
            let name = "é".repeat(characters - PULL.chars().count());
            format!("\n{}\n", PULL.replace("\"Pull\"", &format!("\"Pull{name}\"")))
        };
        assert!(RepositoryPolicy::parse(&of_length(LIMIT_CHARACTERS)).is_ok());
        for (text, message) in [
            (of_length(LIMIT_CHARACTERS + 1).as_str(), "has 10241 characters"),
            ("", "is not JSON"),
            ("{}", "needs a \"Statement\""),
            (r#"{"Statement":[null]}"#, "needs the \"Effect\""),
            (long.as_str(), "has 12000 characters; at most 10240 are allowed"),
            ("{\"Statement\":", "is not JSON: EOF while parsing a value"),
            ("[]", "needs a \"Statement\""),
            ("{\"Version\":\"2012-10-17\",\"Statement\":[]}", "needs a \"Statement\""),
            ("{\"Statement\":[{\"Action\":\"*\"}]}", "needs the \"Effect\""),
            (
                r#"{"Version":"2012-10-18","Statement":[{"Effect":"Deny"}]}"#,
                "must be \"2012-10-17\"",
            ),
            (r#"{"Version":20121017,"Statement":[{"Effect":"Deny"}]}"#, "must be \"2012-10-17\""),
            (&PULL.replace("\"Sid\"", "\"Effect\""), "two members of the same name"),
            (&PULL.replace("\"Principal\"", "\"Principals\""), "needs a \"Principal\""),
            (&PULL.replace("\"Action\"", "\"Actions\""), "needs a \"Principal\""),
            (
                &PULL.replace("\"Action\"", "\"NotAction\":\"*\",\"Action\""),
                "needs a \"Principal\"",
            ),
        ] {
            let error = RepositoryPolicy::parse(text).unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
    }

    #[test]
    fn equivalent_documents_are_recognized() {
        let policy = RepositoryPolicy::parse(PULL).unwrap();
        let as_ecr_returns_it = r#"{
  "Version" : "2012-10-17",
  "Statement" : { "Sid" : "Pull", "Effect" : "Allow",
    "Principal" : { "AWS" : "arn:aws:iam::111122223333:root" },
    "Action" : [ "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage" ] }
}"#;
        assert!(policy.is_equivalent_to(as_ecr_returns_it));
        assert!(!policy.is_equivalent_to(&as_ecr_returns_it.replace("Allow", "Deny")));
        assert!(!policy.is_equivalent_to("not json"));
    }
}
