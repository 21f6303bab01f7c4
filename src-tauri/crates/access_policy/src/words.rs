//! The statements of a policy in words.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use transload_model::{AccountId, has_unique_names, visible};
use ts_rs::TS;

use crate::actions::{Rights, rights, rights_except};
use crate::conditions::{Conditions, conditions};
use crate::lists::{joined, shown, texts};
use crate::principals::{EVERYONE, Exposure, PrincipalWords, everyone_except, principals};
use crate::subject::PolicySubject;

/// The elements of a statement. Source: IAM user guide, "IAM JSON policy element reference".
const ELEMENTS: [&str; 9] = [
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "repositories.ts")]
pub enum StatementEffect {
    Allow,
    Deny,
}

/// A statement of a policy in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct StatementWords {
    /// Its `Sid`, for display.
    pub name: Option<String>,
    /// `null` if the statement isn't in words.
    pub effect: Option<StatementEffect>,
    /// The whole statement as a sentence, or the reason why it isn't in words.
    pub sentence: String,
    /// Whom it is about.
    pub who: Vec<PrincipalWords>,
    /// What it allows or denies: "pull images".
    pub what: String,
    /// The conditions, each as the rest of a sentence that begins with "if". All of them must be met.
    pub conditions: Vec<String>,
    /// What is risky about it.
    pub cautions: Vec<String>,
    /// The statement itself, for display.
    pub json: String,
}

/// Returns the statements of a policy in words, for the owner of its subject. Nothing if the text isn't a policy.
pub fn describe(text: &str, own: &AccountId, subject: PolicySubject<'_>) -> Vec<StatementWords> {
    let document: Value = serde_json::from_str(text).unwrap_or_default();
    // Words for one of two members of the same name would hide the other one.
    if !has_unique_names(text) {
        return Vec::new();
    }
    match &document["Statement"] {
        Value::Array(statements) => {
            statements.iter().map(|one| statement(one, own, subject)).collect()
        }
        Value::Null => Vec::new(),
        one => vec![statement(one, own, subject)],
    }
}

fn statement(value: &Value, own: &AccountId, subject: PolicySubject<'_>) -> StatementWords {
    let json = visible(&serde_json::to_string_pretty(value).unwrap_or_default());
    let name = value["Sid"].as_str().filter(|sid| !sid.is_empty()).map(shown);
    match in_words(value, own, subject) {
        Ok(words) => StatementWords { name, json, ..words },
        Err(reason) => StatementWords {
            name,
            json,
            effect: None,
            sentence: format!("Transload can't put this statement into words, because {reason}."),
            who: Vec::new(),
            what: String::new(),
            conditions: Vec::new(),
            cautions: Vec::new(),
        },
    }
}

fn in_words(
    value: &Value,
    own: &AccountId,
    subject: PolicySubject<'_>,
) -> Result<StatementWords, String> {
    let members = value.as_object().ok_or("it isn't a JSON object")?;
    if let Some(unknown) = members.keys().find(|name| !ELEMENTS.contains(&name.as_str())) {
        return Err(format!("the element {} isn't known", shown(unknown)));
    }
    if members.get("Sid").is_some_and(|sid| !sid.is_string()) {
        return Err("its Sid isn't text".to_owned());
    }
    let effect = match members.get("Effect").and_then(Value::as_str) {
        Some("Allow") => StatementEffect::Allow,
        Some("Deny") => StatementEffect::Deny,
        _ => return Err("its effect is neither Allow nor Deny".to_owned()),
    };
    let is_denied = effect == StatementEffect::Deny;
    let mut who = match one_of(members, "Principal", "NotPrincipal")? {
        (value, false) => principals(value, own)?,
        (value, true) => everyone_except(value, own)?,
    };
    let (actions, is_except) = one_of(members, "Action", "NotAction")?;
    let actions = texts(actions).ok_or("its actions can't be read")?;
    let rights = if is_except {
        rights_except(&actions, is_denied, subject)
    } else {
        rights(&actions, is_denied, subject)
    };
    let mut found = match members.get("Condition") {
        Some(value) => conditions(value, own)?,
        None => Conditions::default(),
    };
    found.words.extend(resource(members, own, subject)?);
    for principal in &mut who {
        if principal.exposure == Exposure::Everyone {
            principal.exposure = found.limit.unwrap_or(Exposure::Everyone);
        }
    }
    if let (Some((organization, place)), [everyone]) = (&found.organization, who.as_mut_slice())
        && everyone.words == EVERYONE
    {
        everyone.words = format!("every account of the organization {organization}");
        found.words.remove(*place);
    }
    if is_denied {
        for principal in who.iter_mut().filter(|one| one.words == EVERYONE) {
            principal.words = "everyone".to_owned();
        }
    }
    let cautions = cautions(is_denied, &who, &rights, &found, subject);
    let sentence = sentence(is_denied, &who, &rights, &found.words);
    Ok(StatementWords {
        name: None,
        effect: Some(effect),
        sentence,
        who,
        what: rights.words,
        conditions: found.words,
        cautions,
        json: String::new(),
    })
}

/// Returns the one of two elements that is present, and whether it is the negated one.
fn one_of<'value>(
    members: &'value Map<String, Value>,
    plain: &str,
    negated: &str,
) -> Result<(&'value Value, bool), String> {
    match (members.get(plain), members.get(negated)) {
        (Some(value), None) => Ok((value, false)),
        (None, Some(value)) => Ok((value, true)),
        (None, None) => Err(format!("it has no {plain}")),
        (Some(_), Some(_)) => Err(format!("it has both {plain} and {negated}")),
    }
}

/// Returns the condition that a resource makes.
fn resource(
    members: &Map<String, Value>,
    own: &AccountId,
    subject: PolicySubject<'_>,
) -> Result<Option<String>, String> {
    if members.contains_key("NotResource") {
        return Err("it has a NotResource".to_owned());
    }
    let Some(value) = members.get("Resource") else { return Ok(None) };
    let resources = texts(value).ok_or("its resources can't be read")?;
    Ok(subject.resource_words(&resources, own))
}

fn sentence(
    is_denied: bool,
    who: &[PrincipalWords],
    rights: &Rights,
    conditions: &[String],
) -> String {
    let who: Vec<String> = who.iter().map(|one| one.words.clone()).collect();
    let who = joined(&who, "and");
    let what = &rights.words;
    let condition = match conditions {
        [] => String::new(),
        conditions => format!(", if {}", joined(conditions, "and")),
    };
    if is_denied {
        format!("Deny {who} permission to {what}{condition}.")
    } else {
        format!("Allow {who} to {what}{condition}.")
    }
}

fn cautions(
    is_denied: bool,
    who: &[PrincipalWords],
    rights: &Rights,
    conditions: &Conditions,
    subject: PolicySubject<'_>,
) -> Vec<String> {
    let reaches = |exposures: &[Exposure]| who.iter().any(|one| exposures.contains(&one.exposure));
    let mut cautions = Vec::new();
    if is_denied {
        if rights.change_policy && reaches(&[Exposure::Everyone, Exposure::ThisAccount]) {
            // PutRegistryPolicy has no check for this, and SetRepositoryPolicy has one that `force` turns off.
            let end = if subject.is_registry() {
                "ECR doesn't check whether it would lock you out."
            } else {
                "ECR refuses a policy that would lock you out."
            };
            cautions.push(format!("This denies changes of the policy itself. {end}"));
        }
        return cautions;
    }
    if rights.change_policy
        && reaches(&[
            Exposure::Everyone,
            Exposure::Network,
            Exposure::OtherAccount,
            Exposure::Organization,
        ])
    {
        cautions.push(
            "A principal that can change this policy can give permissions to others.".to_owned(),
        );
    }
    if reaches(&[Exposure::Service]) && !conditions.limits_services {
        cautions.push(
            "No condition limits the account for which the service acts, such as aws:SourceAccount or aws:SourceArn."
                .to_owned(),
        );
    }
    cautions
}
