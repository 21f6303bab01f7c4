//! Whom a statement is about, and how far that reaches.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use transload_model::AccountId;
use ts_rs::TS;

use crate::lists::{joined, shown, texts};

/// Whom a statement allows something, the nearest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "repositories.ts")]
pub enum Exposure {
    /// This account, or a user or role of it.
    ThisAccount,
    /// A service of AWS.
    Service,
    /// Every account of an organization.
    Organization,
    /// Another account, or an identity outside of AWS.
    OtherAccount,
    /// Every AWS account, from some networks only.
    Network,
    /// Every AWS account.
    Everyone,
}

/// A principal of a statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct PrincipalWords {
    /// Such as "account 111122223333".
    pub words: String,
    pub exposure: Exposure,
}

/// The words for `*` in a statement that allows something.
pub(crate) const EVERYONE: &str = "every AWS account";

/// Services that use images of ECR. Source: the service principals in the user guides of the services.
const SERVICES: [(&str, &str); 13] = [
    ("lambda.amazonaws.com", "AWS Lambda"),
    ("codebuild.amazonaws.com", "AWS CodeBuild"),
    ("codepipeline.amazonaws.com", "AWS CodePipeline"),
    ("ecs.amazonaws.com", "Amazon ECS"),
    ("ecs-tasks.amazonaws.com", "Amazon ECS tasks"),
    ("eks.amazonaws.com", "Amazon EKS"),
    ("batch.amazonaws.com", "AWS Batch"),
    ("ec2.amazonaws.com", "Amazon EC2"),
    ("sagemaker.amazonaws.com", "Amazon SageMaker"),
    ("build.apprunner.amazonaws.com", "AWS App Runner"),
    ("tasks.apprunner.amazonaws.com", "AWS App Runner"),
    ("inspector2.amazonaws.com", "Amazon Inspector"),
    ("cloudformation.amazonaws.com", "AWS CloudFormation"),
];

/// Returns the principals of `Principal`.
///
/// # Errors
/// Why they can't be put into words.
pub(crate) fn principals(value: &Value, own: &AccountId) -> Result<Vec<PrincipalWords>, String> {
    let Value::Object(kinds) = value else {
        return match value.as_str() {
            Some("*") => Ok(vec![everyone()]),
            _ => Err("its principal isn't known".to_owned()),
        };
    };
    let mut found = Vec::new();
    for (kind, names) in kinds {
        let names =
            texts(names).ok_or_else(|| format!("the principal {} isn't known", shown(kind)))?;
        for name in names {
            found.push(match kind.as_str() {
                "AWS" => aws(name, own)?,
                "Service" => service(name),
                "Federated" => federated(name, own),
                "CanonicalUser" => PrincipalWords {
                    words: format!("the canonical user {}", shown(name)),
                    exposure: Exposure::OtherAccount,
                },
                _ => return Err(format!("the principal {} isn't known", shown(kind))),
            });
        }
    }
    if found.is_empty() { Err("it has no principal".to_owned()) } else { Ok(found) }
}

/// Returns the principals of `NotPrincipal`: everyone but these.
///
/// # Errors
/// Why they can't be put into words.
pub(crate) fn everyone_except(
    value: &Value,
    own: &AccountId,
) -> Result<Vec<PrincipalWords>, String> {
    let except = principals(value, own)?;
    if except.iter().any(|one| one.exposure == Exposure::Everyone) {
        return Err("it is about nobody".to_owned());
    }
    let except: Vec<String> = except.into_iter().map(|one| one.words).collect();
    let words = format!("everyone except {}", joined(&except, "and"));
    Ok(vec![PrincipalWords { words, exposure: Exposure::Everyone }])
}

fn everyone() -> PrincipalWords {
    PrincipalWords { words: EVERYONE.to_owned(), exposure: Exposure::Everyone }
}

/// The words for an account, and what it is.
pub(crate) fn account(id: &str, own: &AccountId) -> PrincipalWords {
    if id == own.as_str() {
        PrincipalWords { words: "this account".to_owned(), exposure: Exposure::ThisAccount }
    } else {
        PrincipalWords { words: format!("account {id}"), exposure: Exposure::OtherAccount }
    }
}

fn aws(name: &str, own: &AccountId) -> Result<PrincipalWords, String> {
    if name == "*" {
        return Ok(everyone());
    }
    if AccountId::parse(name).is_ok() {
        return Ok(account(name, own));
    }
    // AWS shows the unique ID of a user or role that was deleted.
    // Source: IAM user guide, "AWS JSON policy elements: Principal".
    for (prefix, kind) in [("AIDA", "user"), ("AROA", "role")] {
        if name.starts_with(prefix) && name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            let words = format!("a deleted {kind} ({})", shown(name));
            return Ok(PrincipalWords { words, exposure: Exposure::ThisAccount });
        }
    }
    let unknown = || Err(format!("the principal {} isn't known", shown(name)));
    let parts: Vec<&str> = name.splitn(6, ':').collect();
    let ["arn", _, service @ ("iam" | "sts"), "", id, resource] = parts.as_slice() else {
        return unknown();
    };
    if AccountId::parse(id).is_err() || resource.contains(['*', '?']) {
        return unknown();
    }
    let of = account(id, own);
    let identity = |kind: &str, name: &str| format!("{kind} {} of {}", shown(name), of.words);
    let words = match (*service, resource.split_once('/')) {
        ("iam", None) if *resource == "root" => return Ok(of),
        ("iam", Some((kind @ ("user" | "role"), name))) => identity(kind, name),
        ("sts", Some(("assumed-role", role))) => match role.split_once('/') {
            Some((role, session)) => {
                identity("role", role) + &format!(" in session {}", shown(session))
            }
            None => return unknown(),
        },
        ("sts", Some(("federated-user", name))) => identity("federated user", name),
        _ => return unknown(),
    };
    Ok(PrincipalWords { words, exposure: of.exposure })
}

fn service(name: &str) -> PrincipalWords {
    let known = SERVICES.iter().find(|(principal, _)| *principal == name);
    let words = match known {
        Some((_, words)) => (*words).to_owned(),
        None => format!("the AWS service {}", shown(name)),
    };
    PrincipalWords { words, exposure: Exposure::Service }
}

fn federated(name: &str, own: &AccountId) -> PrincipalWords {
    let is_own = name.split(':').nth(4) == Some(own.as_str());
    let exposure = if is_own { Exposure::ThisAccount } else { Exposure::OtherAccount };
    PrincipalWords { words: format!("identities that {} federates", shown(name)), exposure }
}
