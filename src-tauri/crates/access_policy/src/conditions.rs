//! Under which conditions a statement applies, and which of them limit "every AWS account".

use serde_json::Value;
use transload_model::AccountId;

use crate::lists::{joined, shown};
use crate::principals::{Exposure, account};

/// Keys of conditions, in lower case, and what they are about.
/// Source: IAM user guide, "AWS global condition context keys".
const KEYS: [(&str, &str); 22] = [
    ("aws:principalorgid", "the organization of the caller"),
    ("aws:principalorgpaths", "the place of the caller in its organization"),
    ("aws:principalaccount", "the account of the caller"),
    ("aws:principalarn", "the ARN of the caller"),
    ("aws:principaltype", "the type of the caller"),
    ("aws:principalservicename", "the service that calls"),
    ("aws:userid", "the user ID of the caller"),
    ("aws:username", "the user name of the caller"),
    ("aws:sourceaccount", "the account for which a service acts"),
    ("aws:sourcearn", "the resource for which a service acts"),
    ("aws:sourceorgid", "the organization for which a service acts"),
    ("aws:sourceorgpaths", "the place in the organization for which a service acts"),
    ("aws:sourceip", "the IP address"),
    ("aws:vpcsourceip", "the IP address in the VPC"),
    ("aws:sourcevpc", "the VPC"),
    ("aws:sourcevpce", "the VPC endpoint"),
    ("aws:multifactorauthage", "the seconds since the caller signed in with MFA"),
    ("aws:calledvia", "the services that forward the request"),
    ("aws:currenttime", "the time"),
    ("aws:epochtime", "the time"),
    ("aws:requestedregion", "the Region"),
    ("aws:useragent", "the user agent"),
];

/// Keys for whom a service acts, in lower case. Source: IAM user guide, "The confused deputy problem".
const SERVICE_KEYS: [&str; 4] =
    ["aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths"];

/// Keys that are true or false, in lower case, and what each means.
const FLAGS: [(&str, &str, &str); 4] = [
    ("aws:securetransport", "the connection is encrypted", "the connection isn't encrypted"),
    (
        "aws:multifactorauthpresent",
        "the caller signed in with MFA",
        "the caller signed in without MFA",
    ),
    ("aws:principalisawsservice", "a service of AWS calls", "no service of AWS calls"),
    ("aws:viaawsservice", "a service forwards the request", "no service forwards the request"),
];

/// Prefixes of keys that end with the name of an AWS tag, in lower case, and whose tag it is.
const TAGS: [(&str, &str); 4] = [
    ("aws:principaltag/", "the caller"),
    ("aws:resourcetag/", "the repository"),
    ("ecr:resourcetag/", "the repository"),
    ("aws:requesttag/", "the request"),
];

/// Operators of conditions, in lower case, and how they compare. Source: IAM user guide, "IAM JSON policy elements:
/// Condition operators".
const OPERATORS: [(&str, &str); 26] = [
    ("stringequals", "is"),
    ("stringnotequals", "is not"),
    ("stringequalsignorecase", "is, in any case,"),
    ("stringnotequalsignorecase", "is not, in any case,"),
    ("stringlike", "is like"),
    ("stringnotlike", "is not like"),
    ("arnequals", "is like"),
    ("arnnotequals", "is not like"),
    ("arnlike", "is like"),
    ("arnnotlike", "is not like"),
    ("numericequals", "is"),
    ("numericnotequals", "is not"),
    ("numericlessthan", "is less than"),
    ("numericlessthanequals", "is at most"),
    ("numericgreaterthan", "is more than"),
    ("numericgreaterthanequals", "is at least"),
    ("dateequals", "is"),
    ("datenotequals", "is not"),
    ("datelessthan", "is before"),
    ("datelessthanequals", "is at the latest"),
    ("dategreaterthan", "is after"),
    ("dategreaterthanequals", "is at the earliest"),
    ("bool", "is"),
    ("binaryequals", "is"),
    ("ipaddress", "is in"),
    ("notipaddress", "is not in"),
];

/// The conditions of a statement.
#[derive(Default)]
pub(crate) struct Conditions {
    /// Each as the rest of a sentence that begins with "if". All of them must be met.
    pub words: Vec<String>,
    /// How far "every AWS account" reaches with them, if they limit it.
    pub limit: Option<Exposure>,
    /// The words that name the organizations of every caller, and the place of that condition in `words`.
    pub organization: Option<(String, usize)>,
    /// Whether they limit for whom a service acts.
    pub limits_services: bool,
}

/// Returns the conditions of `Condition`.
///
/// # Errors
/// Why they can't be put into words.
pub(crate) fn conditions(value: &Value, own: &AccountId) -> Result<Conditions, String> {
    let Value::Object(operators) = value else {
        return Err("its conditions can't be read".to_owned());
    };
    let mut found = Conditions::default();
    for (name, keys) in operators {
        let operator = Operator::parse(name)
            .ok_or_else(|| format!("the operator {} isn't known", shown(name)))?;
        let Value::Object(keys) = keys else {
            return Err(format!("the conditions of {} can't be read", shown(name)));
        };
        for (key, values) in keys {
            let values = values_of(values)
                .ok_or_else(|| format!("the values of {} can't be read", shown(key)))?;
            let small = key.to_ascii_lowercase();
            let limit = operator.limit(&small, &values, own);
            found.limits_services |= limit.is_some() && SERVICE_KEYS.contains(&small.as_str());
            found.limit = found.limit.into_iter().chain(limit).min();
            if limit == Some(Exposure::Organization) && small == "aws:principalorgid" {
                let named: Vec<String> = values.iter().map(|value| shown(value)).collect();
                found.organization = Some((joined(&named, "or"), found.words.len()));
            }
            found.words.push(operator.in_words(key, &small, &values)?);
        }
    }
    Ok(found)
}

fn values_of(value: &Value) -> Option<Vec<String>> {
    let one = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    };
    match value {
        Value::Array(values) if !values.is_empty() => values.iter().map(one).collect(),
        value => one(value).map(|value| vec![value]),
    }
}

/// An operator with its prefix and suffix: `ForAnyValue:StringLikeIfExists`.
struct Operator {
    /// Of several values in the request: `Some(true)` if all must match, `Some(false)` if one must.
    every: Option<bool>,
    if_exists: bool,
    /// In lower case.
    name: String,
}

impl Operator {
    fn parse(name: &str) -> Option<Self> {
        let small = name.to_ascii_lowercase();
        let (every, rest) = match small.split_once(':') {
            Some(("forallvalues", rest)) => (Some(true), rest),
            Some(("foranyvalue", rest)) => (Some(false), rest),
            Some(_) => return None,
            None => (None, small.as_str()),
        };
        let (name, if_exists) = match rest.strip_suffix("ifexists") {
            Some(name) => (name, true),
            None => (rest, false),
        };
        let is_known = name == "null" || OPERATORS.iter().any(|(known, _)| *known == name);
        is_known.then(|| Self { every, if_exists, name: name.to_owned() })
    }

    fn in_words(&self, key: &str, small: &str, values: &[String]) -> Result<String, String> {
        let missing = match (self.every, self.if_exists) {
            (Some(true), _) | (_, true) => ", or is missing",
            _ => "",
        };
        let flag = FLAGS.iter().find(|(known, ..)| *known == small);
        if let (Some((_, yes, no)), "bool", [value]) = (flag, self.name.as_str(), values) {
            let words = if value.eq_ignore_ascii_case("true") { yes } else { no };
            let unknown = if missing.is_empty() { "" } else { ", or that isn't known" };
            return Ok(format!("{words}{unknown}"));
        }
        let tag = TAGS.iter().find(|(prefix, _)| small.starts_with(prefix));
        let subject = match (KEYS.iter().find(|(known, _)| *known == small), tag) {
            (Some((_, subject)), _) => (*subject).to_owned(),
            (_, Some((prefix, owner))) => {
                format!("the AWS tag {} of {owner}", shown(&key[prefix.len()..]))
            }
            _ => shown(key),
        };
        if self.name == "null" {
            return match values {
                [value] if value.eq_ignore_ascii_case("true") => {
                    Ok(format!("{subject} is missing"))
                }
                [value] if value.eq_ignore_ascii_case("false") => Ok(format!("{subject} is known")),
                _ => Err("the values of Null can't be read".to_owned()),
            };
        }
        let is_negated = self.name.contains("not");
        let relation = OPERATORS
            .iter()
            .find(|(name, _)| *name == self.name)
            .map_or("is", |(_, relation)| relation);
        // Without a wildcard, a pattern is one text.
        let relation = if values.iter().any(|value| value.contains(['*', '?'])) {
            relation
        } else {
            relation.trim_end_matches(" like")
        };
        let values: Vec<String> = values.iter().map(|value| shown(value)).collect();
        let values = joined(&values, if is_negated { "and not" } else { "or" });
        let subject = match self.every {
            Some(true) => format!("each value of {subject}"),
            Some(false) => format!("a value of {subject}"),
            None => subject,
        };
        Ok(format!("{subject} {relation} {values}{missing}"))
    }

    /// Returns how far "every AWS account" reaches with this condition, if it limits it. Anything that isn't sure to
    /// limit it doesn't: a value with a wildcard or a variable, and a condition that a missing value meets.
    fn limit(&self, key: &str, values: &[String], own: &AccountId) -> Option<Exposure> {
        if self.if_exists || self.every == Some(true) {
            return None;
        }
        let is_text = matches!(
            self.name.as_str(),
            "stringequals" | "stringequalsignorecase" | "stringlike" | "arnequals" | "arnlike"
        );
        let of = |value: &String| match key {
            "aws:principalorgid" | "aws:sourceorgid" if is_text => {
                is_organization(value).then_some(Exposure::Organization)
            }
            "aws:principalorgpaths" | "aws:sourceorgpaths" if is_text => value
                .split_once('/')
                .is_some_and(|(organization, _)| is_organization(organization))
                .then_some(Exposure::Organization),
            "aws:principalaccount" | "aws:sourceaccount" if is_text => {
                AccountId::parse(value).is_ok().then(|| account(value, own).exposure)
            }
            "aws:principalarn" | "aws:sourcearn" if is_text => {
                let parts: Vec<&str> = value.split(':').collect();
                let id = parts.get(4)?;
                // A wildcard of a text also matches colons, and so another account and a path with this one.
                let is_by_part = self.name.starts_with("arn")
                    || !parts[..4].iter().any(|part| part.contains(['*', '?']));
                let is_limit = is_by_part && AccountId::parse(id).is_ok();
                is_limit.then(|| account(id, own).exposure)
            }
            "aws:sourcevpc" | "aws:sourcevpce" if is_text => {
                (!value.contains(['*', '?', '$'])).then_some(Exposure::Network)
            }
            "aws:sourceip" if self.name == "ipaddress" => {
                is_small_network(value).then_some(Exposure::Network)
            }
            _ => None,
        };
        let limits: Option<Vec<Exposure>> = values.iter().map(of).collect();
        limits.and_then(|limits| limits.into_iter().max())
    }
}

/// Whether addresses are those of one network: two of 0.0.0.0/1 and 128.0.0.0/1 are all addresses.
fn is_small_network(addresses: &str) -> bool {
    const LEAST_BITS: u8 = 8;
    let Some((_, bits)) = addresses.split_once('/') else { return true };
    bits.parse().is_ok_and(|bits: u8| bits >= LEAST_BITS)
}

/// Source of the format: AWS Organizations API reference, `OrganizationId`.
fn is_organization(text: &str) -> bool {
    text.strip_prefix("o-").is_some_and(|rest| {
        !rest.is_empty() && rest.bytes().all(|one| one.is_ascii_lowercase() || one.is_ascii_digit())
    })
}
