//! Builds the least-privilege policy that the user can hand to an administrator. Pure.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use ts_rs::TS;

use crate::permissions::permission::Permission;

/// Maximum size of a managed policy, in characters without white space. Source: AWS IAM user guide,
/// "IAM and AWS STS quotas".
const POLICY_LIMIT: usize = 6144;

/// An IAM policy document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "IamPolicy", export_to = "permissions.ts")]
pub struct Policy {
    /// The document, pretty-printed.
    pub text: String,
    /// Whether the policy covers more repositories than requested, because their names exceed IAM's
    /// limit.
    pub widened: bool,
}

/// Builds a policy that allows exactly these permissions.
pub fn policy(permissions: &[Permission]) -> Policy {
    let exact = document(permissions);
    if exact.to_string().len() <= POLICY_LIMIT {
        return Policy { text: indented(&exact), widened: false };
    }
    let wide: Vec<_> = permissions.iter().map(widen).collect();
    Policy { text: indented(&document(&wide)), widened: true }
}

/// Builds the policy that would allow a denied call, from the message of AWS. Returns `None` if a
/// permission would not help: a policy denies the call explicitly, or the message names no action.
pub fn policy_for_denial(action: Option<&str>, message: &str) -> Option<Policy> {
    if message.contains("explicit deny") {
        return None;
    }
    let after = |words: &str| {
        let (_, rest) = message.split_once(words)?;
        rest.split_whitespace().next().map(|word| word.trim_end_matches(['.', ',', ';']))
    };
    // A call may require more than its own action, for example for the tags of a new repository or for
    // a key.
    let action = after("not authorized to perform: ").or(action)?;
    let is_action = action.split_once(':').is_some_and(|(service, name)| {
        // Assignments in IAM Identity Center are not granted by policies.
        !matches!(service, "sso" | "signin")
            && [service, name].iter().all(|part| part.bytes().all(|b| b.is_ascii_alphanumeric()))
    });
    let resource = after("on resource: ").filter(|text| *text == "*" || text.starts_with("arn:"));
    let resource = match resource {
        Some(resource) => resource,
        // The policy never allows assuming any role.
        None if action.starts_with("sts:") => return None,
        None => "*",
    };
    is_action.then(|| {
        policy(&[Permission { action: action.to_owned(), resources: vec![resource.to_owned()] }])
    })
}

/// Groups all actions on the same resources into one statement.
fn document(permissions: &[Permission]) -> Value {
    let mut statements: Vec<(&[String], Vec<&str>)> = Vec::new();
    for Permission { action, resources } in permissions {
        // Transload only needs grants to AWS services.
        let alone = action == "kms:CreateGrant";
        let same = statements.iter_mut().find(|(known, actions)| {
            *known == resources.as_slice() && !alone && !actions.contains(&"kms:CreateGrant")
        });
        match same {
            Some((_, actions)) => actions.push(action),
            None => statements.push((resources, vec![action])),
        }
    }
    let statements: Vec<_> = statements
        .into_iter()
        .map(|(resources, actions)| {
            let mut statement =
                json!({ "Effect": "Allow", "Action": actions, "Resource": resources });
            if actions == ["kms:CreateGrant"] {
                statement["Condition"] = json!({ "Bool": { "kms:GrantIsForAWSResource": "true" } });
            }
            statement
        })
        .collect();
    json!({ "Version": "2012-10-17", "Statement": statements })
}

fn indented(document: &Value) -> String {
    serde_json::to_string_pretty(document).unwrap_or_default()
}

/// Replaces repository names with the folder that they share.
fn widen(permission: &Permission) -> Permission {
    const REPOSITORY: &str = ":repository/";
    let mut places: Vec<(&str, Vec<&str>)> = Vec::new();
    let mut others = Vec::new();
    for resource in &permission.resources {
        match resource.split_once(REPOSITORY) {
            Some((place, name)) => match places.iter_mut().find(|(known, _)| *known == place) {
                Some((_, names)) => names.push(name),
                None => places.push((place, vec![name])),
            },
            None => others.push(resource.clone()),
        }
    }
    let wide = places.into_iter().map(|(place, names)| match names.as_slice() {
        [one] => format!("{place}{REPOSITORY}{one}"),
        names => format!("{place}{REPOSITORY}{}*", common_folder(names)),
    });
    Permission { action: permission.action.clone(), resources: wide.chain(others).collect() }
}

/// Returns the common prefix up to a slash: `hub/` for `hub/a` and `hub/b`.
fn common_folder<'a>(names: &[&'a str]) -> &'a str {
    let Some((first, rest)) = names.split_first() else { return "" };
    let mut folder = &first[..first.rfind('/').map_or(0, |slash| slash + 1)];
    while !rest.iter().all(|name| name.starts_with(folder)) {
        let shorter = folder.trim_end_matches('/');
        folder = &shorter[..shorter.rfind('/').map_or(0, |slash| slash + 1)];
    }
    folder
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permission(action: &str, resources: &[&str]) -> Permission {
        let resources = resources.iter().map(|&resource| resource.to_owned()).collect();
        Permission { action: action.to_owned(), resources }
    }

    const APP: &str = "arn:aws:ecr:eu-west-1:123456789012:repository/app";
    const KEY: &str = "arn:aws:kms:eu-west-1:123456789012:key/1";

    #[test]
    fn actions_on_the_same_resources_are_one_statement() {
        let policy = policy(&[
            permission("ecr:GetAuthorizationToken", &["*"]),
            permission("ecr:PutImage", &[APP]),
            permission("ecr:BatchGetImage", &[APP]),
            permission("kms:DescribeKey", &[KEY]),
            permission("kms:CreateGrant", &[KEY]),
        ]);
        assert!(!policy.widened);
        let document: Value = serde_json::from_str(&policy.text).unwrap();
        assert_eq!(
            document,
            json!({"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Action": ["ecr:GetAuthorizationToken"], "Resource": ["*"]},
                {"Effect": "Allow", "Action": ["ecr:PutImage", "ecr:BatchGetImage"], "Resource": [APP]},
                {"Effect": "Allow", "Action": ["kms:DescribeKey"], "Resource": [KEY]},
                {"Effect": "Allow", "Action": ["kms:CreateGrant"], "Resource": [KEY],
                    "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}}},
            ]})
        );
    }

    #[test]
    fn names_beyond_the_limit_of_iam_become_their_folder() {
        let place = "arn:aws:ecr:eu-west-1:123456789012:repository/";
        let names: Vec<_> =
            (0..300).map(|number| format!("{place}hub/team-{number}/app")).collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        let wide = policy(&[permission("ecr:PutImage", &names)]);
        assert!(wide.widened && wide.text.contains("repository/hub/*"), "{}", wide.text);
        let few = policy(&[permission("ecr:PutImage", &names[..20])]);
        assert!(!few.widened && few.text.contains("repository/hub/team-19/app"));
        let apart: Vec<_> = names.iter().copied().chain([APP]).collect();
        let wide = policy(&[permission("ecr:PutImage", &apart)]);
        assert!(wide.text.contains("repository/*"), "{}", wide.text);
    }

    #[test]
    fn a_denial_yields_the_policy_that_would_allow_it() {
        let message = "User: arn:aws:sts::123456789012:assumed-role/dev/ada is not authorized to \
                       perform: ecr:TagResource on resource: \
                       arn:aws:ecr:eu-west-1:123456789012:repository/app because no identity-based \
                       policy allows the ecr:TagResource action";
        // The call was CreateRepository, and its tags were denied.
        let policy = policy_for_denial(Some("ecr:CreateRepository"), message).unwrap();
        assert!(policy.text.contains("ecr:TagResource") && policy.text.contains(APP));
        assert!(!policy.text.contains("CreateRepository"));
        let token = policy_for_denial(Some("ecr:GetAuthorizationToken"), "no").unwrap();
        assert!(token.text.contains("\"*\""));
        let denied = message.replace("no identity-based policy allows", "of an explicit deny for");
        assert_eq!(policy_for_denial(Some("ecr:CreateRepository"), &denied), None);
        assert_eq!(policy_for_denial(Some("sts:AssumeRole"), "no"), None);
        assert_eq!(policy_for_denial(Some("sso:GetRoleCredentials"), "no"), None);
        assert_eq!(policy_for_denial(None, "403 Forbidden"), None);
    }
}
